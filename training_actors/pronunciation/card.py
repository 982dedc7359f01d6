"""The model card: what it is, what it was made of, how well it agrees with people, and what it is not for."""

import math

from actors.pronunciation.model import ModelFacts
from training_actors.pronunciation.figures import AGREEMENT
from training_actors.pronunciation.outcome import Group, Outcome
from training_actors.pronunciation.plan import Plan


def card(plan: Plan, outcome: Outcome, facts: ModelFacts, dataset: str, utterances: int) -> str:
    """In Markdown."""
    texts = outcome.texts
    return f"""# Pronunciation model {facts.version}

Scores phones (0..2), words and utterances (0..10) of English read by learners, from the encoder frames of Whisper base
(digest {facts.encoder[:12]}). An acoustic network gives phone posteriors; a transformer over the phones, the mean of
{len(plan.seeds)} of them, gives the scores; those of utterances are the mean of its own and of two regressions on the
sound of the whole. Apache-2.0. SHA-256 {facts.digest}.

Made of: dataset {dataset} ({utterances} utterances that experts rated), and its sentences spoken by Kokoro-82M with
phones replaced, dropped and put in on purpose: {plan.planted} for the scores. {_acoustic(plan, outcome)}
Made by `{_command(plan)}` on that dataset.

Agreement with the experts (Pearson) in {plan.folds} folds in which no speaker is both learnt from and judged, all folds
together, with the deviation from fold to fold:

{table(outcome.groups)}
{_margins(facts)}
Texts that found no place: {outcome.failed_alignments} of {utterances}. Another's text is taken for not read
{texts.foreign_flagged:.1%} of the time, its mean total is {texts.foreign_total:.2f}; of well rated utterances
{texts.own_flagged:.1%} are.
{_slips(outcome)}
Not for: decisions about people (admission, work, visas); languages other than English; singing; several speakers at
once. Scores of children agree less with experts than those of adults, as the table says.
"""


def _acoustic(plan: Plan, outcome: Outcome) -> str:
    if plan.acoustic:
        return f"The acoustic network is that of the model {plan.acoustic}."
    return (
        f"The acoustic network was fitted to {plan.sentences} more; of such speech that it had not heard"
        f" {outcome.frames_right:.1%} of the frames get their phone."
    )


def _command(plan: Plan) -> str:
    """That asks for the plan, with what is not as it is by itself."""
    usual = Plan()
    options = {
        "acoustic": (plan.acoustic, usual.acoustic),
        "sentences": (plan.sentences, usual.sentences),
        "planted": (plan.planted, usual.planted),
        "folds": (plan.folds, usual.folds),
        "seeds": (len(plan.seeds), len(usual.seeds)),
        "epochs": (plan.epochs, usual.epochs),
    }
    told = (f" --{name} {asked}" for name, (asked, by_itself) in options.items() if asked != by_itself)
    return f"python -m training_actors train pronunciation{''.join(told)}"


def _margins(facts: ModelFacts) -> str:
    if not facts.margins:
        return ""
    total = facts.margins[-1]
    bands = [*(f"below {bound:g}" for bound in total.bounds), "above"]
    told = ", ".join(f"{width:g} {band}" for band, width in zip(bands, total.widths, strict=True))
    return f"\nIn four of five recordings the experts' total lies within these points of the score: {told}.\n"


def _slips(outcome: Outcome) -> str:
    slips, added = outcome.slips, outcome.texts.added_found
    told = "" if math.isnan(added) else f"Of words put into texts that were read, {added:.1%} are found unsaid.\n"
    if slips is not None:
        told += f"""Phones that a clear synthetic voice says wrong on purpose, in recordings that the folds did not hear
({slips.phones} phones): AUC {slips.auc:.3f}; {slips.found:.1%} score below {outcome.poor_below:g}, of those said right
{slips.blamed:.1%}.
"""
    return told


def table(groups: tuple[Group, ...]) -> str:
    """A Markdown table: a row a figure, a column a group."""
    lines = [
        "| | " + " | ".join(f"{group.name} ({group.pooled.utterances})" for group in groups) + " |",
        "|---" * (len(groups) + 1) + "|",
    ]
    for name, field in AGREEMENT:
        cells = [f"{getattr(group.pooled, field):.3f} ± {getattr(group.spread, field):.3f}" for group in groups]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
