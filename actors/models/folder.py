"""Models that lie on this disk already: in a folder that the user names, or in an installed package."""

from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

from actors.models.errors import SourceFailed
from actors.models.manifest import InstalledSource, ModelFile
from actors.models.source import Report
from actors.models.stamp import read_chunks


class ModelFolder:
    """A folder with one folder of files for each model, such as another machine's cache."""

    def __init__(self, folder: Path, model: str) -> None:
        self.label = f"folder {folder}"
        self._root = folder / model

    def download_bytes(self, files: Sequence[ModelFile]) -> int:
        return 0

    def bring(self, files: Sequence[ModelFile], report: Report) -> None:
        missing = [file.path for file in files if not (self._root / file.path).is_file()]
        if missing:
            more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            raise SourceFailed(self.label, f"{self._root} has no {missing[0]}{more}")

    def chunks(self, file: ModelFile) -> Iterator[bytes]:
        try:
            yield from read_chunks(self._root / file.path)
        except PermissionError as error:
            raise SourceFailed(self.label, f"{file.path} cannot be read: {error.strerror}") from error


class InstalledPackage:
    """Files inside a package of this environment, located by its metadata: the package is not imported."""

    def __init__(self, entry: InstalledSource) -> None:
        self.label = entry.label
        self._entry = entry

    def download_bytes(self, files: Sequence[ModelFile]) -> int:
        return 0

    def bring(self, files: Sequence[ModelFile], report: Report) -> None:
        for file in files:
            self._locate(file)

    def chunks(self, file: ModelFile) -> Iterator[bytes]:
        yield from read_chunks(self._locate(file))

    def _locate(self, file: ModelFile) -> Path:
        try:
            distribution = metadata.distribution(self._entry.distribution)
        except metadata.PackageNotFoundError as error:
            raise SourceFailed(self.label, f"{self._entry.distribution} is not installed") from error
        path = Path(str(distribution.locate_file(self._entry.root + file.path)))
        if not path.is_file():
            raise SourceFailed(self.label, f"version {distribution.version} has no {self._entry.root}{file.path}")
        return path
