"""Opens the log that the settings name: SQLite in the data folder, PostgreSQL at a URL, or one that we start."""

from events.embedded_postgres import embedded_postgres
from events.errors import LogUnavailable
from events.location import EMBEDDED_POSTGRES, LOG_VARIABLE, VARIABLE, DataFolder
from events.postgres import PostgresEventLog
from events.recorder_log import RecorderEventLog
from events.sqlite import SQLiteEventLog


def open_log(folder: DataFolder) -> RecorderEventLog:
    """The log of a data folder, made if it is not there. Raises `LogUnavailable`."""
    if not folder.log_url:
        return SQLiteEventLog(folder.log)
    if folder.log_url == EMBEDDED_POSTGRES:
        return open_log(with_server(folder))
    if folder.log_url.startswith(("postgresql://", "postgres://")):
        return PostgresEventLog(folder.log_url)
    raise LogUnavailable(
        "refused",
        f"{LOG_VARIABLE} is {folder.log_url!r}; leave it empty for SQLite, or give a postgresql:// URL"
        f" or {EMBEDDED_POSTGRES}",
    )


def open_existing_log(folder: DataFolder) -> RecorderEventLog:
    """As `open_log`, but an SQLite log must be there already. Raises `LogUnavailable`."""
    if not folder.log_url and not folder.log.exists():
        raise LogUnavailable("failed", f"there is no log at {folder.log}; hold a lesson first, or set {VARIABLE}")
    return open_log(folder)


def with_server(folder: DataFolder) -> DataFolder:
    """The folder with its embedded PostgreSQL running, if it has one, as long as this process lives.

    Whoever starts other processes calls it first, so that those connect to the server instead of holding it.
    """
    if folder.log_url != EMBEDDED_POSTGRES:
        return folder
    return DataFolder(folder.root, embedded_postgres(folder.postgres))
