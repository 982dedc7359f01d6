"""The Protocols that engines fulfil, one for each kind, and the values they exchange.

An engine is a plain synchronous class; a model actor calls it in a worker thread. ``name`` and ``version`` identify
it in the log, ``digest`` its weights ("" without any). An engine raises `EngineError` when it cannot answer.
Audio from the learner is float32, mono, 16 kHz, shape (samples,), in -1..1.
"""

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from events.values import Note, Phoneme, PitchPoint, Pronunciation, Prosody, Viseme, Word
from policies.tutor.context import Sentence, TurnSummary, TutorContext

__all__ = ["Sentence", "TurnSummary", "TutorContext"]  # exchanged here, decided on in `policies.tutor`

Audio = NDArray[np.float32]

SAMPLE_RATE_HZ = 16_000
FRAMES_PER_SECOND = 25


class EngineError(Exception):
    """The engine could not answer. Travels between processes with all its attributes."""

    retryable = True

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[EngineError], args: tuple[Any, ...], attributes: dict[str, Any]) -> EngineError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(attributes)
    return error


class EngineInputError(EngineError):
    """The input itself cannot be worked on; trying again gives the same. ``code`` is stable, the message says more."""

    retryable = False

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Engine(Protocol):
    """What every engine tells of itself."""

    name: str
    version: str
    digest: str


class SpeechProbabilities(Struct, frozen=True, kw_only=True):
    """Speech probability of each consecutive 32 ms window and the state to hand to the next call."""

    probabilities: tuple[float, ...]
    state: bytes


class VoiceActivityDetector(Engine, Protocol):
    """Finds speech in a stream."""

    def detect(self, audio: Audio, state: bytes) -> SpeechProbabilities:
        """Probabilities of the next windows. The state carries the tail that fills no window; b"" starts a stream."""
        ...


class Transcript(Struct, frozen=True, kw_only=True):
    """What was understood; ``confidence`` is the mean word probability, 0..1."""

    text: str
    words: tuple[Word, ...] = ()
    language: str = "en"
    confidence: float = 0.0


class SpeechRecogniser(Engine, Protocol):
    """Turns speech into text."""

    def transcribe(self, audio: Audio, *, language: str = "en", partial: bool = False) -> Transcript:
        """Transcribe up to 60 s. A partial result may leave out word times."""
        ...


class ProsodyAnalyser(Engine, Protocol):
    """Measures how something was said."""

    def analyse(self, audio: Audio, words: tuple[Word, ...]) -> Prosody:
        """Prosody of one utterance; ``words`` may be empty."""
        ...

    def melody(self, samples: NDArray[np.int16], rate_hz: int) -> tuple[PitchPoint, ...]:
        """F0 of the tutor's voice where it is clear, a point every 20 ms; times in ms from the first sample."""
        ...


class PronunciationScorer(Engine, Protocol):
    """Scores phones, words and the utterance against a text."""

    def score(self, audio: Audio, reference: str, words: tuple[Word, ...] = ()) -> Pronunciation:
        """Align ``reference`` with the audio and score it. ``words`` are the recogniser's, if there are any."""
        ...


class LanguageChecker(Engine, Protocol):
    """Finds slips of language in a transcript."""

    def check(self, text: str) -> tuple[Note, ...]:
        """Slips in order of position; an empty tuple when there is none to be sure of."""
        ...


class Tutor(Engine, Protocol):
    """Decides what to say."""

    def reply(self, context: TutorContext) -> Iterator[Sentence]:
        """The reply sentence by sentence, each as soon as it is known to be sound."""
        ...


class Speech(Struct, frozen=True, kw_only=True):
    """A stretch of synthetic speech: int16 PCM bytes (little endian, mono) and its phoneme times.

    It lasts a whole number of 40 ms video frames (padded with silence); phoneme times start at its first sample.
    ``last`` is false when more stretches of the same sentence follow.
    """

    text: str
    pcm: bytes
    sample_rate_hz: int
    phonemes: tuple[Phoneme, ...]
    voice: str
    rate: float = 1.0
    last: bool = True

    @property
    def samples(self) -> NDArray[np.int16]:
        return np.frombuffer(self.pcm, dtype="<i2")

    @property
    def duration_ms(self) -> int:
        return len(self.pcm) // 2 * 1000 // self.sample_rate_hz


class Voice(Engine, Protocol):
    """Speaks."""

    def speak(self, text: str, *, tutor: str, rate: float = 1.0) -> Iterator[Speech]:
        """Speak one sentence in one or more stretches, cut where a speaker would breathe; rate 0.8 is slower."""
        ...


class Fragment(Struct, frozen=True, kw_only=True):
    """A stretch of H.264 in fragmented MP4 (one moof+mdat), that plays after its initialisation segment.

    Decode times start at 0 at the segment's first frame.
    """

    init: bytes
    media: bytes
    start_ms: int
    duration_ms: int


class FaceTrack(Struct, frozen=True, kw_only=True):
    """What a face shows over one segment: its visemes, its mood, and where in the turn it starts (ms, whole frames).

    ``emotion_before`` is that of the segment before, from which the face changes; "" is neutral at the turn's start and
    ``emotion`` elsewhere.
    """

    visemes: tuple[Viseme, ...]
    duration_ms: int
    start_ms: int
    tutor: str
    emotion: str = "neutral"
    emotion_before: str = ""
    seed: int = 0


class Face(Engine, Protocol):
    """Draws the tutor."""

    def render(self, track: FaceTrack) -> Iterator[Fragment]:
        """Video of the whole track in fragments of about a second, each as soon as it is encoded."""
        ...
