"""Stores and logs for the tests of the projections."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from events.memory import MemoryEventLog
from projections.views import ViewStore
from tests.projections.histories import DailyClock
from tests.projections.stores import KINDS, Stores


@pytest.fixture(params=KINDS)
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stores]:
    """Every kind of store, one after the other."""
    opened = Stores(request, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def store(stores: Stores) -> ViewStore:
    """A store with all projections."""
    return stores.open()


@pytest.fixture
def log() -> MemoryEventLog:
    """An empty log whose days go by quickly."""
    return MemoryEventLog(clock=DailyClock())
