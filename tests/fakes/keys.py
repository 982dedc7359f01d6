"""Learners' keys for tests: a key ring in a folder, and a clock that stands still until it is told."""

from pathlib import Path

from events.sealing.keys import KeyRing
from events.sealing.master_keys import MasterKeyFile
from events.sealing.sqlite_keys import sqlite_keys


class StillClock:
    """Seconds that pass only by `advance`."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


def key_ring(folder: Path, monotonic: StillClock | None = None) -> KeyRing:
    """The keys in a data folder, as `events.opening` opens them."""
    store, masters = sqlite_keys(folder / "keys.sqlite"), MasterKeyFile(folder / "master.keys")
    return KeyRing(store, masters, monotonic=monotonic or StillClock())
