"""What is measured, taken out of texts, or there twice, told by whole builds."""

import json
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from actors.hearing.decode import encode_flac
from events.lesson import SpeechUttered, TutorSpoken
from events.values import Phoneme
from replay.datasets import duplicates
from replay.datasets.build import Builder, InProcess, alone_in
from replay.datasets.folders import DatasetFolder
from replay.datasets.manifest import Manifest
from replay.datasets.spec import Bounds, Spec
from replay.datasets.work import Job, Replayer
from tests.replay.datasets.lessons import RULES, Lessons


def build(lessons: Lessons, folder: Path, spec: Spec) -> Manifest:
    place = DatasetFolder(folder)
    builder = Builder(spec, lessons.log, folder)
    with alone_in(place):
        begun = builder.begin(None, replace=False)
        job = Job(spec=spec, data=lessons.folder, upto=begun.position, out=folder)
        return builder.run(begun, InProcess(Replayer(job, lessons.log)))


def left(manifest: Manifest) -> dict[str, int]:
    return {each.reason: each.count for each in (*manifest.sessions_dropped, *manifest.rows_dropped)}


def ids_in(folder: Path) -> list[str]:
    lines = [line for path in sorted(folder.glob("lineage/*")) for line in path.read_text().splitlines()]
    return [json.loads(line)["id"] for line in lines]


def talk(lessons: Lessons, session: str, words: str, answer: str) -> None:
    lessons.hold(session, "ana", *lessons.said("ana", 1, words), *lessons.answered(1, answer))


def test_a_dialogue_that_is_there_twice_to_the_letter_is_kept_once(lessons: Lessons, tmp_path: Path) -> None:
    lessons.consent("ana")
    for number, words in enumerate(("i like tea", "I like tea!", "i like coffee", "i like tea")):
        talk(lessons, f"s{number}", words, "Me too.")

    manifest = build(lessons, tmp_path / "out", Spec(kind="dialogue", formats=("jsonl",)))

    assert (manifest.rows, left(manifest)) == (2, {"duplicate": 2})
    assert len(ids_in(tmp_path / "out")) == 2
    assert sum(count.rows for count in manifest.splits.values()) == 2
    assert build(lessons, tmp_path / "all", Spec(kind="dialogue", formats=("jsonl",), dedup="none")).rows == 4


def test_nearly_the_same_dialogue_is_left_out_where_that_is_asked(lessons: Lessons, tmp_path: Path) -> None:
    lessons.consent("ana")
    text = "yesterday i went to the market with my sister and we bought apples bread and a bottle of milk"
    talk(lessons, "s1", text, "That sounds like a good day, what did you cook with it?")
    talk(lessons, "s2", text.replace("sister", "sisters"), "That sounds like a good day, what did you cook with it?")

    assert build(lessons, tmp_path / "exact", Spec(kind="dialogue", formats=("jsonl",))).rows == 2
    near = build(lessons, tmp_path / "near", Spec(kind="dialogue", formats=("jsonl",), dedup="near"))
    assert (near.rows, left(near)) == (1, {"near_duplicate": 1})


def test_the_first_of_equal_rows_stays_whatever_the_bucket(tmp_path: Path) -> None:
    folder = DatasetFolder(tmp_path)
    digests = [bytes([16 * number + 5]) * 32 for number in range(16)]
    for shard in (0, 1, 63):
        marks = duplicates.Marks()
        for row, digest in enumerate(digests if shard != 1 else [*digests[:3], b"\xff" * 32]):
            marks.add(row, duplicates.Mark(digest=digest))
        marks.write(folder, shard)

    found = set(duplicates.exact_duplicates(folder, range(64)))

    assert found == {(1, 0), (1, 1), (1, 2), *((63, row) for row in range(16))}


def test_personal_data_is_taken_out_of_texts(lessons: Lessons, tmp_path: Path) -> None:
    lessons.consent("ana")
    talk(lessons, "s1", "write to ana.diaz@example.org please", "I will.")

    manifest = build(lessons, tmp_path / "out", Spec(kind="dialogue", formats=("jsonl",)))

    text = "".join(path.read_text() for path in (tmp_path / "out" / "jsonl").iterdir())
    assert "write to [EMAIL] please" in text
    assert "example.org" not in text
    assert manifest.scrubbed == 1
    build(lessons, tmp_path / "raw", Spec(kind="dialogue", formats=("jsonl",), scrub=False))
    assert "example.org" in "".join(path.read_text() for path in (tmp_path / "raw" / "jsonl").iterdir())


