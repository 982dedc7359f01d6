"""The commands about single sessions, all from the log alone: `list`, `show`, `play` and `verify`."""

import argparse
import sys
from typing import Any

import msgspec
from rich.console import Console
from rich.text import Text

from events.arguments import seconds
from events.blobs import BlobsByLearner
from events.envelope import Recorded
from events.location import DataFolder
from events.opening import open_blobs, open_existing_log
from events.recorder_log import RecorderEventLog
from events.session_ids import SHORTEST_PREFIX, session_beginning
from replay.sessions import verify_commands
from replay.sessions.listing import sessions_in
from replay.sessions.moment import WAYS, upto
from replay.sessions.playing import Pace, play
from replay.sessions.session import digest_of, frames_of, state_json, state_of
from replay.sessions.show import as_json, as_lines, as_text, line_of

SESSION = f"a session's id, or its first {SHORTEST_PREFIX} characters or more"
MOMENT = f"{WAYS}; without it the end"


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add this room's commands; ``run`` of the parsed arguments runs one and gives the exit status."""
    listing = commands.add_parser("list", help="name the sessions, the newest first")
    listing.add_argument("--limit", type=_count, default=20, metavar="N", help="at most so many (20; 0 for all)")
    listing.add_argument("--learner", default="", metavar="L", help="only this learner's")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    listing.set_defaults(run=_run_list)
    _add_show(commands)
    _add_play(commands)
    verify_commands.add_to(commands)


def _add_show(commands: "argparse._SubParsersAction[Any]") -> None:
    show = commands.add_parser("show", help="print a session, or what it was at a past moment")
    show.add_argument("session", metavar="SESSION", help=SESSION)
    show.add_argument("--at", default="", metavar="MOMENT", help=f"only what had happened by then: {MOMENT}")
    form = show.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object a line: each message, then the digest")
    form.add_argument("--state", action="store_true", help="the session's state as one JSON object")
    show.set_defaults(run=_run_show)


def _add_play(commands: "argparse._SubParsersAction[Any]") -> None:
    player = commands.add_parser("play", help="print a session's messages as its client got them, at their pace")
    player.add_argument("session", metavar="SESSION", help=SESSION)
    player.add_argument("--speed", type=_speed, default=1.0, metavar="N|max", help="times as fast (1), max: at once")
    player.add_argument("--at", default="", metavar="MOMENT", help="begin there; what came before is printed at once")
    player.add_argument("--longest-pause", type=seconds, default=30.0, metavar="S", help="cut longer pauses short (30)")
    player.add_argument("--json", action="store_true", help="one JSON object a line: each message")
    player.set_defaults(run=_run_play)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no count; give 0, 1, 2 …")
    return int(text)


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no speed; give 1, 2, 0.5 … or max")
    return value


def _run_list(arguments: argparse.Namespace, folder: DataFolder) -> int:
    with open_existing_log(folder) as log:
        return _list(log, arguments, Console(stderr=arguments.json))


def _run_show(arguments: argparse.Namespace, folder: DataFolder) -> int:
    console = Console(stderr=arguments.json)
    with open_existing_log(folder) as log:
        recorded = _session(log, arguments.session)
        seen = upto(recorded, arguments.at)
        if arguments.state:
            state = state_json(state_of(seen))
            sys.stdout.write((msgspec.json.format(state) if sys.stdout.isatty() else state).decode() + "\n")
            return 0
        return _show(seen, len(recorded), open_blobs(folder), console, json=arguments.json)


def _run_play(arguments: argparse.Namespace, folder: DataFolder) -> int:
    with open_existing_log(folder) as log:
        recorded = _session(log, arguments.session)
    console = Console(stderr=arguments.json)
    already = len(upto(recorded, arguments.at)) if arguments.at else 0
    pace = Pace(speed=arguments.speed, longest_pause_s=arguments.longest_pause)
    for played in play(recorded, pace, already=already):
        if arguments.json:
            sys.stdout.write(msgspec.json.encode(played.message).decode() + "\n")
            sys.stdout.flush()
        else:
            console.print(line_of(played), soft_wrap=True)
    return 0


def _session(log: RecorderEventLog, name: str) -> tuple[Recorded, ...]:
    """The events of a session that is named by its id or the beginning of it. Raises as `session_beginning`."""
    return log.read(name) or log.read(session_beginning(log, name))


def _list(log: RecorderEventLog, arguments: argparse.Namespace, console: Console) -> int:
    limit, learner = arguments.limit, arguments.learner
    found = sessions_in(log, limit + 1 if limit else 0, learner)  # one more tells that there are more
    shown = found[:limit] if limit else found
    if arguments.json:
        sys.stdout.writelines(msgspec.json.encode(listed).decode() + "\n" for listed in shown)
        return 0
    for line in as_lines(shown):
        console.print(line, soft_wrap=True)
    if not found and learner:
        console.print(Text(f"This log holds no session of {learner!r}."), soft_wrap=True)
    elif not found:
        console.print("This log holds no session yet; `python -m edge serve` and a browser make one.", soft_wrap=True)
    elif len(shown) < len(found):
        console.print("There are older ones; --limit 0 names all.", soft_wrap=True)
    return 0


def _show(seen: tuple[Recorded, ...], all: int, blobs: BlobsByLearner, console: Console, *, json: bool) -> int:
    """Print all that the log holds; only then the digest, for which a recording may be gone."""
    messages = list(as_json(seen))
    if json:
        sys.stdout.writelines(line + "\n" for line in messages)
        sys.stdout.flush()
    else:
        for line in as_text(seen):
            console.print(line, soft_wrap=True)
    digest = digest_of(frames_of(seen, blobs.of(seen[0].learner).get))
    if json:
        told = msgspec.json.encode({"type": "digest", "messages": len(messages), "sha256": digest}).decode()
        sys.stdout.write(told + "\n")
    else:
        events = f"{len(seen)} events" if len(seen) == all else f"{len(seen)} of {all} events"
        console.print(f"{events}, {len(messages)} messages, SHA-256 {digest}", soft_wrap=True)
    return 0
