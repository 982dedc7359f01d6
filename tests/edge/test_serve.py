"""The server's start, as far as it needs no engine."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_log_that_cannot_be_is_named_and_leaves_no_folder_behind(tmp_path: Path) -> None:
    data = tmp_path / "data"
    environment = os.environ | {"COLLOQUY_DATA": str(data), "COLLOQUY_LOG": "nonsense"}

    command = [sys.executable, "-m", "edge", "serve"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)

    assert done.returncode == 2
    assert "The log is nonsense." in done.stderr
    assert "embedded-postgres or a postgresql:// URL" in done.stderr
    assert not data.exists()
