"""The pictures of a report: a forest of slices, distributions. Says nothing in words; computes no interval."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from actors.page import BETTER, FIRST, INK, MUTED, SECOND, WIDTH_IN, WORSE, picture
from replay.counterfactual.comparison import TRAITS, Comparison, Measured, Pair
from replay.counterfactual.examples import Spread
from replay.counterfactual.table import difference_unit, figure_text, slices_shown
from replay.counterfactual.values import Answer, Replied
from replay.drawing import drawing

ROW_IN = 0.26
BINS = 25


def forest(comparison: Comparison, margin: float | None, name: str) -> str:
    """The difference of the first metric over all and in each slice, with intervals; ``margin`` is the gate's."""
    overall = comparison.measured[0]
    rows: list[tuple[str, Measured | None]] = [("all", overall)]
    shown = slices_shown(comparison)
    for trait, title in TRAITS.items():
        of_trait = [each for each in shown if each.trait == trait]
        if of_trait:
            rows.append((title, None))
            rows += [(f"{each.value}{' *' if each.measured.note else ''}", each.measured) for each in of_trait]
    with drawing() as pyplot:
        figure, axes = pyplot.subplots(figsize=(WIDTH_IN, 0.7 + ROW_IN * len(rows)))
        axes.axvline(0, color=MUTED, linewidth=0.8)
        if margin is not None:
            worse = margin * overall.scale * (-1 if overall.better == "higher" else 1)
            axes.axvline(worse, color=WORSE, linewidth=0.8, linestyle=(0, (4, 3)))
        for place, (label, measured) in enumerate(rows):
            if measured is None:
                axes.text(
                    -0.02, place, label, transform=axes.get_yaxis_transform(), ha="right", va="center", color=MUTED
                )
            else:
                _forest_row(axes, place, label, measured)
        axes.text(1.02, -0.8, "n", transform=axes.get_yaxis_transform(), ha="left", va="center", color=MUTED)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x")
        unit = f", {difference_unit(overall)}" if overall.unit else ""
        axes.set_xlabel(f"{overall.title}: candidate minus baseline{unit}")
        return picture(
            figure, name, f"{overall.title} by slice: {figure_text(overall.difference, overall.scale, sign=True)}"
        )


def _forest_row(axes: Any, place: int, label: str, measured: Measured) -> None:
    across = axes.get_yaxis_transform()
    axes.text(-0.02, place, label, transform=across, ha="right", va="center", color=INK)
    axes.text(1.02, place, f"{measured.cases}", transform=across, ha="left", va="center", color=MUTED)
    difference, scale = measured.difference, measured.scale
    if difference.value is None:
        return
    colour = colour_of(measured)
    size = 3.0 + 1.2 * float(np.log10(max(measured.cases, 1)))
    axes.plot([difference.value * scale], [place], marker="s", markersize=size, color=colour, linestyle="")
    if difference.low is not None and difference.high is not None:
        axes.plot([difference.low * scale, difference.high * scale], [place, place], color=colour, linewidth=1.6)


def colour_of(measured: Measured) -> str:
    """Worse or better where the interval leaves out 0; else neither."""
    low, high = measured.difference.low, measured.difference.high
    if low is None or high is None or low <= 0 <= high or not measured.better:
        return FIRST
    return WORSE if (low > 0) == (measured.better == "lower") else BETTER


def distribution(spread: Spread, pairs: Sequence[Pair], name: str) -> str:
    """How many cases lie how far apart."""
    values = np.array([value for pair in pairs if (value := spread.of(pair)) is not None])
    if not len(values):
        return ""
    with drawing() as pyplot:
        figure, axes = pyplot.subplots(figsize=(WIDTH_IN, 2.4))
        axes.hist(values, bins=_bins(values, whole=spread.whole), color=SECOND, edgecolor="none", rwidth=0.9)
        axes.axvline(0, color=MUTED, linewidth=0.8)
        axes.grid(axis="y")
        axes.set_title(spread.title)
        axes.set_ylabel("cases")
        axes.yaxis.get_major_locator().set_params(integer=True)
        if spread.whole:
            axes.xaxis.get_major_locator().set_params(integer=True)
        return picture(figure, name, f"{spread.title}: median {np.median(values):g} of {len(values)}")


def _bins(values: Any, *, whole: bool) -> Any:
    low, high = float(values.min()), float(values.max())
    if whole and high - low < 2 * BINS:
        return np.arange(low - 0.5, high + 1.0)
    return np.linspace(low, high, BINS + 1) if high > low else [low - 0.5, low + 0.5]


def latencies(pairs: Sequence[Pair], name: str) -> str:
    """The share of answers that are there after a time, of both engines."""
    with drawing() as pyplot:
        figure, axes = pyplot.subplots(figsize=(WIDTH_IN, 2.4))
        for label, colour, answers in (
            ("baseline", FIRST, [pair.baseline for pair in pairs]),
            ("candidate", SECOND, [pair.candidate for pair in pairs]),
        ):
            took = np.sort([answer.latency_ms / 1000 for answer in answers if answer.use is not None])
            if len(took):
                axes.step(took, np.arange(1, len(took) + 1) / len(took), where="post", color=colour, label=label)
        axes.set_xlim(left=0)
        axes.set_ylim(0, 1.02)
        axes.grid()
        axes.legend(loc="lower right")
        axes.set_title("Share of answers there after so many seconds")
        axes.set_xlabel("seconds")
        return picture(figure, name, "Cumulative distribution of the time for an answer")


def acts(pairs: Sequence[Pair], name: str) -> str:
    """The share of replies in which each kind of act comes, of both tutors."""
    counted = [_acts([pair.baseline for pair in pairs]), _acts([pair.candidate for pair in pairs])]
    names = sorted(counted[0] | counted[1], key=lambda act: (-counted[0].get(act, 0), act))
    if not names:
        return ""
    with drawing() as pyplot:
        figure, axes = pyplot.subplots(figsize=(WIDTH_IN, 0.9 + 0.36 * len(names)))
        places = np.arange(len(names))
        for shares, offset, label, colour in zip(
            counted, (-0.19, 0.19), ("baseline", "candidate"), (FIRST, SECOND), strict=True
        ):
            drawn = [shares.get(act, 0) for act in names]
            axes.barh(places + offset, drawn, height=0.36, color=colour, label=label)
        axes.set_yticks(places, names)
        axes.invert_yaxis()
        axes.grid(axis="x")
        axes.legend(loc="lower right")
        axes.set_title("Share of replies with each act, %")
        return picture(figure, name, "Share of replies with each act, of both tutors")


def _acts(answers: Sequence[Answer]) -> dict[str, float]:
    """Per cent of the replies that have an act."""
    replies = [answer.outcome for answer in answers if isinstance(answer.outcome, Replied)]
    found = Counter(act for reply in replies for act in {act for said in reply.sentences for act in said.acts})
    return {act: 100 * count / len(replies) for act, count in found.items()}
