"""The report of a run as one HTML file. Computes nothing. It quotes what learners said: keep it as the log is kept."""

import html

from actors.page import BETTER, WORSE, page
from projections.wording import counted
from replay.counterfactual.bootstrap import Estimate
from replay.counterfactual.comparison import TRAITS, Comparison, Measured
from replay.counterfactual.examples import Example, spread_of, worst
from replay.counterfactual.pictures import acts, colour_of, distribution, forest, latencies
from replay.counterfactual.result import Result
from replay.counterfactual.run import Finished
from replay.counterfactual.table import baseline_of, difference_unit, engine_text, figure_text, slices_shown, title_text
from replay.counterfactual.verdict import PASSED
from replay.counterfactual.verdict import WORSE as WORSE_THAN

WHAT = {
    "asr": "recognisers",
    "pronunciation": "pronunciation scorers",
    "tutor": "tutors",
    "voice": "voices",
}

HEADLINES = ("failures", "latency_ms")
"""Metrics that are told in the headline, beside the first one, unless they are 0."""


def report(finished: Finished) -> bytes:
    """The HTML file. Raises `LibraryMissing` without matplotlib."""
    result = finished.result
    title = f"Other {WHAT[result.plan.kind]} on old sessions"
    body = [f"<h1>{title}</h1>", _about(result), _verdicts(result)]
    for number, comparison in enumerate(result.comparisons):
        body.append(_candidate(number, comparison, finished))
    body.append(_notes(result))
    return page(f"Counterfactual: {', '.join(result.plan.candidates)}", "\n".join(body))


def _about(result: Result) -> str:
    plan = result.plan
    chosen = counted(result.found, "logged input")
    if result.cases != result.found:
        chosen = f"{result.cases:,} of {chosen}"
    return (
        f"<p>{html.escape(' and '.join(plan.candidates))} answered {chosen} of {counted(result.learners, 'learner')}"
        f" again. The baseline is {html.escape(baseline_of(result))}. Sessions: <code>{html.escape(plan.query)}</code>,"
        f" the log up to position {plan.position:,}. All intervals are of 95&nbsp;%, by a bootstrap over learners.</p>"
    )


def _verdicts(result: Result) -> str:
    cards = []
    for verdict in result.verdicts:
        tone = {PASSED: "better", WORSE_THAN: "worse"}.get(verdict.outcome, "")
        cards.append(
            f'<div class="card"><small>{html.escape(verdict.candidate)}: {html.escape(verdict.rule.metric)} not worse'
            f' by more than {verdict.rule.margin:g}</small><b class="{tone}">{html.escape(verdict.outcome)}</b>'
            f"<small>{html.escape(verdict.reason)}</small></div>"
        )
    return f'<div class="cards">{"".join(cards)}</div>' if cards else ""


def _candidate(number: int, comparison: Comparison, finished: Finished) -> str:
    result = finished.result
    pairs = finished.pairs[comparison.candidate]
    engines = ", ".join(engine_text(engine) for engine in comparison.engines)
    margins = {rule.rule.metric: rule.rule.margin for rule in result.verdicts}
    first = comparison.measured[0]
    name = f"c{number}"
    parts = [
        f"<h2>{html.escape(comparison.candidate)}</h2>",
        f'<p class="muted">{html.escape(engines)}</p>',
        _headline(comparison),
        f"<p>* {html.escape(first.note)}</p>" if first.note else "",
        _metrics(comparison),
    ]
    if first.cases:
        parts.append(f'<h3>{html.escape(first.title)}, by slice</h3><figure class="wide">')
        parts.append(f"{forest(comparison, margins.get(first.name), f'{name}f')}</figure>{_slices(comparison)}")
    drawn = [distribution(spread_of(result.plan.kind), pairs, f"{name}d"), latencies(pairs, f"{name}l")]
    drawn += [acts(pairs, f"{name}a")] if result.plan.kind == "tutor" else []
    figures = "".join(f"<figure>{each}</figure>" for each in drawn if each)
    parts.append(f'<h3>Distributions</h3><div class="pictures">{figures}</div>')
    parts.append(_examples(worst(result.plan.kind, pairs)))
    return "\n".join(parts)


def _headline(comparison: Comparison) -> str:
    first, *others = [measured for measured in comparison.measured if measured.cases]
    cards = [_card(first), *(_card(each) for each in others if each.name in HEADLINES and each.candidate.value)]
    for contrast in comparison.contrasted[:1]:
        if contrast.cases:
            unit = f" {contrast.unit}" if contrast.unit else ""
            cards.append(
                f'<div class="card"><small>{html.escape(contrast.title)}</small>'
                f"<b>{_value(contrast.value.value, contrast.scale)}{unit}</b>"
                f"<small>{figure_text(contrast.value, contrast.scale)}, {contrast.cases} cases</small></div>"
            )
    return f'<div class="cards">{"".join(cards)}</div>'


