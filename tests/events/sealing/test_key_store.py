"""The contract of the port `RotatingKeyStore`, run on every database."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args
from uuid import uuid4

import pytest

from events.sealing.errors import KeysUnavailable
from events.sealing.key_store import MasterMark, RotatingKeyStore, Step, StoredKey, Telling
from events.sealing.postgres_keys import postgres_keys
from events.sealing.sqlite_keys import sqlite_keys

MADE = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
GONE = datetime(2026, 11, 9, 9, 0, tzinfo=UTC)

Opener = Callable[[], RotatingKeyStore]


@pytest.fixture(params=["sqlite", "postgres"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Opens the same store again with each call, as another process would."""
    if request.param == "sqlite":
        return lambda: sqlite_keys(tmp_path / "folder" / "keys.sqlite")
    url, schema = request.getfixturevalue("postgres_url"), f"test_{uuid4().hex}"
    return lambda: postgres_keys(url, schema=schema)


@pytest.fixture
def store(opener: Opener) -> RotatingKeyStore:
    store = opener()
    assert store.adopt(MasterMark(master="m1", proof=b"proof 1"), "")
    return store


def key(learner: str = "ana", generation: int = 1, wrapped: bytes = b"wrapped", master: str = "m1") -> StoredKey:
    return StoredKey(learner=learner, generation=generation, master=master, wrapped=wrapped, made=MADE)


def test_an_empty_store_knows_nobody(opener: Opener) -> None:
    store = opener()

    assert (store.keys_of("ana"), store.destructions(), store.mark()) == ((), 0, None)
    assert store.wrapped_otherwise("m1") == ()


def test_keys_come_back_oldest_first_in_another_process(store: RotatingKeyStore, opener: Opener) -> None:
    assert store.add(key(generation=1))
    assert store.add(key(generation=2, wrapped=b"\x00\xff"))
    assert store.add(key("ben"))

    assert opener().keys_of("ana") == (key(generation=1), key(generation=2, wrapped=b"\x00\xff"))


def test_a_key_is_made_only_once(store: RotatingKeyStore) -> None:
    assert store.add(key(wrapped=b"first"))
    assert not store.add(key(wrapped=b"second"))

    assert store.keys_of("ana") == (key(wrapped=b"first"),)


