"""Master keys that ``COLLOQUY_MASTER_KEY`` gives: how all hosts change to a newer one."""

from pathlib import Path

import pytest

from events.sealing.errors import MasterKeyMissing, MasterKeyUnusable
from events.sealing.keys import KeyRing
from events.sealing.master_keys import GivenMasterKeys, fresh_master_key
from events.sealing.rotation import rotate_master_key
from events.sealing.sqlite_keys import sqlite_keys
from tests.events.sealing.test_rotation import UNHELD


def given_ring(folder: Path, text: str) -> KeyRing:
    return KeyRing(sqlite_keys(folder / "keys.sqlite"), GivenMasterKeys(text))


def test_given_master_keys_change_when_a_newer_one_is_given(tmp_path: Path) -> None:
    old, new = fresh_master_key().line(), fresh_master_key().line()
    before = given_ring(tmp_path, old).for_writing("ana").naming
    store = sqlite_keys(tmp_path / "keys.sqlite")

    with pytest.raises(MasterKeyUnusable, match="add a newer one"):
        rotate_master_key(store, GivenMasterKeys(old), UNHELD)
    done = rotate_master_key(store, GivenMasterKeys(f"{old},{new}"), UNHELD)

    assert done.rewrapped == 1
    assert given_ring(tmp_path, new).for_writing("ana").naming == before
    with pytest.raises(MasterKeyMissing):
        given_ring(tmp_path, old).for_writing("ana")


def test_until_it_is_called_a_newer_given_key_wraps_nothing(tmp_path: Path) -> None:
    old, new = fresh_master_key().line(), fresh_master_key().line()
    given_ring(tmp_path, old).for_writing("ana")

    given_ring(tmp_path, f"{old},{new}").for_writing("ben")

    # a host that has not been told of the new key yet opens all of them
    given_ring(tmp_path, old).for_writing("ben")
