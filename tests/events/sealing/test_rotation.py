"""``python -m events rotate-master-key``: however many run, and wherever they are killed, no key is lost."""

import errno
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from events.__main__ import main
from events.location import DataFolder, environment_of
from events.opening import master_key_source, open_key_store, open_keys, open_log
from events.recorder_log import RecorderEventLog
from events.sealing import rotation
from events.sealing.errors import MasterKeyChanging, MasterKeyFileUnavailable, MasterKeyMissing
from events.sealing.key_store import RotatingKeyStore
from events.sealing.keys import KeyRing
from events.sealing.master_keys import MasterKey, MasterKeyFile
from events.sealing.rotation import HOLD, Rotated, rotate_master_key
from events.sealing.sqlite_keys import sqlite_keys
from events.served import remember_log, without_password
from tests.events.destroyed import destroy_and_tell
from tests.events.sealing.lessons import folder

__all__ = ["folder"]  # the fixture
ROOT = Path(__file__).parents[3]
LEARNERS = ("ana", "ben", "cem")
STEPS = 7
"""Calls that write: keep both master keys, adopt, three keys, wipe, drop the old one."""


class Killed(BaseException):
    """The process ended here."""


class Interrupted:
    """Something happens before the n-th call that writes."""

    def __init__(self, at: int, happens: Callable[[], object]) -> None:
        self._left = at
        self._happens = happens

    def step(self) -> None:
        """A call that writes begins."""
        self._left -= 1
        if self._left == -1:
            self._happens()


class InterruptedStore:
    """A key store whose writer is interrupted."""

    def __init__(self, real: RotatingKeyStore, interrupted: Interrupted) -> None:
        self._real = real
        self._interrupted = interrupted

    def __getattr__(self, name: str) -> Any:
        if name in ("adopt", "rewrap", "wipe"):
            self._interrupted.step()
        return getattr(self._real, name)


class InterruptedFile(MasterKeyFile):
    """A file of master keys whose writer is interrupted."""

    def __init__(self, path: Path, interrupted: Interrupted) -> None:
        super().__init__(path)
        self._interrupted = interrupted

    def add(self, keys: Collection[MasterKey]) -> None:
        self._interrupted.step()
        super().add(keys)

    def drop(self, names: Collection[str]) -> None:
        self._interrupted.step()
        super().drop(names)


class Nobody:
    """A log whose hold anybody is given, as if connections to its server had broken."""

    def hold(self, name: str) -> "Nobody":
        """A hold that holds nothing."""
        return self

    def release(self) -> None:
        """Nothing to give up."""


UNHELD = cast(RecorderEventLog, Nobody())


def rotated(folder: DataFolder) -> Rotated:
    """What the command does."""
    with open_log(folder) as log:
        return rotate_master_key(open_key_store(folder), master_key_source(folder), log)


def interrupted(folder: DataFolder, at: int, happens: Callable[[], object], log: RecorderEventLog) -> Rotated:
    """A rotation that something happens to before its n-th step."""
    interruption = Interrupted(at, happens)
    store = cast(RotatingKeyStore, InterruptedStore(open_key_store(folder), interruption))
    return rotate_master_key(store, InterruptedFile(folder.master_keys, interruption), log)


def killed() -> None:
    raise Killed


def filled(folder: DataFolder) -> dict[str, bytes]:
    """Keys of some learners, one of them forgotten; what each key of the others names."""
    open_log(folder).close()
    keys = open_keys(folder)
    keys.for_writing("gone")
    destroy_and_tell(keys, "gone")
    return {learner: keys.for_writing(learner).naming for learner in LEARNERS}


def opened(folder: DataFolder) -> dict[str, bytes]:
    keys = open_keys(folder)
    return {learner: keys.for_writing(learner).naming for learner in LEARNERS}


def test_two_logs_in_one_folder_have_master_keys_of_their_own(tmp_path: Path, postgres_url: str) -> None:
    sqlite, postgres = DataFolder(tmp_path), DataFolder(tmp_path, postgres_url)
    name = f"ana-{uuid4().hex}"
    kept = open_keys(sqlite).for_writing(name).naming
    other = open_keys(postgres).for_writing(name).naming
    rotated(sqlite)
    assert open_keys(postgres).for_writing(name).naming == other
    assert open_keys(sqlite).for_writing(name).naming == kept
    assert postgres.master_keys != sqlite.master_keys


