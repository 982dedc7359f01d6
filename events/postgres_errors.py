"""The errors of PostgreSQL and its driver as ours."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import psycopg_pool
from eventsourcing.persistence import PersistenceError

from events.errors import LogUnavailable


@contextmanager
def typed_errors() -> Iterator[None]:
    """Raise `LogUnavailable` for the errors of PostgreSQL and its driver."""
    try:
        yield
    except (PersistenceError, psycopg.Error, psycopg_pool.PoolTimeout) as error:
        raise LogUnavailable(_reason(error), in_one_line(str(error)), WAYS_OUT.get(_state(error), "")) from error


def in_one_line(told: str) -> str:
    """What libpq says, which asks in a line of its own whether the server is running; the way out says so."""
    return " ".join(" ".join(line for line in told.splitlines() if not line.startswith("\tIs the server")).split())


_RESTORE = "restore the database from a backup"
WAYS_OUT = {
    "25006": "the server takes no writes now: name its primary, or reset its default_transaction_read_only",
    "42501": "let this user make and write tables there (GRANT CREATE ON DATABASE …), or name another user",
    "XX001": _RESTORE,
    "XX002": _RESTORE,
}
"""By SQLSTATE, where they are others than those of a file."""
REASONS = {
    "53100": "full",  # disk_full
    "25006": "read_only",  # read_only_sql_transaction
    "42501": "read_only",  # insufficient_privilege
    "55P03": "locked",  # lock_not_available
    "40P01": "locked",  # deadlock_detected
    "XX001": "damaged",  # data_corrupted
    "XX002": "damaged",  # index_corrupted
    "28P01": "refused",  # invalid_password
    "28000": "refused",  # invalid_authorization_specification
    "3D000": "refused",  # invalid_catalog_name
}
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""


def _reason(error: BaseException) -> str:
    if state := _state(error):
        return REASONS.get(state, "unreachable" if state[:2] in ("08", "57") else "failed")
    causes = tuple(_causes(error))
    if any(isinstance(cause, psycopg_pool.PoolClosed) for cause in causes):
        return "closed"
    away = psycopg.OperationalError | psycopg_pool.PoolTimeout
    return "unreachable" if any(isinstance(cause, away) for cause in causes) else "failed"


def _state(error: BaseException) -> str:
    """The server's SQLSTATE; "" where the server has said nothing."""
    return next((state for cause in _causes(error) if (state := getattr(cause, "sqlstate", None))), "")


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__
