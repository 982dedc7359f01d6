import base64
import stat
from pathlib import Path

import pytest

from events.location import DataFolder
from events.sealing.errors import (
    LearnerBeingForgotten,
    LearnerForgotten,
    LearnerKeyMissing,
    MasterKeyMissing,
    MasterKeyUnusable,
    MasterKeyWrong,
)
from events.sealing.key_store import Telling
from events.sealing.keys import KeyRing
from events.sealing.master_keys import GivenMasterKeys, MasterKeyFile, fresh_master_key
from events.sealing.sqlite_keys import sqlite_keys
from tests.events.destroyed import destroy_and_tell
from tests.fakes.keys import StillClock, key_ring

A, B = base64.b64encode(b"a" * 32).decode(), base64.b64encode(b"b" * 32).decode()


def given(folder: Path, text: str) -> KeyRing:
    return KeyRing(sqlite_keys(folder / "keys.sqlite"), GivenMasterKeys(text))


def test_a_learner_has_one_key_in_every_process(tmp_path: Path) -> None:
    first = key_ring(tmp_path).for_writing("ana")
    again = key_ring(tmp_path).for_writing("ana")

    nonce = bytes(12)
    assert (first.generation, again.generation) == (1, 1)
    assert again.events.decrypt(nonce, first.events.encrypt(nonce, b"text", None), None) == b"text"


def test_two_learners_have_different_keys(tmp_path: Path) -> None:
    keys = key_ring(tmp_path)

    assert keys.for_writing("ana").naming != keys.for_writing("ben").naming


def test_one_learner_uses_different_keys_for_events_and_blobs(tmp_path: Path) -> None:
    key, nonce = key_ring(tmp_path).for_writing("ana"), bytes(12)

    assert key.events.encrypt(nonce, b"text", None) != key.blobs.encrypt(nonce, b"text", None)


def test_reading_makes_no_file(tmp_path: Path) -> None:
    keys = key_ring(tmp_path)
    keys.check()

    assert (keys.forgotten_at("ana"), keys.generation("ana")) == (None, 0)
    assert list(tmp_path.iterdir()) == []


