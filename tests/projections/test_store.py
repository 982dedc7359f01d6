"""The contract of the views' store, and how it is opened."""

import logging
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from msgspec.structs import replace

from events.location import DataFolder
from events.memory import MemoryEventLog
from projections.catalogue import PROJECTIONS
from projections.errors import ViewsUnavailable
from projections.opening import open_views
from projections.postgres import PostgresViewStore
from projections.progress import PROGRESS
from projections.runner import ProjectionRunner
from projections.sqlite import SQLiteViewStore
from projections.views import ViewStore
from tests.events.samples import origin
from tests.projections.histories import expected_progress, fill, started, uttered
from tests.projections.stores import Stores, checksums, run_all, table
from tests.servers.disks import NoSmallDisk, small_disk


def test_a_transaction_is_all_or_nothing_and_readers_see_the_state_before_it(store: ViewStore) -> None:
    seen = []

    def half_done() -> None:
        with store.transaction() as cursor:
            cursor.execute("UPDATE leases SET owner='somebody'")
            seen.extend(table(store, "SELECT DISTINCT owner FROM leases"))
            raise KeyError

    with pytest.raises(KeyError):
        half_done()
    assert seen == table(store, "SELECT DISTINCT owner FROM leases") == [("",)]


def test_what_goes_wrong_beside_the_store_is_not_blamed_on_it(store: ViewStore) -> None:
    for opened in (store.reading, store.transaction):
        with pytest.raises(FileNotFoundError), opened():
            raise FileNotFoundError


def test_rows_are_given_one_by_one(store: ViewStore) -> None:
    with store.transaction() as cursor:
        rows = list(cursor.each("SELECT part FROM leases ORDER BY part"))
    assert rows == [(part,) for part in range(8)]


def test_a_store_that_is_opened_again_has_what_it_had(log: MemoryEventLog, stores: Stores) -> None:
    fill(log, sessions=3)
    store = stores.open()
    run_all(ProjectionRunner(log, store, PROJECTIONS))

    assert checksums(stores.open()) == checksums(store)


def test_stores_that_are_made_at_the_same_time_do_not_disturb_each_other(stores: Stores) -> None:
    faults: list[BaseException] = []

    def made() -> None:
        try:
            stores.open()
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=made) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []


@pytest.mark.parametrize("poison", [2**53, 2**200, -(2**70)])
def test_a_number_beyond_what_a_database_holds_parks_its_learner_only(
    log: MemoryEventLog, store: ViewStore, poison: int
) -> None:
    log.append("s1", [started("ana")], expected_version=0, origin=origin("ana"))
    log.append("s2", [started("ben")], expected_version=0, origin=origin("ben"))
    huge = replace(uttered(), duration_ms=poison, speech_start_ms=0, speech_end_ms=0)
    log.append("s1", [huge], expected_version=1, origin=origin("ana"))
    log.append("s2", [uttered()], expected_version=1, origin=origin("ben"))
    runner = ProjectionRunner(log, store, PROJECTIONS)
    run_all(runner)

    assert [each.key for each in store.parked("activity")] == ["ana"]
    assert table(store, "SELECT learner, turns FROM learner_days WHERE turns > 0") == [("ben", 1)]
    assert {status.caught_up for status in runner.status(4)} == {True}


def test_a_character_that_postgresql_does_not_store_harms_nobody(log: MemoryEventLog, store: ViewStore) -> None:
    log.append("s1", [started("a\0na")], expected_version=0, origin=origin("a\0na"))
    log.append("s2", [started("ben"), uttered()], expected_version=0, origin=origin("ben"))
    runner = ProjectionRunner(log, store, PROJECTIONS)
    run_all(runner)

    assert table(store, "SELECT learner FROM progress") == [("ben",)]
    assert [each.key for each in store.parked("progress")] == ["a\ufffdna"]
    assert {status.caught_up for status in runner.status(3)} == {True}


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path)


def test_the_views_are_a_file_beside_an_sqlite_log(folder: DataFolder) -> None:
    store = open_views(folder)
    store.close()

    assert isinstance(store, SQLiteViewStore)
    assert folder.views.exists()


def test_the_views_are_in_the_logs_postgresql(folder: DataFolder, postgres_url: str) -> None:
    store = open_views(DataFolder(folder.root, postgres_url))
    try:
        assert isinstance(store, PostgresViewStore)
        assert table(store, "SELECT COUNT(*) FROM views.progress") == [(0,)]
    finally:
        with store.transaction() as cursor:
            cursor.execute("DROP SCHEMA views CASCADE")
        store.close()
    assert not folder.views.exists()


