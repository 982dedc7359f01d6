"""An utterance that is being said: its chunks in order, voice activity, endpointing, partial transcripts.

Closes itself when the endpointing policy says so, or when the client does. Appends nothing but the finished utterance.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from actors.chain import ChainExhausted
from actors.faults import TYPED
from actors.hearing.decode import MAX_AUDIO_BYTES, MAX_AUDIO_SECONDS, decode_audio, pcm16
from actors.hearing.errors import AudioError, VadStateError, audio_too_large
from actors.ports import SAMPLE_RATE_HZ, Audio, EngineError, SpeechProbabilities, Transcript
from actors.stages.stage import Resources
from policies.endpointing import (
    WINDOW_MS,
    Ended,
    EndpointEvent,
    EndpointState,
    MaybeEnded,
    NoSpeech,
    SpeechResumed,
    SpeechStarted,
    heard,
    step,
)
from projections.messages import Message, ProgressMessage, TranscriptionMessage

logger = logging.getLogger(__name__)

LEAD_MS = 300
"""Sound kept before the speech, so that no soft first phone is lost."""
TRAIL_MS = 400
PARTIAL_EVERY_MS = 800
"""New speech between two partial transcripts."""
QUIET_DB = -100.0


class Recording(Struct, frozen=True, kw_only=True):
    """A finished recording: float32 16 kHz, the span of its speech (ms from its start), and what closed it."""

    turn: int
    audio: Audio
    speech_start_ms: int
    speech_end_ms: int
    source: str
    endpoint: str


class Callbacks(Struct, frozen=True, kw_only=True):
    """What an open utterance asks of its session."""

    tell: Callable[[Message], None]
    maybe_ended: Callable[[Recording, Callable[[str], None]], None]
    resumed: Callable[[], None]
    ended: Callable[[Recording, EndpointState], Awaitable[None]]
    failed: Callable[[int, Exception], None]
    version: Callable[[], int]


class OpenUtterance:
    """Takes the chunks of one turn. ``format`` is pcm16 (16 kHz mono) or file (the bytes of an audio file).

    ``hands_free`` lets it close itself after the speech; otherwise it waits for the client or the time limit.
    """

    def __init__(
        self,
        turn: int,
        *,
        endpointing: EndpointState,
        hands_free: bool,
        format: str,
        resources: Resources,
        callbacks: Callbacks,
    ) -> None:
        self.turn = turn
        self.format = format
        self.next_chunk = 0
        self._endpointing = endpointing
        self._hands_free = hands_free
        self._resources = resources
        self._on = callbacks
        self._received = bytearray()
        self._heard_bytes = 0
        self._vad_state = b""
        self._probabilities: list[float] = []
        self._partial_at_ms = 0
        self._partial: asyncio.Task[None] | None = None
        self._arrived = asyncio.Event()
        self._settled = asyncio.Event()
        self._closed = False
        self._fault: Exception | None = None
        self._listener = asyncio.create_task(self._listen()) if format == "pcm16" else None

    def accept(self, first: int, chunks: Sequence[bytes]) -> int:
        """Take consecutive chunks from number ``first``; known ones are passed over. Returns the chunk wanted next.

        Raises `AudioError`: the recording is too long or too large.
        """
        if self._closed:
            return max(self.next_chunk, first + len(chunks))  # silence after the end: taken, and dropped
        if first > self.next_chunk:
            return self.next_chunk
        for chunk in chunks[self.next_chunk - first :]:
            if self.format == "pcm16":
                pcm16(chunk)
            self._received += chunk
            self.next_chunk += 1
        if len(self._received) > MAX_AUDIO_BYTES:
            self.cancel()
            raise audio_too_large(MAX_AUDIO_BYTES)
        self._arrived.set()
        return self.next_chunk

    @property
    def closing(self) -> bool:
        """Whether it has closed itself and is being appended."""
        return self._closed

    async def settled(self) -> None:
        """Wait until it has been appended, or never will be."""
        await self._settled.wait()

    def settle(self) -> None:
        """It has been appended, or never will be: whoever waits for it may go on."""
        self._settled.set()

    async def finish(self) -> Recording:
        """Close the utterance because the client says so.

        Raises `AudioError` when it cannot be used, and whatever stopped the listening: what was not listened to would
        be cut off as silence.
        """
        self._closed = True
        if self.format == "file":
            audio = await asyncio.to_thread(decode_audio, bytes(self._received))
            await self._detect(audio)
            return self._recording(audio, "upload", "client")
        self._arrived.set()
        if self._listener is not None:
            await asyncio.wait([self._listener])
            if self._listener.cancelled():
                raise AudioError("cancelled", "The recording was cancelled while it ended; record again.")
            self._listener.result()
        if self._fault is not None:
            raise self._fault
        audio = pcm16(bytes(self._received))
        if not len(audio):
            raise AudioError("empty_audio", "The recording is empty; record again and speak.")
        return self._recording(audio, "microphone", "client")

    def cancel(self) -> None:
        """Drop the utterance."""
        self._closed = True
        self.settle()
        for task in (self._listener, self._partial):
            if task is not None:
                task.cancel()

    async def _listen(self) -> None:
        heard = False
        try:
            await self._follow_speech()
            heard = True
        except TYPED as error:
            logger.warning("turn %d: listening stopped: %s", self.turn, error)
            self._fault = error
            self._on.failed(self.turn, error)
        finally:
            if not heard:
                self.settle()

    async def _follow_speech(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while (waiting := len(self._received) - self._heard_bytes) >= 2:
                batch = pcm16(
                    bytes(self._received[self._heard_bytes : self._heard_bytes + min(waiting, 32_000) // 2 * 2])
                )
                self._heard_bytes += 2 * len(batch)
                if await self._hear(batch):
                    return
            if self._closed:
                return

    async def _hear(self, batch: Audio) -> bool:
        """Listen to a batch; true when the utterance is over."""
        first = len(self._probabilities)
        await self._detect(batch)
        if not self._closed:  # afterwards the way to the learner is free for the answer
            self._tell_level(batch, self._probabilities[first:])
        if self._heard_bytes >= MAX_AUDIO_SECONDS * 2 * SAMPLE_RATE_HZ:
            return await self._end("limit")
        for index in range(first, len(self._probabilities)):
            # Words heard meanwhile replace the state, so it is read anew for each window.
            self._endpointing, events = step(self._endpointing, self._probabilities[index], (index + 1) * WINDOW_MS)
            for event in events:
                if await self._follow(event):
                    return True
            if not self._hands_free:
                # The learner closes it, so turn taking goes on listening for speech that resumes.
                self._endpointing = replace(self._endpointing, ended=False)
        self._maybe_partial()
        return False

    async def _follow(self, event: EndpointEvent) -> bool:
        match event:
            case MaybeEnded() if not self._closed:
                audio = pcm16(bytes(self._received[: self._heard_bytes]))
                self._on.maybe_ended(self._recording(audio, "microphone", "silence"), self._understood)
            case SpeechResumed():
                self._on.resumed()
            case Ended() if self._hands_free and not self._closed:
                return await self._end("silence")
            case NoSpeech():
                self._tell_progress("no_speech")
            case SpeechStarted():
                self._tell_progress("speech")
        return False

    async def _end(self, endpoint: str) -> bool:
        self._closed = True
        if self._partial is not None:
            self._partial.cancel()
        audio = pcm16(bytes(self._received[: self._heard_bytes]))
        await self._on.ended(self._recording(audio, "microphone", endpoint), self._endpointing)
        return True

    async def _detect(self, audio: Audio) -> None:
        found: SpeechProbabilities
        try:
            found, _ = await self._resources.engines.call("vad", "detect", audio, self._vad_state)
        except VadStateError:
            # The chain has changed its engine: the new one begins a stream of its own.
            found, _ = await self._resources.engines.call("vad", "detect", audio, b"")
        self._vad_state = found.state
        self._probabilities.extend(found.probabilities)

    def _maybe_partial(self) -> None:
        now_ms = len(self._probabilities) * WINDOW_MS
        speaking = any(probability > 0.5 for probability in self._probabilities[-4:])
        busy = self._partial is not None and not self._partial.done()
        if self._closed or busy or not speaking or now_ms - self._partial_at_ms < PARTIAL_EVERY_MS:
            return
        self._partial_at_ms = now_ms
        self._partial = asyncio.create_task(self._transcribe_partly(now_ms))

    async def _transcribe_partly(self, upto_ms: int) -> None:
        start_ms = max(0, self._speech_span()[0] - LEAD_MS)
        audio = pcm16(bytes(self._received[: self._heard_bytes]))[start_ms * SAMPLE_RATE_HZ // 1000 :]
        transcript: Transcript
        try:
            transcript, _ = await self._resources.engines.call("asr", "transcribe", audio, partial=True)
        except (ChainExhausted, EngineError) as error:
            logger.warning("no partial transcript: %s", error)
            return
        self._understood(transcript.text, upto_ms)

    def _understood(self, text: str, upto_ms: int | None = None) -> None:
        upto_ms = len(self._probabilities) * WINDOW_MS if upto_ms is None else upto_ms
        self._endpointing = heard(self._endpointing, text, upto_ms)
        if text and not self._closed:
            message = TranscriptionMessage(seq=self._on.version(), part=-1, turn=self.turn, final=False, text=text)
            self._on.tell(message)

    def _tell_level(self, batch: Audio, probabilities: Sequence[float]) -> None:
        self._on.tell(
            ProgressMessage(
                seq=self._on.version(),
                part=-1,
                stage="listening",
                turn=self.turn,
                level_db=level_db(batch),
                speech=any(probability > 0.5 for probability in probabilities),
                next_chunk=self.next_chunk,
            )
        )

    def _tell_progress(self, stage: str) -> None:
        self._on.tell(
            ProgressMessage(seq=self._on.version(), part=-1, stage=stage, turn=self.turn, next_chunk=self.next_chunk)
        )

    def _speech_span(self) -> tuple[int, int]:
        speaking = [index for index, probability in enumerate(self._probabilities) if probability > 0.5]
        if not speaking:
            return 0, 0
        return speaking[0] * WINDOW_MS, (speaking[-1] + 1) * WINDOW_MS

    def _recording(self, audio: Audio, source: str, endpoint: str) -> Recording:
        """The audio cut to its speech. Raises `AudioError` when there is none."""
        start_ms, end_ms = self._speech_span()
        if end_ms == 0 and level_db(audio) < -50:
            raise AudioError("silent_audio", "Nothing was said in the recording; check the microphone and speak again.")
        if end_ms == 0:
            end_ms = len(audio) * 1000 // SAMPLE_RATE_HZ
        first_ms = max(0, start_ms - LEAD_MS)
        cut = audio[first_ms * SAMPLE_RATE_HZ // 1000 : (end_ms + TRAIL_MS) * SAMPLE_RATE_HZ // 1000]
        return Recording(
            turn=self.turn,
            audio=cut,
            speech_start_ms=start_ms - first_ms,
            speech_end_ms=end_ms - first_ms,
            source=source,
            endpoint=endpoint,
        )


def level_db(audio: Audio) -> float:
    """Root mean square in dB relative to full scale; -100 for silence."""
    if not len(audio):
        return QUIET_DB
    power = float(np.mean(np.square(audio, dtype=np.float64)))
    return round(max(QUIET_DB, 10 * math.log10(power + 1e-12)), 1)
