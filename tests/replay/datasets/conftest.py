"""Fixtures of the tests of datasets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.replay.datasets.lessons import Lessons


@pytest.fixture
def lessons(tmp_path: Path) -> Iterator[Lessons]:
    """An empty log in ``tmp_path/data``."""
    made = Lessons(tmp_path / "data")
    yield made
    made.close()
