"""`python -m replay list` names the sessions, `python -m replay show SESSION` prints one; both from the log alone."""

import argparse
import sys
from typing import Any

import msgspec
from rich.console import Console
from rich.text import Text

from events.blobs import BlobsByLearner
from events.location import DataFolder
from events.opening import open_blobs, open_existing_log
from events.recorder_log import RecorderEventLog
from replay.sessions import verify_commands
from replay.sessions.listing import sessions_in
from replay.sessions.session import digest_of, replay
from replay.sessions.show import as_json, as_lines, as_text


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add this room's commands; ``run`` of the parsed arguments runs one and gives the exit status."""
    listing = commands.add_parser("list", help="name the sessions, the newest first")
    listing.add_argument("--limit", type=_count, default=20, metavar="N", help="at most so many (20; 0 for all)")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    listing.set_defaults(run=_run_list)
    show = commands.add_parser("show", help="print a session from the log alone")
    show.add_argument("session")
    show.add_argument("--json", action="store_true", help="one JSON object a line: each message, then the digest")
    show.set_defaults(run=_run_show)
    verify_commands.add_to(commands)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no count; give 0, 1, 2 …")
    return int(text)


def _run_list(arguments: argparse.Namespace, folder: DataFolder) -> int:
    with open_existing_log(folder) as log:
        return _list(log, arguments.limit, Console(stderr=arguments.json), json=arguments.json)


def _run_show(arguments: argparse.Namespace, folder: DataFolder) -> int:
    console = Console(stderr=arguments.json)
    with open_existing_log(folder) as log:
        return _show(arguments.session, log, open_blobs(folder), console, json=arguments.json)


def _list(log: RecorderEventLog, limit: int, console: Console, *, json: bool) -> int:
    found = sessions_in(log, limit + 1 if limit else 0)  # one more tells that there are more
    shown = found[:limit] if limit else found
    if json:
        sys.stdout.writelines(msgspec.json.encode(listed).decode() + "\n" for listed in shown)
        return 0
    for line in as_lines(shown):
        console.print(line, soft_wrap=True)
    if not found:
        console.print("This log holds no session yet; `python -m edge serve` and a browser make one.", soft_wrap=True)
    elif len(shown) < len(found):
        console.print("There are older ones; --limit 0 names all.", soft_wrap=True)
    return 0


def _show(session: str, log: RecorderEventLog, blobs: BlobsByLearner, console: Console, *, json: bool) -> int:
    recorded = log.read(session)
    if not recorded:
        told = f"There is no session {session!r} in this log; `python -m replay list` names those that there are."
        console.print(Text(told), soft_wrap=True)
        return 2
    replayed = replay(recorded, blobs)
    digest = digest_of(replayed.frames)
    if json:
        sys.stdout.writelines(line + "\n" for line in as_json(replayed.frames, digest))
    else:
        for line in as_text(recorded):
            console.print(line, soft_wrap=True)
        console.print(f"{len(recorded)} events, {len(replayed.frames)} messages, SHA-256 {digest}", soft_wrap=True)
    return 0