@pytest.mark.parametrize("damage", ["no database", "a page", "the first page", "older layout"])
def test_a_damaged_file_is_moved_aside_and_folded_again(
    folder: DataFolder, log: MemoryEventLog, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    count = fill(log, sessions=20)
    with SQLiteViewStore(folder.views, PROJECTIONS) as store:
        run_all(ProjectionRunner(log, store, PROJECTIONS))
        store.wipe()
    data = bytearray(folder.views.read_bytes())
    if damage == "older layout":
        with sqlite3.connect(folder.views) as raw:
            raw.execute("PRAGMA user_version=1")
        raw.close()
    elif damage == "no database":
        folder.views.write_bytes(b"no database" * 1000)
    else:
        place = 0 if damage == "the first page" else 5 * 4096
        data[place : place + 200] = b"\xff" * 200
        folder.views.write_bytes(data)

    with caplog.at_level(logging.WARNING):
        store = open_views(folder)
    runner = ProjectionRunner(log, store, PROJECTIONS)
    run_all(runner)

    assert {status.caught_up for status in runner.status(count)} == {True}
    for learner, view in expected_progress(log).items():
        assert store.get(PROGRESS, learner) == view
    store.close()
    (aside,) = (path for path in folder.root.glob("views.sqlite.2*") if path.suffix != "-wal")
    assert str(aside) in caplog.text
    assert "folded from the log again" in caplog.text


def test_a_full_disk_is_named_whenever_it_is_met(tmp_path: Path) -> None:
    try:
        with small_disk(tmp_path / "disk", 4) as disk:
            path = disk.folder / "views.sqlite"
            SQLiteViewStore(path, PROJECTIONS).close()
            disk.fill()
            with pytest.raises(ViewsUnavailable, match="free some disk space") as caught:
                SQLiteViewStore(path, PROJECTIONS)
            assert caught.value.reason == "full"
            disk.free()
            with SQLiteViewStore(path, PROJECTIONS) as store:
                disk.fill()
                with pytest.raises(ViewsUnavailable, match="free some disk space"), store.transaction() as cursor:
                    cursor.execute("CREATE TABLE large AS SELECT zeroblob(4000000) AS data")
                disk.free()
                assert table(store, "SELECT COUNT(*) FROM progress") == [(0,)]
    except NoSmallDisk as error:
        pytest.skip(f"no small disk: {error}")


def test_a_server_that_cannot_be_reached_is_a_typed_error(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.postgres.WAIT_FOR_CONNECTION_S", 0.2)
    with pytest.raises(ViewsUnavailable, match="failed"):
        open_views(DataFolder(folder.root, "postgresql://nobody@127.0.0.1:1/nothing"))


def test_a_server_that_takes_no_writes_is_told_with_what_to_do(postgres_url: str) -> None:
    separator = "&" if "?" in postgres_url else "?"

    with pytest.raises(ViewsUnavailable, match="is a standby, or has default_transaction_read_only set") as caught:
        PostgresViewStore(f"{postgres_url}{separator}options=-cdefault_transaction_read_only%3Don", PROJECTIONS)
    assert caught.value.reason == "read_only"


def test_what_a_learner_said_does_not_get_into_statistics_that_outlive_it(postgres_url: str) -> None:
    log = MemoryEventLog()
    fill(log, sessions=3)
    with closing(PostgresViewStore(postgres_url, PROJECTIONS, schema="unsampled")) as store:
        run_all(ProjectionRunner(log, store, PROJECTIONS))
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute("ANALYZE")
            sampled = connection.execute(
                "SELECT s.tablename, s.attname FROM pg_stats s JOIN information_schema.columns c"
                " ON (c.table_schema, c.table_name, c.column_name) = (s.schemaname, s.tablename, s.attname)"
                " WHERE s.schemaname = 'unsampled' AND s.tablename ~ '_[0-9]+$' AND c.data_type IN ('text', 'bytea')"
                " AND NOT (s.tablename LIKE 'views_of%' AND s.attname <> 'view')"
            ).fetchall()
            counted = connection.execute("SELECT COUNT(*) FROM pg_stats WHERE schemaname = 'unsampled'").fetchone()
    assert sampled == []
    assert counted is not None
    assert counted[0] > 0
