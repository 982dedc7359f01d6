"""What becomes of a store whose own tables have another layout than this program's; the same on every store."""

import pytest

from events.memory import MemoryEventLog
from projections import layout
from projections.catalogue import PROJECTIONS
from projections.errors import ViewsUnavailable
from projections.runner import ProjectionRunner
from projections.views import ViewStore
from tests.projections.histories import fill
from tests.projections.stores import Stores, checksums, run_all, table

NEXT = layout.LAYOUT + 1
NEW_COLUMN = "ALTER TABLE parked ADD COLUMN since TEXT"


@pytest.fixture
def used(log: MemoryEventLog, stores: Stores) -> ViewStore:
    """A store with views, and a price that somebody has set."""
    fill(log, sessions=3)
    store = stores.open()
    run_all(ProjectionRunner(log, store, PROJECTIONS))
    with store.transaction() as cursor:
        cursor.execute("UPDATE prices SET per_call=0.25 WHERE kind='tutor' AND engine='provider'")
    return store


def layout_of(stores: Stores, store: ViewStore) -> object:
    ((found,),) = table(store, "PRAGMA user_version" if stores.kind == "sqlite" else "SELECT version FROM layout")
    return found


def set_layout(stores: Stores, store: ViewStore, number: int) -> None:
    with store.transaction() as cursor:
        cursor.execute(
            f"PRAGMA user_version={number}" if stores.kind == "sqlite" else f"UPDATE layout SET version={number}"
        )


def test_a_store_tells_its_layout(stores: Stores) -> None:
    assert layout_of(stores, stores.open()) == layout.LAYOUT


def test_a_newer_layout_is_refused_with_the_way_out_and_left_as_it_is(stores: Stores, used: ViewStore) -> None:
    set_layout(stores, used, NEXT)
    before = checksums(used)

    with pytest.raises(ViewsUnavailable, match="run the newer program that made them; or move them away") as refused:
        stores.open()

    assert refused.value.reason == "newer"
    assert f"has layout {NEXT}" in str(refused.value)
    assert (layout_of(stores, used), checksums(used)) == (NEXT, before)


def test_an_older_layout_is_brought_up_to_date_once_and_keeps_what_it_holds(
    stores: Stores, used: ViewStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = checksums(used)
    monkeypatch.setattr(layout, "LAYOUT", NEXT)
    monkeypatch.setattr(layout, "STEPS", {NEXT - 1: (NEW_COLUMN,)})

    for _ in range(2):
        store = stores.open()
        assert layout_of(stores, store) == NEXT
        assert table(store, "SELECT COUNT(since) FROM parked") == [(0,)]
        assert checksums(store) == before
        assert table(store, "SELECT SUM(per_call) FROM prices") == [(0.25,)]


def test_a_step_that_fails_changes_nothing(stores: Stores, used: ViewStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "LAYOUT", NEXT)
    monkeypatch.setattr(layout, "STEPS", {NEXT - 1: (NEW_COLUMN, "UPDATE nothing SET x=1")})

    with pytest.raises(ViewsUnavailable, match="failed"):
        stores.open()

    assert layout_of(stores, used) == NEXT - 1
    with pytest.raises(ViewsUnavailable, match="since"):
        table(used, "SELECT since FROM parked")


def test_a_layout_that_is_too_old_is_refused_with_the_way_out(stores: Stores, used: ViewStore) -> None:
    set_layout(stores, used, 1)

    with pytest.raises(
        ViewsUnavailable, match=r"too old to become .* move them away .* folds the log again"
    ) as refused:
        stores.open()

    assert refused.value.reason == "outdated"


@pytest.mark.parametrize("stores", ["postgres"], indirect=True)
def test_a_schema_from_before_its_layout_was_written_down_is_taken_on(stores: Stores, used: ViewStore) -> None:
    before = checksums(used)
    with used.transaction() as cursor:
        cursor.execute("DROP TABLE layout")
        cursor.execute("ALTER TABLE positions DROP COLUMN event")

    store = stores.open()

    assert (layout_of(stores, store), checksums(store)) == (layout.LAYOUT, before)


def test_the_second_layout_is_brought_to_the_third_and_folded_on(
    stores: Stores, used: ViewStore, log: MemoryEventLog
) -> None:
    with used.transaction() as cursor:
        cursor.execute("ALTER TABLE positions DROP COLUMN event")
    set_layout(stores, used, 2)

    store = stores.open()
    fill(log, sessions=3, first=3)
    run_all(ProjectionRunner(log, store, PROJECTIONS, owner="next", clock=lambda: 4e9))

    assert layout_of(stores, store) == layout.LAYOUT
    assert {store.standing(each.name).generation for each in PROJECTIONS} == {1}
    last = log.tail(log.head() - 1, limit=1)[0].id
    assert table(store, "SELECT DISTINCT event FROM positions") == [(last,)]
