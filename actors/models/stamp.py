"""The stamp of a complete model: size, time and hash of each file, so that 145 MB are not hashed at every start."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from actors.models.manifest import Model

STAMP_NAME = ".stamp.json"
CHUNK_BYTES = 1 << 20


class FileStamp(Struct, frozen=True, kw_only=True):
    """A file as it was when its content was hashed."""

    size: int
    mtime_ns: int
    sha256: str


class Stamp(Struct, frozen=True, kw_only=True):
    """All files of a model, by path."""

    files: dict[str, FileStamp]

    def digest(self, model: Model) -> str:
        """The SHA-256 that identifies the model: of its weights, or of the list "hash  path" of all files."""
        if model.weights:
            return self.files[model.weights].sha256
        listing = "".join(f"{self.files[file.path].sha256}  {file.path}\n" for file in model.files)
        return hashlib.sha256(listing.encode()).hexdigest()

    def agrees_with(self, model: Model) -> bool:
        """Whether it stamps just the files and hashes that the manifest names."""
        return self.files.keys() == {file.path for file in model.files} and all(
            file.sha256 in ("", self.files[file.path].sha256) for file in model.files
        )

    def changed(self, folder: Path) -> tuple[str, ...]:
        """The files that are no longer as stamped by size and time, or gone."""
        return tuple(path for path, stamp in self.files.items() if not _same(folder / path, stamp))


def read_stamp(folder: Path) -> Stamp | None:
    """The stamp of a model's folder; None when there is none that can be read."""
    try:
        return msgspec.json.decode((folder / STAMP_NAME).read_bytes(), type=Stamp)
    except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
        return None


def write_stamp(folder: Path, hashes: dict[str, str]) -> Stamp:
    """Stamp a folder whose files have these hashes; the stamp appears whole or not at all."""
    files = {}
    for path, sha256 in hashes.items():
        status = (folder / path).stat()
        files[path] = FileStamp(size=status.st_size, mtime_ns=status.st_mtime_ns, sha256=sha256)
    stamp = Stamp(files=files)
    written = folder / (STAMP_NAME + ".new")
    written.write_bytes(msgspec.json.format(msgspec.json.encode(stamp)))
    written.replace(folder / STAMP_NAME)
    return stamp


def hash_file(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_hashed(chunks: Iterable[bytes], path: Path) -> str:
    """Write chunks to a new file; the SHA-256 of what was written."""
    digest = hashlib.sha256()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        for chunk in chunks:
            digest.update(chunk)
            stream.write(chunk)
    return digest.hexdigest()


def read_chunks(path: Path) -> Iterator[bytes]:
    """A file in pieces of a mebibyte."""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def _same(path: Path, stamp: FileStamp) -> bool:
    try:
        status = path.stat()
    except OSError:
        return False
    return status.st_size == stamp.size and status.st_mtime_ns == stamp.mtime_ns
