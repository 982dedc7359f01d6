"""Bytes that events name by content: recordings, voices, video fragments. Knows nothing of what they hold.

The place is any fsspec URL or a folder. A blob of SHA-256 ``aabbcc…`` lies at ``aa/bb/aabbcc…``, so no folder grows
beyond what file systems like. Nothing is ever overwritten: the same content has the same name.
"""

import errno
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol, Self

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem
from msgspec import Struct

from events.errors import BlobCorrupt, BlobMissing, BlobStoreUnavailable
from events.sealing.errors import BlobExpired
from events.values import Blob

EXPIRED = ".expired"
"""Ending of the small file that remembers when a blob was deleted."""
_NAME = re.compile(r"[0-9a-f]{64}")


class Blobs(Protocol):
    """Keeps bytes and gives them back; see `BlobStore` and `events.sealing.blobs`."""

    def put(self, data: bytes, media_type: str) -> Blob: ...
    def get(self, sha256: str) -> bytes: ...
    def has(self, sha256: str) -> bool: ...


class BlobsByLearner(Protocol):
    """Gives each learner's blobs."""

    def of(self, learner: str) -> Blobs: ...


class BlobStore:
    """Blobs under ``place``, a folder or an fsspec URL such as ``s3://bucket/blobs``. May be used from many threads.

    ``durable`` waits until a blob is on the disk (local folders only; other stores answer when they have it).
    """

    def __init__(self, place: str | Path, *, durable: bool = True) -> None:
        self._files, self._root = url_to_fs(str(place))
        self._is_local = isinstance(self._files, LocalFileSystem)
        self._durable = durable

    def put(self, data: bytes, media_type: str) -> Blob:
        """Keep ``data``. Raises `BlobStoreUnavailable`; then nothing of it is visible under its name."""
        blob = Blob(sha256=hashlib.sha256(data).hexdigest(), media_type=media_type, size_bytes=len(data))
        path = self._path(blob.sha256)
        with _typed_errors():
            if self._size(path) != len(data):
                self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
                if self._is_local:
                    self._write_and_rename(path, data)
                else:
                    # An object store shows an object only when it is whole.
                    self._files.pipe_file(path, data)
        return blob

    def get(self, sha256: str) -> bytes:
        """The bytes, checked against their name.

        Raises `BlobMissing`, `BlobExpired`, `BlobCorrupt` or `BlobStoreUnavailable`.
        """
        data = self._read(self._path(sha256))
        if data is None:
            when = self._read(self._path(sha256) + EXPIRED)
            if when is not None:
                raise BlobExpired(sha256, datetime.fromisoformat(when.decode()))
            raise BlobMissing(sha256)
        found = hashlib.sha256(data).hexdigest()
        if found != sha256:
            raise BlobCorrupt(sha256, found)
        return data

    def has(self, sha256: str) -> bool:
        """Whether there is a blob of this name; its content is not looked at."""
        if not _NAME.fullmatch(sha256):
            return False
        with _typed_errors():
            return self._size(self._path(sha256)) is not None

    def of(self, learner: str) -> Self:
        """The same store: it keeps every learner's blobs in the clear. See `events.sealing.blobs`."""
        return self

    def expire(self, sha256: str, when: datetime) -> bool:
        """Delete a blob and remember when; False when there is none. Raises `BlobStoreUnavailable`."""
        path = self._path(sha256)
        with _typed_errors():
            if self._size(path) is None:
                return False
            self._files.pipe_file(path + EXPIRED, when.isoformat().encode())
            self._files.rm_file(path)
        return True

    def _read(self, path: str) -> bytes | None:
        try:
            with _typed_errors():
                return bytes(self._files.cat_file(path))
        except BlobStoreUnavailable as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return None
            raise

    def _path(self, sha256: str) -> str:
        # Names come from clients too: whatever is no hash must not become a path.
        if not _NAME.fullmatch(sha256):
            raise BlobMissing(sha256)
        return f"{self._root}/{sha256[:2]}/{sha256[2:4]}/{sha256}"

    def _size(self, path: str) -> int | None:
        try:
            return int(self._files.size(path))
        except FileNotFoundError:
            return None

    def _write_and_rename(self, path: str, data: bytes) -> None:
        temporary = f"{path}.{secrets.token_hex(8)}.part"
        try:
            with open(temporary, "xb") as file:
                file.write(data)
                if self._durable:
                    file.flush()
                    os.fsync(file.fileno())
            os.replace(temporary, path)
            if self._durable:
                _sync_folder(os.path.dirname(path))
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def blobs_of(value: object) -> Iterator[Blob]:
    """Every blob that an event, or a value inside one, refers to."""
    if isinstance(value, Blob):
        yield value
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from blobs_of(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from blobs_of(item)


def _sync_folder(folder: str) -> None:
    """Bring the new name to the disk; without it a power cut may forget the rename."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _typed_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        denied = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)
        raise BlobStoreUnavailable("full" if full else "read_only" if denied else "failed", str(error)) from error
