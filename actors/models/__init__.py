"""The weights of the engines: one manifest of what there is, one store that fetches, verifies and keeps it."""

from actors.models.errors import ModelError
from actors.models.store import ModelStore

__all__ = ["ModelError", "ModelStore"]
