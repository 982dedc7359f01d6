"""What one case tells: by how much the candidate's answer is worse, and both answers side by side. Computes no figure
of the whole.
"""

import html
from collections.abc import Callable, Sequence

from msgspec import Struct

from replay.counterfactual.comparison import Pair
from replay.counterfactual.metrics import word_errors
from replay.counterfactual.values import Answer, Exchange, Line, Recording, Replied, Scored, Spoken, Transcribed
from replay.counterfactual.words import aligned, normal

SHOWN = 20


class Spread(Struct, frozen=True, kw_only=True):
    """How far the answers to one case are apart, above 0 where the candidate's is worse, or more.

    ``of`` gives None where it cannot be said; ``whole`` says that only whole numbers come.
    """

    title: str
    of: Callable[[Pair], float | None]
    whole: bool = False


class Example(Struct, frozen=True, kw_only=True):
    """A case for people; ``asked``, ``baseline`` and ``candidate`` are HTML."""

    pair: Pair
    by: float
    asked: str
    baseline: str
    candidate: str


def spread_of(kind: str) -> Spread:
    """What the distribution of a kind is drawn of."""
    return _SPREADS[kind]


def worst(kind: str, pairs: Sequence[Pair], count: int = SHOWN) -> tuple[Example, ...]:
    """The cases in which the candidate is worse, the worst first."""
    by = [(harm, pair) for pair in pairs if (harm := _HARMS[kind](pair)) is not None and harm > 0]
    by.sort(key=lambda each: (-each[0], each[1].case.id))
    return tuple(_example(harm, pair) for harm, pair in by[:count])


def _errors_more(pair: Pair) -> float | None:
    before, after = word_errors(pair.case, pair.baseline), word_errors(pair.case, pair.candidate)
    return after[0] - before[0] if before and after else None


def _further_from_people(pair: Pair) -> float | None:
    if not isinstance(pair.baseline.outcome, Scored) or not isinstance(pair.candidate.outcome, Scored):
        return None
    before, after = pair.baseline.outcome.score, pair.candidate.outcome.score
    rated = pair.case.prompt.rated if isinstance(pair.case.prompt, Recording) else None
    return abs(after - before) if rated is None else abs(after - rated) - abs(before - rated)


def _points_more(pair: Pair) -> float | None:
    if not isinstance(pair.baseline.outcome, Scored) or not isinstance(pair.candidate.outcome, Scored):
        return None
    return pair.candidate.outcome.score - pair.baseline.outcome.score


def _words_more(pair: Pair) -> float | None:
    if not isinstance(pair.baseline.outcome, Replied) or not isinstance(pair.candidate.outcome, Replied):
        return None
    return float(len(pair.candidate.outcome.text.split()) - len(pair.baseline.outcome.text.split()))


def _worse_reply(pair: Pair) -> float | None:
    """Sentences refused and questions repeated beyond the baseline's; a reply that merely changed comes last."""
    before, after = (_slips(pair, answer) for answer in (pair.baseline, pair.candidate))
    if before is None or after is None:
        return None
    changed = pair.baseline.outcome != pair.candidate.outcome
    return after - before + (0.01 if changed else 0.0)


def _slips(pair: Pair, answer: Answer) -> float | None:
    if not isinstance(answer.outcome, Replied) or not isinstance(pair.case.prompt, Exchange):
        return None
    before = {normal(text) for text in pair.case.prompt.context.used}
    sentences = answer.outcome.sentences
    repeated = sum(said.text.rstrip().endswith("?") and normal(said.text) in before for said in sentences)
    return float(sum(bool(said.fault) for said in sentences) + repeated)


def _example(by: float, pair: Pair) -> Example:
    prompt = pair.case.prompt
    match prompt:
        case Exchange():
            asked = prompt.context.said or "(the greeting)"
        case Line():
            asked = prompt.text
        case Recording():
            asked = prompt.reference or "(free speech)"
            if prompt.rated is not None and isinstance(pair.candidate.outcome, Scored):
                asked += f" (people: {prompt.rated:.0f})"
    reference = prompt.text if isinstance(prompt, Line) else getattr(prompt, "reference", "")
    return Example(
        pair=pair,
        by=by,
        asked=html.escape(asked),
        baseline=_shown(pair.baseline, reference),
        candidate=_shown(pair.candidate, reference),
    )


def _shown(answer: Answer, reference: str) -> str:
    match answer.outcome:
        case Transcribed(text=text):
            return _marked(reference, text)
        case Spoken(understood=text):
            return _marked(reference, text)
        case Scored(score=score):
            return f"{score:.0f}"
        case Replied(sentences=sentences):
            return " ".join(
                f'<del title="{html.escape(said.fault)}">{html.escape(said.text)}</del>'
                if said.fault
                else html.escape(said.text)
                for said in sentences
            )
        case None:
            return f'<small class="worse">{html.escape(answer.fault)}</small>'


def _marked(reference: str, text: str) -> str:
    """The text with its errors: missing words struck out, wrong and added ones marked."""
    if not normal(reference):
        return html.escape(text)
    parts = []
    for kind, expected, found in aligned(reference, text):
        if kind == "equal":
            parts.append(html.escape(found))
        else:
            parts += [f"<del>{html.escape(expected)}</del>"] if expected and kind == "delete" else []
            parts += [f"<ins>{html.escape(found)}</ins>"] if found else []
    return " ".join(parts) or "<small>(nothing)</small>"


_SPREADS = {
    "asr": Spread(title="Word errors more than the baseline, by utterance", of=_errors_more, whole=True),
    "voice": Spread(title="Word errors more than the baseline, by sentence", of=_errors_more, whole=True),
    "pronunciation": Spread(title="Points more than the baseline, by utterance", of=_points_more),
    "tutor": Spread(title="Words more than the baseline, by reply", of=_words_more, whole=True),
}
_HARMS: dict[str, Callable[[Pair], float | None]] = {
    "asr": _errors_more,
    "voice": _errors_more,
    "pronunciation": _further_from_people,
    "tutor": _worse_reply,
}