def test_of_processes_that_make_a_key_at_once_one_wins(store: RotatingKeyStore, opener: Opener) -> None:
    stores, won = [opener() for _ in range(4)], []
    together = threading.Barrier(4)

    def make(number: int) -> None:
        together.wait()
        if stores[number].add(key(wrapped=b"%d" % number)):
            won.append(number)

    threads = [threading.Thread(target=make, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (winner,) = won
    assert store.keys_of("ana") == (key(wrapped=b"%d" % winner),)


def test_a_destroyed_key_leaves_a_tombstone_without_its_bytes(store: RotatingKeyStore, opener: Opener) -> None:
    store.add(key())
    store.add(key("ben"))

    assert store.destroy("ana", GONE)

    (tombstone,) = opener().keys_of("ana")
    assert (tombstone.wrapped, tombstone.destroyed, tombstone.generation) == (b"", GONE, 1)
    assert opener().keys_of("ben") == (key("ben"),)
    assert opener().destructions() == 1


def test_to_destroy_again_changes_nothing(store: RotatingKeyStore) -> None:
    store.add(key())
    store.destroy("ana", GONE)

    assert not store.destroy("ana", datetime(2027, 1, 1, tzinfo=UTC))
    assert store.keys_of("ana")[0].destroyed == GONE


def test_a_learner_without_a_key_gets_a_tombstone_too(store: RotatingKeyStore) -> None:
    assert store.destroy("ana", GONE)
    assert not store.add(key(generation=1))

    assert [each.destroyed for each in store.keys_of("ana")] == [GONE]


def test_a_key_that_the_store_does_not_know_of_gets_a_tombstone_beside_the_others(store: RotatingKeyStore) -> None:
    store.add(key())

    assert store.destroy("ana", GONE, 3)
    assert not store.destroy("ana", GONE, 2)

    assert [(each.generation, each.destroyed) for each in store.keys_of("ana")] == [(1, GONE), (3, GONE)]


def test_no_key_is_added_under_a_master_key_that_is_not_in_use(store: RotatingKeyStore) -> None:
    assert store.adopt(MasterMark(master="m2", proof=b"proof 2"), "m1")

    assert not store.add(key(master="m1"))
    assert store.add(key(master="m2"))


def test_a_master_key_is_adopted_only_instead_of_the_one_in_use(store: RotatingKeyStore) -> None:
    assert not store.adopt(MasterMark(master="m2", proof=b"p"), "")
    assert not store.adopt(MasterMark(master="m2", proof=b"p"), "m0")
    assert store.mark() == MasterMark(master="m1", proof=b"proof 1")


def test_keys_wrapped_otherwise_are_found_and_wrapped_anew(store: RotatingKeyStore) -> None:
    store.add(key("ana"))
    store.add(key("ben"))
    store.add(key("cem"))
    store.destroy("cem", GONE)
    store.adopt(MasterMark(master="m2", proof=b"p"), "m1")

    assert {each.learner for each in store.wrapped_otherwise("m2")} == {"ana", "ben"}
    assert store.rewrap(key("ana"), b"anew", "m2")
    assert not store.rewrap(key("ana"), b"again", "m2")
    assert not store.rewrap(key("cem"), b"back", "m2")

    assert store.keys_of("ana") == (key("ana", wrapped=b"anew", master="m2"),)
    assert {each.learner for each in store.wrapped_otherwise("m2")} == {"ben"}


def test_no_key_is_wrapped_by_a_master_key_that_is_not_in_use_any_more(store: RotatingKeyStore) -> None:
    store.add(key())
    store.adopt(MasterMark(master="m2", proof=b"p"), "m1")
    store.adopt(MasterMark(master="m3", proof=b"p"), "m2")

    assert not store.rewrap(key(), b"anew", "m2")

    assert store.keys_of("ana") == (key(),)


def test_a_destroyed_key_is_not_in_the_file_any_more(tmp_path: Path) -> None:
    store, secret = sqlite_keys(tmp_path / "keys.sqlite"), bytes(range(60))
    store.adopt(MasterMark(master="m1", proof=b"proof 1"), "")
    store.add(key(wrapped=secret))
    assert secret in (tmp_path / "keys.sqlite").read_bytes()

    store.destroy("ana", GONE)
    store.wipe()

    assert not any(secret in path.read_bytes() for path in tmp_path.iterdir())


def test_a_file_that_is_no_key_store_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / "keys.sqlite").write_bytes(b"not a database at all" * 100)

    with pytest.raises(KeysUnavailable) as caught:
        sqlite_keys(tmp_path / "keys.sqlite").keys_of("ana")

    assert caught.value.reason == "damaged"


def test_a_server_that_does_not_answer_is_a_typed_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events.sealing.postgres_keys.WAIT_FOR_CONNECTION_S", 0.2)

    with pytest.raises(KeysUnavailable) as caught:
        postgres_keys(f"postgresql://nobody@/none?host={tmp_path}").keys_of("ana")

    assert caught.value.reason == "unreachable"
    assert caught.value.retryable


def test_keys_that_may_only_be_read_are_read(postgres_url: str) -> None:
    schema = f"test_{uuid4().hex}"
    only_reading = f"{postgres_url}{'&' if '?' in postgres_url else '?'}options=-cdefault_transaction_read_only%3Don"
    with pytest.raises(KeysUnavailable, match="the server takes no writes now"):
        postgres_keys(only_reading, schema=schema).keys_of("ana")
    store = postgres_keys(postgres_url, schema=schema)
    store.adopt(MasterMark(master="m1", proof=b"proof 1"), "")
    store.add(key())

    reading = postgres_keys(only_reading, schema=schema)
    assert reading.keys_of("ana") == (key(),)
    with pytest.raises(KeysUnavailable) as caught:
        reading.add(key("ben"))
    assert caught.value.reason == "read_only"


TOLD = Telling(learner="ana", generation=1, position=7, event="e7")


def left(store: RotatingKeyStore) -> dict[str, list[tuple[str, int, bool]]]:
    """Whose forgetting lacks which step."""
    return {
        step: [(each.learner, each.generation, each.told) for each in store.aftermath.left(step)]
        for step in get_args(Step)
    }


def test_each_step_of_a_forgetting_is_left_until_it_is_done(store: RotatingKeyStore, opener: Opener) -> None:
    store.add(key())
    store.add(key("ben"))
    store.destroy("ana", GONE)
    (tombstone,) = store.keys_of("ana")
    assert left(opener()) == {"search": [("ana", 1, False)], "log_files": [], "view_files": []}

    store.aftermath.tell(TOLD)

    ana = [("ana", 1, True)]
    assert left(opener()) == {"search": ana, "log_files": [], "view_files": ana}
    assert store.keys_of("ana")[0].told
    store.aftermath.done([tombstone], "search")
    assert left(opener()) == {"search": [], "log_files": ana, "view_files": ana}
    store.aftermath.done([tombstone], "view_files")
    assert left(opener()) == {"search": [], "log_files": ana, "view_files": []}
    store.aftermath.done([tombstone], "log_files")
    assert left(opener()) == {"search": [], "log_files": [], "view_files": []}
    assert opener().aftermath.newest() == TOLD


def test_a_second_life_has_steps_of_its_own(store: RotatingKeyStore) -> None:
    store.add(key())
    store.destroy("ana", GONE)
    finish(store, TOLD)

    store.add(key(generation=2))
    assert [each.told for each in store.keys_of("ana")] == [True, False]
    store.destroy("ana", GONE)
    assert left(store) == {"search": [("ana", 2, False)], "log_files": [], "view_files": []}
    finish(store, Telling(learner="ana", generation=2, position=9, event="e9"))
    assert left(store) == {"search": [], "log_files": [], "view_files": []}


def finish(store: RotatingKeyStore, telling: Telling) -> None:
    """Do every step with the learner's newest key."""
    store.aftermath.tell(telling)
    for step in get_args(Step):
        store.aftermath.done(store.keys_of(telling.learner)[-1:], step)


def test_what_the_log_does_not_tell_any_more_is_begun_again(store: RotatingKeyStore, opener: Opener) -> None:
    ben = Telling(learner="ben", generation=1, position=9, event="e9")
    for telling in (TOLD, ben):
        store.add(key(telling.learner))
        store.destroy(telling.learner, GONE)
        finish(store, telling)
    assert store.aftermath.newest() == ben

    store.aftermath.untell(ben)

    assert opener().aftermath.newest() == TOLD
    assert left(opener()) == {"search": [("ben", 1, False)], "log_files": [], "view_files": []}


def test_what_an_older_program_told_has_no_place_and_files_that_nobody_is_known_to_have_wiped(
    opener: Opener, tmp_path: Path
) -> None:
    store = opener()
    store.adopt(MasterMark(master="m1", proof=b"proof 1"), "")
    for learner, position in (("ana", 0), ("ben", 9)):
        store.add(key(learner))
        store.destroy(learner, GONE)
        finish(store, Telling(learner=learner, generation=1, position=position, event="e9" if position else ""))
    with store.database.writing() as cursor:
        cursor.run("DELETE FROM destructions_followed WHERE learner='ana'")

    assert store.aftermath.newest() == Telling(learner="ana", generation=1)
    ana = [("ana", 1, True)]
    assert left(store) == {"search": [], "log_files": ana, "view_files": ana}
    store.aftermath.tell(TOLD)
    assert opener().aftermath.newest() == Telling(learner="ben", generation=1, position=9, event="e9")


def test_a_store_of_an_older_program_gets_the_marks_when_it_is_opened(opener: Opener) -> None:
    store = opener()
    store.adopt(MasterMark(master="m1", proof=b"proof 1"), "")
    store.destroy("ana", GONE)
    with store.database.writing() as cursor:
        cursor.run("DROP TABLE destructions_followed")

    finish(opener(), TOLD)

    assert left(opener()) == {"search": [], "log_files": [], "view_files": []}
