"""Rows of a session that was put into a log by hand."""

from replay.datasets.kinds.kind import Dropped, Kind
from replay.datasets.logged import Known, logged, streams_of
from replay.datasets.rows import Row
from tests.replay.datasets.lessons import Lessons

ANA = Known(learner="ana", consent="consent-1", split="train", first_language="es", age_group="adult")


def found_in(lessons: Lessons, kind: Kind, stream: str = "s1") -> list[Row | Dropped]:
    """What a kind makes of a session, read as a build reads it."""
    types = kind.types | {"session.started.v1"}
    upto = lessons.log.head()
    told = [
        each
        for name in streams_of(stream, types)
        for each in lessons.log.read_of(name, types, upto=upto, unread=kind.unread)
    ]
    session = logged(ANA, [each for each in told if hasattr(each, "event")], ended=True)  # type: ignore[misc]
    assert session is not None
    return list(kind.rows(session))


def rows_in(lessons: Lessons, kind: Kind, stream: str = "s1") -> list[Row]:
    """The rows alone; each has the columns that its kind tells."""
    rows = [each for each in found_in(lessons, kind, stream) if isinstance(each, Row)]
    for row in rows:
        assert tuple(row.columns) == kind.columns.__struct_fields__
        assert set(row.quality) == kind.measures | {"degraded"}
    return rows


def drops_in(lessons: Lessons, kind: Kind, stream: str = "s1") -> list[str]:
    """Why the others are not there."""
    return [each.reason for each in found_in(lessons, kind, stream) if isinstance(each, Dropped)]
