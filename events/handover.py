"""Hands work over to a command of a layer above this one, which may not be imported from here."""

import os
import subprocess
import sys
from pathlib import Path

from events.location import DataFolder, environment_of

ROOT = Path(__file__).parents[1]


def hand_over(folder: DataFolder, *command: str, quiet: bool = False) -> int:
    """Run ``python -m`` with a command; its exit status. A ``quiet`` one prints only what is wrong."""
    return subprocess.run(
        [sys.executable, "-m", *command],
        env=os.environ | environment_of(folder),
        cwd=ROOT,
        check=False,
        stdout=subprocess.DEVNULL if quiet else None,
    ).returncode
