"""Which sessions a run is made on: ``all``, or terms that must all hold. Reads no log."""

from collections.abc import Callable
from datetime import UTC, datetime

from msgspec import Struct

from events.lesson import SessionStarted
from replay.counterfactual.errors import BadQuery

FIELDS: dict[str, Callable[[SessionStarted], str]] = {
    "session": lambda started: started.session,
    "learner": lambda started: started.learner,
    "tutor": lambda started: started.tutor,
    "level": lambda started: started.level,
    "mode": lambda started: started.mode,
    "goal": lambda started: started.goal,
    "topic": lambda started: started.topic,
    "language": lambda started: started.language,
    "client": lambda started: started.client,
}
TIMES = ("since", "until")
EVERYTHING = "all"


class Query(Struct, frozen=True, kw_only=True):
    """What must hold of a session's start.

    ``fields`` are names and the values allowed; a value that ends in * is the beginning of one. ``since`` is in,
    ``until`` is not.
    """

    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    def takes(self, started: SessionStarted, time: datetime) -> bool:
        """Whether a session that started so, then, is meant."""
        if (self.since and time < self.since) or (self.until and time >= self.until):
            return False
        return all(_fits(FIELDS[name](started), values) for name, values in self.fields)


def parse_query(text: str) -> Query:
    """The query of ``all`` or of terms with spaces between, as in ``level=A2,B1 client=web* since=2026-11-01``.

    Times are ISO 8601, UTC where no zone is given. Raises `BadQuery`.
    """
    if text.strip() == EVERYTHING:
        return Query()
    fields: dict[str, tuple[str, ...]] = {}
    times: dict[str, datetime] = {}
    if not text.split():
        raise BadQuery(text, "", f"is empty; give {EVERYTHING}, or terms such as level=A2")
    for term in text.split():
        name, _, value = term.partition("=")
        if name in FIELDS and value:
            fields[name] = (*fields.get(name, ()), *value.split(","))
        elif name in TIMES and value:
            times[name] = _time(text, term, value)
        else:
            raise BadQuery(
                text, term, f"is no term; give {EVERYTHING}, or FIELD=VALUE with {', '.join((*FIELDS, *TIMES))}"
            )
    return Query(fields=tuple(fields.items()), since=times.get("since"), until=times.get("until"))


def _time(text: str, term: str, value: str) -> datetime:
    try:
        time = datetime.fromisoformat(value)
    except ValueError as error:
        raise BadQuery(text, term, "is no time; give one as 2026-11-01 or 2026-11-01T09:30:00+01:00") from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _fits(found: str, values: tuple[str, ...]) -> bool:
    return any(found.startswith(value[:-1]) if value.endswith("*") else found == value for value in values)
