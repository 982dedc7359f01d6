"""The projections that there are."""

from typing import Any

from projections.errors import ProjectionUnknown
from projections.progress import PROGRESS
from projections.projection import Projection
from projections.sessions import SESSIONS

PROJECTIONS: tuple[Projection[Any], ...] = (PROGRESS, SESSIONS)


def projection_named(name: str) -> Projection[Any]:
    """The projection of that name. Raises `ProjectionUnknown`."""
    for projection in PROJECTIONS:
        if projection.name == name:
            return projection
    raise ProjectionUnknown(name, tuple(projection.name for projection in PROJECTIONS))
