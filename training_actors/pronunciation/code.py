"""Which code trains: what a model comes from besides its plan and its dataset."""

from functools import cache

import actors
import training_actors
from replay.datasets.code import version_of


@cache
def code_version() -> str:
    """``VERSION+DIGEST`` of the sources of training, and of what training and service share."""
    return version_of((training_actors, ("pronunciation/*.py",)), (actors, ("pronunciation/*.py",)))
