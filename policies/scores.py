"""The utterance in five figures of 0..100, from its prosody, pronunciation, slips and transcript. Measures nothing.

Rates and weights were set by hand near the values that a regression on speechocean762's experts gave, so that each
figure moves for a reason that a teacher can name. Agreement with the experts there: ``python -m bench.assessment``.
Of a sentence that was given, fluency and prosody are those of the pronunciation model where there is one: it learnt
them from the experts' ratings of whole readings (see the card in ``actors/pronunciation/trained``).
"""

import re
from math import exp, log

from msgspec import UnsetType

from events.lesson import SpeechTranscribed
from events.values import Note, Pause, Pronunciation, Prosody, Scores
from policies.prosody.melody import range_semitones
from policies.tutor import lexicon, tokens
from projections.progress import OTHER_SENTENCE_BELOW

WORDS_PER_MINUTE = {"A1": 70.0, "A2": 90.0, "B1": 110.0, "B2": 130.0, "C1": 150.0}
"""Fluent free speech for a level, pauses included: speaking faster earns nothing more."""

READING_FACTOR = 1.3
"""Saying a given sentence needs no planning: native speakers read some 30 % faster than they converse."""

RATE_POINTS = 28.0
"""Points lost when the rate falls to 1/e of the norm (20 at half of it)."""

PAUSE_SHARE_POINTS, PAUSES_PER_WORD_POINTS, HESITATIONS_PER_WORD_POINTS = 40.0, 25.0, 20.0
FLUENT = 92.0
"""Fluency at the norm's rate without a pause. A rate above it and no hesitation bring 100."""

MONOTONE_SEMITONES, LIVELY_SEMITONES = 1.5, 7.5
"""F0 range (5th to 95th percentile): learners' median is 6; below 1.5 a voice is heard as flat."""

FLAT_DB, LIVELY_DB = 3.0, 7.0
"""Deviation of intensity while speaking: stressed against unstressed syllables."""

MELODY_WEIGHT, STRESS_WEIGHT, RHYTHM_WEIGHT = 0.25, 0.1, 0.65
WEIGHTS = {"pronunciation": 0.5, "fluency": 0.2, "prosody": 0.1, "grammar": 0.2}
"""Of the total, shared out again among those that could be judged."""

UNSURE_OF_WORDS = 0.35
"""Mean word probability below which nobody knows what free speech should have sounded like."""

SURE_OF_GRAMMAR = 0.5
"""Mean word probability from which a transcript's grammar is the learner's and not the recogniser's."""

FEWEST_WORDS = 3
KNOWN_SHARE = 0.6
"""Share of a text's words that must be English before its grammar is judged; names do not count on either side."""

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
CLAUSE = re.compile(r"[.,;:!?]+|\b(?:and|but|or|so|because|when|if|that|which|who|while|although)\b", re.IGNORECASE)


def combine(
    *,
    prosody: Prosody | None,
    pronunciation: Pronunciation | None,
    notes: tuple[Note, ...] | None,
    transcript: SpeechTranscribed,
    level: str = "B1",
) -> Scores:
    """Scores of one utterance. ``notes`` are None where language was not judged: a given sentence, say."""
    guided = pronunciation is not None and (notes is None or pronunciation.reference != transcript.text)
    other = guided and pronunciation is not None and pronunciation.completeness < OTHER_SENTENCE_BELOW
    spoken = prosody is not None and prosody.speaking_ms > 0 and not other  # the flow of another one tells nothing
    unsure = transcript.confidence < SURE_OF_GRAMMAR
    words = len(transcript.text.split())
    norm = WORDS_PER_MINUTE.get(level, WORDS_PER_MINUTE["B1"]) * (READING_FACTOR if guided else 1.0)
    fluent = fluency(prosody, words, norm) if spoken and prosody is not None else None
    melodious = melody_and_rhythm(prosody, fluent) if spoken and prosody is not None else None
    if guided and pronunciation is not None:
        fluent, melodious = _as_rated(pronunciation.fluency, fluent), _as_rated(pronunciation.prosodic, melodious)
    figures = {
        "pronunciation": _pronunciation(pronunciation, transcript, guided),
        "fluency": fluent,
        "prosody": melodious,
        "grammar": None if notes is None or guided or unsure else grammar(transcript.text, len(notes)),
    }
    completeness = pronunciation.completeness if guided and pronunciation is not None else None
    return Scores(
        total=_rounded(_total(figures, completeness)),
        completeness=_rounded(completeness),
        **{name: _rounded(figure) for name, figure in figures.items()},
    )


