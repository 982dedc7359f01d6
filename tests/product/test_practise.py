"""`python -m edge practise` against the real product, as its user runs it."""

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import soundfile

from edge.clip import Clip
from tests.lip_sync import best_offset, energy_of, mouth_opening
from tests.product.conftest import Product

ROOT = Path(__file__).resolve().parents[2]


def practise(product: Product, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "edge", "practise", "--server", product.url, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def lines_of(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


@pytest.fixture(scope="module")
def lesson(
    product: Product, say_to_file: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[dict[str, Any]], Path]:
    """A guided lesson of one recording: its JSON lines, and the folder with the reply."""
    out = tmp_path_factory.mktemp("out")
    recording = say_to_file("I would like a cup of tea.")
    done = practise(
        product,
        str(recording),
        "--mode",
        "sentence",
        "--text",
        "I would like a cup of tea.",
        "--tutor",
        "maya",
        "--json",
        "--out",
        str(out),
        "--learner",
        "cli",
    )
    assert done.returncode == 0, done.stderr
    return lines_of(done.stdout), out


def test_the_summary_holds_transcript_scores_words_reply_files_and_times(
    lesson: tuple[list[dict[str, Any]], Path],
) -> None:
    summary = lesson[0][-1]
    assert summary["type"] == "summary"
    assert re.sub(r"[^a-z ]", "", summary["transcript"].lower()) == "i would like a cup of tea"
    assert summary["scores"]["pronunciation"] > 50
    assert summary["scores"]["completeness"] == 100
    assert [word["text"].strip(".").lower() for word in summary["words"]] == "i would like a cup of tea".split()
    assert all(word["phones"] for word in summary["words"])
    assert summary["latency_ms"]["tutor_audio"] > 0
    assert Path(summary["audio"]).is_file()
    assert Path(summary["video"]).is_file()


def test_each_message_is_printed_as_it_came(lesson: tuple[list[dict[str, Any]], Path]) -> None:
    kinds = [line["type"] for line in lesson[0]]
    wanted = [
        "session_started",
        "transcription",
        "prosody_features",
        "analysis_complete",
        "tutor_reply",
        "tutor_audio",
        "visemes",
        "tutor_video",
        "summary",
    ]
    assert [kind for kind in wanted if kind not in kinds] == []
    prosody = next(line for line in lesson[0] if line["type"] == "prosody_features")["prosody"]
    assert 60 < prosody["f0_mean_hz"] < 300
    assert prosody["contour"]


def test_the_reply_rests_on_what_was_said(lesson: tuple[list[dict[str, Any]], Path]) -> None:
    replies = [line for line in lesson[0] if line["type"] == "tutor_reply" and line["turn"] == 1]
    evidence = [item for line in replies for item in line["evidence"]]
    words = {word["text"].strip(".").lower() for word in lesson[0][-1]["words"]}
    assert evidence
    assert any(item["text"].lower().strip(".") in words or item["kind"] in ("content", "phone") for item in evidence)


def test_the_reply_is_left_as_a_playable_film_of_the_right_length(lesson: tuple[list[dict[str, Any]], Path]) -> None:
    summary = lesson[0][-1]
    voice, rate_hz = soundfile.read(summary["audio"])
    with av.open(summary["video"]) as film:
        picture, sound = film.streams.video[0], film.streams.audio[0]
        assert (picture.codec_context.name, picture.codec_context.width, picture.codec_context.height) == (
            "h264",
            1280,
            720,
        )
        assert sound.codec_context.name == "aac"
        frames = sum(1 for _ in film.decode(video=0))
    assert abs(frames / 25 - len(voice) / rate_hz) <= 0.04


def test_the_mouth_in_the_film_moves_with_its_voice(
    lesson: tuple[list[dict[str, Any]], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """The opening drawn against the voice's energy, both as decoded from the MP4: at most 40 ms apart."""
    correlation, offset_ms = film_offset(Path(lesson[0][-1]["video"]))
    with capsys.disabled():
        print(f"\nA/V offset of the film: {offset_ms} ms (correlation {correlation:.2f})")
    assert correlation > 0.4
    assert abs(offset_ms) <= 40


def film_offset(path: Path) -> tuple[float, int]:
    """The correlation of mouth and voice in a film, and how many ms the mouth comes late."""
    with av.open(str(path)) as film:
        mouth = mouth_opening([frame.to_ndarray(format="bgr24") for frame in film.decode(video=0)])
    with av.open(str(path)) as film:
        rate_hz = film.streams.audio[0].rate
        sound = np.concatenate([frame.to_ndarray().reshape(-1) for frame in film.decode(audio=0)])
    energy = energy_of((sound * 32767).astype(np.int16), rate_hz)
    count = min(len(mouth), len(energy))
    return best_offset(mouth[:count], energy[:count])


def test_a_person_sees_the_lesson(product: Product, say_to_file: Callable[[str], Path]) -> None:
    done = practise(product, str(say_to_file("My brother lives in a small town.")), "--learner", "cli")
    assert done.returncode == 0, done.stdout + done.stderr
    for label in ("You said", "Prosody", "Scores", "Words", "Phones", "Tutor", "Times", "python -m replay show"):
        assert label in done.stdout, label


def test_a_file_that_is_no_audio_is_refused_and_the_next_one_is_heard(
    product: Product, say_to_file: Callable[[str], Path], tmp_path: Path
) -> None:
    (tmp_path / "notes.wav").write_text("This is not sound.")
    soundfile.write(tmp_path / "silence.wav", np.zeros(32_000), 16_000)
    recording = say_to_file("My brother lives in a small town.")
    done = practise(
        product, str(tmp_path / "notes.wav"), str(tmp_path / "silence.wav"), str(recording), "--json", "--speed", "0"
    )
    lines = lines_of(done.stdout)
    assert done.returncode == 1
    assert [line["code"] for line in lines if line["type"] == "refused"] == ["not_audio", "silent_audio"]
    assert "small town" in lines[-1]["transcript"].lower()


def test_the_session_can_be_shown_from_the_log_alone(
    product: Product, lesson: tuple[list[dict[str, Any]], Path]
) -> None:
    session = lesson[0][-1]["session"]
    shown = subprocess.run(
        [sys.executable, "-m", "replay", "show", session, "--json"],
        cwd=ROOT,
        env={"COLLOQUY_DATA": str(product.data), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    replayed = [line for line in lines_of(shown.stdout) if line["type"] != "digest"]
    sent = [line for line in lesson[0] if line.get("part", -1) >= 0]
    assert replayed[: len(sent)] == sent


def test_the_folder_remembers_the_log_that_it_was_served_with(product: Product) -> None:
    assert json.loads((product.data / "served.json").read_bytes()) == {"logs": ["sqlite"]}


def test_the_film_needs_no_segment_to_be_there_twice() -> None:
    clip = Clip()
    flac = io.BytesIO()
    soundfile.write(flac, np.zeros(1600, np.int16), 16_000, format="FLAC")
    clip.add_audio(0, 0, flac.getvalue())
    clip.add_audio(0, 0, flac.getvalue())
    assert len(clip.samples) == 1600
