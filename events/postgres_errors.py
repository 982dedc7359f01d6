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
        reason = _reason(error)
        raise LogUnavailable(reason, str(error).strip(), WAYS_OUT.get(reason, "")) from error


WAYS_OUT = {
    "read_only": "let this user make and write tables there (GRANT CREATE ON DATABASE …), or name another user",
    "damaged": "restore the database from a backup",
}
"""Where they are others than those of a file."""
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
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, psycopg_pool.PoolClosed):
            return "closed"
        state = getattr(cause, "sqlstate", None)
        if state is not None:
            return REASONS.get(state, "unreachable" if state[:2] in ("08", "57") else "failed")
        if isinstance(cause, psycopg.OperationalError | psycopg_pool.PoolTimeout):
            return "unreachable"
        cause = cause.__cause__
    return "failed"
