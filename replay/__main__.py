"""`python -m replay`: sessions again, from the log alone; each folder of `replay` adds its own commands."""

import gc
import sys
from collections.abc import Sequence

from replay import rooms
from replay.counterfactual import commands as counterfactual
from replay.datasets import commands as datasets
from replay.importing import commands as importing
from replay.judging import commands as judging
from replay.sessions import commands as sessions

ROOMS = (sessions, importing, counterfactual, judging, datasets)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; see `rooms.run`."""
    return rooms.run("python -m replay", __doc__, ROOMS, argv)


if __name__ == "__main__":
    status = main()
    gc.freeze()  # else the interpreter goes once more through all that libraries hold, for most of a second
    sys.exit(status)
