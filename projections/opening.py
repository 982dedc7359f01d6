"""Opens the views where the log is: an SQLite file in the data folder, or the log's PostgreSQL.

A file that is damaged, or of a program so old that its layout cannot be brought up to date, is moved aside and made
anew: the views come from the log again. What people put in by hand, prices and events left out, is taken over.
"""

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from events.location import DataFolder
from events.opening import with_server
from projections.catalogue import PROJECTIONS
from projections.errors import ViewsUnavailable
from projections.postgres import PostgresViewStore
from projections.prices import COLUMNS as PRICE_COLUMNS
from projections.projection import AnyProjection
from projections.sqlite import SQLiteViewStore
from projections.views import ViewStore, placeholders

logger = logging.getLogger(__name__)


def open_views(folder: DataFolder, projections: Sequence[AnyProjection] = PROJECTIONS) -> ViewStore:
    """The views of a data folder, made if they are not there. Raises `ViewsUnavailable`."""
    if folder.log_url:
        return PostgresViewStore(with_server(folder).log_url, projections)
    folder.root.mkdir(parents=True, exist_ok=True)
    # Of several processes that find the damage at once, one mends it.
    with FileLock(folder.views.with_suffix(".opening")):
        try:
            return _sound(folder.views, projections)
        except ViewsUnavailable as error:
            if error.reason not in ("damaged", "outdated"):
                raise
            aside = _move_aside(folder.views)
            logger.warning("%s; moved to %s, and the views are folded from the log again", error.detail, aside)
            store = _sound(folder.views, projections)
            _take_over(aside, store)
            return store


def remove_aside(folder: DataFolder) -> int:
    """Delete what was moved aside, which still holds whom the views have forgotten; how many files."""
    found = [path for path in folder.root.glob(f"{folder.views.name}.*T*") if path.is_file()]
    for path in found:
        path.unlink()
    return len(found)


def _sound(path: Path, projections: Sequence[AnyProjection]) -> SQLiteViewStore:
    store = SQLiteViewStore(path, projections)
    try:
        store.check()
    except ViewsUnavailable:
        store.close()
        raise
    return store


def _take_over(aside: Path, store: ViewStore) -> None:
    """Put into ``store`` what is not in the log: prices, and which events somebody left out."""
    names = [column.name for column in PRICE_COLUMNS]
    try:
        with closing(sqlite3.connect(aside)) as before:
            prices = before.execute(f"SELECT {', '.join(names)} FROM prices").fetchall()
            skipped = before.execute("SELECT name, position, key, error, learner FROM left_out").fetchall()
    except sqlite3.Error as error:
        logger.warning("%s: its prices and its list of events left out cannot be read; give them again", error)
        return
    changes = ", ".join(f"{name}=excluded.{name}" for name in names[2:])
    with store.transaction() as cursor:
        cursor.executemany(
            f"INSERT INTO prices VALUES ({placeholders(names)}) ON CONFLICT (kind, engine) DO UPDATE SET {changes}",
            prices,
        )
        cursor.executemany("INSERT INTO left_out VALUES (?,?,?,?,?)", skipped)


def _move_aside(path: Path) -> Path:
    aside = path.with_name(f"{path.name}.{datetime.now(UTC):%Y%m%dT%H%M%S.%f}")
    for ending in ("", "-wal", "-shm"):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    return aside