def test_the_name_of_a_tutor_stays_in_the_tutors_words_alone(lessons: Lessons, tmp_path: Path) -> None:
    lessons.consent("ana")
    greeting = lessons.answered(0, "Hi, my name is Maya.")
    said = lessons.said("ana", 1, "my name is Maya")
    answer = lessons.answered(1, "Mine too! My name is Maya, and my sister's: her name is Carla.")
    lessons.hold("s1", "ana", *greeting, *said, *answer, tutor="maya")

    manifest = build(lessons, tmp_path / "out", Spec(kind="dialogue", formats=("jsonl",)))

    (line,) = (path.read_text() for path in (tmp_path / "out" / "jsonl").iterdir())
    system, *others = (message["content"] for message in json.loads(line)["columns"]["messages"])
    assert system.startswith("You are Maya, a language tutor")
    assert others == [
        "Hi, my name is Maya.",
        "my name is [NAME]",
        "Mine too! My name is Maya, and my sister's: her name is [NAME].",
    ]
    assert manifest.scrubbed == 1


@pytest.mark.parametrize(("text", "kept"), [("Hi! I'm called Maya.", 1), ("Hi! I'm called Carla.", 0)])
def test_a_tutors_voice_may_say_the_tutors_name(lessons: Lessons, tmp_path: Path, text: str, kept: int) -> None:
    lessons.consent("ana")
    spoken = TutorSpoken(
        turn=0, segment=0, sentence=0, text=text, voice="af_heart", audio=lessons.recording("ana"),
        sample_rate_hz=16_000, start_ms=0, duration_ms=900, engine=RULES,
        phonemes=(Phoneme(ipa="h", start_ms=0, end_ms=80),),
    )  # fmt: skip
    lessons.hold("s1", "ana", spoken)

    assert build(lessons, tmp_path / "out", Spec(kind="voice", formats=("jsonl",))).rows == kept


def test_a_recording_that_says_something_personal_is_left_out(lessons: Lessons, tmp_path: Path) -> None:
    lessons.consent("ana")
    lessons.hold("s1", "ana", *lessons.said("ana", 1, "write to ana.diaz@example.org please"))

    assert left(build(lessons, tmp_path / "out", Spec(kind="asr", formats=("jsonl",)))) == {"personal_data": 1}


def test_texts_are_measured_where_a_filter_asks(lessons: Lessons, tmp_path: Path) -> None:
    lessons.consent("ana")
    lessons.hold("s1", "ana", *lessons.said("ana", 1, "um uh i erm like tea"), *lessons.said("ana", 2, "i like tea"))
    filters = {"filler_ratio": Bounds(max=0.2)}

    manifest = build(lessons, tmp_path / "out", Spec(kind="asr", formats=("jsonl",), filters=filters))

    assert (manifest.rows, left(manifest)) == (1, {"filter:filler_ratio": 1})


@pytest.mark.parametrize(
    ("sound", "reason"), [(b"no sound at all", "audio_undecodable"), (None, "filter:clipped_ratio")]
)
def test_recordings_are_measured_where_a_filter_asks(
    lessons: Lessons, tmp_path: Path, sound: bytes | None, reason: str
) -> None:
    lessons.consent("ana")
    tone = np.sin(np.arange(16_000) / 10).astype(np.float32)
    for turn, samples in ((1, 0.5 * tone), (2, np.clip(4 * tone, -1, 1))):
        uttered, heard = lessons.said("ana", turn, f"turn {turn}")
        assert isinstance(uttered, SpeechUttered)
        data = encode_flac(samples) if turn == 1 or sound is None else sound
        lessons.hold(f"s{turn}", "ana", replace(uttered, audio=lessons.recording("ana", data)), heard)
    filters = {"clipped_ratio": Bounds(max=0.1)}

    manifest = build(lessons, tmp_path / "out", Spec(kind="asr", formats=("jsonl",), filters=filters))

    assert ids_in(tmp_path / "out") == ["asr/s1/1"]
    assert left(manifest) == {reason: 1}


def test_texts_are_written_in_one_way_where_that_is_asked(lessons: Lessons, tmp_path: Path) -> None:
    lessons.consent("ana")
    lessons.hold("s1", "ana", *lessons.said("ana", 1, "It's 3 o'clock, isn't it?"), *lessons.said("ana", 2, "..."))
    lessons.hold("s2", "ana", *lessons.said("ana", 1, "my name is Ana"))
    spec = Spec(kind="asr", formats=("jsonl",), text="normalised")

    manifest = build(lessons, tmp_path / "out", spec)
    build(lessons, tmp_path / "written", replace(spec, text="as_written"))

    assert left(manifest) == {"no_words": 1, "personal_data": 1}  # the name was told by its capital before
    assert texts_in(tmp_path / "out") == [("it's 3 o'clock isn't it", "It's 3 o'clock, isn't it?")]
    assert ("It's 3 o'clock, isn't it?",) * 2 in texts_in(tmp_path / "written")


def texts_in(folder: Path) -> list[tuple[str, str]]:
    lines = [line for path in sorted(folder.glob("jsonl/*.jsonl")) for line in path.read_text().splitlines()]
    return [(row["columns"]["text"], row["columns"]["transcript"]) for row in map(json.loads, lines)]
