"""All feedback on one utterance, put into words: advice on its weakest sounds, and what each score rests on."""

from msgspec import Struct

from policies.feedback.basis import Basis, basis_of
from policies.feedback.claims import Claim, claims_of
from policies.feedback.grounding import claim_fault
from policies.feedback.turn import AssessedTurn
from policies.feedback.wording import Wording, wording
from policies.phones import minimal_pair, pair_without
from policies.tutor.remarks import sounds

_NAMED_BY_A_LETTER = {phone: phone for phone in "B CH D F G K L M N NG P R S SH T V W Y Z".split()}
_NAMED_BY_A_LETTER |= {"HH": "H", "JH": "J"}
"""Phones whose name learners read as it sounds; the others need a word that has them."""


class Advice(Struct, frozen=True, kw_only=True):
    """A claim in words, a tip how to make the sound, and two words to practise it with, that with the sound first.

    ``span`` is where it was, in words. Text and tip are in the learner's language; the pair is English.
    """

    claim: Claim
    text: str
    span: str
    tip: str
    pair: tuple[str, str] | None = None


class Feedback(Struct, frozen=True, kw_only=True):
    """Feedback on an utterance in one of `policies.feedback.wording.LANGUAGES`."""

    turn: int
    language: str
    advice: tuple[Advice, ...] = ()
    basis: tuple[Basis, ...] = ()


def feedback_on(turn: AssessedTurn, language: str) -> Feedback:
    """Feedback on one utterance. A claim that its events do not hold is left out."""
    told = wording(language)
    return Feedback(
        turn=turn.assessed.turn,
        language=language,
        advice=tuple(
            _advice(claim, told) for claim in claims_of(turn) if not claim_fault(claim, turn.assessed.pronunciation)
        ),
        basis=basis_of(turn, told),
    )


def _advice(claim: Claim, told: Wording) -> Advice:
    sound = claim.letters.upper() or _named(claim.phone, told)
    key = "sounded" if claim.confused else "lost" if claim.lost else "unclear"
    return Advice(
        claim=claim,
        text=told.line(key, word=claim.word, sound=sound, heard=_named(claim.heard, told)),
        span=told.span(claim.start_ms, claim.end_ms),
        tip=told.tips.get(claim.phone, ""),
        pair=_pair(claim),
    )


def _named(phone: str, told: Wording) -> str:
    """How a learner reads a sound's name: by its letter, or by the letters of a word that has it."""
    if phone in _NAMED_BY_A_LETTER or phone not in sounds():
        return _NAMED_BY_A_LETTER.get(phone, phone)
    return told.line("as_in", sound=sounds()[phone]["name"], word=sounds()[phone]["like"])


def _pair(claim: Claim) -> tuple[str, str] | None:
    if claim.confused:
        return minimal_pair(claim.phone, claim.heard)
    return pair_without(claim.phone) if claim.final else None
