"""`python -m training_actors`: models made from the log; each folder of `training_actors` adds its own commands."""

import sys
from collections.abc import Sequence

from actors.models.errors import ModelError
from actors.ports import EngineError
from replay import rooms
from training_actors.errors import TrainingError
from training_actors.pronunciation import commands as pronunciation
from training_actors.registry import commands as registry

ROOMS = (pronunciation, registry)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; see `rooms.run`."""
    return rooms.run("python -m training_actors", __doc__, ROOMS, argv, (TrainingError, ModelError, EngineError))


if __name__ == "__main__":
    sys.exit(main())
