"""Pronunciation by forced alignment with the acoustic model and dictionary that PocketSphinx carries.

PocketSphinx's own second pass fails on about one learner in four and takes .3 s for 4 s of speech; the same model read
into NumPy (`cepstra`, `gaussians`, `alignment`) never fails and takes a tenth of that. What experts would say of the
likelihoods is `calibration`'s, which words count as said is decided here.
"""

from collections.abc import Sequence
from difflib import SequenceMatcher
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from actors.assessment.alignment import Segment, align
from actors.assessment.calibration import calibration, clipped, grouped
from actors.assessment.cepstra import FRAME_SHIFT, cepstra, with_differences
from actors.assessment.gaussians import AcousticModel, digest
from actors.assessment.goodness import PhoneEvidence, phone_evidence
from actors.assessment.lexicon import Lexicon, Pronounceable
from actors.ports import SAMPLE_RATE_HZ, Audio, EngineInputError
from events.values import PhoneScore, Pronunciation, Word, WordScore

FRAME_MS = FRAME_SHIFT * 1000 // SAMPLE_RATE_HZ
FILLERS = ("SIL", "+NSN+", "+SPN+")

GARBAGE_MARGIN = 6.0
"""Nats a frame that the garbage path lies below the best phone: a word whose phones fit worse was not said."""

HEARD_COST, UNHEARD_COST, UNJUDGED_COST = 1e4, 10.0, 30.0
"""Nats to call a word unsaid: when the recogniser heard this very word (it was said, however badly), when it did not,
when there is no recogniser. Of words that experts rate 7 to 10, .5 % are lost so; of words added to a text, 85 % are
found unsaid."""

FOREIGN_PATH, FOREIGN_PATH_LITTLE_HEARD, FOREIGN_PATH_NONE_HEARD = -4.2, -3.8, -3.4
"""Mean likelihood ratio of an utterance (nats a frame) below which its text was not what was said: without a
recogniser, when it heard less than `LITTLE_HEARD` of the words, when it heard none. (Without a recogniser the last also
holds where most words found no place.)"""

UNSAID_PATH = -7.0
"""What a word that found no place counts in that mean, where the recogniser did not hear the text either."""

LITTLE_HEARD = 0.3
ALIKE = 0.7
"""Similarity of spelling from which the recogniser's word counts as the expected one."""


class SphinxPronunciationScorer:
    """`actors.ports.PronunciationScorer` on the en-us model; some 40 ms for 4 s of speech, .3 s to load."""

    name = "gop"

    def __init__(self, model: Path | None = None) -> None:
        """``model``: the folder that holds ``en-us`` and ``cmudict-en-us.dict``, by default PocketSphinx's own."""
        folder = model if model is not None else _bundled_model()
        self.version = version("pocketsphinx")
        self.digest = digest(folder / "en-us")
        self._acoustics = AcousticModel(folder / "en-us")
        self._lexicon = Lexicon(folder / "cmudict-en-us.dict")
        self._number = {phone: index for index, phone in enumerate(self._acoustics.phones)}
        self._fillers = tuple(self._number[phone] for phone in FILLERS)

    def score(self, audio: Audio, reference: str, words: tuple[Word, ...] = ()) -> Pronunciation:
        """Score ``audio`` against ``reference``; words that were not said have score 0 and no phones.

        Raises `EngineInputError`: reference_too_long, reference_unpronounceable, audio_not_finite.
        """
        expected = self._lexicon.words(reference)
        if not np.isfinite(audio).all():
            raise EngineInputError("audio_not_finite", "the recording holds NaN or infinite samples: record it again")
        heard = heard_words([word.text for word in expected], [word.text for word in words]) if words else None
        segments, evidence = self.examine(audio, expected, heard)
        return _pronunciation(reference, expected, segments, evidence)

    def words(self, reference: str) -> tuple[Pronounceable, ...]:
        """The words of a text as this scorer would say them; raises as `score` does."""
        return self._lexicon.words(reference)

    def examine(
        self, audio: Audio, expected: Sequence[Pronounceable], heard: Sequence[bool] | None
    ) -> tuple[tuple[Segment, ...], tuple[PhoneEvidence, ...]]:
        """Alignment and evidence. ``heard``: which words the recogniser heard, None if none ran."""
        static = cepstra(audio)
        if not len(static):
            return (), ()
        likelihoods = self._acoustics.log_likelihoods(with_differences(static))
        if not self._voiced(likelihoods):
            return (), ()
        spoken = self._align(likelihoods, expected, heard)
        evidence = phone_evidence(likelihoods, spoken, self._acoustics.phones, self._fillers)
        if _foreign(evidence, len(expected), heard):
            spoken = tuple(one for one in spoken if heard is not None and heard[one.word])
            evidence = tuple(one for one in evidence if heard is not None and heard[one.word])
        return spoken, evidence

    def _voiced(self, likelihoods: NDArray[np.float32]) -> bool:
        """Whether any tenth of a second is more like speech than like silence or noise."""
        per_phone = likelihoods.max(axis=2)
        silence = per_phone[:, list(self._fillers)].max(axis=1)
        sound = np.delete(per_phone, list(self._fillers), axis=1).max(axis=1)
        return int((sound > silence).sum()) * FRAME_MS >= 100

    def _align(
        self, likelihoods: NDArray[np.float32], expected: Sequence[Pronounceable], heard: Sequence[bool] | None
    ) -> tuple[Segment, ...]:
        """The alignment, empty when there are too few frames for the words."""
        sounds = np.delete(np.arange(likelihoods.shape[1]), list(self._fillers))
        garbage = likelihoods[:, sounds].max(axis=(1, 2)) - GARBAGE_MARGIN
        ways = [tuple(tuple(self._number[p] for p in way) for way in word.pronunciations) for word in expected]
        found = align(likelihoods, ways, self._fillers, garbage=garbage, garbage_cost=_costs(len(expected), heard))
        return found or ()


