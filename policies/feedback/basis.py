"""What each score of an utterance rests on, as facts that were measured. Reckons no score; see `policies.scores`."""

from msgspec import Struct, UnsetType

from events.lesson import SpeechAssessed
from events.values import PUT_IN, Pronunciation, Prosody, Scores
from policies.feedback.spelling import letters_of
from policies.feedback.turn import AssessedTurn
from policies.feedback.wording import Wording
from policies.prosody.melody import range_semitones
from policies.scores import LIVELY_SEMITONES, WEIGHTS
from policies.tutor.remarks import CLEAR

_MOST_WEAK = 3


class Basis(Struct, frozen=True, kw_only=True):
    """One score (its field in `events.values.Scores`), what it is called, and the facts it rests on."""

    score: str
    name: str
    value: float
    facts: tuple[str, ...]


def basis_of(turn: AssessedTurn, wording: Wording) -> tuple[Basis, ...]:
    """Every score that was given, the whole first."""
    assessed = turn.assessed
    facts = {
        "total": _parts(assessed.scores, wording),
        "pronunciation": _sounds(assessed.pronunciation, wording),
        "fluency": _flow(turn, wording),
        "prosody": _melody(turn, wording),
        "completeness": _words(assessed.pronunciation, wording, guided=turn.guided),
        "grammar": _slips(assessed, wording),
    }
    return tuple(
        Basis(score=name, name=wording.scores[name], value=value, facts=told)
        for name, told in facts.items()
        if (value := getattr(assessed.scores, name)) is not None
    )


def _parts(scores: Scores, wording: Wording) -> tuple[str, ...]:
    """What the total is made of, each counted so many times; the share of words that were said lowers it."""
    judged = {name: weight for name, weight in WEIGHTS.items() if getattr(scores, name) is not None}
    parts = [f"{10 * weight:.0f} × {wording.scores[name]}" for name, weight in judged.items()]
    if scores.completeness is not None:
        parts.append(wording.scores["completeness"])
    return (wording.fact("made_of", parts=", ".join(parts)),)


def _sounds(pronunciation: Pronunciation | None, wording: Wording) -> tuple[str, ...]:
    if pronunciation is None or not pronunciation.words:  # as of a learner who was forgotten
        return ()
    said = [phone for word in pronunciation.words if word.spoken for phone in word.phones]
    clear = sum(phone.score >= CLEAR for phone in said)
    facts = [wording.fact("sounds", clear=str(clear), count=str(len(said)))]
    weak = _weakest(pronunciation)
    if weak:
        facts.append(wording.fact("weakest", sounds=", ".join(weak)))
    judged = not isinstance(pronunciation.accuracy, UnsetType)
    return (wording.fact("judged"), *facts) if judged else tuple(facts)


def _weakest(pronunciation: Pronunciation) -> list[str]:
    """The weakest sounds, by their letters, each with its word."""
    unclear = [
        (phone.score, letters_of(word.text, tuple(each.phone for each in word.phones), index).upper(), word.text)
        for word in pronunciation.words
        if word.spoken
        for index, phone in enumerate(word.phones)
        if phone.score < CLEAR
    ]
    return list(dict.fromkeys(f"{letters} ({word})" for _, letters, word in sorted(unclear) if letters))[:_MOST_WEAK]


def _flow(turn: AssessedTurn, wording: Wording) -> tuple[str, ...]:
    prosody = turn.assessed.prosody
    if prosody is None:
        return ()
    facts = []
    if prosody.words_per_minute is not None:
        facts.append(wording.fact("rate", rate=wording.number(prosody.words_per_minute)))
    facts.append(_pauses(prosody, wording))
    if prosody.hesitations:
        facts.append(wording.fact("hesitations", count=str(prosody.hesitations)))
    return (wording.fact("judged"), *facts) if _rated(turn, "fluency") else tuple(facts)


def _pauses(prosody: Prosody, wording: Wording) -> str:
    if not prosody.pauses:
        return wording.fact("no_pauses")
    seconds = sum(pause.end_ms - pause.start_ms for pause in prosody.pauses) / 1000
    return wording.fact("pauses", count=str(len(prosody.pauses)), seconds=wording.number(seconds, 1))


def _melody(turn: AssessedTurn, wording: Wording) -> tuple[str, ...]:
    prosody = turn.assessed.prosody
    span = range_semitones(prosody.contour) if prosody is not None else None
    if span is None:
        return ()
    lively = wording.number(LIVELY_SEMITONES, 1)
    fact = wording.fact("range", range=wording.number(span, 1), lively=lively)
    return (wording.fact("judged"), fact) if _rated(turn, "prosodic") else (fact,)


def _rated(turn: AssessedTurn, figure: str) -> bool:
    """Whether a model of teachers' ratings gave it; of free speech `policies.scores` reckons it from the measures."""
    pronunciation = turn.assessed.pronunciation
    return turn.guided and pronunciation is not None and not isinstance(getattr(pronunciation, figure), UnsetType)


def _words(pronunciation: Pronunciation | None, wording: Wording, *, guided: bool) -> tuple[str, ...]:
    if pronunciation is None or not pronunciation.words:
        return ()
    missing = [word.text for word in pronunciation.words if not word.spoken]
    count = len(pronunciation.words)
    facts = [wording.fact("words", said=str(count - len(missing)), count=str(count))]
    if missing:
        facts.append(wording.fact("missing", words=", ".join(missing)))
    if guided and (besides := _besides(pronunciation, wording)):
        facts.append(wording.fact("besides", what=", ".join(besides)))
    return tuple(facts)


def _besides(pronunciation: Pronunciation, wording: Wording) -> list[str]:
    """What was said that the text has not, as far as it was understood, and when."""
    miscues = pronunciation.miscues
    if isinstance(miscues, UnsetType):
        return []
    return [
        f"{miscue.heard} ({wording.span(miscue.start_ms, miscue.end_ms)})".lstrip()
        for miscue in miscues
        if miscue.kind in PUT_IN
    ]


def _slips(assessed: SpeechAssessed, wording: Wording) -> tuple[str, ...]:
    slips = [f"{note.said} → {note.better}" for note in assessed.notes]
    return (wording.fact("slips", slips="; ".join(slips)) if slips else wording.fact("no_slips"),)
