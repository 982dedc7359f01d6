import errno
import os
import pickle
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from events.location import DataFolder
from events.opening import master_key_source, open_key_store, open_keys
from events.sealing.errors import MasterKeyFileUnavailable, MasterKeyMissing, MasterKeyUnusable
from events.sealing.key_store import RotatingKeyStore
from events.sealing.keys import KeyRing
from events.sealing.master_keys import GivenMasterKeys, MasterKeyFile, fresh_master_key
from events.sealing.rotation import rotate_master_key
from events.sealing.sqlite_keys import sqlite_keys
from tests.fakes.keys import key_ring

LEARNERS = ("ana", "ben", "cem")


class Killed(BaseException):
    """The process ended here."""


class DyingStore:
    """A key store, or a file of master keys, whose process is killed before the n-th call that writes."""

    def __init__(self, real: Any, calls: list[str], dies_at: int) -> None:
        self._real = real
        self._calls = calls
        self._dies_at = dies_at

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._real, name)
        if name not in ("adopt", "rewrap", "wipe", "write"):
            return value

        def call(*args: Any) -> Any:
            if len(self._calls) == self._dies_at:
                raise Killed
            self._calls.append(name)
            return value(*args)

        return call


class DyingFile(MasterKeyFile):
    """A file of master keys whose writer is killed as `DyingStore`."""

    def __init__(self, path: Path, calls: list[str], dies_at: int) -> None:
        super().__init__(path)
        self._dying = DyingStore(MasterKeyFile(path), calls, dies_at)

    def write(self, keys: Any) -> None:
        self._dying.write(keys)


def test_two_logs_in_one_folder_have_master_keys_of_their_own(tmp_path: Path, postgres_url: str) -> None:
    sqlite, postgres = DataFolder(tmp_path), DataFolder(tmp_path, postgres_url)
    name = f"ana-{uuid4().hex}"
    kept = open_keys(sqlite).for_writing(name).naming
    other = open_keys(postgres).for_writing(name).naming
    rotate_master_key(open_key_store(sqlite), master_key_source(sqlite))
    assert open_keys(postgres).for_writing(name).naming == other
    assert open_keys(sqlite).for_writing(name).naming == kept
    assert postgres.master_keys != sqlite.master_keys


def filled(folder: Path) -> dict[str, bytes]:
    """Keys of some learners, one of them forgotten; what each key of the others names."""
    keys = key_ring(folder)
    keys.for_writing("gone")
    keys.destroy("gone")
    return {learner: keys.for_writing(learner).naming for learner in LEARNERS}


def opened(folder: Path) -> dict[str, bytes]:
    keys = key_ring(folder)
    return {learner: keys.for_writing(learner).naming for learner in LEARNERS}


def test_all_keys_stay_as_they_are_under_a_new_master_key(tmp_path: Path) -> None:
    before, old = filled(tmp_path), MasterKeyFile(tmp_path / "master.keys").read()
    store = sqlite_keys(tmp_path / "keys.sqlite")
    wrapped = {learner: store.keys_of(learner)[0].wrapped for learner in LEARNERS}

    rotated = rotate_master_key(store, MasterKeyFile(tmp_path / "master.keys"))

    (new,) = MasterKeyFile(tmp_path / "master.keys").read()
    assert (rotated.old, rotated.new, rotated.rewrapped) == (old[0].id, new.id, 3)
    assert opened(tmp_path) == before
    assert all(store.keys_of(learner)[0].wrapped != wrapped[learner] for learner in LEARNERS)
    assert key_ring(tmp_path).for_reading("gone", 1) is None


def test_a_process_that_had_the_keys_open_goes_on(tmp_path: Path) -> None:
    before = filled(tmp_path)
    running = key_ring(tmp_path)
    running.for_writing("ana")

    rotate_master_key(sqlite_keys(tmp_path / "keys.sqlite"), MasterKeyFile(tmp_path / "master.keys"))

    assert running.for_writing("ana").naming == before["ana"]
    assert running.for_writing("ben").naming == before["ben"]
    assert running.for_writing("somebody new").naming == key_ring(tmp_path).for_writing("somebody new").naming