def test_the_master_key_is_made_for_its_owners_eyes_only(tmp_path: Path) -> None:
    key_ring(tmp_path).for_writing("ana")

    assert stat.S_IMODE((tmp_path / "master.keys").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys.sqlite").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_a_destroyed_key_opens_no_more_and_no_old_session_goes_on(tmp_path: Path) -> None:
    keys = key_ring(tmp_path)
    keys.for_writing("ana")

    assert keys.destroy("ana")

    assert keys.for_reading("ana", 1) is None
    assert keys.forgotten_at("ana") is not None
    with pytest.raises(LearnerForgotten, match="'ana' has been forgotten"):
        keys.for_writing("ana")


def test_a_learner_who_comes_back_begins_with_a_new_key(tmp_path: Path) -> None:
    keys = key_ring(tmp_path)
    keys.for_writing("ana")
    destroy_and_tell(keys, "ana")

    assert keys.for_writing("ana", returning=True).generation == 2
    assert keys.for_writing("ana").generation == 2
    assert keys.for_reading("ana", 1) is None
    assert keys.for_reading("ana", 2) is not None


def test_nobody_comes_back_before_the_log_tells_of_the_destruction(tmp_path: Path) -> None:
    keys, elsewhere = key_ring(tmp_path), key_ring(tmp_path)
    keys.for_writing("ana")
    keys.destroy("ana")
    key = keys.destroyed("ana")
    assert key is not None

    for _ in range(2):
        with pytest.raises(LearnerBeingForgotten, match="begin again"):
            elsewhere.for_writing("ana", returning=True)
    assert keys.aftermath.left("search") == (key,)
    keys.aftermath.tell(Telling(learner="ana", generation=1))

    assert elsewhere.for_writing("ana", returning=True).generation == 2
    assert [each.generation for each in keys.aftermath.left("search")] == [1]
    keys.aftermath.done([key], "search")
    keys.aftermath.tell(Telling(learner="ana", generation=1))
    assert keys.aftermath.left("search") == ()


def test_another_process_notices_within_a_second(tmp_path: Path) -> None:
    clock = StillClock()
    elsewhere = key_ring(tmp_path, clock)
    elsewhere.for_writing("ana")
    elsewhere.for_writing("ben")

    key_ring(tmp_path).destroy("ana")
    clock.advance(1.0)

    assert elsewhere.for_reading("ana", 1) is None
    assert elsewhere.for_reading("ben", 1) is not None
    with pytest.raises(LearnerForgotten):
        elsewhere.for_writing("ana")


def test_who_came_back_in_another_process_is_not_taken_for_forgotten(tmp_path: Path) -> None:
    here = key_ring(tmp_path)
    here.for_writing("ana")
    destroy_and_tell(here, "ana")
    with pytest.raises(LearnerForgotten):
        here.for_writing("ana")

    key_ring(tmp_path).for_writing("ana", returning=True)

    assert here.for_writing("ana").generation == 2


def test_a_data_folder_that_is_printed_keeps_its_secrets(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path, "postgresql://me:password@there/log", A)

    assert "password" not in f"{folder}{folder!r}"
    assert A not in f"{folder}{folder!r}"


def test_a_key_that_another_process_has_just_made_is_found(tmp_path: Path) -> None:
    keys = key_ring(tmp_path)
    assert keys.generation("ana") == 0

    key_ring(tmp_path).for_writing("ana")

    assert keys.for_reading("ana", 1) is not None


def test_a_lost_key_is_not_taken_for_a_destroyed_one(tmp_path: Path) -> None:
    key_ring(tmp_path).for_writing("ben")

    with pytest.raises(LearnerKeyMissing, match="restore the store"):
        key_ring(tmp_path).for_reading("ana", 1)


def test_without_its_master_key_nothing_is_opened_and_nothing_written(tmp_path: Path) -> None:
    key_ring(tmp_path).for_writing("ana")
    (tmp_path / "master.keys").unlink()
    before = (tmp_path / "keys.sqlite").read_bytes()
    keys = key_ring(tmp_path)

    with pytest.raises(MasterKeyMissing, match="COLLOQUY_MASTER_KEY"):
        keys.check()
    with pytest.raises(MasterKeyMissing):
        keys.for_writing("ana")
    with pytest.raises(MasterKeyMissing):
        keys.for_writing("somebody new")

    assert not (tmp_path / "master.keys").exists()
    assert (tmp_path / "keys.sqlite").read_bytes() == before


def test_a_wrong_master_key_of_the_right_name_is_found_out(tmp_path: Path) -> None:
    given(tmp_path, f"main:{A}").for_writing("ana")
    before = (tmp_path / "keys.sqlite").read_bytes()
    keys = given(tmp_path, f"main:{B}")

    with pytest.raises(MasterKeyWrong, match="nothing was written with it"):
        keys.check()
    with pytest.raises(MasterKeyWrong):
        keys.for_writing("ana")
    with pytest.raises(MasterKeyWrong):
        keys.for_writing("somebody new")

    assert (tmp_path / "keys.sqlite").read_bytes() == before


def test_a_given_master_key_needs_no_name_and_no_file(tmp_path: Path) -> None:
    given(tmp_path, A).for_writing("ana")
    given(tmp_path, f" {A} ").check()

    assert not (tmp_path / "master.keys").exists()


@pytest.mark.parametrize("text", ["", "short", "not base64!", f"{A[:-4]}", f"x:{A},x:{B}", ","])
def test_what_is_no_master_key_is_refused_with_the_way_out(text: str) -> None:
    with pytest.raises(MasterKeyUnusable, match="openssl rand -base64 32"):
        GivenMasterKeys(text)


def test_a_damaged_file_of_master_keys_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / "master.keys").write_bytes(b"\xff\xfe")

    with pytest.raises(MasterKeyUnusable, match=r"master\.keys"):
        key_ring(tmp_path).for_writing("ana")


def test_a_master_key_tells_nothing_when_it_is_printed() -> None:
    key = fresh_master_key()

    assert base64.b64encode(key.secret).decode() not in f"{key!r} {key.id}"


def test_two_processes_that_make_the_file_at_once_agree(tmp_path: Path) -> None:
    one, other = MasterKeyFile(tmp_path / "master.keys"), MasterKeyFile(tmp_path / "master.keys")
    first = one.first()

    other._begin((fresh_master_key(),))

    assert other.first() == first
