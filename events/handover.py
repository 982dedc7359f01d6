"""Hands work over to the layers above this one, which may not be imported from here: by a command, or a function."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from events.location import DataFolder, environment_of

ROOT = Path(__file__).parents[1]

WipeViews = Callable[[DataFolder], bool]
"""Takes what was deleted out of the files of a folder's views; False when that must wait for those who fold.

May raise `EventsError`, such as `ViewsNotWiped`.
"""


def hand_over(folder: DataFolder, *command: str, quiet: bool = False) -> int:
    """Run ``python -m`` with a command; its exit status. A ``quiet`` one prints only what is wrong."""
    return subprocess.run(
        [sys.executable, "-m", *command],
        env=os.environ | environment_of(folder),
        cwd=ROOT,
        check=False,
        stdout=subprocess.DEVNULL if quiet else None,
    ).returncode
