"""The log knows which keys it needs: a key store from an older backup is found out before anything is lost by it."""

import pickle
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from events.__main__ import main
from events.errors import LogUnavailable
from events.learner import ConsentGiven, LearnerDescribed, stream_of
from events.learner_stream import append_for
from events.lesson import SpeechTranscribed
from events.location import DataFolder
from events.opening import master_key_source, open_blobs, open_key_store, open_keys, open_log
from events.postgres import PostgresEventLog
from events.recorder_log import RecorderEventLog
from events.sealing import used_keys
from events.sealing.errors import KeyStoreOlder
from events.sealing.keys import DataKey, KeyRing
from events.sealing.sqlite_keys import sqlite_used_keys
from events.sealing.used_keys import NoLog, SqlUsedKeys, UsedKeys
from events.sqlite import SQLiteEventLog
from tests.events.samples import ENGINE, origin, started
from tests.events.sealing.lessons import folder

__all__ = ["folder"]  # the fixture
TABLES = ("learner_keys", "destructions_told", "master_key")


class Backup:
    """The key store of a data folder as it is now."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._file = folder.root / f"keys.{uuid4().hex}"
        if not folder.log_url:
            shutil.copy(folder.keys, self._file)
            return
        with psycopg.connect(folder.log_url) as connection:
            self._rows = {table: connection.execute(f"SELECT * FROM {table}".encode()).fetchall() for table in TABLES}

    def restore(self) -> None:
        """Put it back."""
        if not self._folder.log_url:
            self._folder.keys.unlink()
            shutil.copy(self._file, self._folder.keys)
            return
        with psycopg.connect(self._folder.log_url) as connection, connection.cursor() as cursor:
            for table, rows in self._rows.items():
                cursor.execute(f"DELETE FROM {table}".encode())
                for row in rows:
                    cursor.execute(f"INSERT INTO {table} VALUES ({','.join(['%s'] * len(row))})".encode(), row)


def begin(folder: DataFolder, learner: str, stream: str) -> None:
    """A lesson of the learner begins, in which they say its name."""
    with open_log(folder) as log:
        events = [started(learner, stream), SpeechTranscribed(turn=1, text=f"said in {stream}", engine=ENGINE)]
        log.append(stream, events, expected_version=0, origin=origin(learner))


def said(folder: DataFolder, stream: str) -> list[str]:
    with open_log(folder) as log:
        return [each.event.text for each in log.read(stream) if isinstance(each.event, SpeechTranscribed)]


def bare_log(folder: DataFolder) -> RecorderEventLog:
    """The log as it was before there were keys."""
    return PostgresEventLog(folder.log_url) if folder.log_url else SQLiteEventLog(folder.log)


def without_notes(folder: DataFolder) -> None:
    """Make the log one from before it knew which keys it needs."""
    statements = ("DROP TABLE keys_used", "DROP TABLE last_key_used")
    if folder.log_url:
        with psycopg.connect(folder.log_url) as connection:
            for statement in statements:
                connection.execute(statement.encode())
        return
    with closing(sqlite3.connect(folder.log)) as connection:
        for statement in statements:
            connection.execute(statement)


def used_of(folder: DataFolder) -> UsedKeys:
    return SqlUsedKeys(open_key_store(folder).database) if folder.log_url else sqlite_used_keys(folder.log)


@pytest.fixture
def older(folder: DataFolder) -> Backup:
    """Backup of a store with Ana's key only; the log has lessons of Ana and of Ben."""
    begin(folder, "ana", "ana-1")
    backup = Backup(folder)
    begin(folder, "ben", "ben-1")
    return backup


def test_nobody_gets_a_key_of_the_number_of_a_lost_one_and_all_opens_when_the_newest_store_is_back(
    folder: DataFolder, older: Backup, capsys: pytest.CaptureFixture[str]
) -> None:
    newest = Backup(folder)
    older.restore()

    for _ in range(2):
        with pytest.raises(
            KeyStoreOlder, match=r"needs key 1 of learner 'ben'.*Nothing was written.*Do that"
        ) as caught:
            begin(folder, "ben", "ben-2")
    with pytest.raises(KeyStoreOlder):
        open_blobs(folder).of("ben").put(b"a recording", "audio/flac")

    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    newest.restore()
    begin(folder, "ben", "ben-2")
    assert [said(folder, stream) for stream in ("ana-1", "ben-1", "ben-2")] == [
        ["said in ana-1"],
        ["said in ben-1"],
        ["said in ben-2"],
    ]
    assert main(["verify"], folder) == 0
    assert "6 events, 0 faults" in capsys.readouterr().out


def test_nobody_new_gets_a_key_in_an_older_store_for_it_would_be_lost(folder: DataFolder, older: Backup) -> None:
    older.restore()

    with pytest.raises(KeyStoreOlder, match="needs key 1 of learner 'ben'"):
        begin(folder, "cem", "cem-1")

    assert open_keys(folder).generation("cem") == 0


def test_beside_an_older_store_the_master_key_is_not_changed_for_the_newest_store_needs_it(
    folder: DataFolder, older: Backup, capsys: pytest.CaptureFixture[str]
) -> None:
    newest = Backup(folder)
    older.restore()

    assert main(["rotate-master-key"], folder) != 0

    assert "needs key 1 of learner 'ben'" in capsys.readouterr().err
    newest.restore()
    assert said(folder, "ben-1") == ["said in ben-1"]


def test_whose_key_is_in_an_older_store_goes_on(folder: DataFolder, older: Backup) -> None:
    older.restore()

    begin(folder, "ana", "ana-2")

    assert said(folder, "ana-2") == ["said in ana-2"]


