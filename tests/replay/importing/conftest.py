"""A data folder, and the command on it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from events.location import DataFolder
from events.opening import open_log
from events.recorder_log import RecorderEventLog
from replay.__main__ import main

Imports = Callable[..., int]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """An empty data folder, which the commands use."""
    monkeypatch.setenv("COLLOQUY_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("COLLOQUY_LOG", raising=False)
    monkeypatch.setenv("COLUMNS", "60")
    return DataFolder(tmp_path / "data")


@pytest.fixture
def log(data: DataFolder) -> RecorderEventLog:
    """The log in it."""
    return open_log(data)


@pytest.fixture
def bring_in(data: DataFolder) -> Imports:
    """`python -m replay import …`; gives the exit status."""
    return lambda *arguments: main(["import", *map(str, arguments)])
