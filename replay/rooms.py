"""A program whose rooms bring their own commands: arguments, faults told in a line, and the exit status."""

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from rich.console import Console
from rich.text import Text

from events.arguments import exit_status
from events.errors import EventsError
from events.location import data_folder
from replay.errors import ReplayError


class Room(Protocol):
    """A module with commands. ``run`` of the parsed arguments takes them and the data folder, and gives the status."""

    def add_to(self, commands: "argparse._SubParsersAction[Any]") -> None:
        """Add the room's commands."""
        ...


def run(
    program: str,
    about: str | None,
    rooms: Iterable[Room],
    argv: Sequence[str] | None,
    errors: tuple[type[Exception], ...] = (),
) -> int:
    """Run one command; the exit status: 1 when something cannot be used, 2 when what was asked for is not there.

    ``errors`` are told in a line as those of the log and of replay are.
    """
    told: tuple[type[Exception], ...] = (EventsError, ReplayError, *errors)
    parser = argparse.ArgumentParser(prog=program, description=about)
    commands = parser.add_subparsers(dest="command", required=True)
    for room in rooms:
        room.add_to(commands)
    arguments = parser.parse_args(argv)
    try:
        status: int = arguments.run(arguments, data_folder(os.environ))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (`head`, say) has had enough; keep the interpreter from complaining when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except told as error:
        Console(stderr=getattr(arguments, "json", False)).print(Text(str(error), style="red"), soft_wrap=True)
        return exit_status(error)
    return status
