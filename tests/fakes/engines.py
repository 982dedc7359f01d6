"""Engines that answer at once and always alike, for tests of what is built around them.

The contract that they share with the real ones is in `tests/actors/test_engines_contract.py`.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actors.ports import Audio, FaceTrack, Fragment, Speech, SpeechProbabilities, Transcript
from events.values import EngineUse, Note, Phoneme, PhoneScore, PitchPoint, Pronunciation, Prosody, Word, WordScore
from policies.tutor.context import Sentence, TutorContext

WINDOW = 512
SAMPLE_RATE_HZ = 16_000


class FakeVad:
    """Loud windows are speech."""

    def detect(self, audio: Audio, state: bytes) -> SpeechProbabilities:
        waiting = np.concatenate((np.frombuffer(state, np.float32), audio))
        count = len(waiting) // WINDOW
        windows = waiting[: count * WINDOW].reshape(count, WINDOW)
        probabilities = tuple(0.99 if np.abs(window).max() > 0.01 else 0.01 for window in windows)
        return SpeechProbabilities(probabilities=probabilities, state=waiting[count * WINDOW :].tobytes())


class FakeRecogniser:
    """Hears one word for each whole half second."""

    def transcribe(self, audio: Audio, *, language: str = "en", partial: bool = False) -> Transcript:
        count = max(1, len(audio) // (SAMPLE_RATE_HZ // 2))
        names = ("i", "like", "my", "small", "garden")
        words = tuple(
            Word(text=names[index % 5], start_ms=500 * index, end_ms=500 * index + 400, confidence=0.9)
            for index in range(count)
        )
        return Transcript(text=" ".join(word.text for word in words), words=words, confidence=0.9)


class FakeProsody:
    """Everyone speaks at 150 Hz."""

    def analyse(self, audio: Audio, words: tuple[Word, ...]) -> Prosody:
        duration_ms = len(audio) * 1000 // SAMPLE_RATE_HZ
        return Prosody(duration_ms=duration_ms, speaking_ms=duration_ms, f0_mean_hz=150.0, words_per_minute=100.0)

    def melody(self, samples: NDArray[np.int16], rate_hz: int) -> tuple[PitchPoint, ...]:
        duration_ms = len(samples) * 1000 // rate_hz
        return tuple(PitchPoint(time_ms=time_ms, f0_hz=150.0) for time_ms in range(20, duration_ms, 20))


class FakeScorer:
    """Every word is worth 80, the last one 40."""

    def score(self, audio: Audio, reference: str, words: tuple[Word, ...] = ()) -> Pronunciation:
        texts = reference.split()
        scored = tuple(
            WordScore(
                text=text,
                start_ms=100 * index,
                end_ms=100 * index + 90,
                score=40.0 if index == len(texts) - 1 else 80.0,
                phones=(PhoneScore(phone="AH", start_ms=100 * index, end_ms=100 * index + 90, score=40.0),),
            )
            for index, text in enumerate(texts)
        )
        return Pronunciation(reference=reference, score=75.0, completeness=100.0, words=scored)


class FakeChecker:
    """Nobody makes a slip."""

    def check(self, text: str) -> tuple[Note, ...]:
        return ()


class FakeTutor:
    """Says back what was said, then asks a numbered question."""

    def reply(self, context: TutorContext) -> Any:
        yield Sentence(text=f"You said: {context.said or 'nothing'}.", acts=("react",), emotion="happy")
        yield Sentence(text=f"What is question {context.turn}?", acts=("ask",))


class FakeVoice:
    """A hum of 40 ms a letter, in one stretch."""

    def speak(self, text: str, *, tutor: str, rate: float = 1.0) -> Any:
        frames = max(1, len(text))
        time = np.arange(frames * 640) / SAMPLE_RATE_HZ
        pcm = (3000 * np.sin(2 * np.pi * 150 * time)).astype("<i2").tobytes()
        phonemes = (Phoneme(ipa="ə", start_ms=0, end_ms=40 * frames),)
        yield Speech(text=text, pcm=pcm, sample_rate_hz=SAMPLE_RATE_HZ, phonemes=phonemes, voice="hum", rate=rate)


class FakeFace:
    """Fragments of one second whose bytes name their track."""

    def render(self, track: FaceTrack) -> Any:
        for start_ms in range(0, track.duration_ms, 1000):
            duration_ms = min(1000, track.duration_ms - start_ms)
            media = f"{track.tutor}/{track.seed}/{track.start_ms}/{start_ms}".encode()
            yield Fragment(init=b"init", media=media, start_ms=start_ms, duration_ms=duration_ms)


class FakeEngines:
    """`actors.engines.Engines` over the fakes. ``delay_s`` is slept before each answer; ``faults`` raise by kind."""

    def __init__(self, *, delay_s: float = 0.0) -> None:
        self.delay_s = delay_s
        self.faults: dict[str, Exception] = {}
        self.calls: list[tuple[str, str]] = []
        self._engines: dict[str, Any] = {
            "vad": FakeVad(),
            "asr": FakeRecogniser(),
            "prosody": FakeProsody(),
            "pronunciation": FakeScorer(),
            "language": FakeChecker(),
            "tutor": FakeTutor(),
            "voice": FakeVoice(),
            "face": FakeFace(),
        }

    async def call(self, kind: str, method: str, *args: Any, **kwargs: Any) -> tuple[Any, EngineUse]:
        await self._before(kind, method)
        return getattr(self._engines[kind], method)(*args, **kwargs), self._use(kind)

    async def stream(self, kind: str, method: str, *args: Any, **kwargs: Any) -> AsyncIterator[tuple[Any, EngineUse]]:
        await self._before(kind, method)
        for item in getattr(self._engines[kind], method)(*args, **kwargs):
            yield item, self._use(kind)
            await asyncio.sleep(self.delay_s)

    async def _before(self, kind: str, method: str) -> None:
        self.calls.append((kind, method))
        await asyncio.sleep(self.delay_s)
        if kind in self.faults:
            raise self.faults[kind]

    def _use(self, kind: str) -> EngineUse:
        return EngineUse(kind=kind, name=f"fake-{kind}", version="1")
