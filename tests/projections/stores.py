"""Stores of views for tests, opened by name."""

from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest

from projections.catalogue import PROJECTIONS
from projections.comparison import checksum
from projections.postgres import PostgresViewStore
from projections.projection import AnyProjection
from projections.runner import ProjectionRunner
from projections.sqlite import SQLiteViewStore
from projections.views import ViewStore

KINDS = ("sqlite", "postgres")


class Stores:
    """Opens stores of one kind; the same name gives the same database."""

    def __init__(self, request: pytest.FixtureRequest, tmp_path: Path) -> None:
        self.kind: str = request.param
        self._folder = tmp_path
        self._url: str = request.getfixturevalue("postgres_url") if self.kind == "postgres" else ""
        self._run = uuid4().hex[:8]
        self._opened: list[ViewStore] = []

    def open(self, projections: Sequence[AnyProjection] = PROJECTIONS, name: str = "views") -> ViewStore:
        """A store with these projections prepared."""
        store: ViewStore
        if self.kind == "postgres":
            store = PostgresViewStore(self._url, projections, schema=f"test_{self._run}_{name}", connections=3)
        else:
            store = SQLiteViewStore(self._folder / f"{name}.sqlite", projections)
        self._opened.append(store)
        return store

    def close(self) -> None:
        """Close all that were opened."""
        for store in self._opened:
            store.close()


def run_all(runner: ProjectionRunner) -> None:
    """Fold until there is nothing left."""
    while runner.run_once():
        pass


def checksums(store: ViewStore, projections: Sequence[AnyProjection] = PROJECTIONS) -> dict[str, str]:
    """The checksum of each projection in service."""
    standings = {each.name: store.standing(each.name) for each in projections}
    with store.transaction() as cursor:
        return {each.name: checksum(cursor, each, standings[each.name].generation) for each in projections}


def table(store: ViewStore, statement: str) -> list[tuple[object, ...]]:
    """What an analyst sees."""
    with store.reading() as cursor:
        return cursor.all(statement)