def _as_rated(rated: float | UnsetType, reckoned: float | None) -> float | None:
    """What a model of the experts' ratings says, where it can be judged at all and there is such a model."""
    return reckoned if isinstance(rated, UnsetType) or reckoned is None else rated


def fluency(prosody: Prosody, words: int, norm_wpm: float) -> float | None:
    """Rate against the norm, less pauses and hesitations; None for one or two words, which have no flow."""
    if words < FEWEST_WORDS or not prosody.words_per_minute:
        return None
    pauses_ms = _total_ms(prosody.pauses)
    share = pauses_ms / (prosody.speaking_ms + pauses_ms)
    rate = RATE_POINTS * log(prosody.words_per_minute / norm_wpm)
    score = FLUENT + min(rate, 100.0 - FLUENT)
    score -= PAUSE_SHARE_POINTS * share + PAUSES_PER_WORD_POINTS * len(prosody.pauses) / words
    return _within(score - HESITATIONS_PER_WORD_POINTS * prosody.hesitations / words)


def melody_and_rhythm(prosody: Prosody, fluent: float | None) -> float | None:
    """Range of F0, play of intensity, and flow; None without enough voice to hear a melody."""
    span = range_semitones(prosody.contour)
    if span is None:
        return None
    melody = _share(span, MONOTONE_SEMITONES, LIVELY_SEMITONES)
    parts = [(MELODY_WEIGHT, 100 * (0.3 + 0.7 * melody))]
    if prosody.intensity_std_db is not None:
        parts.append((STRESS_WEIGHT, 100 * _share(prosody.intensity_std_db, FLAT_DB, LIVELY_DB)))
    if fluent is not None:
        parts.append((RHYTHM_WEIGHT, fluent))
    return _within(sum(weight * part for weight, part in parts) / sum(weight for weight, _ in parts))


def grammar(text: str, slips: int) -> float | None:
    """Halved by one slip a clause; None for one or two words and for what is not English: no slip is found there."""
    if len(text.split()) < FEWEST_WORDS or not english(text):
        return None
    return 100.0 * exp(-log(2) * slips / clauses(text))


def english(text: str) -> bool:
    """Whether enough of the words are known; a capital inside a sentence makes a name, unless all begin with one."""
    found = [(match.group().replace("’", "'"), match.start()) for match in _WORD.finditer(text)]
    titled = all(word[:1].isupper() for word, _ in found)
    plain = [word.lower() for word, start in found if titled or start == 0 or not word[:1].isupper() or word == "I"]
    known = sum(_known(word) for word in plain)
    return bool(plain) and known >= KNOWN_SHARE * len(plain)


def _known(word: str) -> bool:
    """Whether it is a familiar word, or each part of a short form or compound ("don't", "well-known") is one."""
    opened = [part for one in word.split("-") for part in tokens.words_of(one)]
    return all(lexicon.is_familiar(part.lower()) for part in opened)


def clauses(text: str) -> int:
    """Clauses of a transcript, by punctuation and conjunctions: stretches of three words at least."""
    return max(1, sum(len(part.split()) >= FEWEST_WORDS for part in CLAUSE.split(text)))


def _pronunciation(pronunciation: Pronunciation | None, transcript: SpeechTranscribed, guided: bool) -> float | None:
    if pronunciation is None or (not guided and transcript.confidence < UNSURE_OF_WORDS):
        return None
    return pronunciation.score


def _total(figures: dict[str, float | None], completeness: float | None) -> float | None:
    """Weighted mean of what was judged; a sentence that was not said is worth nothing, however fluent."""
    judged = [(WEIGHTS[name], figure) for name, figure in figures.items() if figure is not None]
    if not judged:
        return None
    mean = sum(weight * figure for weight, figure in judged) / sum(weight for weight, _ in judged)
    return mean if completeness is None else mean * (completeness / 100) ** 0.5


def _total_ms(pauses: tuple[Pause, ...]) -> int:
    return sum(pause.end_ms - pause.start_ms for pause in pauses)


def _share(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))


def _within(score: float) -> float:
    return min(100.0, max(0.0, score))


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(_within(score), 1)
