"""Opens the log that the settings name: SQLite in the data folder, PostgreSQL at a URL, or one that we start."""

from msgspec.structs import replace

from events.blobs import BlobStore
from events.embedded_postgres import embedded_postgres
from events.errors import EventsError, LogUnavailable
from events.location import DataFolder
from events.postgres import WAIT_FOR_CONNECTION_S, PostgresEventLog
from events.postgres_server import see_server
from events.recorder_log import RecorderEventLog
from events.sealing.blobs import LearnerBlobs
from events.sealing.codec import SealingCodec, holds_sealed
from events.sealing.errors import KeyStoreLost
from events.sealing.finishing import Finisher, wipe_views_by_command
from events.sealing.key_store import SqlKeyStore
from events.sealing.keys import KeyRing
from events.sealing.master_keys import GivenMasterKeys, MasterKeyFile, MasterKeySource
from events.sealing.postgres_keys import postgres_keys
from events.sealing.sqlite_keys import sqlite_keys, sqlite_used_keys
from events.sealing.used_keys import SqlUsedKeys
from events.served import EMBEDDED_POSTGRES, LOG_VARIABLE, POSTGRES, SQLITE, tell_of_other_logs, without_password
from events.sqlite import SQLiteEventLog


def open_log(folder: DataFolder) -> RecorderEventLog:
    """The log of a data folder, made if it is not there; it seals what is personal. A server may take a while to come.

    A forgetting that was cut short is finished, but for the views' files: those who fold see to them.

    Raises `LogUnavailable`, `KeyStoreLost`, and what `KeyRing` raises when the master key is not here or a wrong one.
    """
    log = _open_log(folder, WAIT_FOR_CONNECTION_S)
    log.keep_up()
    return log


def _open_log(folder: DataFolder, wait_s: float) -> RecorderEventLog:
    folder = with_server(folder)
    if _in_postgres(folder):
        see_server(folder.log_url, wait_s=wait_s)
    keys = open_keys(folder)
    keys.check()
    codec = SealingCodec(keys)
    log = PostgresEventLog(folder.log_url, codec=codec) if folder.log_url else SQLiteEventLog(folder.log, codec=codec)
    try:
        _see_keys(log, keys, folder)
    except EventsError:
        log.close()
        raise
    log.upkeep = Finisher(keys, folder).finish
    return log


def _see_keys(log: RecorderEventLog, keys: KeyRing, folder: DataFolder) -> None:
    """Raises `KeyStoreLost`; asked again at the end, for another process may make the first key meanwhile."""
    if keys.is_empty() and holds_sealed(log) and keys.is_empty():
        raise KeyStoreLost("the table learner_keys" if folder.log_url else str(folder.keys))


def open_codec(folder: DataFolder) -> SealingCodec:
    """The codec of the log, for readers of its events from elsewhere. Raises what `open_log` raises."""
    keys = open_keys(folder)
    keys.check()
    return SealingCodec(keys)


def open_blobs(folder: DataFolder) -> LearnerBlobs:
    """The blobs of a data folder, sealed for their learners."""
    return LearnerBlobs(BlobStore(folder.blobs), open_keys(folder))


def open_keys(folder: DataFolder) -> KeyRing:
    """The learners' keys, beside the log. Nothing is made or read before the first is wanted."""
    store = open_key_store(folder)
    used = SqlUsedKeys(store.database) if folder.log_url else sqlite_used_keys(folder.log)
    return KeyRing(store, master_key_source(folder), used)


def open_key_store(folder: DataFolder) -> SqlKeyStore:
    """Where the learners' wrapped keys are: in the log's database, or in a file beside an SQLite log."""
    folder = with_server(folder)
    return postgres_keys(folder.log_url) if _in_postgres(folder) else sqlite_keys(folder.keys)


def master_key_source(folder: DataFolder) -> MasterKeySource:
    """Where the master keys come from. Raises `MasterKeyUnusable`."""
    if folder.master_key:
        return GivenMasterKeys(folder.master_key)
    source = MasterKeyFile(folder.master_keys)
    source.begin_with(MasterKeyFile(folder.shared_master_keys))
    return source


def _in_postgres(folder: DataFolder) -> bool:
    """Whether the log is in PostgreSQL, not in SQLite. Raises `LogUnavailable` for what is neither."""
    if not folder.log_url or folder.log_url.startswith(POSTGRES):
        return bool(folder.log_url)
    raise LogUnavailable(
        "refused",
        f"{LOG_VARIABLE} is {without_password(folder.log_url)!r}",
        f"set it to {SQLITE}, {EMBEDDED_POSTGRES} or a postgresql:// URL, or leave it empty for the log last served",
    )


def open_existing_log(folder: DataFolder, *, finishing: bool = True) -> RecorderEventLog:
    """As `open_log` for a command: the log must be there already, and its server answer at once.

    Warns when nobody named the log and there are several. With ``finishing`` a forgetting that was cut short is
    finished, down to the last file. Raises `LogUnavailable`.
    """
    tell_which_log(folder)
    if not folder.log_url and not folder.log.exists():
        raise LogUnavailable("missing", f"there is no log at {folder.log}")
    log = _open_log(folder, 0.0)
    if finishing:
        log.keep_up(wipe_views_by_command)
    return log


def tell_which_log(folder: DataFolder) -> None:
    """Warn which log is read when nobody named it and there are several."""
    if not folder.named:
        tell_of_other_logs(folder.root)


def with_server(folder: DataFolder) -> DataFolder:
    """The folder with its embedded PostgreSQL running, if it has one, as long as this process lives.

    Whoever starts other processes calls it first, so that those connect to the server instead of holding it.
    """
    if folder.log_url != EMBEDDED_POSTGRES:
        return folder
    return replace(folder, log_url=embedded_postgres(folder.postgres))
