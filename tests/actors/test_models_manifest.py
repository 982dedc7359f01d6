"""The shipped manifest, and what a manifest may not say."""

import pickle
from pathlib import Path

import msgspec
import pytest

from actors.models import ModelStore
from actors.models.errors import (
    CacheUnusable,
    DiskFull,
    HashMismatch,
    ModelError,
    ModelMissing,
    NoSource,
    SourceFailed,
    UnknownModel,
)
from actors.models.manifest import parse_manifest, shipped_manifest

MANIFEST = """
[[models]]
name = "tiny"
title = "A tiny model"
use = "test"
licence = "CC0-1.0"
files = [{{ path = "{path}", size = 1, sha256 = "{sha256}" }}]
sources = [{{ from = "{source}", distribution = "tiny" }}]
"""


@pytest.mark.parametrize(
    ("name", "path", "sha256"),
    [  # each as its publisher gives it for the same file
        ("whisper-base", "model.bin", "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"),
        ("whisper-tiny.en", "model.bin", "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"),
        (
            "kokoro-82m-int8",
            "kokoro-v1.0.int8.onnx",
            "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
        ),
        ("kokoro-voices", "voices/af_heart.bin", "d583ccff3cdca2f7fae535cb998ac07e9fcb90f09737b9a41fa2734ec44a8f0b"),
        ("piper-joe", "en_US-joe-medium.onnx", "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06"),
    ],
)
def test_the_manifest_names_the_publishers_own_files(name: str, path: str, sha256: str) -> None:
    hashes = {file.path: file.sha256 for file in shipped_manifest().model(name).files}
    assert hashes[path] == sha256


def test_the_default_lesson_needs_a_recogniser_two_voices_and_speech_detection() -> None:
    default = {model.name for model in shipped_manifest().models if model.default}
    assert default == {"whisper-base", "kokoro-82m-int8", "kokoro-voices", "piper-joe", "silero-vad"}


def test_every_default_model_can_be_had_without_the_hub() -> None:
    for model in shipped_manifest().models:
        if model.default:
            assert model.pinned_by == "sha256"
            assert model.sources[0].label.split()[0] in ("pip", "npm", "installed")


def test_kokoro_has_54_voices_of_510_rows_of_256_floats() -> None:
    voices = shipped_manifest().model("kokoro-voices").files
    assert len(voices) == 54
    assert {file.size for file in voices} == {510 * 256 * 4}


def test_names_are_unique_and_weights_are_files_of_their_model() -> None:
    models = shipped_manifest().models
    assert len({model.name for model in models}) == len(models)
    for model in models:
        assert not model.weights or model.weights in {file.path for file in model.files}


@pytest.mark.parametrize("path", ["/etc/passwd", "../other/model.bin", "a/../../b", "c:\\\\x", ""])
def test_a_file_outside_its_models_folder_is_refused(path: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=r"\$\.models\[0\]\.files\[0\]\.path"):
        parse_manifest(MANIFEST.format(path=path, sha256="", source="installed"))


def test_a_hash_that_is_none_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"sha256"):
        parse_manifest(MANIFEST.format(path="model.bin", sha256="123", source="installed"))


def test_a_source_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="torrent"):
        parse_manifest(MANIFEST.format(path="model.bin", sha256="", source="torrent"))


@pytest.mark.parametrize(
    "error",
    [
        UnknownModel("a", ("b", "c")),
        ModelMissing("a", Path("/cache")),
        HashMismatch(Path("a"), "0" * 64, "1" * 64, Path("aside")),
        SourceFailed("pip a", "no network"),
        NoSource("a", (("pip a", SourceFailed("pip a", "no network")),)),
        DiskFull("a", Path("/cache"), 100, 10),
        CacheUnusable(Path("/cache"), "read-only"),
    ],
)
def test_a_models_error_comes_whole_out_of_another_process(error: ModelError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)


def test_the_models_of_the_default_lesson_are_here_and_identified_by_their_weights(models: ModelStore) -> None:
    assert models.missing() == ()
    assert models.digest("whisper-base") == "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
    assert {file.name for file in models.path("whisper-base").iterdir()} >= {
        "model.bin",
        "config.json",
        "tokenizer.json",
        "vocabulary.txt",
    }
    assert models.weights("piper-joe").stat().st_size == 63_201_294
