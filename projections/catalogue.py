"""The projections that there are, and the names that analysts read."""

from projections.activity import ACTIVITY
from projections.cost import COST_PROJECTION
from projections.engine_health import ENGINE_HEALTH
from projections.errors import ProjectionUnknown, ViewUnknown
from projections.progress import PROGRESS
from projections.projection import AnyProjection, relations
from projections.sessions import SESSIONS
from projections.tables import Relation
from projections.vocabulary import VOCABULARY

PROJECTIONS: tuple[AnyProjection, ...] = (PROGRESS, SESSIONS, VOCABULARY, ACTIVITY, ENGINE_HEALTH, COST_PROJECTION)


def projection_named(name: str) -> AnyProjection:
    """The projection of that name, or the one that makes the view of that name. Raises `ProjectionUnknown`."""
    for projection in PROJECTIONS:
        if projection.name == name:
            return projection
    try:
        return view_named(name)[0]
    except ViewUnknown as error:
        raise ProjectionUnknown(name, tuple(each.name for each in PROJECTIONS)) from error


def view_named(name: str) -> tuple[AnyProjection, Relation]:
    """A table or summary that analysts read, and the projection that makes it. Raises `ViewUnknown`."""
    known = {relation.name: (projection, relation) for projection in PROJECTIONS for relation in relations(projection)}
    if name not in known:
        raise ViewUnknown(name, tuple(known))
    return known[name]
