"""One line of a manifest assessed: recording decoded, understood, judged and measured. Scales are the experts'."""

import logging
import math
from pathlib import Path
from typing import Any, Self

import msgspec
from msgspec import UNSET, Struct, UnsetType

from actors.assessment.lexicon import Lexicon
from actors.assessment.praat import PraatProsodyAnalyser
from actors.hearing.decode import MAX_AUDIO_SECONDS
from actors.hearing.files import Decoders
from actors.hearing.flaws import RecordingWarning, flaws
from actors.hearing.whisper import WhisperRecogniser
from actors.hearing.whisper_model import LoadedWhisper
from actors.ports import Audio, EngineError, EngineInputError, Transcript
from actors.pronunciation.intonation import intonation
from actors.pronunciation.judgement import Expected, Judge, JudgedPhone, JudgedWord, Judgement
from actors.pronunciation.listening import WhisperListener
from actors.pronunciation.manifest import Ask, Failed, Id, expected_words
from actors.pronunciation.model import open_model
from events.values import Miscue, Prosody
from policies.prosody.judging import JudgedProsody

logger = logging.getLogger(__name__)

DIGITS = 4
MARGINS = ("accuracy", "fluency", "prosodic", "total")
"""The figures of `Judgement.margins`."""


class Equipment(Struct, frozen=True, kw_only=True):
    """Where an assessor finds Whisper, the trained model and the CMU dictionary, and its threads."""

    whisper: Path
    model: Path
    dictionary: Path
    threads: int


class Scores(Struct, frozen=True, kw_only=True):
    """Of the whole, 0..10."""

    accuracy: float
    completeness: float
    fluency: float
    prosodic: float
    total: float


class ScoreMargins(Struct, frozen=True, kw_only=True):
    """How far the experts' ratings lie from the scores, at most, in four of five cases."""

    accuracy: float
    fluency: float
    prosodic: float
    total: float


class AssessedWord(Struct, frozen=True, kw_only=True):
    """Scores 0..10, those of phones 0..2; ``error`` is "", omission, substitution or mispronunciation."""

    text: str
    start_ms: int
    end_ms: int
    accuracy: float
    stress: float
    total: float
    error: str
    phones: tuple[JudgedPhone, ...]


class Warned(Struct, frozen=True, kw_only=True):
    """A flaw of the recording: see `actors.hearing.flaws.RecordingWarning`."""

    kind: str
    value: float
    told: str


class Assessed(Struct, frozen=True, kw_only=True):
    """What is told of a line.

    ``prosody`` is `events.values.Prosody` without its contour, and `policies.prosody.judging.JudgedProsody`.
    ``margins`` are left out by a model that does not know its own.
    """

    id: Id
    scores: Scores
    words: tuple[AssessedWord, ...]
    miscues: tuple[Miscue, ...]
    prosody: dict[str, Any]
    confidence: float
    warnings: tuple[Warned, ...]
    transcript: str
    margins: ScoreMargins | UnsetType = UNSET


class Examined(Struct, frozen=True, kw_only=True):
    """A recording with all that was found of it; ``confidence`` is the judgement's, less for every flaw."""

    audio: Audio
    transcript: Transcript
    expected: Expected
    judgement: Judgement
    prosody: Prosody
    intonation: JudgedProsody = JudgedProsody()
    warnings: tuple[RecordingWarning, ...] = ()

    @property
    def confidence(self) -> float:
        return self.judgement.confidence * math.prod(warning.trust for warning in self.warnings)


