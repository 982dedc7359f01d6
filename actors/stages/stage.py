"""What every stage of a turn works with."""

from collections.abc import Awaitable, Callable

from msgspec import Struct

from actors.engines import Engines
from actors.ports import Audio
from events.blobs import BlobStore
from policies.learner import LearnerHistory

AudioOf = Callable[[int], Awaitable[Audio]]
"""The learner's recording of a turn."""


class Resources(Struct, frozen=True, kw_only=True):
    """The engines, the blobs, and what is known of a learner from earlier lessons."""

    engines: Engines
    blobs: BlobStore
    history: Callable[[str], LearnerHistory]
