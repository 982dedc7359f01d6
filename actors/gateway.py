"""The door to the sessions: finds each one's host and makes calls to it harmless to repeat. Knows no HTTP.

The chunks of an unfinished utterance are kept here until the log has it: a host that dies in the middle of an
utterance is given them again.
"""

import time
from collections.abc import Sequence
from typing import Any, Protocol

from msgspec.structs import replace

from actors.hearing.decode import MAX_AUDIO_BYTES
from actors.hearing.errors import AudioError, audio_too_large
from actors.hosting.host import Accepted
from actors.hosting.learner_session import Heard
from actors.hosting.lesson import Rest
from actors.session.commands import Command, Start
from actors.session.errors import SessionError, SessionFenced

ABANDONED_S = 300.0
"""How long the chunks of an utterance that nobody continues are kept."""
RESENDS = 20
"""How often the chunks of one call are offered again to a host that lost them."""


class Hosts(Protocol):
    """Calls methods of the `SessionHost` that holds a session."""

    async def call(self, session: str, method: str, *args: Any) -> Any: ...


class KeptUtterance:
    """The chunks of a turn that the log does not hold yet. ``seen`` is behind the last that came, gaps or not."""

    def __init__(self, turn: int, format: str) -> None:
        self.turn = turn
        self.format = format
        self.chunks: list[bytes] = []
        self.accepted = 0
        self.seen = 0
        self.size_bytes = 0
        self.touched_s = 0.0


