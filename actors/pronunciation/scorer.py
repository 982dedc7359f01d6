"""Pronunciation for a lesson by our own networks: a `Judgement` in figures of 0..100. Judges nothing itself."""

import numpy as np
from msgspec import UNSET

from actors.assessment.lexicon import Lexicon
from actors.ports import Audio
from actors.pronunciation.judgement import Expected, Judge, JudgedPhone, JudgedWord
from actors.pronunciation.listening import WhisperListener
from actors.pronunciation.model import PronunciationModel
from events.values import PhoneScore, Pronunciation, Word, WordScore

POOR = 50.0
"""The score of 0..100 that stands for the limit below which experts mostly call a phone mispronounced."""


class TrainedPronunciationScorer:
    """`actors.ports.PronunciationScorer`; its Whisper may be the recogniser's, and then listens once for both."""

    name = "colloquy"

    def __init__(self, model: PronunciationModel, listener: WhisperListener, lexicon: Lexicon) -> None:
        self.version = model.facts.version
        self.digest = model.facts.digest
        self._judge = Judge(model, listener)
        self._lexicon = lexicon

    def score(self, audio: Audio, reference: str, words: tuple[Word, ...] = ()) -> Pronunciation:
        """Score ``audio`` against ``reference``; words that were not said have score 0 and no phones.

        Raises `EngineInputError`: reference_too_long, reference_unpronounceable, audio_not_finite.
        """
        expected = self._lexicon.words(reference)
        return self.score_words(audio, reference, [(one.text, one.pronunciations) for one in expected], words)

    def score_words(
        self, audio: Audio, reference: str, expected: Expected, words: tuple[Word, ...] = ()
    ) -> Pronunciation:
        """As `score`, with the words of the text and their pronunciations given. Raises ``audio_not_finite``."""
        judged = self._judge.judge(audio, expected, words)
        return Pronunciation(
            reference=reference,
            score=_of_hundred(judged.total),
            completeness=_of_hundred(judged.completeness),
            words=tuple(self._word(word) for word in judged.words),
            miscues=judged.miscues,
            confidence=round(judged.confidence, 3),
            accuracy=UNSET if judged.unheard else _of_hundred(judged.accuracy),
            fluency=UNSET if judged.unheard else _of_hundred(judged.fluency),
            prosodic=UNSET if judged.unheard else _of_hundred(judged.prosodic),
            margin=_of_hundred(judged.margins[-1]) if judged.margins else UNSET,
        )

    def _word(self, word: JudgedWord) -> WordScore:
        if not word.said:
            return WordScore(text=word.text, start_ms=0, end_ms=0, score=0.0, spoken=False)
        return WordScore(
            text=word.text,
            start_ms=word.start_ms,
            end_ms=word.end_ms,
            score=_of_hundred(word.total),
            accuracy=_of_hundred(word.accuracy),
            stress=_of_hundred(word.stress),
            phones=tuple(self._phone(phone) for phone in word.phones),
        )

    def _phone(self, phone: JudgedPhone) -> PhoneScore:
        """0..2 as 0..100, bent so that what experts call mispronounced lies below `POOR`."""
        limits = [0.0, self._judge.facts.poor_below, 2.0]
        return PhoneScore(
            phone=phone.phone,
            start_ms=phone.start_ms,
            end_ms=phone.end_ms,
            score=round(float(np.interp(phone.score, limits, [0.0, POOR, 100.0])), 1),
            heard=phone.heard,
        )


def _of_hundred(score: float) -> float:
    return round(score * 10, 1)
