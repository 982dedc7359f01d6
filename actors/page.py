"""A report as one HTML file: readable on desktop and phone, light and dark, with pictures inside and nothing fetched.

`page` gives the whole file, `picture` a matplotlib figure as SVG whose colours follow the page's. What a report says is
its own room's business.
"""

import html
import io
import re
from typing import Any

INK, MUTED, GRID, FIRST, SECOND, WORSE, BETTER = (f"#0{digit}0{digit}0{digit}" for digit in "1234567")
"""Colours to draw with; each stands for one of the page's, which is another in the dark."""
_NAMES = dict(
    zip(
        (INK, MUTED, GRID, FIRST, SECOND, WORSE, BETTER),
        ("ink", "muted", "grid", "first", "second", "worse", "better"),
        strict=True,
    )
)
WIDTH_IN = 5.0
"""Width of a figure in inches: its letters stay readable on a phone, and a desktop shows two side by side."""
SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "colloquy",
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": INK,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
}
"""matplotlib's, for every figure; see `matplotlib.rc_context`."""

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2024; --muted: #5b636d; --grid: #d8dce1; --page: #ffffff; --card: #f5f6f8;
  --first: #5b7083; --second: #1f6fd6; --worse: #c0392b; --better: #1e8449; --worse-soft: #fbe3e0;
  --better-soft: #dff3e6; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --muted: #a3abb5; --grid: #3a4048; --page: #15181c;
  --card: #1e2228; --first: #9fb3c5; --second: #6ea8fe; --worse: #ff8a7a; --better: #6fd394; --worse-soft: #4a2420;
  --better-soft: #1d3b29; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 1rem 1rem 4rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 1rem 0 .25rem; } h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; } p { margin: .25rem 0 .75rem; max-width: 46rem; }
.muted, small { color: var(--muted); } code { font-size: .85em; overflow-wrap: anywhere; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: .75rem; margin: 1rem 0; }
.card { background: var(--card); border-radius: .5rem; padding: .75rem 1rem; }
.card b { display: block; font-size: 1.6rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.worse { color: var(--worse); } .better { color: var(--better); }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem; }
figure { margin: 0; } figure.wide { max-width: 36rem; } svg { display: block; width: 100%; height: auto; }
svg text { font-family: system-ui, sans-serif !important; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .92rem; }
th { text-align: left; font-weight: 600; color: var(--muted); } td, th { padding: .3rem .75rem .3rem 0;
  border-bottom: 1px solid var(--grid); vertical-align: top; } td.n, th.n { text-align: right; }
.scroll { overflow-x: auto; } del { background: var(--worse-soft); text-decoration-color: var(--worse); }
ins { background: var(--worse-soft); text-decoration: none; } .ok { background: var(--better-soft); }
@media (max-width: 40rem) { .stack thead { display: none; }
  .stack, .stack tbody, .stack tr, .stack td { display: block; }
  .stack tr { border-bottom: 2px solid var(--grid); padding: .4rem 0; } .stack td { border: 0; padding: .1rem 0; }
  .stack td.n { text-align: left; }
  .stack td[data-of]::before { content: attr(data-of) ": "; color: var(--muted); } .stack td:empty { display: none; } }
"""


def page(title: str, body: str) -> bytes:
    """The file; ``title`` is text, ``body`` HTML."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>\n<body><main>\n{body}\n</main></body></html>\n"
    ).encode()


def picture(figure: Any, name: str, told: str) -> str:
    """A matplotlib figure as inline SVG; ``name`` is its own on the page, ``told`` is read to who cannot see it."""
    file = io.StringIO()
    figure.savefig(file, format="svg", transparent=True, bbox_inches="tight", metadata={"Date": None})
    drawn = file.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    for colour, variable in _NAMES.items():
        drawn = drawn.replace(colour, f"var(--{variable})")
    # Two pictures on one page must not share the names of their parts.
    drawn = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", drawn)
    drawn = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", drawn, count=1)
    drawn = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", drawn, count=1)
    return drawn.replace("<svg", f'<svg role="img" aria-label="{html.escape(told)}"', 1)