class Assessor:
    """A Whisper, a trained model and Praat. A plain class; `actors.pronunciation.remote` makes it an actor."""

    def __init__(self, equipment: Equipment) -> None:
        """Raises `EngineError` when a model cannot be opened."""
        whisper = LoadedWhisper(equipment.whisper, threads=equipment.threads)
        self.judge = Judge(open_model(equipment.model, threads=equipment.threads), WhisperListener(whisper))
        self.prosody = PraatProsodyAnalyser()
        self._whisper = whisper
        self._recogniser = WhisperRecogniser(whisper)
        self._lexicon = Lexicon(equipment.dictionary)
        self._decoders = Decoders()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._decoders.__exit__()

    def assess(self, ask: Ask) -> Assessed | Failed:
        """What a line of OUT tells."""
        try:
            return _assessed(ask.id, self.examine(ask), self.judge.facts.poor_below)
        except EngineError as error:
            return Failed(id=ask.id, failed=str(error))
        except Exception as error:  # the supervisor of a batch: one line must not end the thousands after it
            logger.exception("line %d", ask.number)
            return Failed(id=ask.id, failed=f"assessing it failed ({type(error).__name__}: {error}): report this line")

    def examine(self, ask: Ask) -> Examined:
        """Raises `EngineInputError` where the recording or the text cannot be used."""
        expected = expected_words(ask, self._lexicon)
        if not ask.audio.is_file():
            raise EngineInputError("no_recording", f"there is no file {ask.audio}: put it there or correct its path")
        audio = self._decoders.decode(ask.audio, MAX_AUDIO_SECONDS)
        transcript = self._recogniser.transcribe(audio)
        judgement = self.judge.judge(audio, expected, transcript.words)
        if judgement.unheard == "silent":
            raise EngineInputError("no_speech", "no speech is heard in the recording: record it again and speak up")
        if judgement.unheard == "short":
            raise EngineInputError("too_short", "the recording is too short for its text: record all of it again")
        prosody, tracks = self.prosody.measure(audio, transcript.words)
        return Examined(
            audio=audio,
            transcript=transcript,
            expected=expected,
            judgement=judgement,
            prosody=prosody,
            intonation=intonation(ask.text, expected, judgement, transcript.words, prosody, tracks),
            warnings=flaws(audio, self._whisper.speech(audio)),
        )


def _assessed(name: Id, found: Examined, poor_below: float) -> Assessed:
    judged = found.judgement
    replaced = {miscue.word for miscue in judged.miscues if miscue.kind == "substitution"}
    prosody: dict[str, Any] = msgspec.to_builtins(found.prosody)
    del prosody["contour"]
    prosody |= msgspec.to_builtins(found.intonation)
    return Assessed(
        id=name,
        scores=Scores(
            accuracy=round(judged.accuracy, DIGITS),
            completeness=round(judged.completeness, DIGITS),
            fluency=round(judged.fluency, DIGITS),
            prosodic=round(judged.prosodic, DIGITS),
            total=round(judged.total, DIGITS),
        ),
        words=tuple(
            _word(word, error_of(word, poor_below, replaced=index in replaced))
            for index, word in enumerate(judged.words)
        ),
        miscues=judged.miscues,
        prosody=prosody,
        confidence=round(found.confidence, DIGITS),
        warnings=tuple(Warned(kind=one.kind, value=one.value, told=one.told) for one in found.warnings),
        transcript=found.transcript.text,
        margins=ScoreMargins(**dict(zip(MARGINS, (round(one, DIGITS) for one in judged.margins), strict=True)))
        if judged.margins
        else UNSET,
    )


def error_of(word: JudgedWord, poor_below: float, *, replaced: bool) -> str:
    """A word is mispronounced when experts would mostly call one of its phones so."""
    if not word.said:
        return "substitution" if replaced else "omission"
    return "mispronunciation" if any(phone.score < poor_below for phone in word.phones) else ""


def _word(word: JudgedWord, error: str) -> AssessedWord:
    return AssessedWord(
        text=word.text,
        start_ms=word.start_ms,
        end_ms=word.end_ms,
        accuracy=round(word.accuracy, DIGITS),
        stress=round(word.stress, DIGITS),
        total=round(word.total, DIGITS),
        error=error,
        phones=tuple(msgspec.structs.replace(phone, score=round(phone.score, DIGITS)) for phone in word.phones),
    )
