from pathlib import Path

import pytest

from events.location import DataFolder
from events.opening import open_log
from tests.training_actors.registry.test_registry import made
from training_actors.__main__ import main
from training_actors.registry.registry import Registry

VERSION = "8396e195d9ef-a1afac"


def test_a_version_is_told_whole_in_a_narrow_terminal_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLLOQUY_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "80")
    data = DataFolder(tmp_path / "data")
    with open_log(data) as log:
        Registry("pronunciation", log, data.models("pronunciation")).add(
            tmp_path / "made", made(tmp_path / "made", VERSION)
        )
    assert main(["list"]) == 0
    assert VERSION in capsys.readouterr().out
