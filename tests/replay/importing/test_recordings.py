"""Folders of recordings in the log."""

import json
from pathlib import Path

import av
import numpy as np
import pytest

from events.learner import ConsentGiven, LearnerDescribed
from events.lesson import SessionStarted, SpeechRated, SpeechUttered
from events.recorder_log import RecorderEventLog
from tests.replay.importing.conftest import Imports
from tests.replay.importing.corpora import RATE_HZ, tone


def uttered(log: RecorderEventLog) -> list[SpeechUttered]:
    """The imported utterances in the order of the log."""
    return [each.event for each in log.tail(0, limit=1000) if isinstance(each.event, SpeechUttered)]


def learners(log: RecorderEventLog) -> list[str]:
    """Who has sessions, in the order of the log."""
    return [each.event.learner for each in log.tail(0, limit=1000) if isinstance(each.event, SessionStarted)]


def m4a(path: Path) -> None:
    """Half a second of a tone as AAC in MP4."""
    samples = (0.3 * 32767 * np.sin(2 * np.pi * 220 * np.arange(RATE_HZ // 2) / RATE_HZ)).astype(np.int16)
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=RATE_HZ, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
        frame.sample_rate = RATE_HZ
        container.mux([*stream.encode(frame), *stream.encode(None)])


def test_every_usual_format_is_taken(tmp_path: Path, log: RecorderEventLog, bring_in: Imports) -> None:
    folder = tmp_path / "voices"
    for name in ("a.wav", "b.FLAC", "c.ogg", "d.opus", "e.mp3"):
        tone(folder / name.lower()).rename(folder / name)
    m4a(folder / "f.m4a")
    (folder / "notes.pdf").write_bytes(b"%PDF")

    assert bring_in("recordings", folder) == 0

    assert [each.turn for each in uttered(log)] == [1, 2, 3, 4, 5, 6]
    for each in uttered(log):
        assert (each.source, each.endpoint, each.sample_rate_hz) == ("corpus", "file", 16_000)
        assert 480 <= each.duration_ms <= 650  # MP3 and AAC work in whole frames of up to 72 ms, and pad
        assert each.level_db == pytest.approx(-13.5, abs=1.0)


def test_texts_lie_beside_the_recordings_or_in_a_jsonl(
    tmp_path: Path, log: RecorderEventLog, bring_in: Imports
) -> None:
    folder = tmp_path / "voices"
    for name in ("a", "b", "c", "d"):
        tone(folder / "kim" / f"{name}.wav")
    (folder / "kim/a.txt").write_text("\ufeffI  go\nhome. ", encoding="utf-8")
    (folder / "kim/b.lab").write_text("I WENT HOME")
    (folder / "list.jsonl").write_text(
        json.dumps({"audio": "kim/c.wav", "text": "a bear", "reference": "A PEAR"})
        + "\n\n"
        + json.dumps({"audio_filepath": "kim/d.wav", "text": "a manifest of NeMo", "duration": 0.5})
    )

    assert bring_in("recordings", folder) == 0

    assert [(each.text, each.reference) for each in uttered(log)] == [
        ("I go home.", ""),
        ("I WENT HOME", ""),
        ("a bear", "A PEAR"),
        ("a manifest of NeMo", ""),
    ]


def test_texts_that_were_read_aloud_are_references(tmp_path: Path, log: RecorderEventLog, bring_in: Imports) -> None:
    tone(tmp_path / "voices/a.wav")
    (tmp_path / "voices/a.txt").write_text("A pear")
    assert bring_in("recordings", tmp_path / "voices", "--read-aloud") == 0
    assert [(each.text, each.reference) for each in uttered(log)] == [("", "A pear")]


def test_speakers_are_folders_or_lines_and_their_names_stay_out_of_the_log(
    tmp_path: Path, log: RecorderEventLog, bring_in: Imports
) -> None:
    folder = tmp_path / "voices"
    for name in ("Ana Lopez/monday/a.wav", "Ana Lopez/tuesday/b.wav", "Ben/c.wav", "d.wav"):
        tone(folder / name)
    (folder / "list.jsonl").write_text(json.dumps({"audio": "d.wav", "speaker": "Ben", "age": 70, "gender": "F"}))

    assert bring_in("recordings", folder, "--first-language", "es") == 0

    assert len(learners(log)) == 2
    assert all(learner.startswith("voices-") for learner in learners(log))
    assert [each.turn for each in uttered(log)] == [1, 2, 1, 2]
    stored = b"".join(stored.state for stored in log.stored_tail(0, limit=1000))
    assert b"Ana" not in stored
    assert b"Ben" not in stored
    assert bring_in("recordings", folder, "--name", "kept", "--keep-names", "--speaker-folder", "2") == 0
    assert sorted(learners(log)[2:]) == ["kept-Ben", "kept-monday", "kept-speaker", "kept-tuesday"]
    assert bring_in("recordings", folder, "--name", "top", "--keep-names") == 1  # a learner's name has no space
    assert learners(log)[6:] == ["top-Ben"]


def test_nobody_agrees_to_training_unless_it_is_said(tmp_path: Path, log: RecorderEventLog, bring_in: Imports) -> None:
    tone(tmp_path / "voices/a.wav")
    named = ("--keep-names", "--licence", "CC-BY-4.0")
    assert bring_in("recordings", tmp_path / "voices", *named) == 0
    described = LearnerDescribed(corpus="voices", licence="CC-BY-4.0")
    assert [each.event for each in log.read("learner-voices-speaker")] == [described]

    assert bring_in("recordings", tmp_path / "voices", *named, "--consent", "training") == 0
    assert [each.event for each in log.read("learner-voices-speaker")] == [
        described,
        ConsentGiven(purpose="training", text_version="CC-BY-4.0"),
    ]


def test_a_long_row_of_recordings_becomes_sessions_of_a_hundred_turns(
    tmp_path: Path, log: RecorderEventLog, bring_in: Imports
) -> None:
    whole = tone(tmp_path / "whole.wav", seconds=0.1).read_bytes()
    folder = tmp_path / "voices"
    folder.mkdir()
    for number in range(230):
        (folder / f"{number:03}.wav").write_bytes(whole)

    assert bring_in("recordings", folder, "--keep-names") == 0

    assert [len(log.read(f"voices-speaker-{number}")) for number in (1, 2, 3, 4)] == [102, 102, 32, 0]


def test_what_is_bad_is_named_and_the_rest_goes_on(
    tmp_path: Path, log: RecorderEventLog, bring_in: Imports, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "voices"
    for name in ("a", "b", "c"):
        tone(folder / f"{name}.wav")
    tone(folder / "silent.wav", hz=0)
    (folder / "a.txt").write_text("A pear")
    (folder / "b.txt").write_bytes(b"\xff\xfe\x00")
    (folder / "gone.txt").write_text("A bear")
    (folder / "empty.mp3").touch()
    (folder / "fake.mp3").write_bytes(b"ID3" + bytes(500))
    (folder / "x.jsonl").write_text('{"audio": "c.wav"}\n{"audio": "c.wav"}\n{"text": "?"}\n{"audio": "z.wav"}\n{')

    assert bring_in("recordings", folder) == 1

    out = capsys.readouterr().out
    assert [each.text for each in uttered(log)] == ["A pear", ""]
    for told in (
        "9 left out",
        "unreadable text: 1",
        "    b.wav: ",
        "missing audio: 2",
        "    gone.txt: a text without a recording",
        "    z.wav",
        "silent audio: 1",
        "    silent.wav: The recording is silent; put a recording of speech in its place.",
        "empty audio: 1",
        "corrupt audio: 1",
        "duplicate id: 1",
        "    x.jsonl line 2: an earlier line has c.wav",
        "malformed line: 2",
        "    x.jsonl line 3: it names no recording",
        "    x.jsonl line 5: Input data was truncated",
    ):
        assert told in out


def test_a_second_run_adds_nothing(
    tmp_path: Path, log: RecorderEventLog, bring_in: Imports, capsys: pytest.CaptureFixture[str]
) -> None:
    tone(tmp_path / "voices/a.wav")
    assert bring_in("recordings", tmp_path / "voices") == 0
    head = log.head()
    moved = (tmp_path / "voices").rename(tmp_path / "elsewhere")

    assert bring_in("recordings", moved, "--name", "voices") == 0
    assert log.head() == head
    assert "nothing was added" in capsys.readouterr().out
    assert not [each for each in log.tail(0, limit=100) if isinstance(each.event, SpeechRated)]


@pytest.mark.parametrize("arguments", [("--name", "a b"), ("--learner-prefix", "ü"), ("--speaker-folder", "0")])
def test_what_cannot_name_learners_is_refused(
    arguments: tuple[str, str], tmp_path: Path, bring_in: Imports, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        bring_in("recordings", tmp_path, *arguments)
    assert repr(arguments[1]) in capsys.readouterr().err


def test_a_folder_whose_name_cannot_name_learners_needs_another(
    tmp_path: Path, bring_in: Imports, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "our voices").mkdir()
    assert bring_in("recordings", tmp_path / "our voices") == 1
    assert "give --name" in capsys.readouterr().out
    assert bring_in("recordings", tmp_path / "our voices", "--name", "ours") == 1
    assert "recordings (.flac .m4a" in capsys.readouterr().out
