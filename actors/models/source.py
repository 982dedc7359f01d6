"""What a source of models does: bring the archives or files here, then give each file's bytes. Checks no hash."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from actors.models.manifest import ModelFile

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
