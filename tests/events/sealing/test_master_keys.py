"""The file of master keys: several processes, faults of the disk."""

from pathlib import Path

import pytest
from filelock import FileLock

from events.sealing.errors import MasterKeyFileUnavailable
from events.sealing.master_keys import MasterKeyFile, fresh_master_key


def test_a_file_of_master_keys_loses_no_key_that_another_process_has_added(tmp_path: Path) -> None:
    file, other = MasterKeyFile(tmp_path / "master.keys"), MasterKeyFile(tmp_path / "master.keys")
    (old,) = file.first()
    new, others = fresh_master_key(), fresh_master_key()
    other.add((old, others))

    file.add((old, new))
    assert file.read() == (old, others, new)
    file.drop({old.id})

    assert file.read() == (others, new)


def test_only_one_process_at_a_time_writes_the_file_of_master_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = MasterKeyFile(tmp_path / "master.keys")
    file.first()
    monkeypatch.setattr("events.sealing.master_keys.LOCK_TIMEOUT_S", 0.1)

    with FileLock(tmp_path / "master.keys.lock"), pytest.raises(MasterKeyFileUnavailable, match="try again") as caught:
        file.add((fresh_master_key(),))

    assert caught.value.retryable


def test_a_file_of_master_keys_that_cannot_be_read_is_not_called_a_bad_key(tmp_path: Path) -> None:
    (tmp_path / "master.keys").mkdir()

    with pytest.raises(MasterKeyFileUnavailable, match=r"master\.keys cannot be read: Is a directory; look"):
        MasterKeyFile(tmp_path / "master.keys").read()
