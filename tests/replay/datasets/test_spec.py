"""A spec that cannot be used says where its fault is, and what is allowed there."""

from pathlib import Path

import pytest

from replay.datasets.errors import SpecUnusable
from replay.datasets.formats.catalogue import kinds_by_format
from replay.datasets.gate import measures_of
from replay.datasets.kinds.catalogue import KINDS
from replay.datasets.spec import Bounds, Spec, read_spec

SPECS = sorted((Path(__file__).parents[3] / "replay" / "specs").glob("*.toml"))
MEASURES = {"asr": ("confidence", "snr_db"), "dialogue": ("words",)}
FORMATS = {"jsonl": ("asr", "dialogue"), "kaldi": ("asr",)}


def read(tmp_path: Path, text: str) -> Spec:
    file = tmp_path / "spec.toml"
    file.write_text(text)
    return read_spec(file, MEASURES, FORMATS)


def fault(tmp_path: Path, text: str) -> SpecUnusable:
    with pytest.raises(SpecUnusable) as caught:
        read(tmp_path, text)
    return caught.value


def test_a_spec_says_what_is_wanted_and_the_rest_has_defaults(tmp_path: Path) -> None:
    spec = read(tmp_path, 'kind = "asr"\nformats = ["jsonl", "kaldi"]\n[filters]\nconfidence = { min = 0.5 }\n')

    assert (spec.kind, spec.formats, spec.title) == ("asr", ("jsonl", "kaldi"), "asr")
    assert spec.filters == {"confidence": Bounds(min=0.5)}
    assert (spec.splits.train, spec.splits.validation, spec.splits.test) == (70, 15, 15)
    assert (spec.scrub, spec.degraded, spec.language) == (True, False, "en")


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ('kind = "asr"\nformats = ["jsonl"]\nfilter = 1\n', "$", "filters"),
        ('kind = "asr"\nformats = ["jsonl"]\n[sessions]\ntutor = "iris"\n', "$.sessions", "tutors"),
        ('kind = "asr"\nformats = ["jsonl"]\n[filters]\nconfidence = { least = 1 }\n', "$.filters.confidence", "min"),
        (
            'kind = "asr"\nformats = ["jsonl"]\n[filters]\nsnr_db = { min = 1 }\nconfidence = { missing = "no" }\n',
            "$.filters.confidence.missing",
            "keep",
        ),
        ('kind = "asr"\nformats = ["jsonl"]\ndedup = "all"\n', "$.dedup", "near"),
        ('kind = "asr"\nformats = ["jsonl"]\ntext = "small"\n', "$.text", "normalised"),
        ('kind = "dialogue"\nformats = ["jsonl"]\ntext = "normalised"\n', "$.text", "as_written"),
        ('kind = "songs"\nformats = ["jsonl"]\n', "$.kind", "dialogue"),
        ('kind = "asr"\nformats = []\n', "$.formats", "kaldi"),
        ('kind = "asr"\nformats = ["jsonl", "csv"]\n', "$.formats[1]", "kaldi"),
        ('kind = "asr"\nformats = ["jsonl", "jsonl"]\n', "$.formats[1]", "kaldi"),
        ('kind = "dialogue"\nformats = ["kaldi"]\n', "$.formats[0]", "jsonl"),
        ('kind = "dialogue"\nformats = ["jsonl"]\n[filters]\nsnr_db = { min = 5 }\n', "$.filters.snr_db", "words"),
    ],
)
def test_a_fault_names_its_place_and_what_is_allowed_there(tmp_path: Path, text: str, path: str, allowed: str) -> None:
    found = fault(tmp_path, text)

    assert found.path == path
    assert allowed in found.allowed
    assert f"spec.toml: {found.reason} at `{path}`; allowed: " in str(found)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("[filters]\nconfidence = { min = 0.8, max = 0.2 }\n", "$.filters.confidence"),
        ("[filters]\nconfidence = {}\n", "$.filters.confidence"),
        ("[filters]\nconfidence = { min = nan }\n", "$.filters.confidence.min"),
        ("[filters]\nconfidence = { min = 0.5, max = inf }\n", "$.filters.confidence.max"),
        ('name = ".."\n', "$.name"),
        ("[splits]\ntrain = 80\n", "$.splits"),
        ("[splits]\ntrain = 85\ntest = 0\nhold_out_tutors = ['mei']\n", "$.splits.test"),
        ("[sessions]\nafter = 2026-02-01T00:00:00Z\nbefore = 2026-01-01T00:00:00Z\n", "$.sessions.before"),
        ("[sessions]\nafter = 2026-02-01T00:00:00\n", "$.sessions.after"),
        ('[sessions]\nafter = "yesterday"\n', "$.sessions.after"),
    ],
)
def test_what_no_row_could_fulfil_is_refused(tmp_path: Path, text: str, path: str) -> None:
    assert fault(tmp_path, f'kind = "asr"\nformats = ["jsonl"]\n{text}').path == path


def test_a_file_that_is_no_toml_or_is_not_there_is_named(tmp_path: Path) -> None:
    assert "it is no TOML" in str(fault(tmp_path, "kind = "))
    with pytest.raises(SpecUnusable, match=r"nosuch\.toml: No such file or directory"):
        read_spec(tmp_path / "nosuch.toml", MEASURES, FORMATS)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_example_spec_can_be_used(path: Path) -> None:
    measures = {kind.name: measures_of(kind) for kind in KINDS.values()}

    assert read_spec(path, measures, kinds_by_format(KINDS)).kind == path.stem


def test_every_kind_has_an_example() -> None:
    assert {path.stem for path in SPECS} == set(KINDS)
