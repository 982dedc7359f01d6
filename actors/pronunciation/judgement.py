"""A recording judged against a text on the experts' scales. What counts as said is decided here; scores are networks'.

Text that was not said must not score: a text that the recording does not match, and words that neither the network nor
the recogniser found, have no scores, and those of the whole fall (see `lowering`).
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from actors.hearing.whisper_model import FRAME_SAMPLES
from actors.ports import SAMPLE_RATE_HZ, Audio, EngineInputError
from actors.pronunciation.features import Placed, Recognised
from actors.pronunciation.inputs import scoring_inputs
from actors.pronunciation.listening import Listened, WhisperListener
from actors.pronunciation.lowering import lowered
from actors.pronunciation.model import PronunciationModel
from actors.pronunciation.network import Verdict
from actors.pronunciation.phones import NUMBER, PHONES, SILENCE, plain
from actors.pronunciation.placing import Ways, place
from actors.pronunciation.recognition import miscues, recognised, told_already
from actors.pronunciation.surplus import surplus
from events.values import INSERTION, Miscue, Word

HEARD_FROM = 0.999
"""Likeness from which the recogniser heard this very word, which then was said, however badly."""
SHORTEST_PHONE_FRAMES = 0.5
"""Frames of 20 ms a phone: nobody reads a hundred phones a second, not even with half of the text left out."""
CLEARLY_ANOTHER = 0.7
"""Nats a frame by which another phone must fit better to be called heard."""

Expected = Sequence[tuple[str, Ways]]
"""The words of a text, each with the ways to say it."""
Span = tuple[int, int]
"""First and last ms."""


class JudgedPhone(Struct, frozen=True, kw_only=True):
    """An expected phone (ARPAbet without stress), its score 0..2, and which was ``heard`` where it is another one."""

    phone: str
    start_ms: int = 0
    end_ms: int = 0
    score: float = 0.0
    heard: str = ""


class JudgedWord(Struct, frozen=True, kw_only=True):
    """A word of the text, scores 0..10. One that was not said has its phones too, without times and scores."""

    text: str
    phones: tuple[JudgedPhone, ...]
    said: bool = False
    start_ms: int = 0
    end_ms: int = 0
    accuracy: float = 0.0
    stress: float = 0.0
    total: float = 0.0


class Judgement(Struct, frozen=True, kw_only=True):
    """Scores of the whole 0..10. ``confidence`` (0..1): how sure it is that the text was read at all.

    ``margins`` (accuracy, fluency, prosodic, total; () where nothing was said or the model knows none): see
    `actors.pronunciation.model`.
    ``unheard`` says why nothing could be judged: "silent" (no speech was found), "short" (too short for the text).
    """

    words: tuple[JudgedWord, ...]
    completeness: float = 0.0
    accuracy: float = 0.0
    fluency: float = 0.0
    prosodic: float = 0.0
    total: float = 0.0
    miscues: tuple[Miscue, ...] = ()
    confidence: float = 0.0
    margins: tuple[float, ...] = ()
    unheard: str = ""


class _Heard(Struct, frozen=True, kw_only=True):
    """A recording's frames, the phones' log posteriors in them, and where those of the text lie."""

    listened: Listened
    log_posteriors: NDArray[np.float32]
    placed: Placed


class Judge:
    """A trained model and the Whisper whose frames it knows."""

    def __init__(self, model: PronunciationModel, listener: WhisperListener) -> None:
        self.facts = model.facts
        self._network = model.network
        self._listener = listener

    def judge(self, audio: Audio, expected: Expected, words: tuple[Word, ...] = ()) -> Judgement:
        """How well the words of a text were said; ``words`` are what the recogniser heard, if it was asked.

        Raises `EngineInputError`: audio_not_finite.
        """
        texts = [text for text, _ in expected]
        heard = self._heard(audio, expected)
        if not isinstance(heard, _Heard):
            return _unsaid(expected, words, "silent" if heard.silent else "short")
        alike = recognised(texts, words)
        probabilities = self._listener.probabilities(heard.listened, texts)
        verdict = self._network.verdict(
            scoring_inputs(heard.listened.frames, heard.log_posteriors, heard.placed, probabilities, alike)
        )
        said = self._said(verdict, alike)
        share = sum(said) / len(said)
        served = lowered(np.asarray(verdict.utterance, np.float64), share, read=self._read(verdict)).tolist()
        accuracy, fluency, prosodic, total = served
        return Judgement(
            words=tuple(_word(index, text, heard, verdict, said=said[index]) for index, text in enumerate(texts)),
            completeness=10 * share,
            accuracy=accuracy,
            fluency=fluency,
            prosodic=prosodic,
            total=total,
            miscues=self._miscues(miscues(texts, said, words), heard, verdict),
            confidence=verdict.matches,
            margins=tuple(margins.of(figure) for margins, figure in zip(self.facts.margins, served, strict=False))
            if share
            else (),
        )

    def phone_times(self, audio: Audio, expected: Expected) -> tuple[tuple[Span, ...], ...]:
        """First and last ms of each phone of each word, said or not; () where the text has no place. Raises as `judge`.

        Of several pronunciations of a word they are those of the likeliest.
        """
        heard = self._heard(audio, expected)
        if not isinstance(heard, _Heard):
            return ()
        spans = [(int(start), int(end)) for start, end in heard.placed.spans]
        return tuple(
            tuple(_times_ms(heard.listened, spans[row]) for row in np.flatnonzero(heard.placed.words == index))
            for index in range(len(expected))
        )

    def _heard(self, audio: Audio, expected: Expected) -> "_Heard | Listened":
        """The frames alone where they are silent, or too few for the text."""
        if not np.isfinite(audio).all():
            raise EngineInputError("audio_not_finite", "the recording holds NaN or infinite samples: record it again")
        listened = self._listener.listen(audio)
        if listened.silent:
            return listened
        least = sum(min(len(way) for way in ways) for _, ways in expected) * SHORTEST_PHONE_FRAMES
        if int((listened.starts >= 0).sum()) < least:
            return listened
        log_posteriors = self._network.log_posteriors(listened.frames)
        placed = place(log_posteriors, [_plain(ways) for _, ways in expected])
        if placed is None:
            return listened
        return _Heard(listened=listened, log_posteriors=log_posteriors, placed=placed)

    def _read(self, verdict: Verdict) -> bool:
        """Whether the recording holds this text at all."""
        return verdict.matches >= self.facts.matches_from

    def _said(self, verdict: Verdict, alike: Recognised) -> list[bool]:
        """Of a text that does not match, only words that the recogniser heard too."""
        read = self._read(verdict)
        return [
            likeness >= HEARD_FROM or (read and float(probability) >= self.facts.said_from)
            for probability, likeness in zip(verdict.said, alike.heard, strict=True)
        ]

    def _miscues(self, told: tuple[Miscue, ...], heard: _Heard, verdict: Verdict) -> tuple[Miscue, ...]:
        """With what was said besides the text and not understood, unless all of it is something else."""
        if not self._read(verdict):
            return told
        besides = [
            Miscue(kind=INSERTION, word=each.word, start_ms=start_ms, end_ms=end_ms)
            for each in surplus(heard.log_posteriors, heard.placed)
            for start_ms, end_ms in [_times_ms(heard.listened, (each.start, each.end))]
        ]
        new = [one for one in besides if not told_already(one, told)]
        return tuple(sorted([*told, *new], key=lambda one: one.word))


def _unsaid(expected: Expected, words: tuple[Word, ...], unheard: str) -> Judgement:
    """The commonest phones of each word."""
    return Judgement(
        words=tuple(
            JudgedWord(text=text, phones=tuple(JudgedPhone(phone=plain(phone)) for phone in ways[0]))
            for text, ways in expected
        ),
        miscues=miscues([text for text, _ in expected], [False] * len(expected), words),
        unheard=unheard,
    )


def _word(index: int, text: str, heard: _Heard, verdict: Verdict, *, said: bool) -> JudgedWord:
    rows = np.flatnonzero(heard.placed.words == index)
    if not said:
        return JudgedWord(text=text, phones=tuple(JudgedPhone(phone=PHONES[heard.placed.phones[row]]) for row in rows))
    accuracy, stress, total = (float(figure) for figure in verdict.words[index])
    start_ms, end_ms = _times_ms(heard.listened, _word_span(heard, index))
    phones = tuple(_phone(int(row), heard, float(verdict.phones[row])) for row in rows)
    return JudgedWord(
        text=text,
        phones=phones,
        said=True,
        start_ms=start_ms,
        end_ms=end_ms,
        accuracy=accuracy,
        stress=stress,
        total=total,
    )


def _phone(row: int, heard: _Heard, score: float) -> JudgedPhone:
    start, end = heard.placed.spans[row]
    start_ms, end_ms = _times_ms(heard.listened, (int(start), int(end)))
    own = int(heard.placed.phones[row])
    mean = heard.log_posteriors[start:end].mean(axis=0)
    mean[NUMBER[SILENCE]] = -np.inf
    best = int(mean.argmax())
    instead = PHONES[best] if mean[best] - mean[own] > CLEARLY_ANOTHER else ""
    return JudgedPhone(phone=PHONES[own], start_ms=start_ms, end_ms=end_ms, score=score, heard=instead)


def _word_span(heard: _Heard, index: int) -> tuple[int, int]:
    spans = heard.placed.spans[heard.placed.words == index]
    return int(spans[0, 0]), int(spans[-1, 1])


def _times_ms(listened: Listened, span: tuple[int, int]) -> Span:
    """Of the first and last frame, within the recording."""
    start, end = int(listened.starts[span[0]]), int(listened.starts[span[1] - 1]) + FRAME_SAMPLES
    return max(0, start) * 1000 // SAMPLE_RATE_HZ, max(0, end) * 1000 // SAMPLE_RATE_HZ


def _plain(ways: Ways) -> Ways:
    return tuple(tuple(plain(phone) for phone in way) for way in ways)
