"""A forgetting that was killed before its files were wiped, and a log from before one that its keys know of."""

import itertools
import logging
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from events.__main__ import main
from events.errors import OldBytesRemain
from events.location import DataFolder
from events.opening import open_existing_log, open_keys, open_log
from events.sealing import finishing
from events.sealing.finishing import Finisher
from events.sealing.forgetting import HOLD, forget
from projections.__main__ import main as projections
from projections.catalogue import PROJECTIONS
from projections.errors import ViewsUnavailable
from projections.opening import open_views
from projections.runner import ProjectionRunner
from tests.events.sealing.lessons import folder, hold_lesson, hold_unsealed_lesson, places_of
from tests.events.sealing.test_finishing import left_in, told_in

__all__ = ["folder"]  # the fixture
SECRET = b"aquamarine"
Lesson = Callable[[DataFolder, str], object]


def unsealed(folder: DataFolder, learner: str) -> None:
    hold_unsealed_lesson(folder, learner, b"fLaC")


LESSONS = pytest.mark.parametrize("lesson", [hold_lesson, unsealed], ids=["sealed", "from before there were keys"])


def forget_and_be_killed(folder: DataFolder, learner: str) -> None:
    """All but the wiping of files; the views have been folded since."""
    with open_existing_log(folder, finishing=False) as log, open_views(folder) as store:
        runner = ProjectionRunner(log, store, PROJECTIONS)
        forget(learner, log, open_keys(folder), folder)
        while runner.run_once():
            pass
        runner.release()


@LESSONS
@pytest.mark.parametrize("command", [["events", "stats"], ["projections", "status"]])
def test_files_that_a_killed_forgetting_did_not_wipe_are_wiped_by_the_next_command(
    folder: DataFolder, lesson: Lesson, command: list[str]
) -> None:
    lesson(folder, "ana")
    projections(["run", "--once"], folder)
    with open_views(folder), open_existing_log(folder, finishing=False):  # whoever closes SQLite last takes -wal away
        forget_and_be_killed(folder, "ana")
        assert places_of(folder, SECRET) != []

        run = main if command[0] == "events" else projections
        assert run(command[1:], folder) == 0

        assert places_of(folder, SECRET) == []
        assert left_in(folder) == {}
        assert main(["verify"], folder) == 0


@LESSONS
def test_a_running_server_wipes_them_too(folder: DataFolder, lesson: Lesson) -> None:
    lesson(folder, "ana")
    projections(["run", "--once"], folder)
    ticks, stop = itertools.count(0.0, 1.0), threading.Event()
    with open_views(folder) as store, open_log(folder) as log:
        runner = ProjectionRunner(log, store, PROJECTIONS, clock=lambda: next(ticks), lease_s=1e9)
        forget_and_be_killed(folder, "ana")
        assert places_of(folder, SECRET) != []
        running = threading.Thread(target=runner.run, args=(stop,))
        running.start()
        until(lambda: left_in(folder) == {})
        stop.set()
        running.join()
        assert places_of(folder, SECRET) == []


