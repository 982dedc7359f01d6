"""A result for people, in lines of a terminal. Computes nothing."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.text import Text

from projections.wording import counted
from replay.counterfactual.bootstrap import Estimate
from replay.counterfactual.comparison import TRAITS, Comparison, Engine, Measured, Slice
from replay.counterfactual.result import Result

NO_FIGURE = "–"


def as_lines(result: Result) -> Iterator[Text]:
    """What was asked, then for each candidate its metrics and slices, then the verdicts."""
    told = f"{result.cases} of {result.found} inputs of {counted(result.learners, 'learner')}, against "
    yield Text(told + baseline_of(result))
    for reason, count in result.left_out:
        yield Text(f"  left out: {count} × {reason}", style="dim")
    for comparison in result.comparisons:
        yield from _metrics(comparison)
        for reason, count in comparison.faults[:3]:
            yield Text(f"  no answer: {count} × {reason}", style="dim")
        yield from _slices(comparison)
    for verdict in result.verdicts:
        style = "green" if verdict.passed else "red"
        rule = f"{verdict.rule.metric} at most {verdict.rule.margin:g} worse"
        yield Text(f"{verdict.candidate}: {rule}: {verdict.outcome}: {verdict.reason}", style=style)


def baseline_of(result: Result) -> str:
    """Where the baseline's answers come from, in words."""
    engines = ", ".join(engine_text(engine) for engine in result.baseline) or "none"
    if result.logged == result.cases:
        return f"what was logged ({engines})"
    if not result.logged:
        return f"{engines}, asked in the same run"
    asked = counted(result.cases - result.logged, "input")
    return (
        f"what was logged for {counted(result.logged, 'input')}, and {result.plan.baseline}, asked in the same run, for"
        f" {asked} without a logged answer ({engines})"
    )


def engine_text(engine: Engine) -> str:
    """An engine with its version and the beginning of its digest."""
    digest = f" {engine.digest[:8]}" if engine.digest else ""
    return f"{engine.name} {engine.version}{digest}".strip()


def figure_text(estimate: Estimate, scale: float, *, sign: bool = False) -> str:
    """A figure with its interval, in the unit that people read."""
    if estimate.value is None:
        return NO_FIGURE
    every = [each * scale for each in (estimate.value, estimate.low, estimate.high) if each is not None]
    value, *ends = [_rounded(each, _digits(max(map(abs, every))), sign) for each in every]
    return f"{value} ({ends[0]} to {ends[1]})" if len(ends) == 2 else value


def _rounded(value: float, digits: int, sign: bool) -> str:
    text = f"{value:{'+' if sign else ''}.{digits}f}"
    # Neither a sign nor decimals say anything of nothing.
    return text if float(text) else "0"


def _digits(largest: float) -> int:
    return 0 if largest >= 200 else 1 if largest >= 2 else 3


def title_text(measured: Measured) -> str:
    """The title of a metric with its unit."""
    return f"{measured.title}, {measured.unit}" if measured.unit else measured.title


def difference_unit(measured: Measured) -> str:
    """The unit of a difference: 37.4 % instead of 39.8 % is 2.4 points less, not 2.4 % less."""
    return "points" if measured.unit == "%" else measured.unit


def slices_shown(comparison: Comparison) -> tuple[Slice, ...]:
    """The slices without those that hold everything, since the log does not tell or all are alike."""
    values = Counter(each.trait for each in comparison.slices)
    return tuple(each for each in comparison.slices if values[each.trait] > 1)


def _metrics(comparison: Comparison) -> Iterator[Text]:
    engine = comparison.engines[0] if comparison.engines else None
    named = f"{comparison.candidate} ({engine_text(engine)})" if engine else comparison.candidate
    rows = [("", "n", "baseline", "candidate", "difference")]
    rows += [(title_text(measured), str(measured.cases), *_figures(measured)) for measured in comparison.measured]
    for contrast in comparison.contrasted:
        title = f"{contrast.title}, {contrast.unit}" if contrast.unit else contrast.title
        rows.append((title, str(contrast.cases), "", figure_text(contrast.value, contrast.scale), ""))
    yield from _columns(f"{named}, with 95 % intervals", rows)
    note = comparison.measured[0].note
    if note:
        yield Text(f"  {note}", style="yellow")


def _slices(comparison: Comparison) -> Iterator[Text]:
    rows = [("", "n", "learners", "baseline", "candidate", "difference", "")]
    for each in slices_shown(comparison):
        measured = each.measured
        counts = (str(measured.cases), str(measured.learners))
        rows.append((f"{TRAITS[each.trait]} {each.value}", *counts, *_figures(measured), measured.note))
    if len(rows) > 1:
        yield from _columns(f"{title_text(comparison.measured[0])}, by slice", rows)


def _figures(measured: Measured) -> tuple[str, str, str]:
    return (
        figure_text(measured.baseline, measured.scale),
        figure_text(measured.candidate, measured.scale),
        figure_text(measured.difference, measured.scale, sign=True),
    )


def _columns(title: str, rows: Sequence[tuple[str, ...]]) -> Iterator[Text]:
    """The rows in columns, whatever the width of the terminal: no figure is cut."""
    yield Text(f"\n{title}", style="bold")
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield Text("  ".join(cells).rstrip(), style="" if number else "dim")