def _card(measured: Measured) -> str:
    unit = f" {measured.unit}" if measured.unit else ""
    apart = f" {difference_unit(measured)}" if measured.unit else ""
    return (
        f'<div class="card"><small>{html.escape(measured.title)}, difference</small>'
        f'<b class="{_tone(measured)}">{_value(measured.difference.value, measured.scale, sign=True)}{apart}</b>'
        f"<small>{_interval(measured)}<br>{_value(measured.baseline.value, measured.scale)} → "
        f"{_value(measured.candidate.value, measured.scale)}{unit}</small></div>"
    )


def _tone(measured: Measured) -> str:
    return {WORSE: "worse", BETTER: "better"}.get(colour_of(measured), "")


def _value(value: float | None, scale: float, *, sign: bool = False) -> str:
    return figure_text(Estimate(value=value), scale, sign=sign)


def _interval(measured: Measured) -> str:
    low, high = measured.difference.low, measured.difference.high
    if low is None or high is None:
        return "no interval"
    return figure_text(measured.difference, measured.scale, sign=True).partition(" ")[2].strip("()")


def _metrics(comparison: Comparison) -> str:
    rows = [_row(title_text(measured), measured) for measured in comparison.measured]
    for contrast in comparison.contrasted:
        title = f"{contrast.title}, {contrast.unit}" if contrast.unit else contrast.title
        value = figure_text(contrast.value, contrast.scale)
        rows.append(_cells((title, ""), (str(contrast.cases), "n"), ("", ""), (value, "between both"), ("", "")))
    return _table(("", "n", "baseline", "candidate", "difference"), rows)


def _slices(comparison: Comparison) -> str:
    shown = slices_shown(comparison)
    if not shown:
        return ""
    rows = [_row(f"{TRAITS[each.trait]} {each.value}", each.measured) for each in shown]
    return _table(("", "n", "baseline", "candidate", "difference"), rows)


def _row(title: str, measured: Measured) -> str:
    told = f"{title} *" if measured.note else title
    return _cells(
        (told, ""),
        (f"{counted(measured.cases, 'input')}, {counted(measured.learners, 'learner')}", "n"),
        (figure_text(measured.baseline, measured.scale), "baseline"),
        (figure_text(measured.candidate, measured.scale), "candidate"),
        (figure_text(measured.difference, measured.scale, sign=True), "difference"),
    )


def _cells(*cells: tuple[str, str]) -> str:
    made = (f"<td{f' data-of={html.escape(of)!r}' if of else ''}>{html.escape(text)}</td>" for text, of in cells)
    return f"<tr>{''.join(made)}</tr>"


def _table(columns: tuple[str, ...], rows: list[str]) -> str:
    head = "".join(f"<th>{column}</th>" for column in columns)
    return (
        f'<div class="scroll"><table class="stack"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _examples(examples: tuple[Example, ...]) -> str:
    if not examples:
        return "<h3>Where it is worse</h3><p>Nowhere.</p>"
    rows = "".join(_example(number, example) for number, example in enumerate(examples, 1))
    head = "<tr><th></th><th>asked</th><th>baseline</th><th>candidate</th><th>from</th></tr>"
    many = f": the {len(examples)} worst" if len(examples) > 1 else ""
    return (
        f"<h3>Where it is worse{many}</h3><p class='muted'>Marked: wrong or added; struck out:"
        " missing, or refused by the check of replies."
        " <code>python -m replay show SESSION</code> prints the session.</p>"
        f'<div class="scroll"><table class="stack"><thead>{head}</thead><tbody>{rows}</tbody></table></div>'
    )


def _example(number: int, example: Example) -> str:
    case = example.pair.case
    traits = [value for trait in TRAITS if (value := str(getattr(case.traits, trait))) != "unknown"]
    place = f"{case.session} turn {case.turn}"
    return (
        f'<tr><td>{number}</td><td data-of="asked">{example.asked}</td><td data-of="baseline">{example.baseline}</td>'
        f'<td data-of="candidate">{example.candidate}</td><td><small>{html.escape(place)}<br>'
        f"event <code>{html.escape(case.id)}</code><br>{html.escape(', '.join(traits))}</small></td></tr>"
    )


def _notes(result: Result) -> str:
    notes = [
        f"Learners are drawn with all that they said, {result.draws:,} times, the same for both engines (cluster"
        " bootstrap, percentile intervals; Field and Welsh 2007, Bisani and Ney 2004).",
        "What is marked * has fewer than ten learners, too few for an interval to rest on: it looks surer than it is."
        " Of twenty slices one is expected to differ by chance alone.",
        "Differences of figures in % are in points: from 40 % to 38 % are 2 points.",
    ]
    notes.append(
        "An interval from 0 to 0 says that it did not happen among these, not that it cannot: what never came in n"
        " independent cases may still come in 3 of n (95 %)."
    )
    if result.logged:
        notes.append("Times of logged answers are those of the lesson, on the machine and under the load of that day.")
    notes += [f"Left out: {count} × {reason}." for reason, count in result.left_out]
    for comparison in result.comparisons:
        notes += [f"{comparison.candidate} gave no answer: {count} × {fault}" for fault, count in comparison.faults[:5]]
    return "<h2>Notes</h2><ul>" + "".join(f"<li>{html.escape(note)}</li>" for note in notes) + "</ul>"
