"""`python -m replay judge RUN`: its arguments. What it does is in `sitting.py`."""

import argparse
from pathlib import Path
from typing import Any

from events.arguments import positive, stream_name
from events.location import DataFolder

EPILOG = """\
--from reads a judgement a line, as --export writes them, or no more than what names a pair and what is preferred:
  {"case": "019a2b3c-…", "preferred": "a"}
  {"session": "SESSION", "turn": 3, "preferred": "tie"}
"""


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add this room's command; ``run`` of the parsed arguments gives the exit status."""
    command = commands.add_parser(
        "judge",
        help="compare two tutors' replies, without being told which is whose",
        description="Compare the replies of a run of tutors with those before, without being told which is whose.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("folder", type=Path, metavar="RUN", help="the folder of `counterfactual --swap tutor=…`")
    command.add_argument("--judge", type=stream_name, metavar="NAME", help="who judges (the login name)")
    command.add_argument("--limit", type=positive, metavar="N", help="at most so many pairs")
    command.add_argument("--candidate", default="", metavar="ENGINE", help="whose replies, where the run asked several")
    elsewhere = command.add_mutually_exclusive_group()
    elsewhere.add_argument("--from", dest="source", type=Path, metavar="FILE.jsonl", help="take judgements from a file")
    elsewhere.add_argument("--export", type=Path, metavar="FILE.jsonl", help="write the pairs to be judged elsewhere")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace, folder: DataFolder) -> int:
    from replay.judging.sitting import launch  # brings what reads replies, which other commands need not

    return launch(arguments, folder)
