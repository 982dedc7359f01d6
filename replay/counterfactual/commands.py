"""`python -m replay counterfactual`: its arguments. What it does is in `launch.py`."""

import argparse
from pathlib import Path
from typing import Any

from events.arguments import workers
from events.location import DataFolder
from replay.counterfactual.query import EVERYTHING

EPILOG = """\
metrics of --rule, with a margin in the metric's own unit (wer=0.02: two points of the word error rate):
  asr            wer, silent, rtf
  pronunciation  pcc, error, rtf
  tutor          refused, repeats, first_ms
  voice          wer, first_ms, rtf
  all            failures, latency_ms, cost (where engines have prices)

examples:
  python -m replay counterfactual --swap asr=whisper-tiny.en,pocketsphinx --out DIR
  python -m replay counterfactual --swap asr=pocketsphinx --sessions 'level=A2 client=web* since=2026-11-01' --out DIR
  python -m replay counterfactual --swap asr=whisper-tiny.en --baseline whisper-base --rule wer=0.02 --out DIR
  python -m replay counterfactual --swap pronunciation=colloquy@VERSION --baseline colloquy@shipped --out DIR
"""


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add this room's command; ``run`` of the parsed arguments gives the exit status."""
    command = commands.add_parser(
        "counterfactual",
        help="run logged inputs through another engine",
        description="Run logged inputs through another engine and tell what would have changed.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--swap", action="append", required=True, metavar="KIND=ENGINE[,ENGINE]", help="as in asr=pocketsphinx"
    )
    command.add_argument("--baseline", default="", metavar="ENGINE", help="ask this one, not what the log holds")
    command.add_argument("--sessions", default=EVERYTHING, metavar="QUERY", help="all, or as in 'level=A2 client=web*'")
    command.add_argument("--limit", type=_count, default=0, metavar="N", help="at most so many inputs, at random")
    command.add_argument("--seed", type=_count, default=0, help="of the choice and of the intervals")
    command.add_argument("--workers", type=workers, default=1, metavar="N", help="processes with the engines (1)")
    command.add_argument(
        "--rule", action="append", default=[], metavar="METRIC=MARGIN", help="exit status 3 if worse; see below"
    )
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="a folder; the same one goes on")
    command.set_defaults(run=_run)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no count; give 0, 1, 2 …")
    return int(text)


def _run(arguments: argparse.Namespace, folder: DataFolder) -> int:
    from replay.counterfactual.launch import Request, launch  # brings Ray: a second that other commands need not wait

    request = Request(
        swaps=tuple(arguments.swap),
        out=arguments.out,
        baseline=arguments.baseline,
        sessions=arguments.sessions,
        limit=arguments.limit,
        seed=arguments.seed,
        workers=arguments.workers,
        rules=tuple(arguments.rule),
    )
    return launch(request, folder)
