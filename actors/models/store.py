"""The model store: gives the folder of a model that is complete and verified, and fetches what is missing.

It knows the manifest and the order of sources, keeps what a killed fetch has brought, sets wrong files aside. How bytes
come here is the sources' part. Any number of processes may use one cache: a lock lets one of them fetch a model.
"""

import errno
import logging
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import platformdirs
from filelock import FileLock
from msgspec import Struct

from actors.models.errors import CacheUnusable, DiskFull, HashMismatch, ModelError, ModelMissing, NoSource
from actors.models.folder import ModelFolder
from actors.models.manifest import Manifest, Model, ModelFile, shipped_manifest
from actors.models.opening import open_source
from actors.models.source import Source
from actors.models.stamp import Stamp, hash_file, read_stamp, write_hashed, write_stamp

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
"""Told a model's name, how many bytes have come by now, and how many will; it may be told the same twice."""


class ModelStatus(Struct, frozen=True, kw_only=True):
    """How a model stands: ``state`` is ready, partial (a fetch was broken off) or missing; ``pinned_by`` sha256 or
    revision (some file's hash is not known, the hub's revision says which it is)."""

    model: Model
    state: str
    pinned_by: str


class ModelStore:
    """The models in one cache folder. ``folder`` is where to look before any network: FOLDER/NAME/FILE."""

    def __init__(self, cache: Path, *, folder: Path | None = None, manifest: Manifest | None = None) -> None:
        self.cache = cache
        self._folder = folder
        self._manifest = manifest or shipped_manifest()

    @classmethod
    def for_user(cls, environment: Mapping[str, str]) -> "ModelStore":
        """The user's store: COLLOQUY_MODELS names the cache, COLLOQUY_MODELS_FROM a folder to take models from."""
        cache = environment.get("COLLOQUY_MODELS")
        folder = environment.get("COLLOQUY_MODELS_FROM")
        return cls(
            Path(cache).expanduser() if cache else Path(platformdirs.user_cache_dir("colloquy")) / "models",
            folder=Path(folder).expanduser() if folder else None,
        )

    def path(self, name: str) -> Path:
        """The folder of a complete model. Raises UnknownModel, ModelMissing, HashMismatch (the file is set aside).

        A file that changed since it was stamped is hashed again; untouched ones are believed.
        """
        model = self._manifest.model(name)
        if self._stamp(model) is None:
            raise ModelMissing(name, self.cache)
        return self.cache / name

    def weights(self, name: str) -> Path:
        """The file that holds a complete model's weights; its folder when no one file does. Raises as `path`."""
        return self.path(name) / self._manifest.model(name).weights

    def digest(self, name: str) -> str:
        """The SHA-256 that identifies a complete model in the log. Raises as `path` does."""
        model = self._manifest.model(name)
        stamp = self._stamp(model)
        if stamp is None:
            raise ModelMissing(name, self.cache)
        return stamp.digest(model)

    def verify(self, name: str) -> Path:
        """Hash every file of a model again; its folder. Raises as `path` does."""
        model = self._manifest.model(name)
        stamp = self._stamp(model)
        if stamp is None:
            raise ModelMissing(name, self.cache)
        return self._rehash(model, stamp)

    def missing(self, default_only: bool = True) -> tuple[str, ...]:
        """The names of the models that are not complete, in the manifest's order."""
        return tuple(
            status.model.name
            for status in self.list()
            if status.state != "ready" and (status.model.default or not default_only)
        )

    def list(self) -> tuple[ModelStatus, ...]:
        """How every model stands, told from stamps: nothing is hashed."""
        return tuple(
            ModelStatus(model=model, state=self._state(model), pinned_by=model.pinned_by)
            for model in self._manifest.models
        )

    def fetch(self, name: str, progress: Progress | None = None) -> Path:
        """Make a model complete, from the first source that can; its folder. Does nothing when it is complete.

        Raises UnknownModel, NoSource with every source's fault, DiskFull, CacheUnusable. What has come is kept.
        """
        model = self._manifest.model(name)
        with self._disk(model):
            if self._whole(model):
                return self.cache / name
            self.cache.mkdir(parents=True, exist_ok=True)
            with FileLock(self.cache / f".{name}.lock"):
                # Another process may have fetched it while this one waited.
                if not self._whole(model):
                    self._assemble(model, progress or _silent)
        return self.cache / name

    def _state(self, model: Model) -> str:
        stamp = read_stamp(self.cache / model.name)
        if stamp and stamp.agrees_with(model) and not stamp.changed(self.cache / model.name):
            return "ready"
        begun = any(path.is_file() for path in self._workshop(model).rglob("*"))
        return "partial" if begun or (self.cache / model.name).exists() else "missing"

    def _workshop(self, model: Model) -> Path:
        return self.cache / ".fetching" / model.name

    def _stamp(self, model: Model) -> Stamp | None:
        """The stamp of a complete model, None of any other; changed files are hashed again."""
        folder = self.cache / model.name
        stamp = read_stamp(folder)
        if stamp is None or not stamp.agrees_with(model):
            return None
        changed = stamp.changed(folder)
        if any(not (folder / path).is_file() for path in changed):
            return None
        if changed:
            self._rehash(model, stamp)
            stamp = read_stamp(folder)
        return stamp

    def _whole(self, model: Model) -> bool:
        try:
            return self._stamp(model) is not None
        except HashMismatch as error:
            log.warning("%s", error)
            return False

    def _rehash(self, model: Model, stamp: Stamp) -> Path:
        folder = self.cache / model.name
        hashes = {}
        for file in model.files:
            hashes[file.path] = hash_file(folder / file.path)
            if hashes[file.path] != stamp.files[file.path].sha256:
                raise self._set_aside(model, folder / file.path, stamp.files[file.path].sha256, hashes[file.path])
        write_stamp(folder, hashes)
        return folder

    def _set_aside(self, model: Model, path: Path, expected: str, found: str) -> HashMismatch:
        """Move a wrong file where nothing uses it and someone can look at it."""
        aside = self.cache / ".rejected" / model.name / f"{path.name}.{found[:12]}"
        aside.parent.mkdir(parents=True, exist_ok=True)
        path.replace(aside)
        return HashMismatch(path, expected, found, aside)

    def _assemble(self, model: Model, progress: Progress) -> None:
        """Bring a model's files together beside its place, check each, and move the whole there."""
        workshop = self._workshop(model)
        ready = workshop / "ready"
        ready.mkdir(parents=True, exist_ok=True)
        hashes = self._kept(model, ready)
        attempts: list[tuple[str, ModelError]] = []
        for source in self._sources(model, workshop):
            wanted = [file for file in model.files if file.path not in hashes]
            if not wanted:
                break
            try:
                self._take(model, source, wanted, hashes, progress)
            except (DiskFull, CacheUnusable):
                raise
            except ModelError as error:
                log.info("model %s: %s", model.name, error)
                attempts.append((source.label, error))
        if len(hashes) < len(model.files):
            raise NoSource(model.name, tuple(attempts))
        write_stamp(ready, hashes)
        shutil.rmtree(self.cache / model.name, ignore_errors=True)
        ready.rename(self.cache / model.name)
        shutil.rmtree(workshop, ignore_errors=True)

    def _sources(self, model: Model, workshop: Path) -> Iterator[Source]:
        if self._folder is not None:
            yield ModelFolder(self._folder, model.name)
        for entry in model.sources:
            yield open_source(entry, workshop)

    def _kept(self, model: Model, ready: Path) -> dict[str, str]:
        """What a broken-off fetch, or a model that lost a file, has of files that are right; they are moved to ready.

        A file without a known hash is not believed: nothing says that it is whole.
        """
        hashes: dict[str, str] = {}
        for file in model.files:
            for folder in (ready, self.cache / model.name):
                path = folder / file.path
                if file.sha256 and path.is_file() and hash_file(path) == file.sha256:
                    (ready / file.path).parent.mkdir(parents=True, exist_ok=True)
                    path.replace(ready / file.path)
                    hashes[file.path] = file.sha256
                    break
        return hashes

    def _take(
        self, model: Model, source: Source, wanted: Sequence[ModelFile], hashes: dict[str, str], progress: Progress
    ) -> None:
        """Take files from a source into ``hashes`` and the folder of what is ready. Raises ModelError."""
        workshop = self._workshop(model)
        total = source.download_bytes(wanted)
        needed = total + sum(file.size for file in wanted)
        free = shutil.disk_usage(workshop).free
        if free < needed:
            raise DiskFull(model.name, self.cache, needed, free)
        source.bring(wanted, lambda here: progress(model.name, min(here, total), total))
        for file in wanted:
            arrived = workshop / "arriving" / file.path
            found = write_hashed(source.chunks(file), arrived)
            if file.sha256 and found != file.sha256:
                # What it was taken from is wrong as well: a later fetch is to bring it anew.
                shutil.rmtree(workshop / "packages", ignore_errors=True)
                raise self._set_aside(model, arrived, file.sha256, found)
            (workshop / "ready" / file.path).parent.mkdir(parents=True, exist_ok=True)
            arrived.replace(workshop / "ready" / file.path)
            hashes[file.path] = found
        size = total or model.size
        progress(model.name, size, size)

    @contextmanager
    def _disk(self, model: Model) -> Iterator[None]:
        """Names what the disk refuses."""
        try:
            yield
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                free = shutil.disk_usage(self.cache).free
                raise DiskFull(model.name, self.cache, model.size, free) from error
            raise CacheUnusable(self.cache, error.strerror or str(error)) from error


def _silent(name: str, done: int, total: int) -> None:
    """No one wants to know."""