def heard_words(expected: Sequence[str], recognised: Sequence[str]) -> tuple[bool, ...]:
    """For each expected word whether the recogniser heard it or one spelt alike, in the same order."""
    wanted, got = [_spelling(word) for word in expected], [_spelling(word) for word in recognised]
    heard = [False] * len(wanted)
    for tag, a, b, c, d in SequenceMatcher(None, wanted, got, autojunk=False).get_opcodes():
        if tag == "equal":
            heard[a:b] = [True] * (b - a)
        elif tag == "replace":
            for index in range(a, b):
                heard[index] = any(SequenceMatcher(None, wanted[index], one).ratio() >= ALIKE for one in got[c:d])
    return tuple(heard)


def _costs(count: int, heard: Sequence[bool] | None) -> list[float]:
    if heard is None:
        return [UNJUDGED_COST] * count
    return [HEARD_COST if one else UNHEARD_COST for one in heard]


def _foreign(evidence: Sequence[PhoneEvidence], count: int, heard: Sequence[bool] | None) -> bool:
    """Whether the audio does not hold the text at all: it fits badly, and the recogniser heard little of it."""
    share = sum(heard) / count if heard is not None else None
    if not evidence or (share is not None and share >= LITTLE_HEARD):
        return False
    fit = float(np.mean([clipped(one.path) for one in evidence]))
    aligned = len(grouped(evidence)) / count
    if share is None:
        return fit < (FOREIGN_PATH if aligned >= 0.5 else FOREIGN_PATH_NONE_HEARD)
    fit = fit * aligned + UNSAID_PATH * (1 - aligned)
    return fit < (FOREIGN_PATH_LITTLE_HEARD if share else FOREIGN_PATH_NONE_HEARD)


def _pronunciation(
    reference: str, expected: Sequence[Pronounceable], segments: Sequence[Segment], evidence: Sequence[PhoneEvidence]
) -> Pronunciation:
    table = calibration()
    rows = grouped(evidence)
    phones = table.phones(evidence)
    scores = table.words(evidence, phones) if evidence else {}
    words = []
    for index, word in enumerate(expected):
        spans = [(one.start, one.end) for one in segments if one.word == index]
        said = tuple(_phone_score(evidence[row], float(phones[row])) for row in rows.get(index, ()))
        words.append(
            WordScore(
                text=word.text,
                start_ms=min((start for start, _ in spans), default=0) * FRAME_MS,
                end_ms=max((end for _, end in spans), default=0) * FRAME_MS,
                score=round(scores.get(index, 0.0), 1),
                phones=said,
                spoken=bool(said),
            )
        )
    completeness = len(rows) / len(expected)
    total = table.total(evidence, phones) * completeness if evidence else 0.0
    return Pronunciation(
        reference=reference, score=round(total, 1), completeness=round(100 * completeness, 1), words=tuple(words)
    )


def _phone_score(one: PhoneEvidence, score: float) -> PhoneScore:
    start_ms, end_ms = one.start * FRAME_MS, one.end * FRAME_MS
    return PhoneScore(phone=one.phone, start_ms=start_ms, end_ms=end_ms, score=round(score, 1), heard=one.heard)


def _spelling(word: str) -> str:
    return "".join(character for character in word.lower() if character.isalnum())


def _bundled_model() -> Path:
    import pocketsphinx

    return Path(str(pocketsphinx.get_model_path("en-us")))
