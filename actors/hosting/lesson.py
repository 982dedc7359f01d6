"""A session with its open utterance: what comes in by microphone, file or keyboard becomes the next turn."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from actors.hearing.errors import AudioError
from actors.hosting.learner_session import LearnerSession
from actors.hosting.speculation import Speculation
from actors.hosting.utterance import Callbacks, OpenUtterance, Recording, level_db
from actors.ports import SAMPLE_RATE_HZ, Audio
from actors.session.commands import Command, Retry, Utter
from actors.session.decide import LONGEST_REFERENCE
from actors.session.errors import BadCommand, SessionEnded, TurnOutOfOrder
from events.lesson import SpeechUttered
from events.values import Blob
from policies.endpointing import EndpointState, initial, next_utterance
from projections.messages import ErrorMessage

FORMATS = ("pcm16", "file")
LONGEST_TEXT = 2_000
"""Characters that a typed utterance may have."""


class Rest(Struct, frozen=True, kw_only=True):
    """The last chunks of a recording, which come with its end."""

    first: int = 0
    chunks: tuple[bytes, ...] = ()
    format: str = "pcm16"


class Lesson:
    """Owns the open utterance and the speculation on it."""

    def __init__(self, session: LearnerSession, new_id: Callable[[], str]) -> None:
        self.session = session
        self._new_id = new_id
        self._open: OpenUtterance | None = None
        self._endpointing: EndpointState | None = None
        self._speculation: Speculation | None = None

    @property
    def next_chunk(self) -> int:
        return self._open.next_chunk if self._open else 0

    async def obey(self, command: Command) -> None:
        """Obey a command; a retry changes what is asked, so what was begun on the old question is dropped."""
        if isinstance(command, Retry):
            self._drop_speculation()
        await self.session.obey(command)

    async def type_text(self, command_id: str, turn: int, text: str) -> None:
        """A typed utterance. Raises `BadCommand` when it is empty or too long."""
        text = " ".join(text.split())
        if not text:
            raise BadCommand("The text is empty; type something.")
        if len(text) > LONGEST_TEXT:
            raise BadCommand(f"The text has {len(text)} characters; the limit is {LONGEST_TEXT}.")
        uttered = SpeechUttered(turn=turn, source="typed", endpoint="typed", text=text, reference=self._reference(None))
        if turn == self.session.state.next_turn:
            self.cancel_recording(turn)
        await self.session.obey(Utter(id=command_id, uttered=uttered))

    def audio(self, turn: int, first: int, chunks: Sequence[bytes], format: str) -> int:
        """Take chunks of turn ``turn``; returns the chunk wanted next. Late chunks of a finished turn are dropped.

        Raises `TurnOutOfOrder` for a turn that cannot come yet, `BadCommand` or `AudioError` for what cannot be used.
        """
        state = self.session.state
        if turn < 1 or first < 0:
            raise BadCommand(f"turn is {turn} and chunk is {first}; turns count from 1, chunks from 0.")
        if state.ended:
            raise SessionEnded("This session is over; start a new one.")
        if turn < state.next_turn:
            return 0
        if turn > state.next_turn:
            raise TurnOutOfOrder(f"Turn {turn} cannot be said now; the next turn is {state.next_turn}.")
        if format not in FORMATS:
            raise BadCommand(f"format is {format!r}; it must be one of {', '.join(FORMATS)}.")
        if self._open is None or self._open.turn != turn:
            if first > 0:
                return 0
            self._open = self._listen(turn, format)
        if self._open.format != format:
            raise BadCommand(f"The utterance began as {self._open.format}; it cannot go on as {format}.")
        try:
            return self._open.accept(first, chunks)
        except AudioError:
            self._open.cancel()
            self._open = None
            self._drop_speculation()
            raise

    async def end_recording(self, command_id: str, turn: int, reference: str | None, rest: Rest) -> None:
        """Close the open utterance after its last chunks. A repeat, or the end of a closed one, does nothing.

        Raises `AudioError` when nothing usable was recorded, when the last chunks do not join what is here, or when
        the recording was lost on its way to the log.
        """
        state = self.session.state
        if turn < state.next_turn or command_id in state.commands:
            return
        if turn > state.next_turn:
            raise TurnOutOfOrder(f"Turn {turn} cannot be said now; the next turn is {state.next_turn}.")
        if reference is not None and len(reference) > LONGEST_REFERENCE:
            raise BadCommand(f"The reference has {len(reference)} characters; the limit is {LONGEST_REFERENCE}.")
        if rest.chunks:
            wanted = self.audio(turn, rest.first, rest.chunks, rest.format)
            if wanted < rest.first + len(rest.chunks):
                raise AudioError("chunk_out_of_order", f"Chunk {rest.first} came too early; chunk {wanted} is missing.")
        utterance = self._open
        if utterance is None or utterance.turn != turn:
            raise AudioError("empty_audio", "No audio was sent for this turn; record again.")
        if utterance.closing:
            await utterance.settled()
            if self.session.state.next_turn == turn:
                raise AudioError("chunk_out_of_order", "The recording was not kept; send it on from chunk 0.")
            return
        if utterance.next_chunk < rest.first:
            # The chunks between went to another host.
            raise AudioError("chunk_out_of_order", f"Chunk {utterance.next_chunk} is missing; go on from it, then end.")
        try:
            recording = await utterance.finish()
            if self.session.state.next_turn == turn:
                await self._utter(recording, command_id, reference)
        finally:
            self._settle(utterance)

    def cancel_recording(self, turn: int) -> None:
        """Drop the open utterance of this turn."""
        if self._open is not None and self._open.turn == turn:
            self._open.cancel()
            self._open = None
        self._drop_speculation()

    def close(self) -> None:
        """Stop listening and working."""
        if self._open is not None:
            self._open.cancel()
        self._drop_speculation()
        self.session.close()

    def _listen(self, turn: int, format: str) -> OpenUtterance:
        started = self.session.state.started
        assert started is not None
        reference = self._reference(None)
        if self._endpointing is None:
            self._endpointing = initial(level=started.level, reference=reference)
        else:
            self._endpointing = next_utterance(self._endpointing, reference=reference)
        return OpenUtterance(
            turn,
            endpointing=self._endpointing,
            hands_free=started.endpointing == "auto",
            format=format,
            resources=self.session.resources,
            callbacks=Callbacks(
                tell=self.session.tell,
                maybe_ended=self._maybe_ended,
                resumed=self._drop_speculation,
                ended=self._ended,
                failed=self._failed,
                version=lambda: self.session.state.version,
            ),
        )

    def _reference(self, given: str | None) -> str:
        """The text that the next utterance should say: the client's, else the exercise in guided mode."""
        if given is not None:
            return " ".join(given.split())
        state = self.session.state
        guided = state.started is not None and (state.started.mode == "sentence" or bool(state.started.exercise))
        return state.exercise if guided else ""

    def _maybe_ended(self, recording: Recording, transcribed: Callable[[str], None]) -> None:
        self._speculate(recording, transcribed, None)

    def _speculate(self, recording: Recording, transcribed: Callable[[str], None], reference: str | None) -> None:
        """Begin to answer an utterance that is not in the log yet."""
        self._drop_speculation()
        uttered = self._uttered(recording, Blob(sha256="", media_type="audio/flac", size_bytes=0), reference)

        async def audio_of(turn: int) -> Audio:
            return recording.audio

        self._speculation = Speculation(
            self.session.state, uttered, self.session.resources, audio_of, transcribed=transcribed
        )

    def _drop_speculation(self) -> None:
        if self._speculation is not None:
            self._speculation.drop()
            self._speculation = None

    async def _ended(self, recording: Recording, endpointing: EndpointState) -> None:
        # It stays open until the log has it, so that a late chunk cannot begin the same turn anew.
        self._endpointing = endpointing
        utterance = self._open
        try:
            if self.session.state.next_turn == recording.turn:
                await self._utter(recording, self._new_id(), None)
        finally:
            if utterance is not None:
                self._settle(utterance)

    def _settle(self, utterance: OpenUtterance) -> None:
        if self._open is utterance:
            self._open = None
        utterance.settle()

    def _failed(self, turn: int, error: Exception) -> None:
        """Listening stopped: tell the learner, who may say it again."""
        self._open = None
        self._drop_speculation()
        code = str(getattr(error, "code", "engine_failed"))
        message = ErrorMessage(
            seq=self.session.state.version, part=-1, code=code, message=str(error), retryable=True, turn=turn
        )
        self.session.tell(message)

    async def _utter(self, recording: Recording, command_id: str, reference: str | None) -> None:
        if self._speculation is None or reference is not None:
            # Nothing was begun on a pause: begin now, while the recording is being stored.
            self._speculate(recording, lambda text: None, reference)
        blob = await self.session.resources.keep_audio(self.session.learner, recording.audio, SAMPLE_RATE_HZ)
        self.session.keep_audio(recording.turn, recording.audio)
        uttered = self._uttered(recording, blob, reference)
        speculation, self._speculation = self._speculation, None
        try:
            await self.session.obey(Utter(id=command_id, uttered=uttered))
        finally:
            # The session's work begins at the next turn of the loop. What was begun ahead is only for this utterance:
            # if the log refused it, another one may take its turn.
            if speculation is not None and self.session.said_in(recording.turn) == uttered:
                self.session.go_on_with(speculation)
            elif speculation is not None:
                speculation.drop()

    def _uttered(self, recording: Recording, blob: Blob, reference: str | None) -> SpeechUttered:
        return SpeechUttered(
            turn=recording.turn,
            source=recording.source,
            endpoint=recording.endpoint,
            audio=blob,
            reference=self._reference(reference),
            sample_rate_hz=SAMPLE_RATE_HZ,
            duration_ms=len(recording.audio) * 1000 // SAMPLE_RATE_HZ,
            speech_start_ms=recording.speech_start_ms,
            speech_end_ms=recording.speech_end_ms,
            level_db=level_db(recording.audio),
            retry_of=self.session.state.retry_of,
        )