def until(true: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 60.0
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def test_files_that_cannot_be_wiped_are_named_by_verify_until_the_next_command_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = DataFolder(tmp_path / "data")
    hold_lesson(folder, "ana")
    projections(["run", "--once"], folder)
    forget_and_be_killed(folder, "ana")
    with closing(sqlite3.connect(folder.views, isolation_level=None)) as analyst:
        analyst.execute("BEGIN")
        analyst.execute("SELECT count(*) FROM vocabulary").fetchall()
        assert main(["verify"], folder) == 1
    told = capsys.readouterr().out
    assert "forgetting: position 0, learner-ana 0: key 1 was destroyed on " in told
    assert "may still be in the files of the views; `python -m projections wipe` tells who is in the way" in told

    assert main(["verify"], folder) == 0
    assert left_in(folder) == {}


def test_a_process_that_found_somebody_in_the_way_tries_again_a_minute_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finishing, "PATIENCE_S", 0.1)
    folder, now = DataFolder(tmp_path / "data"), [0.0]
    unsealed(folder, "ana")
    with open_existing_log(folder, finishing=False) as log:
        finisher = Finisher(open_keys(folder), folder, monotonic=lambda: now[0])
        with closing(sqlite3.connect(folder.log, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM events").fetchall()
            forget_and_be_killed(folder, "ana")
            finisher.finish(log)
            assert caplog.text.count("of what was deleted: bytes of what was deleted are still in ") == 1
        now[0] = finishing.AGAIN_S - 1.0
        finisher.finish(log)
        assert "log_files" in left_in(folder)
        now[0] = finishing.AGAIN_S
        finisher.finish(log)
        assert "log_files" not in left_in(folder)


def test_the_views_of_a_log_that_nobody_folds_to_its_end_are_not_called_wiped(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    hold_lesson(folder, "ana")
    with open_existing_log(folder, finishing=False) as log, open_views(folder) as store:
        while (runner := ProjectionRunner(log, store, PROJECTIONS)).run_once():
            runner.release()
        forget("ana", log, open_keys(folder), folder)

        log.keep_up(runner._wipe_views)

        assert left_in(folder) == {"view_files": ["ana"]}


def test_views_that_cannot_be_written_anew_are_told_once_a_minute_and_stop_no_server(
    folder: DataFolder, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(wait_s: float | None = None) -> None:
        raise ViewsUnavailable("full", "no space")

    hold_lesson(folder, "ana")
    forget_and_be_killed(folder, "ana")
    with open_existing_log(folder, finishing=False) as log, open_views(folder) as store:
        runner = ProjectionRunner(log, store, PROJECTIONS)
        with monkeypatch.context() as patched:
            patched.setattr(store, "wipe", full)
            for _ in range(2):
                log.keep_up(runner._wipe_views)
        assert caplog.text.count("may still be in the views' files: the views cannot be used (full): no space") == 1
        assert left_in(folder) == {"view_files": ["ana"]}


class Backup:
    """The log of a folder as it is now, without the keys; to be restored later."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        if folder.log_url:
            with psycopg.connect(folder.log_url) as connection:
                self._rows = connection.execute("SELECT notification_id, state FROM events").fetchall()
        else:
            self._copy = folder.root.with_name("backup.sqlite")
            shutil.copy(folder.log, self._copy)

    def restore(self) -> None:
        if self._folder.log_url:
            with psycopg.connect(self._folder.log_url) as connection:
                connection.execute("DELETE FROM events WHERE notification_id > %s", (len(self._rows),))
                for position, state in self._rows:
                    connection.execute("UPDATE events SET state=%s WHERE notification_id=%s", (state, position))
        else:
            for path in self._folder.root.glob("log.sqlite*"):
                path.unlink()
            shutil.copy(self._copy, self._folder.log)


@LESSONS
def test_a_log_restored_from_before_a_forgetting_that_the_keys_know_of_forgets_again(
    folder: DataFolder, lesson: Lesson, caplog: pytest.LogCaptureFixture
) -> None:
    lesson(folder, "ana")
    hold_lesson(folder, "ben")
    projections(["run", "--once"], folder)
    backup = Backup(folder)
    assert main(["forget", "ana", "--yes"], folder) == 0
    backup.restore()
    assert told_in(folder, "ana") == []

    assert main(["stats"], folder) == 0

    assert "the log does not tell that 'ana' was forgotten" in caplog.text
    assert (told_in(folder, "ana"), left_in(folder)) == ([1], {})
    assert places_of(folder, SECRET + b" lighthouse ana") == []
    for projection in PROJECTIONS:
        assert projections(["diff", projection.name], folder) == 0
    assert projections(["show", "progress", "ana"], folder) == 2
    assert main(["verify"], folder) == 0


def test_a_restored_log_is_a_fault_as_long_as_the_forgetting_is_not_done_again(
    folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    hold_lesson(folder, "ana")
    backup = Backup(folder)
    assert main(["forget", "ana", "--yes"], folder) == 0
    backup.restore()
    with open_existing_log(folder, finishing=False) as log:
        hold = log.hold(HOLD)  # as if another process were at it
        assert hold is not None

        assert main(["verify"], folder) == 1

        assert "learner-ana 0: key 1 was destroyed, and the log, from before that, does not tell of it any more" in (
            capsys.readouterr().out
        )
        hold.release()
    assert main(["verify"], folder) == 0


def test_of_a_log_as_it_was_only_the_last_telling_is_looked_at(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for learner in ("ana", "ben"):
        hold_lesson(folder, learner)
        assert main(["forget", learner, "--yes"], folder) == 0
    with open_existing_log(folder, finishing=False) as log:
        read = []
        monkeypatch.setattr(log, "read", lambda *_: pytest.fail("a stream was read"))
        tail = log.tail
        monkeypatch.setattr(
            log, "tail", lambda after, *, limit: read.append((after, limit)) or tail(after, limit=limit)
        )

        log.keep_up(lambda folder: True)

        assert read == [(log.head() - 1, 1)]


def test_a_store_from_before_wiped_files_were_kept_has_them_wiped_once_more(
    folder: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    hold_lesson(folder, "ana")
    assert main(["forget", "ana", "--yes"], folder) == 0
    if folder.log_url:
        with psycopg.connect(folder.log_url) as connection:
            connection.execute("DROP TABLE destructions_followed")
    else:
        with closing(sqlite3.connect(folder.keys)) as keys:
            keys.execute("DROP TABLE destructions_followed")
    caplog.set_level(logging.WARNING)

    assert main(["verify"], folder) == 0

    assert (caplog.text, left_in(folder), told_in(folder, "ana")) == ("", {}, [1])


def test_who_keeps_the_logs_files_in_use_does_not_hold_up_those_of_the_views(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold_lesson(folder, "ana")
    projections(["run", "--once"], folder)
    forget_and_be_killed(folder, "ana")
    keys = open_keys(folder)
    with open_existing_log(folder, finishing=False) as log:

        def in_use(wait_s: float | None = None) -> None:
            raise OldBytesRemain("the log", ("a reader",))

        monkeypatch.setattr(log, "wipe", in_use)
        Finisher(keys, folder).finish(log, lambda _: True)

    assert keys.aftermath.left("log_files") != ()
    assert keys.aftermath.left("view_files") == ()
