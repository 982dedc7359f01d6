"""`python -m replay`: sessions again, from the log alone; each folder of `replay` adds its own commands."""

import argparse
import os
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from events.arguments import exit_status
from events.errors import EventsError
from events.location import data_folder
from replay.counterfactual import commands as counterfactual
from replay.datasets import commands as datasets
from replay.errors import ReplayError
from replay.importing import commands as importing
from replay.judging import commands as judging
from replay.sessions import commands as sessions

ROOMS = (sessions, importing, counterfactual, judging, datasets)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 1 when something cannot be used, 2 when what was asked for is not there."""
    parser = argparse.ArgumentParser(prog="python -m replay", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for room in ROOMS:
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
    except (EventsError, ReplayError) as error:
        Console(stderr=getattr(arguments, "json", False)).print(Text(str(error), style="red"), soft_wrap=True)
        return exit_status(error)
    return status


if __name__ == "__main__":
    sys.exit(main())
