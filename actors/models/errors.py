"""What can go wrong with a model. Every error names the way out, and survives pickling between processes."""

from pathlib import Path
from typing import Any


class ModelError(Exception):
    """A model cannot be used."""

    retryable = False

    def __init__(self, message: str, *data: Any) -> None:
        super().__init__(message)
        self._data = data

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return type(self), self._data


class UnknownModel(ModelError):
    """The manifest has no such model."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"There is no model {name!r}. The manifest has {', '.join(known)}.", name, known)
        self.name = name
        self.known = known


class ModelMissing(ModelError):
    """The model is not in the cache, or not all of it."""

    retryable = True

    def __init__(self, name: str, cache: Path) -> None:
        message = f"The model {name} is not complete in {cache}. Run: python -m actors models fetch {name}"
        super().__init__(message, name, cache)
        self.name = name
        self.cache = cache


class HashMismatch(ModelError):
    """A file is not the one that the manifest names; it is set aside and never used."""

    retryable = True

    def __init__(self, file: Path, expected: str, found: str, aside: Path) -> None:
        message = (
            f"{file} has the SHA-256 {found}, not {expected}. It was moved to {aside}. "
            f"Fetch it again with: python -m actors models fetch"
        )
        super().__init__(message, file, expected, found, aside)
        self.file = file
        self.expected = expected
        self.found = found
        self.aside = aside


class SourceFailed(ModelError):
    """A source did not give a model's files; the next one is tried."""

    retryable = True

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}", source, reason)
        self.source = source
        self.reason = reason


class NoSource(ModelError):
    """Every source of a model failed."""

    retryable = True

    def __init__(self, name: str, attempts: tuple[tuple[str, ModelError], ...]) -> None:
        reasons = [(source, error.reason if isinstance(error, SourceFailed) else error) for source, error in attempts]
        told = "\n".join(f"  - {source}: {reason}" for source, reason in reasons) or "  - there is none to try"
        message = (
            f"No source gave the model {name}:\n{told}\nWhat has come is kept: try again when the network is back, "
            f"or put the model's files into a folder FOLDER/{name}/ and set COLLOQUY_MODELS_FROM=FOLDER."
        )
        super().__init__(message, name, attempts)
        self.name = name
        self.attempts = attempts


class DiskFull(ModelError):
    """There is not enough room for a model."""

    retryable = True

    def __init__(self, name: str, folder: Path, needed_bytes: int, free_bytes: int) -> None:
        message = (
            f"No room for the model {name} in {folder}: it wants about {needed_bytes / 1e6:,.0f} MB, "
            f"{free_bytes / 1e6:,.0f} MB are free. Make room, or set COLLOQUY_MODELS to a folder on another disk; "
            f"what has been fetched is kept."
        )
        super().__init__(message, name, folder, needed_bytes, free_bytes)
        self.name = name
        self.folder = folder
        self.needed_bytes = needed_bytes
        self.free_bytes = free_bytes


class CacheUnusable(ModelError):
    """The cache folder cannot be read or written."""

    def __init__(self, folder: Path, reason: str) -> None:
        message = f"The model cache {folder} cannot be used: {reason}. Set COLLOQUY_MODELS to a folder of your own."
        super().__init__(message, folder, reason)
        self.folder = folder
        self.reason = reason
