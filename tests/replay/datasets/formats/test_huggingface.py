"""Parquet files as `datasets.load_dataset` opens them."""

from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest

from replay.datasets.formats.arrow_types import ColumnUntyped, features_of
from replay.datasets.formats.log_mel import log_mel
from replay.datasets.kinds.catalogue import KINDS
from tests.replay.datasets.formats.examples import OWN, RECORDINGS, rows, write


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


def load(folder: Path) -> Any:
    return datasets.load_dataset(str(folder))


@pytest.mark.parametrize("kind", OWN)
def test_rows_of_every_kind_come_back_with_splits_and_types(kind: str, tmp_path: Path) -> None:
    found = load(write("huggingface", kind, tmp_path / "set", parts=2))
    assert {split: len(found[split]) for split in found} == {"train": 6, "test": 6}
    assert ("audio" in found["train"].features) == KINDS[kind].audio
    expected = rows(kind, "train", 6)
    table = found["train"].cast_column("audio", datasets.Audio(decode=False)) if KINDS[kind].audio else found["train"]
    for row, back in zip(expected, table, strict=True):
        assert (back["id"], back["learner"]) == (row.id, row.learner)
        assert as_lists({name: back[name] for name in row.columns}) == as_lists(row.columns)
        assert back["lineage"]["events"] == ["e1", "e2"]
        assert back["quality"] == {"snr_db": row.quality["snr_db"]}


def as_lists(value: Any) -> Any:
    """As Arrow gives values back: lists for tuples; what a row leaves out comes back as null."""
    if isinstance(value, dict):
        return {name: as_lists(each) for name, each in value.items() if each is not None}
    return [as_lists(each) for each in value] if isinstance(value, list | tuple) else value


def test_audio_is_the_stored_recording_byte_by_byte(tmp_path: Path) -> None:
    found = load(write("huggingface", "asr", tmp_path / "set"))
    assert isinstance(found["train"].features["audio"], datasets.Audio)
    raw = found["train"].cast_column("audio", datasets.Audio(decode=False))[0]["audio"]
    assert raw["bytes"] == next(iter(RECORDINGS.values()))
    assert raw["path"] == "asr-s0-train-0%2E0.flac"


def test_features_and_timing_come_with_the_text(tmp_path: Path) -> None:
    found = load(write("multimodal", "feedback", tmp_path / "set"))["train"].with_format("numpy")
    first = found[0]
    assert first["text"] == "I go there yesterday"
    assert first["log_mel"].shape == (100, 80)
    timing = load(tmp_path / "set")["train"][0]["timing"]
    assert timing == [
        {"tier": "word", "label": "hello", "start_ms": 100, "end_ms": 400},
        {"tier": "phone", "label": "HH", "start_ms": 100, "end_ms": 200},
    ]


def test_phonemes_and_pauses_are_tiers_of_the_timing(tmp_path: Path) -> None:
    voice = load(write("multimodal", "voice", tmp_path / "voice"))["train"][0]["timing"]
    pauses = load(write("multimodal", "endpointing", tmp_path / "ends"))["train"][0]["timing"]
    assert [(each["tier"], each["label"]) for each in voice] == [("phone", "h"), ("phone", "aɪ")]
    assert pauses == [{"tier": "pause", "label": "", "start_ms": 500, "end_ms": 900}]


def test_the_spectrum_is_that_of_whispers_own_extractor() -> None:
    from faster_whisper.feature_extractor import FeatureExtractor

    noise = np.random.default_rng(1).normal(0, 3000, 32_000).astype(np.int16)
    theirs = FeatureExtractor(feature_size=80)(noise.astype(np.float32) / 32768, padding=0).T
    ours = log_mel(noise, 16_000)
    assert ours.shape == (200, 80)
    np.testing.assert_allclose(ours[:199], theirs[:199], atol=0.006)  # rounded to hundredths


def test_a_field_that_may_be_left_out_has_the_type_that_it_has_when_it_is_there() -> None:
    import msgspec

    kind = msgspec.defstruct("Some", [("score", float | msgspec.UnsetType), ("note", str | None)])
    assert features_of(kind) == {"score": datasets.Value("float64"), "note": datasets.Value("string")}


def test_a_column_without_a_type_of_arrow_is_named() -> None:
    import msgspec

    odd = msgspec.defstruct("Odd", [("when", complex)])
    with pytest.raises(ColumnUntyped, match="column 'when'"):
        features_of(odd)
