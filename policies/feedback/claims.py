"""The sounds of an utterance that most need work, as claims that each rest on one phone of one word. Words nothing."""

from msgspec import Struct, UnsetType

from events.values import PhoneScore, WordScore
from policies.feedback.spelling import letters_of
from policies.feedback.turn import AssessedTurn
from policies.phones import VOWELS
from policies.scores import SURE_OF_GRAMMAR
from policies.tutor import lexicon
from policies.tutor.remarks import WEAK_PHONE
from projections.progress import OTHER_SENTENCE_BELOW

MOST = 3
SURE_OF_TEXT = 0.5
"""How sure the assessment must be that this text was read before it says what was wrong with it."""

_SUBSTITUTED, _OF_FUNCTION_WORDS = 15.0, 0.5
"""Points that a claim gains when it is known what was heard instead; and what a sound of "the" or "of" counts."""


class Claim(Struct, frozen=True, kw_only=True):
    """A phone that was not said well: of which word of the text, spelled how, where, its score (0..100).

    ``place`` is the word's index in the text; ``heard`` is the phone that the sound was more like, "" if none;
    ``final`` says that the phone ends its word.
    """

    word: str
    place: int
    phone: str
    letters: str
    start_ms: int
    end_ms: int
    score: float
    heard: str = ""
    final: bool = False

    @property
    def confused(self) -> bool:
        """Whether a sound of the same kind was heard instead: a vowel for a vowel, a consonant for a consonant."""
        return bool(self.heard) and (self.phone in VOWELS) == (self.heard in VOWELS)

    @property
    def lost(self) -> bool:
        """Whether there was a vowel where the consonant should be, as when its neighbour goes on."""
        return self.phone not in VOWELS and self.heard in VOWELS


def claims_of(turn: AssessedTurn) -> tuple[Claim, ...]:
    """At most `MOST`, what helps most first, each confusion once; none where the text may not have been said."""
    pronunciation = turn.assessed.pronunciation
    if pronunciation is None or not _sure(turn):
        return ()
    found = [
        _claim(word, place, index, phone)
        for place, word in enumerate(pronunciation.words)
        if word.spoken and word.text and (turn.guided or lexicon.is_familiar(word.text.lower()))
        for index, phone in enumerate(word.phones)
        if phone.score < WEAK_PHONE and phone.end_ms > phone.start_ms
    ]
    kept: dict[tuple[str, str], Claim] = {}
    for claim in sorted(found, key=lambda claim: (-_importance(claim), claim.start_ms)):
        kept.setdefault((claim.phone, claim.heard), claim)
    return tuple(kept.values())[:MOST]


def _sure(turn: AssessedTurn) -> bool:
    """Whether the text that the sounds were judged by was said."""
    pronunciation = turn.assessed.pronunciation
    if pronunciation is None:
        return False
    confidence = pronunciation.confidence
    if not isinstance(confidence, UnsetType) and confidence < SURE_OF_TEXT:
        return False
    if turn.guided:
        return pronunciation.completeness >= OTHER_SENTENCE_BELOW
    return turn.said is not None and turn.said.confidence >= SURE_OF_GRAMMAR


def _claim(word: WordScore, place: int, index: int, phone: PhoneScore) -> Claim:
    return Claim(
        word=word.text,
        place=place,
        phone=phone.phone,
        letters=letters_of(word.text, tuple(each.phone for each in word.phones), index),
        start_ms=phone.start_ms,
        end_ms=phone.end_ms,
        score=phone.score,
        heard=phone.heard,
        final=index == len(word.phones) - 1,
    )


def _importance(claim: Claim) -> float:
    points = WEAK_PHONE - claim.score + (_SUBSTITUTED if claim.confused else 0.0)
    return points * (_OF_FUNCTION_WORDS if lexicon.is_closed(claim.word.lower()) else 1.0)
