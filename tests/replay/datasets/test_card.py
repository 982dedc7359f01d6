"""What a person, and Hugging Face, read of a dataset: its card and its report."""

import re
from pathlib import Path

import datasets
import pytest
from huggingface_hub import DatasetCard
from msgspec.structs import replace

from events.lesson import SpeechUttered
from events.opening import open_keys
from events.sealing.forgetting import forget
from replay.__main__ import main
from replay.datasets.manifest import read_manifest
from tests.replay.datasets.formats.examples import tone
from tests.replay.datasets.lessons import Lessons


@pytest.fixture
def out(lessons: Lessons, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dataset of dialogues of twenty learners, and one who did not agree."""
    monkeypatch.setenv("COLLOQUY_DATA", str(lessons.folder.root))
    for number in range(20):
        lessons.consent(f"l{number}")
        said = lessons.said(f"l{number}", 1, f"number {number}")
        lessons.hold(f"s{number}", f"l{number}", *said, *lessons.answered(1, "Fine."))
    lessons.hold("shy", "shy", *lessons.said("shy", 1, "secret words"), *lessons.answered(1, "Oh."))
    (tmp_path / "spec.toml").write_text('kind = "dialogue"\nformats = ["huggingface"]\nlicence = "cc-by-4.0"\n')
    assert main(["dataset", str(tmp_path / "spec.toml"), "--out", str(tmp_path / "out")]) == 0
    return tmp_path / "out"


def test_hugging_face_opens_the_folder_by_its_card(out: Path, tmp_path: Path) -> None:
    loaded = datasets.load_dataset(str(out), cache_dir=str(tmp_path / "cache"))

    manifest = read_manifest(out)
    assert {split: len(loaded[split]) for split in loaded} == {
        split: count.rows for split, count in manifest.splits.items() if count.rows
    }
    assert sum(map(len, loaded.values())) == 20
    assert loaded["train"][0]["messages"][1]["role"] == "user"
    card = DatasetCard.load(out / "README.md")
    assert (card.data.license, card.data.language, card.data.task_categories) == (
        "cc-by-4.0",
        ["en"],
        ["text-generation"],
    )


@pytest.mark.parametrize("folder", ["", "huggingface", "multimodal"])
def test_hugging_faces_cache_takes_no_dataset_for_another_of_a_folder_of_the_same_name(
    folder: str, lessons: Lessons, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLOQUY_DATA", str(lessons.folder.root))
    for learner, hertz in (("ana", 220), ("ben", 330), ("cleo", 440)):
        lessons.consent(learner)
        first, *rest = lessons.said(learner, 1, f"words of {learner}")
        assert isinstance(first, SpeechUttered)
        lessons.hold(f"of-{learner}", learner, replace(first, audio=lessons.recording(learner, tone(hertz))), *rest)

    def built(place: str, *learners: str) -> str:
        spec, out = tmp_path / f"{place}.toml", tmp_path / place / "set"
        spec.write_text(
            'kind = "asr"\nformats = ["huggingface", "multimodal"]\n'
            "[splits]\ntrain = 100\nvalidation = 0\ntest = 0\n"
            f"[sessions]\nlearners = {list(learners)}\n"
        )
        assert main(["dataset", str(spec), "--out", str(out), "--replace"]) == 0
        return str(out / folder)

    def learners_in(place: str) -> set[str]:
        return set(datasets.load_dataset(place, split="train", cache_dir=str(tmp_path / "cache"))["learner"])

    one, other = built("one", "ana", "ben"), built("other", "cleo")
    assert learners_in(one) == {"ana", "ben"}
    assert learners_in(other) == {"cleo"}

    forget("ana", lessons.log, open_keys(lessons.folder), lessons.folder)
    built("one", "ana", "ben")
    assert learners_in(one) == {"ben"}


def test_a_configuration_is_named_after_the_dataset_and_its_version(out: Path) -> None:
    (named,) = DatasetCard.load(out / "README.md").data.configs

    manifest = read_manifest(out)
    assert (named["config_name"], named["default"]) == (f"dialogue-{manifest.version}", True)


def test_the_card_tells_what_is_not_in_it_and_why(out: Path) -> None:
    text = (out / "README.md").read_text()

    assert "- Sessions: 1 because the learner has not agreed to training (`no_consent`)" in text
    assert "| train | 14 | 14 |" in text


def picture_of(page: str, what: str) -> str:
    told = f'aria-label="How many {what} were left out for each reason"'
    return next(each for each in re.findall(r"<svg.*?</svg>", page, re.DOTALL) if told in each)


def test_the_report_is_one_file_with_pictures_and_quotes_nobody(out: Path) -> None:
    page = (out / "report.html").read_text()

    assert page.count("<svg") >= 3
    assert "the learner has not agreed to training" in page
    assert "number 1" not in page
    assert "secret words" not in page
    ticks = re.findall(r"<text[^>]*>([^<]*)</text>", picture_of(page, "sessions"))
    assert ticks == ["0", "1", "sessions left out", "no_consent"]
    links = re.findall(r'(?:src|href)="([^"#][^"]*)"', page)
    assert [link for link in links if not link.startswith("data:")] == []