def test_two_logs_in_postgres_share_the_file_of_master_keys_and_neither_loses_a_key_of_the_other(
    tmp_path: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = []
    for name in (f"rotate_{uuid4().hex}", f"rotate_{uuid4().hex}"):
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        folders.append(DataFolder(tmp_path, urlsplit(postgres_url)._replace(path=f"/{name}").geturl()))
    before = [filled(each) for each in folders]
    for each in folders:
        remember_log(tmp_path, each.log_url)
    here, there = folders
    told = f"stays in {here.master_keys}, for {without_password(there.log_url)} may need it"

    for each in (here, here, there, here):
        assert main(["rotate-master-key"], each) == 0
        assert (told in capsys.readouterr().out) == (each is here)
        assert [opened(each) for each in folders] == before

    (tmp_path / "served.json").unlink()
    assert main(["rotate-master-key"], here) == 0
    assert "stays in" not in capsys.readouterr().out
    assert opened(here) == before[0]
    assert len(MasterKeyFile(here.master_keys).read()) == 1


def test_all_keys_stay_as_they_are_under_a_new_master_key(folder: DataFolder) -> None:
    before, old = filled(folder), MasterKeyFile(folder.master_keys).read()
    store = open_key_store(folder)
    wrapped = {learner: store.keys_of(learner)[0].wrapped for learner in LEARNERS}

    done = rotated(folder)

    (new,) = MasterKeyFile(folder.master_keys).read()
    assert (done.old, done.new, done.rewrapped) == (old[0].id, new.id, 3)
    assert opened(folder) == before
    assert all(store.keys_of(learner)[0].wrapped != wrapped[learner] for learner in LEARNERS)
    assert open_keys(folder).for_reading("gone", 1) is None


def test_a_process_that_had_the_keys_open_goes_on(folder: DataFolder) -> None:
    before = filled(folder)
    running = open_keys(folder)
    running.for_writing("ana")

    rotated(folder)

    assert running.for_writing("ana").naming == before["ana"]
    assert running.for_writing("ben").naming == before["ben"]
    assert running.for_writing("somebody new").naming == open_keys(folder).for_writing("somebody new").naming


@pytest.mark.parametrize("dies_at", range(STEPS + 1))
def test_killed_anywhere_it_loses_nothing_and_is_finished_by_the_next_call(folder: DataFolder, dies_at: int) -> None:
    before = filled(folder)
    if dies_at == STEPS:
        interrupted(folder, dies_at, killed, UNHELD)
    else:
        with pytest.raises(Killed):
            interrupted(folder, dies_at, killed, UNHELD)
    assert opened(folder) == before
    made_meanwhile = open_keys(folder).for_writing("new").naming

    rotated(folder)

    assert len(MasterKeyFile(folder.master_keys).read()) == 1
    assert opened(folder) == before
    assert open_keys(folder).for_writing("new").naming == made_meanwhile


@pytest.mark.parametrize("at", range(STEPS - 1))
def test_one_that_stands_still_while_others_run_loses_no_key_and_does_not_say_that_its_own_is_in_use(
    folder: DataFolder, at: int
) -> None:
    """Its hold was lost meanwhile, so that nothing but its own care is left."""
    before, done = filled(folder), []

    def run_others() -> None:
        done.extend(rotated(folder).new for _ in range(2))

    try:
        done.append(interrupted(folder, at, run_others, UNHELD).new)
    except MasterKeyChanging:
        assert len(done) == 2

    mark = open_key_store(folder).mark()
    assert mark is not None
    assert mark.master == done[-1]
    assert opened(folder) == before
    done = [rotated(folder).new for _ in range(2)]
    assert [key.id for key in MasterKeyFile(folder.master_keys).read()] == done[1:]
    assert opened(folder) == before


def test_one_that_stands_still_before_it_drops_the_old_key_drops_nothing_that_others_have_added(
    folder: DataFolder,
) -> None:
    before, done = filled(folder), []

    interrupted(folder, STEPS - 1, lambda: done.extend(rotated(folder) for _ in range(3)), UNHELD)

    assert [key.id for key in MasterKeyFile(folder.master_keys).read()] == [done[-1].new]
    assert opened(folder) == before


def test_a_second_rotation_waits_until_the_first_has_ended(folder: DataFolder) -> None:
    before, done = filled(folder), []
    stands, goes_on = threading.Event(), threading.Event()

    def stand() -> None:
        stands.set()
        assert goes_on.wait(30)

    def first() -> None:
        with open_log(folder) as log:
            done.append(interrupted(folder, 2, stand, log))

    threads = [threading.Thread(target=first), threading.Thread(target=lambda: done.append(rotated(folder)))]
    threads[0].start()
    assert stands.wait(30)
    threads[1].start()
    threads[1].join(1.0)
    assert done == []
    goes_on.set()
    for thread in threads:
        thread.join()

    assert [each.rewrapped for each in done] == [3, 3]
    assert done[1].old == done[0].new
    assert opened(folder) == before


def test_one_that_would_wait_for_too_long_is_refused(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = filled(folder)
    monkeypatch.setattr(rotation, "WAIT_S", 0.2)
    with open_log(folder) as log:
        keys, hold = folder.master_keys.read_bytes(), log.hold(HOLD)
        assert hold is not None

        assert main(["rotate-master-key"], folder) == 1

        assert "another `python -m events rotate-master-key` is changing" in capsys.readouterr().err
        assert folder.master_keys.read_bytes() == keys
        hold.release()

    assert main(["rotate-master-key"], folder) == 0
    assert opened(folder) == before
    assert MasterKeyChanging().retryable


KILLED_BEFORE_RENAMING = """
import os, signal
import events.sealing.master_keys as master_keys
from events.__main__ import main
from events.location import data_folder
replace = os.replace
def killed(part, file):
    if ".keys" in str(file):  # opening the log writes other files in this way
        os.kill(os.getpid(), signal.SIGKILL)
    replace(part, file)
master_keys.os.replace = killed
main(["rotate-master-key"], data_folder(os.environ))
"""


def test_what_a_killed_rotation_leaves_beside_the_file_is_removed_by_the_next(folder: DataFolder) -> None:
    before, old = filled(folder), folder.master_keys.read_bytes()
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_BEFORE_RENAMING], cwd=ROOT, env=os.environ | environment_of(folder), check=False
    )
    assert killed.returncode == -signal.SIGKILL
    (part,) = folder.root.glob(f"{folder.master_keys.name}.*.part")
    assert old in part.read_bytes()

    rotated(folder)

    secret = old.strip().split(b":")[1]
    assert [path.name for path in folder.root.rglob("*") if path.is_file() and secret in path.read_bytes()] == []
    assert list(folder.root.glob("*.part")) == []
    assert opened(folder) == before


