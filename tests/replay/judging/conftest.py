"""Fixtures of the tests of judging."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.replay.datasets.lessons import Lessons


@pytest.fixture
def lessons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lessons]:
    """A sealed log in ``tmp_path/data``, which the commands read: ana said two things in s1, ben one in s2."""
    made = Lessons(tmp_path / "data")
    monkeypatch.setenv("COLLOQUY_DATA", str(made.folder.root))
    made.consent("ana", "ben")
    made.hold(
        "s1", "ana", *made.answered(0, "Hello!"), *made.said("ana", 1, "i like tea"), *made.answered(1, "Me too!"),
        *made.said("ana", 2, "with milk"), *made.answered(2, "Milk is good."),
    )  # fmt: skip
    made.hold("s2", "ben", *made.said("ben", 1, "coffee for me"), *made.answered(1, "Black or white?"))
    yield made
    made.close()
