"""What holds of every format and each kind that it takes."""

import pickle
import sys
import time
from pathlib import Path

import pytest

from replay.datasets.formats.catalogue import FORMATS, NEEDS, kinds_by_format
from replay.datasets.formats.writer import Part
from replay.datasets.kinds.catalogue import KINDS
from replay.errors import LibraryMissing
from tests.replay.datasets.formats.examples import OWN, about, files, write

PAIRS = [(form, kind) for form, kinds in kinds_by_format(KINDS).items() for kind in sorted(kinds & OWN.keys())]


@pytest.mark.parametrize(("form", "kind"), PAIRS)
def test_the_same_rows_are_the_same_bytes_wherever_and_whenever(
    form: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = files(write(form, kind, tmp_path / "one"))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 86_400)
    assert files(write(form, kind, tmp_path / "another" / "place")) == first
    assert first


@pytest.mark.parametrize("form", FORMATS)
def test_a_part_written_again_over_what_a_killed_attempt_left_is_the_same(form: str, tmp_path: Path) -> None:
    kind = "dialogue" if not NEEDS[form].sound else "asr"
    whole = files(write(form, kind, tmp_path / "whole"))
    left = tmp_path / "left"
    for name, data in whole.items():
        (left / name).parent.mkdir(parents=True, exist_ok=True)
        (left / name).write_bytes(data[: len(data) // 2] + b"?")
    assert files(write(form, kind, left)) == whole


@pytest.mark.parametrize("form", FORMATS)
def test_what_belongs_to_the_whole_may_be_written_twice(form: str, tmp_path: Path) -> None:
    kind = "dialogue" if not NEEDS[form].sound else "asr"
    before = files(write(form, kind, tmp_path))
    whole = [Part(split=split, number=0, count=1) for split in ("train", "test")]
    FORMATS[form]().finish(whole, tmp_path, about(kind))
    assert files(tmp_path) == before


def test_every_format_says_what_it_needs_and_takes_some_kind() -> None:
    assert set(NEEDS) == set(FORMATS)
    assert all(kinds_by_format(KINDS).values())


def test_conversations_go_where_speech_does_not_and_the_other_way_round() -> None:
    taken = kinds_by_format(KINDS)
    assert taken["openai"] == taken["sharegpt"] == {"dialogue", "preferences"}
    assert {"asr", "voice"} <= taken["kaldi"] == taken["nemo"]
    assert not {"dialogue", "preferences", "endpointing", "feedback"} & taken["kaldi"]
    assert taken["jsonl"] == taken["huggingface"] == taken["webdataset"] == set(KINDS)


@pytest.mark.parametrize(
    ("form", "module"),
    [
        ("huggingface", "datasets"),
        ("multimodal", "datasets"),
        ("langchain", "langchain_core.documents"),
        ("webdataset", "webdataset.writer"),
    ],
)
def test_a_library_that_is_not_installed_is_named_with_the_extra(
    form: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(LibraryMissing, match="installs the extra datasets") as caught:
        FORMATS[form]()
    command = ".venv/bin/uv pip install --python .venv/bin/python -r pyproject.toml --extra datasets -c constraints.txt"
    assert f"`{command}`" in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # it may come from another process
