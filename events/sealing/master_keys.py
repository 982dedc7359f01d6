"""The master keys, which wrap the learners' keys: from the environment, or from a file in the data folder.

Every key has an id and 32 bytes; the last one is the newest. Which one wraps new keys is written in the key store
(see `events.sealing.keys`), so that all hosts change at the same moment.

Who writes the file holds a lock beside it: no key is lost of what another process adds meanwhile, and what a killed
writer left behind is removed by the next.
"""

import base64
import binascii
import contextlib
import errno
import hashlib
import os
import secrets
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout
from msgspec import Struct

from events.location import MASTER_KEY_VARIABLE
from events.sealing.errors import MasterKeyFileUnavailable, MasterKeyUnusable

KEY_BYTES = 32
LOCK_TIMEOUT_S = 10.0


class MasterKey(Struct, frozen=True, kw_only=True):
    """A key that wraps keys."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"MasterKey({self.id})"

    def line(self) -> str:
        """The form in which it is given and kept: ``ID:base64``."""
        return f"{self.id}:{base64.b64encode(self.secret).decode()}"


class MasterKeySource(Protocol):
    """Where master keys come from. Each method raises `MasterKeyUnusable`."""

    def read(self) -> tuple[MasterKey, ...]:
        """The keys as they are now, oldest first; () when there is none yet."""
        ...

    def first(self) -> tuple[MasterKey, ...]:
        """As `read`, but where there is none, and one can be made here, it is made."""
        ...


class GivenMasterKeys:
    """The keys of ``COLLOQUY_MASTER_KEY``."""

    def __init__(self, text: str) -> None:
        self._keys = parse(text.split(","), MASTER_KEY_VARIABLE)

    def read(self) -> tuple[MasterKey, ...]:
        """See `MasterKeySource.read`."""
        return self._keys

    first = read


class MasterKeyFile:
    """A file with one key a line, for its owner's eyes only (mode 0600)."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> tuple[MasterKey, ...]:
        """See `MasterKeySource.read`."""
        try:
            return parse(self.path.read_text().splitlines(), str(self.path))
        except FileNotFoundError:
            return ()
        except UnicodeDecodeError as error:
            raise MasterKeyUnusable(str(self.path), str(error)) from error
        except OSError as error:
            raise _unavailable(self.path, "read", error) from error

    def first(self) -> tuple[MasterKey, ...]:
        """See `MasterKeySource.first`. Of two processes that make the file at once, one wins and both read its key."""
        if keys := self.read():
            return keys
        self._begin((fresh_master_key(),))
        return self.read()

    def begin_with(self, other: "MasterKeyFile") -> None:
        """Copy the keys of another file, if there is none here yet."""
        if not self.path.exists() and (keys := other.read()):
            self._begin(keys)

    def add(self, keys: Collection[MasterKey]) -> None:
        """Keep these keys, behind those that are there; they are on the disk afterwards."""
        with self._alone():
            there = self.read()
            names = {key.id for key in there}
            self._put((*there, *(key for key in keys if key.id not in names)), replace=True)

    def drop(self, names: Collection[str]) -> None:
        """Throw the keys of these ids away, and what killed writers left of any; all others stay."""
        with self._alone():
            there = self.read()
            kept = tuple(key for key in there if key.id not in names)
            if kept != there:
                self._put(kept, replace=True)

    def _begin(self, keys: tuple[MasterKey, ...]) -> None:
        """Make the file, unless it is there."""
        with self._alone():
            self._put(keys, replace=False)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Be the only writer, and remove what killed ones left: it may hold a key that is retired since."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path.with_name(f"{self.path.name}.lock"), LOCK_TIMEOUT_S, mode=0o600):
                for part in self.path.parent.glob(f"{self.path.name}.*.part"):
                    part.unlink(missing_ok=True)
                yield
        except Timeout as error:
            raise MasterKeyFileUnavailable(str(self.path), "write", "locked", str(error)) from error
        except OSError as error:
            raise _unavailable(self.path, "write", error) from error

    def _put(self, keys: tuple[MasterKey, ...], *, replace: bool) -> None:
        """Write the file as a whole. Needs to be the only writer."""
        temporary = self.path.with_name(f"{self.path.name}.{secrets.token_hex(8)}.part")
        try:
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.writelines(key.line() + "\n" for key in keys)
                file.flush()
                os.fsync(file.fileno())
            if replace:
                os.replace(temporary, self.path)
            else:
                with contextlib.suppress(FileExistsError):
                    os.link(temporary, self.path)
            _sync_folder(self.path.parent)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink()


def fresh_master_key() -> MasterKey:
    """A new key; its id is taken from its SHA-256, so that it can be told from others and tells nothing."""
    return _named("", secrets.token_bytes(KEY_BYTES))


def parse(items: list[str], where: str) -> tuple[MasterKey, ...]:
    """Keys from ``base64`` or ``ID:base64``. Raises `MasterKeyUnusable`."""
    keys = []
    for item in filter(None, (each.strip() for each in items)):
        name, _, encoded = item.rpartition(":")
        try:
            secret = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError) as error:
            raise MasterKeyUnusable(where, f"it is no base64 ({error})") from error
        if len(secret) != KEY_BYTES:
            raise MasterKeyUnusable(where, f"a key has {len(secret)} bytes")
        keys.append(_named(name, secret))
    if not keys:
        raise MasterKeyUnusable(where, "it is empty")
    if len({key.id for key in keys}) < len(keys):
        raise MasterKeyUnusable(where, "two keys have the same id")
    return tuple(keys)


def _named(name: str, secret: bytes) -> MasterKey:
    return MasterKey(
        id=name or "m" + hashlib.sha256(b"colloquy master key id" + secret).hexdigest()[:12], secret=secret
    )


def _unavailable(path: Path, task: str, error: OSError) -> MasterKeyFileUnavailable:
    return MasterKeyFileUnavailable(str(path), task, _REASONS.get(error.errno or 0, "failed"), error.strerror or "")


_REASONS = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EROFS: "read_only",
    errno.EACCES: "read_only",
    errno.EPERM: "read_only",
}


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
