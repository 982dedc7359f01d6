"""From lessons in a log to files that their readers open: every kind in every format that takes it, by the command."""

import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import datasets
import kaldiio
import numpy as np
import pytest
from langchain_core.documents import Document
from msgspec.structs import replace

from actors.hearing.decode import encode_flac
from events.lesson import (
    FeedbackRated,
    LessonEvent,
    SpeechAssessed,
    SpeechRated,
    SpeechUttered,
    TutorReplied,
    TutorSpoken,
)
from events.values import Blob, EngineUse, Evidence, Phoneme, Scores, WordRating
from replay.__main__ import main
from replay.datasets.formats.catalogue import kinds_by_format
from replay.datasets.kinds.catalogue import KINDS
from tests.replay.datasets.formats.reading import web_samples
from tests.replay.datasets.lessons import Lessons

RATE_HZ = 16_000
LEARNERS = 12
VOICE = EngineUse(kind="voice", name="Piper", version="1.4")


class Recorded(Lessons):
    """Lessons whose recordings are FLAC, of a tone that the content chooses."""

    def recording(self, learner: str, sound: bytes = b"sound") -> Blob:
        hertz = 100 + zlib.crc32(sound) % 1000
        tone = 0.1 * np.sin(2 * np.pi * hertz * np.arange(2 * RATE_HZ) / RATE_HZ)
        return super().recording(learner, encode_flac(tone.astype(np.float32), RATE_HZ))


def lesson(lessons: Lessons, learner: str) -> list[LessonEvent]:
    """A turn of each sort: greeted, corrected, said again and answered better, read aloud and rated by people."""
    said = lessons.said(learner, 1, f"i goed home said {learner}")
    first, *rest = lessons.said(learner, 2, f"i goed home said {learner}")
    assert isinstance(first, SpeechUttered)
    evidence = Evidence(kind="note", text="goed", start_ms=500, end_ms=800)
    answer, heard = lessons.answered(1, "You went home?")
    assert isinstance(answer, TutorReplied)
    read = SpeechUttered(
        turn=3, source="corpus", endpoint="file", audio=lessons.recording(learner, learner.encode()),
        reference=f"WE CALL {learner}", sample_rate_hz=RATE_HZ, duration_ms=2_000,
    )  # fmt: skip
    voice = lessons.recording(learner, b"tutor " + learner.encode())
    spoken = TutorSpoken(
        turn=2, segment=0, sentence=0, text=f"Good, {learner}!", voice="joe", audio=voice,
        sample_rate_hz=RATE_HZ, start_ms=0, duration_ms=2_000, engine=VOICE,
        phonemes=(Phoneme(ipa="ɡ", start_ms=0, end_ms=80),),
    )  # fmt: skip
    return [
        *lessons.answered(0, f"Hello {learner}!"),
        *said, SpeechAssessed(turn=1, scores=Scores(total=60.0)), replace(answer, evidence=(evidence,)), heard,
        FeedbackRated(turn=1, stars=2),
        replace(first, retry_of=1), *rest, spoken, *lessons.answered(2, f"Good, {learner}!"),
        FeedbackRated(turn=2, stars=5),
        read, SpeechRated(turn=3, rater="experts", total=7.0, words=(WordRating(text="WE", accuracy=6.0),)),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of a lesson with each of a dozen learners, who all agreed."""
    root = tmp_path_factory.mktemp("lessons") / "data"
    lessons = Recorded(root)
    learners = [f"learner{number}" for number in range(LEARNERS)]
    lessons.consent(*learners)
    for number, learner in enumerate(learners):
        lessons.hold(f"s{number}", learner, *lesson(lessons, learner))
    lessons.close()
    return root


@pytest.mark.parametrize("kind", KINDS)
def test_a_dataset_of_lessons_opens_in_every_format_that_takes_its_kind(
    kind: str, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLOQUY_DATA", str(data))
    formats = [form for form, kinds in kinds_by_format(KINDS).items() if kind in kinds]
    spec = tmp_path / "spec.toml"
    spec.write_text(
        f'kind = "{kind}"\nformats = {json.dumps(formats)}\n[splits]\ntrain = 100\nvalidation = 0\ntest = 0\n'
    )
    out = tmp_path / "out"
    assert main(["dataset", str(spec), "--out", str(out)]) == 0
    ids = [json.loads(line)["id"] for file in sorted(out.glob("jsonl/*")) for line in file.read_text().splitlines()]
    assert len(ids) >= LEARNERS
    for form in formats:
        monkeypatch.chdir(out / form)
        assert sorted(READERS[form](tmp_path)) == sorted(ids), form


def _lines(pattern: str) -> list[dict[str, Any]]:
    return [json.loads(line) for file in sorted(Path().glob(pattern)) for line in file.read_text("utf-8").splitlines()]


def _huggingface(cache: Path) -> list[str]:
    return list(datasets.load_dataset(str(Path.cwd()), cache_dir=str(cache / "cache"))["train"]["id"])


def _openai(cache: Path) -> list[str]:
    examples = _lines("train.jsonl")
    assert all(
        example.keys() in ({"messages"}, {"input", "preferred_output", "non_preferred_output"}) for example in examples
    )
    return Path("train.ids").read_text().split()


def _langchain(cache: Path) -> list[str]:
    texts = [line for file in Path().glob("train-*") for line in file.read_text("utf-8").splitlines()]
    return [str(Document.model_validate_json(line).id) for line in texts]


def _lhotse(cache: Path) -> list[str]:
    lines = [line for file in Path().glob("train/cuts.*") for line in gzip.decompress(file.read_bytes()).splitlines()]
    return [json.loads(line)["custom"]["row"] for line in lines]


def _webdataset(cache: Path) -> list[str]:
    return [row["id"] for file in Path().glob("train-*.tar") for _, _, row in web_samples(str(file))]


def _nemo(cache: Path) -> list[str]:
    entries = _lines("train_manifest.json")
    assert all(Path(entry["audio_filepath"]).exists() and entry["text"] for entry in entries)
    return [entry["id"] for entry in entries]


def _kaldi(cache: Path) -> list[str]:
    sounds = kaldiio.load_scp("train/wav.scp")
    assert all(sounds[utterance][0] == RATE_HZ for utterance in sounds)
    speakers = dict(line.split() for line in Path("train/utt2spk").read_text().splitlines())
    # speaker-kind-session-turn, with "/" as "-" and "." as "%2E"
    plain = [utterance.removeprefix(f"{speaker}-") for utterance, speaker in speakers.items()]
    return ["/".join(each.replace("%2E", ".").split("-")) for each in plain]


READERS = {
    "jsonl": lambda cache: [line["id"] for line in _lines("train-*")],
    "huggingface": _huggingface,
    "multimodal": _huggingface,
    "openai": _openai,
    "sharegpt": lambda cache: [line["id"] for line in _lines("train.jsonl")],
    "langchain": _langchain,
    "lhotse": _lhotse,
    "webdataset": _webdataset,
    "nemo": _nemo,
    "kaldi": _kaldi,
}
"""The ids of all rows, as each format's reader gives them, in the format's own folder."""
