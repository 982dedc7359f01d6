"""The report of a dataset as one HTML file: how much, of whom, how good, what was left out and why. Quotes nobody."""

import html
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from actors.page import BETTER, FIRST, SECOND, WIDTH_IN, WORSE, page, picture
from replay.datasets.manifest import Left, Manifest
from replay.datasets.rows import SPLITS
from replay.datasets.tally import TRAITS, Tally, width_of
from replay.drawing import drawing
from replay.errors import LibraryMissing
from replay.quality.catalogue import BY_NAME

MOST_VALUES = 15
"""Values of a trait that have a bar of their own; the rest is told together."""
COLOURS = dict(zip(SPLITS, (SECOND, FIRST, BETTER), strict=True))


def check_library() -> None:
    """See before a long build that there can be a report at its end. Raises `LibraryMissing`."""
    if find_spec("matplotlib") is None:
        raise LibraryMissing("matplotlib", "The report")


def report(manifest: Manifest, tally: Tally) -> bytes:
    """The file. Raises `LibraryMissing` without matplotlib."""
    title = f"Dataset {manifest.name} {manifest.version}"
    body = [f"<h1>{html.escape(title)}</h1>", _about(manifest), _cards(manifest)]
    with drawing() as pyplot:
        drawn = [
            _bars(pyplot, trait, tally.traits[trait])
            for trait in TRAITS
            if any(value for value in tally.traits.get(trait, {}))
        ]
        measured = [_histogram(pyplot, name, bins) for name, bins in sorted(tally.figures.items()) if len(bins) > 1]
        left = _left_out(pyplot, manifest)
    body += ["<h2>What was left out, and why</h2>", left or "<p>Nothing.</p>", _forgotten(manifest)]
    if drawn:
        body += ["<h2>Of whom</h2>", f'<div class="pictures">{"".join(drawn)}</div>']
    if measured:
        body += ["<h2>How it is</h2>", f'<div class="pictures">{"".join(measured)}</div>']
    return page(title, "\n".join(body))


def _about(manifest: Manifest) -> str:
    return (
        f"<p>Kind {html.escape(manifest.spec.kind)}, from the log up to position {manifest.position:,}"
        f" ({manifest.created:%Y-%m-%d %H:%M} UTC): {manifest.sessions:,} sessions, {manifest.unended:,} without"
        f" an end. Something personal was taken out of {manifest.scrubbed:,} rows."
        f" <small>SHA-256 <code>{manifest.sha256}</code>, code {html.escape(manifest.code)}</small></p>"
    )


def _cards(manifest: Manifest) -> str:
    cards = []
    for split in SPLITS:
        count = manifest.splits[split]
        share = count.rows / manifest.rows if manifest.rows else 0.0
        hours = f", {count.hours:,.2f} h" if count.hours else ""
        cards.append(
            f'<div class="card"><small>{split}</small><b>{count.rows:,}</b>'
            f"<small>rows ({share:.0%}) of {count.learners:,} learners{hours}</small></div>"
        )
    return f'<div class="cards">{"".join(cards)}</div>'


def _left_out(pyplot: Any, manifest: Manifest) -> str:
    groups = {"sessions": manifest.sessions_dropped, "rows": manifest.rows_dropped}
    told: list[tuple[str, Left]] = [(what, each) for what, left in groups.items() for each in left]
    if not told:
        return ""
    lines = "".join(
        f'<tr><td>{html.escape(each.meaning)}</td><td class="n">{each.count:,}</td><td>{what}</td>'
        f"<td><code>{html.escape(each.reason)}</code></td></tr>"
        for what, each in told
    )
    head = '<tr><th>because</th><th class="n">left out</th><th></th><th>reason</th></tr>'
    drawn = "".join(_dropped(pyplot, what, left) for what, left in groups.items() if left)
    table = f'<div class="scroll"><table><thead>{head}</thead><tbody>{lines}</tbody></table></div>'
    return f"{drawn}{table}"


def _dropped(pyplot: Any, what: str, left: Sequence[Left]) -> str:
    """Sessions and rows each have a picture: a session left out is any number of rows."""
    figure, axes = pyplot.subplots(figsize=(WIDTH_IN, 0.8 + 0.28 * len(left)))
    axes.barh(range(len(left)), [each.count for each in left], color=WORSE, height=0.6)
    axes.set_yticks(range(len(left)), [each.reason for each in left])
    axes.invert_yaxis()
    axes.grid(axis="x")
    axes.set_xlabel(f"{what} left out")
    _whole_numbers(axes.xaxis)
    told = f"How many {what} were left out for each reason"
    return f'<figure class="wide">{picture(figure, f"left-{what}", told)}</figure>'


def _whole_numbers(axis: Any) -> None:
    axis.get_major_locator().set_params(integer=True, min_n_ticks=1)


def _bars(pyplot: Any, trait: str, values: Mapping[str, Mapping[str, int]]) -> str:
    """How many rows each value of a trait has, split by split."""
    ordered = sorted(values.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    shown = [(value or "not known", dict(splits)) for value, splits in ordered[:MOST_VALUES]]
    if rest := ordered[MOST_VALUES:]:
        shown.append((f"{len(rest)} others", {split: sum(each.get(split, 0) for _, each in rest) for split in SPLITS}))
    figure, axes = pyplot.subplots(figsize=(WIDTH_IN, 0.9 + 0.26 * len(shown)))
    before = [0] * len(shown)
    for split in SPLITS:
        counts = [splits.get(split, 0) for _, splits in shown]
        axes.barh(range(len(shown)), counts, left=before, color=COLOURS[split], height=0.65, label=split)
        before = [one + other for one, other in zip(before, counts, strict=True)]
    axes.set_yticks(range(len(shown)), [value for value, _ in shown])
    axes.invert_yaxis()
    axes.grid(axis="x")
    axes.legend(ncols=3, loc="lower right", bbox_to_anchor=(1, 1))
    axes.set_title(trait.replace("_", " "))
    axes.set_xlabel("rows")
    _whole_numbers(axes.xaxis)
    return f"<figure>{picture(figure, f't-{trait}', f'Rows by {trait} and split')}</figure>"


def _histogram(pyplot: Any, name: str, bins: Mapping[int, int]) -> str:
    width, measure = width_of(name), BY_NAME.get(name)
    places = sorted(bins)
    figure, axes = pyplot.subplots(figsize=(WIDTH_IN, 2.4))
    axes.bar(
        [place * width for place in places], [bins[place] for place in places], width=width, align="edge", color=SECOND
    )
    axes.grid(axis="y")
    axes.set_title(name.replace("_", " "))
    axes.set_xlabel(f"{measure.tells} ({measure.unit})" if measure is not None else name)
    axes.set_ylabel("rows")
    _whole_numbers(axes.yaxis)
    return f"<figure>{picture(figure, f'm-{name}', f'Distribution of {name}')}</figure>"


def _forgotten(manifest: Manifest) -> str:
    if not manifest.forgotten:
        return ""
    return f"<p>Forgotten, and so not in it any more: {html.escape(', '.join(manifest.forgotten))}.</p>"
