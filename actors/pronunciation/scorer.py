"""Pronunciation by our own networks on Whisper's frames: what is called said is decided here, the scores are theirs.

Text that was not said must not score: a text that the recording does not match, and words that neither the network nor
the recogniser found, have no scores, and the total falls by their share.
"""

from collections.abc import Sequence

import numpy as np

from actors.assessment.lexicon import Lexicon
from actors.hearing.whisper_model import FRAME_SAMPLES
from actors.ports import SAMPLE_RATE_HZ, Audio, EngineInputError
from actors.pronunciation.features import Placed, Recognised
from actors.pronunciation.inputs import scoring_inputs
from actors.pronunciation.listening import Listened, WhisperListener
from actors.pronunciation.model import PronunciationModel
from actors.pronunciation.network import Verdict
from actors.pronunciation.phones import NUMBER, PHONES, SILENCE, plain
from actors.pronunciation.placing import Ways, place
from actors.pronunciation.recognition import miscues, recognised
from events.values import PhoneScore, Pronunciation, Word, WordScore

HEARD_FROM = 0.999
"""Likeness from which the recogniser heard this very word, which then was said, however badly."""
CLEARLY_ANOTHER = 0.7
"""Nats a frame by which another phone must fit better to be called heard."""
POOR = 50.0
"""The score of 0..100 that stands for the limit below which experts mostly call a phone mispronounced."""


class TrainedPronunciationScorer:
    """`actors.ports.PronunciationScorer`; its Whisper may be the recogniser's, and then listens once for both."""

    name = "colloquy"

    def __init__(self, model: PronunciationModel, listener: WhisperListener, lexicon: Lexicon) -> None:
        self.version = model.facts.version
        self.digest = model.facts.digest
        self._model = model
        self._listener = listener
        self._lexicon = lexicon

    def score(self, audio: Audio, reference: str, words: tuple[Word, ...] = ()) -> Pronunciation:
        """Score ``audio`` against ``reference``; words that were not said have score 0 and no phones.

        Raises `EngineInputError`: reference_too_long, reference_unpronounceable, audio_not_finite.
        """
        expected = self._lexicon.words(reference)
        return self.score_words(audio, reference, [(one.text, one.pronunciations) for one in expected], words)

    def score_words(
        self, audio: Audio, reference: str, expected: Sequence[tuple[str, Ways]], words: tuple[Word, ...] = ()
    ) -> Pronunciation:
        """As `score`, with the words of the text and their pronunciations given. Raises ``audio_not_finite``."""
        if not np.isfinite(audio).all():
            raise EngineInputError("audio_not_finite", "the recording holds NaN or infinite samples: record it again")
        listened = self._listener.listen(audio)
        texts = [text for text, _ in expected]
        heard = recognised(texts, words)
        log_posteriors = None if listened.silent else self._model.network.log_posteriors(listened.frames)
        placed = None if log_posteriors is None else place(log_posteriors, [_plain(ways) for _, ways in expected])
        if log_posteriors is None or placed is None:
            return _unsaid(reference, texts, words)
        probabilities = self._listener.probabilities(audio, texts)
        verdict = self._model.network.verdict(
            scoring_inputs(listened.frames, log_posteriors, placed, probabilities, heard)
        )
        said = self._said(verdict, heard)
        return Pronunciation(
            reference=reference,
            words=tuple(
                self._word(index, text, placed, verdict, listened, log_posteriors)
                if said[index]
                else WordScore(text=text, start_ms=0, end_ms=0, score=0.0, spoken=False)
                for index, text in enumerate(texts)
            ),
            miscues=miscues(texts, said, words),
            confidence=round(verdict.matches, 3),
            **_whole(verdict, sum(said) / len(said)),
        )

    def _said(self, verdict: Verdict, heard: Recognised) -> list[bool]:
        """Of a text that does not match, only words that the recogniser heard too."""
        facts = self._model.facts
        matches = verdict.matches >= facts.matches_from
        return [
            alike >= HEARD_FROM or (matches and float(probability) >= facts.said_from)
            for probability, alike in zip(verdict.said, heard.heard, strict=True)
        ]

    def _word(
        self, index: int, text: str, placed: Placed, verdict: Verdict, listened: Listened, log_posteriors: np.ndarray
    ) -> WordScore:
        rows = np.flatnonzero(placed.words == index)
        accuracy, stress, total = (round(float(figure) * 10, 1) for figure in verdict.words[index])
        times = [_times_ms(listened, placed.spans[row]) for row in rows]
        return WordScore(
            text=text,
            start_ms=times[0][0],
            end_ms=times[-1][1],
            score=total,
            accuracy=accuracy,
            stress=stress,
            phones=tuple(
                PhoneScore(
                    phone=PHONES[placed.phones[row]],
                    start_ms=start_ms,
                    end_ms=end_ms,
                    score=self._phone_score(float(verdict.phones[row])),
                    heard=_heard_instead(log_posteriors, placed, int(row)),
                )
                for row, (start_ms, end_ms) in zip(rows, times, strict=True)
            ),
        )

    def _phone_score(self, accuracy: float) -> float:
        """0..2 as 0..100, bent so that what experts call mispronounced lies below `POOR`."""
        return round(float(np.interp(accuracy, [0.0, self._model.facts.poor_below, 2.0], [0.0, POOR, 100.0])), 1)


def _unsaid(reference: str, texts: Sequence[str], words: tuple[Word, ...]) -> Pronunciation:
    """Of a recording that is silent, or too short for the text."""
    return Pronunciation(
        reference=reference,
        score=0.0,
        completeness=0.0,
        words=tuple(WordScore(text=text, start_ms=0, end_ms=0, score=0.0, spoken=False) for text in texts),
        miscues=miscues(texts, [False] * len(texts), words),
        confidence=0.0,
    )


def _whole(verdict: Verdict, share: float) -> dict[str, float]:
    accuracy, fluency, prosodic, total = (float(figure) * 10 * share for figure in verdict.utterance)
    return {
        "score": round(total, 1),
        "completeness": round(100 * share, 1),
        "accuracy": round(accuracy, 1),
        "fluency": round(fluency, 1),
        "prosodic": round(prosodic, 1),
    }


def _plain(ways: Ways) -> Ways:
    return tuple(tuple(plain(phone) for phone in way) for way in ways)


def _times_ms(listened: Listened, span: Sequence[int]) -> tuple[int, int]:
    """Of the first and last frame, within the recording."""
    start, end = int(listened.starts[span[0]]), int(listened.starts[span[1] - 1]) + FRAME_SAMPLES
    return max(0, start) * 1000 // SAMPLE_RATE_HZ, max(0, end) * 1000 // SAMPLE_RATE_HZ


def _heard_instead(log_posteriors: np.ndarray, placed: Placed, row: int) -> str:
    start, end = placed.spans[row]
    mean = log_posteriors[start:end].mean(axis=0)
    mean[NUMBER[SILENCE]] = -np.inf
    best = int(mean.argmax())
    return PHONES[best] if mean[best] - mean[placed.phones[row]] > CLEARLY_ANOTHER else ""