class Gateway:
    """What the edge may ask."""

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._kept: dict[str, KeptUtterance] = {}

    async def start(self, command: Start) -> int:
        """Open a session; its version in the log. Raises `SessionError`."""
        version: int = await self._call(command.started.session, "start", command)
        return version

    async def submit(self, session: str, learner: str, command: Command) -> int:
        """Pass a learner's command on; the session's version after it. Raises `SessionError`."""
        version: int = await self._call(session, "submit", session, learner, command)
        return version

    async def type_text(self, session: str, learner: str, command_id: str, turn: int, text: str) -> int:
        """A typed utterance. Raises `SessionError`."""
        version: int = await self._call(session, "type_text", session, learner, command_id, turn, text)
        return version

    async def audio(
        self, session: str, learner: str, turn: int, first: int, chunks: Sequence[bytes], format: str = "pcm16"
    ) -> Accepted:
        """Chunks of the open utterance from number ``first``. Returns the turn and chunk wanted next.

        Raises `AudioError` when it grows too large, `SessionError` as the session does.
        """
        kept = self._keep(session, turn, first, chunks, format)
        kept.seen = max(kept.seen, first + len(chunks))
        if first > len(kept.chunks) or session not in self._kept:
            # This door never saw the utterance's beginning; what the host holds of it is all there is.
            straight: Accepted = await self._call(
                session, "audio", session, learner, turn, first, tuple(chunks), format
            )
            return straight
        accepted = await self._offer_or_drop(session, learner, kept, first)
        if accepted.turn > turn:
            self._kept.pop(session, None)
        return Accepted(turn=accepted.turn, next_chunk=len(kept.chunks) if accepted.turn == turn else 0)

    def hold(self, session: str, turn: int, first: int, chunks: Sequence[bytes], format: str = "pcm16") -> bool:
        """Keep the last chunks of a recording for `end_recording`, which takes them along; false when it could not.

        Raises `AudioError` when the recording grows too large.
        """
        kept = self._keep(session, turn, first, chunks, format)
        kept.seen = max(kept.seen, first + len(chunks))
        return session in self._kept and first <= len(kept.chunks)

    def keeps(self, session: str, turn: int) -> bool:
        """Whether chunks of this turn are kept here."""
        kept = self._kept.get(session)
        return kept is not None and kept.turn == turn

    async def end_recording(
        self, session: str, learner: str, command_id: str, turn: int, reference: str | None = None
    ) -> int:
        """Close the open utterance, whatever happened to its host meanwhile. Raises `AudioError`, `SessionError`.

        Chunks that the host has not confirmed go along with the call.
        """
        kept = self._kept.get(session)
        if kept is not None and kept.turn == turn and kept.seen > len(kept.chunks):
            missing = len(kept.chunks)
            raise AudioError("chunk_out_of_order", f"Chunk {missing} is missing; go on from it, then end.")
        ended = kept
        for attempt in range(RESENDS):
            kept = self._kept.get(session)
            if kept is not None and kept is not ended:
                raise AudioError("cancelled", "The turn is being recorded anew; end that recording.")
            rest = Rest()
            if kept is not None and kept.turn == turn:
                if attempt:
                    accepted = await self._offer_or_drop(session, learner, kept, len(kept.chunks))
                    if accepted.turn > turn:
                        break
                unsent = tuple(kept.chunks[kept.accepted :])
                rest = Rest(first=kept.accepted, chunks=unsent, format=kept.format)
            try:
                version: int = await self._call(
                    session, "end_recording", session, learner, command_id, turn, reference, rest
                )
            except AudioError as error:
                again = kept is not None and kept.chunks and attempt + 1 < RESENDS
                if again and error.code == "chunk_out_of_order":
                    continue
                if (
                    again
                    and error.code == "empty_audio"
                    and (await self._call(session, "where", session, learner)).next_chunk == 0
                ):
                    continue
                self._kept.pop(session, None)
                raise
            self._kept.pop(session, None)
            return version
        self._kept.pop(session, None)
        return 0

    async def cancel_recording(self, session: str, learner: str, turn: int) -> None:
        """Drop the open utterance, if it is of this turn."""
        if session in self._kept and self._kept[session].turn == turn:
            self._kept.pop(session)
        await self._call(session, "cancel_recording", session, learner, turn)

    async def where(self, session: str, learner: str) -> Accepted:
        """The turn and chunk that the session waits for."""
        accepted: Accepted = await self._call(session, "where", session, learner)
        kept = self._kept.get(session)
        if kept is not None and kept.turn == accepted.turn:
            return replace(accepted, next_chunk=len(kept.chunks))
        return accepted

    async def poll(self, session: str, learner: str, after: int, cursor: int, timeout_s: float) -> Heard:
        """What is new in the session; waits up to ``timeout_s`` for it."""
        heard: Heard = await self._call(session, "poll", session, learner, after, cursor, timeout_s)
        return heard

    async def _call(self, session: str, method: str, *args: Any) -> Any:
        """Call the host; one that has just been fenced loads the session anew at the second call."""
        try:
            return await self._hosts.call(session, method, *args)
        except SessionFenced:
            return await self._hosts.call(session, method, *args)

    def _keep(self, session: str, turn: int, first: int, chunks: Sequence[bytes], format: str) -> KeptUtterance:
        now = time.monotonic()
        self._kept = {name: kept for name, kept in self._kept.items() if now - kept.touched_s < ABANDONED_S}
        kept = self._kept.get(session)
        if kept is None or kept.turn != turn or kept.format != format:
            kept = KeptUtterance(turn, format)
            if first == 0:
                self._kept[session] = kept
        kept.touched_s = now
        have = len(kept.chunks)
        if first <= have:
            fresh = list(chunks[have - first :])
            kept.chunks.extend(fresh)
            kept.size_bytes += sum(map(len, fresh))
        if kept.size_bytes > MAX_AUDIO_BYTES:
            self._kept.pop(session, None)
            raise audio_too_large(MAX_AUDIO_BYTES)
        return kept

    async def _offer_or_drop(self, session: str, learner: str, kept: KeptUtterance, first: int) -> Accepted:
        """As `_offer`; chunks that are refused are dropped, for they would be refused again."""
        try:
            return await self._offer(session, learner, kept, first)
        except (AudioError, SessionError):
            self._kept.pop(session, None)
            raise

    async def _offer(self, session: str, learner: str, kept: KeptUtterance, first: int) -> Accepted:
        """Send kept chunks from ``first`` on, and again from where a host that lost some wants them."""
        accepted = Accepted(turn=kept.turn, next_chunk=min(first, len(kept.chunks)))
        for _ in range(RESENDS):
            start = accepted.next_chunk
            accepted = await self._call(
                session, "audio", session, learner, kept.turn, start, kept.chunks[start:], kept.format
            )
            kept.accepted = accepted.next_chunk
            if self._kept.get(session) is not kept:  # ended or dropped meanwhile
                break
            if accepted.turn != kept.turn or accepted.next_chunk >= len(kept.chunks) or accepted.next_chunk == start:
                break
        return accepted