def test_who_asks_for_the_master_key_while_it_changes_is_not_told_that_it_is_missing(folder: DataFolder) -> None:
    filled(folder)

    class Late(MasterKeyFile):
        def read(self) -> tuple[MasterKey, ...]:
            rotated(folder)
            return super().read()

    late = KeyRing(open_key_store(folder), Late(folder.master_keys))
    late.check()

    assert late.for_writing("dan").naming == open_keys(folder).for_writing("dan").naming


def test_on_a_full_disk_the_file_of_master_keys_stays_and_nobody_is_told_to_make_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = DataFolder(tmp_path)
    before, old = filled(data), (tmp_path / "master.keys").read_bytes()

    def no_space(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr("events.sealing.master_keys.os.fsync", no_space)
        with pytest.raises(MasterKeyFileUnavailable, match="free some disk space and try again") as caught:
            rotate_master_key(open_key_store(data), master_key_source(data), UNHELD)

    assert caught.value.retryable
    assert "openssl" not in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert (tmp_path / "master.keys").read_bytes() == old
    assert list(tmp_path.glob("*.part")) == []
    rotated(data)
    assert opened(data) == before


def test_the_keys_cannot_be_changed_without_the_old_master_key(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    filled(data)
    data.master_keys.unlink()

    with pytest.raises(MasterKeyMissing):
        rotate_master_key(open_key_store(data), master_key_source(data), UNHELD)


def test_a_first_master_key_can_be_changed_before_there_are_learners(tmp_path: Path) -> None:
    store, file = sqlite_keys(tmp_path / "keys.sqlite"), MasterKeyFile(tmp_path / "master.keys")

    done = rotate_master_key(store, file, UNHELD)

    assert done.rewrapped == 0
    assert [key.id for key in file.read()] == [done.new]