@pytest.mark.parametrize("dies_at", range(8))
def test_killed_anywhere_it_loses_nothing_and_is_finished_by_the_next_call(tmp_path: Path, dies_at: int) -> None:
    before, calls = filled(tmp_path), []
    store: RotatingKeyStore = DyingStore(sqlite_keys(tmp_path / "keys.sqlite"), calls, dies_at)  # type: ignore[assignment]
    file = DyingFile(tmp_path / "master.keys", calls, dies_at)
    # write both master keys, adopt, three keys, wipe, write the new one: seven steps
    if dies_at == 7:
        rotate_master_key(store, file)
    else:
        with pytest.raises(Killed):
            rotate_master_key(store, file)
    assert opened(tmp_path) == before
    made_meanwhile = key_ring(tmp_path).for_writing("new").naming

    rotate_master_key(sqlite_keys(tmp_path / "keys.sqlite"), MasterKeyFile(tmp_path / "master.keys"))

    assert len(MasterKeyFile(tmp_path / "master.keys").read()) == 1
    assert opened(tmp_path) == before
    assert key_ring(tmp_path).for_writing("new").naming == made_meanwhile


def test_on_a_full_disk_the_file_of_master_keys_stays_and_nobody_is_told_to_make_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, old = filled(tmp_path), (tmp_path / "master.keys").read_bytes()

    def no_space(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr("events.sealing.master_keys.os.fsync", no_space)
        with pytest.raises(MasterKeyFileUnavailable, match="free some disk space and try again") as caught:
            rotate_master_key(sqlite_keys(tmp_path / "keys.sqlite"), MasterKeyFile(tmp_path / "master.keys"))

    assert caught.value.retryable
    assert "openssl" not in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert (tmp_path / "master.keys").read_bytes() == old
    assert {path.name for path in tmp_path.iterdir()} == {"keys.sqlite", "master.keys"}
    rotate_master_key(sqlite_keys(tmp_path / "keys.sqlite"), MasterKeyFile(tmp_path / "master.keys"))
    assert opened(tmp_path) == before


def test_a_file_of_master_keys_that_cannot_be_read_is_not_called_a_bad_key(tmp_path: Path) -> None:
    (tmp_path / "master.keys").mkdir()

    with pytest.raises(MasterKeyFileUnavailable, match=r"master\.keys cannot be read: Is a directory; look"):
        MasterKeyFile(tmp_path / "master.keys").read()


def given_ring(folder: Path, text: str) -> KeyRing:
    return KeyRing(sqlite_keys(folder / "keys.sqlite"), GivenMasterKeys(text))


def test_given_master_keys_change_when_a_newer_one_is_given(tmp_path: Path) -> None:
    old, new = fresh_master_key().line(), fresh_master_key().line()
    before = given_ring(tmp_path, old).for_writing("ana").naming
    store = sqlite_keys(tmp_path / "keys.sqlite")

    with pytest.raises(MasterKeyUnusable, match="add a newer one"):
        rotate_master_key(store, GivenMasterKeys(old))
    rotated = rotate_master_key(store, GivenMasterKeys(f"{old},{new}"))

    assert rotated.rewrapped == 1
    assert given_ring(tmp_path, new).for_writing("ana").naming == before
    with pytest.raises(MasterKeyMissing):
        given_ring(tmp_path, old).for_writing("ana")


def test_until_it_is_called_a_newer_given_key_wraps_nothing(tmp_path: Path) -> None:
    old, new = fresh_master_key().line(), fresh_master_key().line()
    given_ring(tmp_path, old).for_writing("ana")

    given_ring(tmp_path, f"{old},{new}").for_writing("ben")

    # a host that has not been told of the new key yet opens all of them
    given_ring(tmp_path, old).for_writing("ben")


def test_the_keys_cannot_be_changed_without_the_old_master_key(tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / "master.keys").unlink()

    with pytest.raises(MasterKeyMissing):
        rotate_master_key(sqlite_keys(tmp_path / "keys.sqlite"), MasterKeyFile(tmp_path / "master.keys"))


def test_a_first_master_key_can_be_changed_before_there_are_learners(tmp_path: Path) -> None:
    store, file = sqlite_keys(tmp_path / "keys.sqlite"), MasterKeyFile(tmp_path / "master.keys")

    rotated = rotate_master_key(store, file)

    assert rotated.rewrapped == 0
    assert [key.id for key in file.read()] == [rotated.new]
