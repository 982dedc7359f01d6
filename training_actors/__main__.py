"""`python -m training_actors`: models made from the log; each folder of `training_actors` adds its own commands."""

import argparse
import os
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from actors.models.errors import ModelError
from events.arguments import exit_status
from events.errors import EventsError
from events.location import data_folder
from replay.errors import ReplayError
from training_actors.errors import TrainingError
from training_actors.pronunciation import commands as pronunciation

ROOMS = (pronunciation,)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 1 when something cannot be used, 2 when what was asked for is not there."""
    parser = argparse.ArgumentParser(prog="python -m training_actors", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for room in ROOMS:
        room.add_to(commands)
    arguments = parser.parse_args(argv)
    try:
        status: int = arguments.run(arguments, data_folder(os.environ))
    except KeyboardInterrupt:
        return 130
    except (EventsError, ReplayError, TrainingError, ModelError) as error:
        Console(stderr=True).print(Text(str(error), style="red"), soft_wrap=True)
        return exit_status(error)
    return status


if __name__ == "__main__":
    sys.exit(main())