@pytest.mark.parametrize("forgotten", [True, False])
def test_the_key_of_who_has_come_back_is_not_made_twice_and_the_one_before_is_not_used_again(
    folder: DataFolder, forgotten: bool
) -> None:
    begin(folder, "ana", "ana-1")
    living = Backup(folder)
    assert main(["forget", "ana", "--yes"], folder) == 0
    backup = Backup(folder) if forgotten else living
    begin(folder, "ana", "ana-2")
    backup.restore()

    with pytest.raises(KeyStoreOlder, match="needs key 2 of learner 'ana'"):
        begin(folder, "ana", "ana-3")


def test_where_there_is_no_newer_store_forgetting_lets_go_of_what_is_lost(folder: DataFolder, older: Backup) -> None:
    begin(folder, "dan", "dan-1")
    assert main(["forget", "ben", "--yes"], folder) == 0
    begin(folder, "ben", "ben-2")
    older.restore()
    with pytest.raises(KeyStoreOlder, match=r"key 2 of learner 'ben'.*only if there is none, `python -m events forget"):
        begin(folder, "cem", "cem-1")

    assert main(["forget", "ben", "--yes"], folder) == 0

    begin(folder, "ben", "ben-3")
    begin(folder, "cem", "cem-1")
    assert [said(folder, stream) for stream in ("ben-2", "ben-3", "cem-1")] == [
        [""],
        ["said in ben-3"],
        ["said in cem-1"],
    ]
    assert open_keys(folder).generation("ben") == 3
    with pytest.raises(KeyStoreOlder, match="key 1 of learner 'dan'"):
        begin(folder, "dan", "dan-2")


def test_who_has_a_key_and_no_event_can_be_forgotten_too(folder: DataFolder, older: Backup) -> None:
    open_keys(folder).for_writing("dan")
    older.restore()

    assert main(["forget", "dan", "--yes"], folder) == 0
    assert main(["forget", "somebody else", "--yes"], folder) == 2


def test_a_log_from_before_it_knew_is_looked_through_once(
    folder: DataFolder, older: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(used_keys, "PAGE", 2)
    for number in range(2, 6):
        begin(folder, "ana", f"ana-{number}")
    without_notes(folder)
    older.restore()

    for learner in ("ben", "cem"):
        with pytest.raises(KeyStoreOlder, match="key 1 of learner 'ben'"):
            begin(folder, learner, f"{learner}-2")

    monkeypatch.delattr(used_keys, "_looked_through")
    assert (used_of(folder).newest("ana"), used_of(folder).newest("ben"), used_of(folder).last()) == (1, 1, ("ben", 1))
    begin(folder, "ana", "ana-6")


def test_a_log_from_before_it_knew_needs_no_store_but_its_own(folder: DataFolder, older: Backup) -> None:
    without_notes(folder)

    for learner in ("ana", "ben", "cem"):
        begin(folder, learner, f"{learner}-2")

    assert said(folder, "ben-2") == ["said in ben-2"]
    assert used_of(folder).last() == ("cem", 1)


def test_what_is_sealed_is_found_behind_and_before_what_is_in_the_clear(folder: DataFolder) -> None:
    """A session from before there were keys that went on, and a description among events that stay readable."""
    with bare_log(folder) as log:
        log.append("ana-1", [started("ana", "ana-1")], expected_version=0, origin=origin("ana"))
    with open_log(folder) as log:
        spoken = SpeechTranscribed(turn=1, text="and on", engine=ENGINE)
        log.append("ana-1", [spoken], expected_version=1, origin=origin("ana"))
        append_for(log, "ben", ConsentGiven(purpose="lessons"))
        append_for(log, "ben", LearnerDescribed(age_group="adult"))
        append_for(log, "ben", ConsentGiven(purpose="training"))
        append_for(log, "cem", ConsentGiven(purpose="lessons"))
    without_notes(folder)

    used = used_of(folder)

    assert [used.newest(learner) for learner in ("ana", "ben", "cem")] == [1, 1, 0]


def test_what_is_damaged_does_not_keep_others_from_being_found(folder: DataFolder, older: Backup) -> None:
    with bare_log(folder) as log:
        (row,) = (each for each in log.stored_tail(0, limit=10) if each.stream == "ana-1" and each.version == 2)
        log.replace([(row.position, row.type, b'{"torn')])
    without_notes(folder)

    assert (used_of(folder).newest("ana"), used_of(folder).newest("ben")) == (0, 1)


@pytest.mark.parametrize("first", [True, False])
def test_a_key_that_another_process_makes_at_the_same_time_does_not_make_the_store_look_older(
    folder: DataFolder, first: bool
) -> None:
    """Before the log is asked, or after it."""
    begin(folder, "ana", "ana-1")

    class Beside(NoLog):
        def newest(self, learner: str) -> int:
            if first:
                made.append(open_keys(folder).for_writing(learner))
            used = used_of(folder).newest(learner)
            if not first:
                made.append(open_keys(folder).for_writing(learner))
            return used

    made: list[DataKey] = []
    keys = KeyRing(open_key_store(folder), master_key_source(folder), Beside())

    assert keys.for_writing("ben").naming == made[0].naming


def test_a_blob_without_a_log_makes_none(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)

    blob = open_blobs(data).of("ana").put(b"a recording", "audio/flac")

    assert not data.log.exists()
    begin(data, "ana", "ana-1")
    assert sqlite_used_keys(data.log).newest("ana") == 1
    assert open_blobs(data).of("ana").get(blob.sha256) == b"a recording"


def test_a_log_that_cannot_be_read_is_named_not_the_keys(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    data.log.write_bytes(b"no database at all" * 100)

    with pytest.raises(LogUnavailable) as caught:
        sqlite_used_keys(data.log).newest("ana")

    assert caught.value.reason == "damaged"
    assert stream_of("ana").startswith(used_keys.OWN)
