"""`python -m replay show SESSION` prints a session from the log alone."""

import argparse
import os
import sys
from collections.abc import Sequence

from rich.console import Console

from events.blobs import BlobStore
from events.errors import EventsError, LogUnavailable
from events.location import data_folder
from events.log import EventLog
from events.opening import open_existing_log
from replay.session import digest_of, replay
from replay.show import as_json, as_text


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status (2 when there is no such session)."""
    parser = argparse.ArgumentParser(prog="python -m replay", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    show = commands.add_parser("show", help="print a session from the log alone")
    show.add_argument("session")
    show.add_argument("--json", action="store_true", help="one JSON object a line: each message, then the digest")
    arguments = parser.parse_args(argv)
    console = Console(stderr=arguments.json)
    data = data_folder(os.environ)
    try:
        with open_existing_log(data) as log:
            return _show(arguments.session, log, BlobStore(data.blobs), console, json=arguments.json)
    except LogUnavailable as error:
        console.print(str(error), style="red")
        return 2
    except EventsError as error:
        console.print(str(error), style="red")
        return 1


def _show(session: str, log: EventLog, blobs: BlobStore, console: Console, *, json: bool) -> int:
    recorded = log.read(session)
    if not recorded:
        console.print(f"There is no session {session!r} in this log; `python -m events stats` lists streams.")
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


if __name__ == "__main__":
    sys.exit(main())
