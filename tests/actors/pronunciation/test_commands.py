"""`python -m actors assess` and `explain`, as a person uses them, with a model that scores at random."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from actors.__main__ import main
from actors.chain import EngineChain
from actors.pronunciation import commands, picture
from tests.actors.pronunciation.conftest import CORPUS, ModelFolder

Assess = Callable[..., int]
PHONES = [word.split() for word in ("M AY1", "S IH1 S T ER0", "R IY1 D Z", "OW1 L D", "B UH1 K S")]
TEXT = "My sister reads old books."


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl"


@pytest.fixture
def assess(tmp_path: Path, out: Path, random_model: Path) -> Assess:
    """Write a manifest of these lines, and assess it."""

    def done(lines: list[dict[str, Any] | str], *options: str) -> int:
        manifest = tmp_path / "in.jsonl"
        told = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        manifest.write_text("".join(f"{line}\n" for line in told))
        return main(["assess", "--manifest", str(manifest), "--out", str(out), "--model", str(random_model), *options])

    return done


def read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_a_line_has_every_word_and_phone_of_the_text_on_the_experts_scales(
    assess: Assess, recording: Path, out: Path
) -> None:
    assert assess([{"id": "a", "audio": str(recording), "text": TEXT, "phones": PHONES}]) == 0
    (line,) = read(out)
    assert list(line) == ["id", "scores", "words", "miscues", "prosody", "confidence", "warnings", "transcript"]
    assert list(line["scores"]) == ["accuracy", "completeness", "fluency", "prosodic", "total"]
    assert line["scores"]["completeness"] == 10.0
    assert [word["text"] for word in line["words"]] == TEXT.split()
    assert [[phone["phone"] for phone in word["phones"]] for word in line["words"]] == [
        [phone.rstrip("012") for phone in phones] for phones in PHONES
    ]
    for word in line["words"]:
        assert list(word) == ["text", "start_ms", "end_ms", "accuracy", "stress", "total", "error", "phones"]
        assert word["error"] in ("", "mispronunciation")
        assert all(0 <= word[name] <= 10 for name in ("accuracy", "stress", "total"))
        for phone in word["phones"]:
            assert list(phone) == ["phone", "start_ms", "end_ms", "score", "heard"]
            assert 0 <= phone["score"] <= 2
    assert "contour" not in line["prosody"]
    assert line["prosody"]["expected_ending"] == "fall"
    assert line["prosody"]["ending"]["movement"] in ("fall", "level", "rise")
    assert [one["word"] for one in line["prosody"]["stress"]] == [1]  # sister
    assert line["prosody"]["breaks"] == line["prosody"]["disfluencies"] == line["warnings"] == []
    assert line["prosody"]["f0_mean_hz"] > 50
    assert "sister" in line["transcript"].lower()


def test_a_bad_line_says_why_and_what_to_do_and_the_rest_goes_on(
    assess: Assess, recording: Path, tmp_path: Path, out: Path
) -> None:
    (tmp_path / "bad.wav").write_bytes(b"RIFF\x00\x00\x00\x00WAVE" + bytes(100))
    (tmp_path / "empty.wav").write_bytes(b"")
    soundfile.write(tmp_path / "silent.wav", np.zeros(32_000), 16_000)
    soundfile.write(tmp_path / "hiss.wav", np.random.default_rng(1).normal(0, 0.02, 32_000), 16_000)
    soundfile.write(tmp_path / "long.wav", np.resize([0.1, -0.1], 61 * 8_000), 8_000)
    lines: list[dict[str, Any] | str] = [
        {"id": "gone", "audio": "gone.wav", "text": TEXT},
        {"id": "bad", "audio": "bad.wav", "text": TEXT},
        {"id": "empty", "audio": "empty.wav", "text": TEXT},
        {"id": "silent", "audio": "silent.wav", "text": TEXT},
        {"id": "hiss", "audio": "hiss.wav", "text": TEXT},
        {"id": "long", "audio": "long.wav", "text": TEXT},
        "no json",
        {"id": "emoji", "audio": str(recording), "text": "😀"},
        {"id": "phones", "audio": str(recording), "text": TEXT, "phones": PHONES[:4]},
        {"id": "good", "audio": str(recording), "text": TEXT},
    ]
    assert assess(lines) == 1
    told = read(out)
    assert [line["id"] for line in told] == [line["id"] if isinstance(line, dict) else "7" for line in lines]
    reasons = [line.get("failed", "") for line in told]
    expected = ("no file", "", "no WAV", "silent", "no speech", "longer than 60 s", "line 7", "no word", "4 words", "")
    for line, reason, part in zip(told, reasons, expected, strict=True):
        assert part in reason
        assert (line["id"] == "good") == (not reason)
        assert list(line) == ["id", "failed"] or line["id"] == "good"


def test_a_clipped_recording_is_warned_of_and_its_scores_are_trusted_less(
    assess: Assess, recording: Path, tmp_path: Path, out: Path
) -> None:
    audio, rate = soundfile.read(recording)
    soundfile.write(tmp_path / "clipped.wav", np.clip(40 * audio / np.abs(audio).max(), -1, 1), rate)
    assert assess([{"id": name, "audio": str(file), "text": TEXT} for name, file in (
        ("good", recording), ("clipped", tmp_path / "clipped.wav")
    )]) == 0  # fmt: skip
    good, clipped = read(out)
    assert good["warnings"] == []
    (warning,) = clipped["warnings"]
    assert list(warning) == ["kind", "value", "told"]
    assert warning["kind"] == "clipped"
    assert clipped["confidence"] < 0.8 * good["confidence"]


def test_words_that_were_not_said_have_their_phones_with_zeros(
    recording: Path, tmp_path: Path, out: Path, model_folder: ModelFolder
) -> None:
    line = {"id": "a", "audio": str(recording), "text": "My sister reads blue books"}
    (tmp_path / "in.jsonl").write_text(json.dumps(line))
    doubting = str(model_folder(matches_from=1.1))
    assert main(["assess", "--manifest", str(tmp_path / "in.jsonl"), "--out", str(out), "--model", doubting]) == 0
    (told,) = read(out)
    blue = told["words"][3]
    assert blue["error"] == "substitution"
    assert [(phone["phone"], phone["score"], phone["end_ms"]) for phone in blue["phones"]] == [
        ("B", 0.0, 0),
        ("L", 0.0, 0),
        ("UW", 0.0, 0),
    ]
    assert told["scores"]["completeness"] == 8.0
    assert [miscue["heard"] for miscue in told["miscues"]] == ["old"]


def test_the_same_command_keeps_what_is_there_and_replace_does_not(
    assess: Assess, recording: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines: list[dict[str, Any] | str] = [{"id": name, "audio": str(recording), "text": TEXT} for name in "ab"]
    assert assess(lines) == 0
    first = out.read_bytes()
    out.write_bytes(first.replace(b'"transcript":"My', b'"transcript":"Kept. My', 1)[: -len(first) // 4])
    assert assess(lines) == 0
    assert "1 line already" in capsys.readouterr().err
    assert [line["transcript"].startswith("Kept.") for line in read(out)] == [True, False]
    assert assess(lines, "--replace") == 0
    assert out.read_bytes() == first


def test_two_workers_write_the_lines_of_one_in_the_same_order(assess: Assess, recording: Path, out: Path) -> None:
    lines: list[dict[str, Any] | str] = [
        {"id": f"{number}", "audio": str(recording) if number % 3 else "gone.wav", "text": TEXT} for number in range(7)
    ]
    assert assess(lines) == 1
    alone = read(out)
    assert assess(lines, "--replace", "--workers", "2") == 1
    together = read(out)
    assert [line["id"] for line in together] == [f"{number}" for number in range(7)]
    for one, other in zip(alone, together, strict=True):
        assert one.get("failed") == other.get("failed")
        if "scores" in one:
            assert one["scores"] == pytest.approx(other["scores"], abs=0.01)  # sums of other numbers of threads


def test_arguments_that_cannot_be_used_end_with_status_2(
    assess: Assess, tmp_path: Path, random_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = ["--model", str(random_model)]
    gone, somewhere = str(tmp_path / "gone.jsonl"), str(tmp_path / "o.jsonl")
    assert main(["assess", "--manifest", gone, "--out", somewhere, *model]) == 2
    assert "gone.jsonl: No such file" in capsys.readouterr().err
    assert assess(['{"id": "a", "audio": "a.wav", "text": "Hi"}'], "--out", str(tmp_path / "no" / "out.jsonl")) == 2
    assert assess(['{"id": "a", "audio": "a.wav", "text": "Hi"}'], "--out", str(tmp_path / "in.jsonl")) == 2
    assert "same file" in capsys.readouterr().err
    assert assess(['{"id": "a", "audio": "a.wav", "text": "Hi"}'], "--model", str(tmp_path)) == 2
    assert "model.json" in capsys.readouterr().err
    with pytest.raises(SystemExit) as refused:
        assess([], "--workers", "0")
    assert refused.value.code == 2


def test_a_model_of_another_encoder_is_refused(
    tmp_path: Path, model_folder: ModelFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": "a", "audio": "a.wav", "text": "Hi"}\n')
    files = ["--manifest", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl")]
    assert main(["assess", *files, "--model", str(model_folder(encoder="0" * 64))]) == 2
    assert "another whisper-base" in capsys.readouterr().err


def test_learners_recordings_have_the_words_and_phones_that_experts_rated(assess: Assess, out: Path) -> None:
    if not CORPUS.exists():
        pytest.skip(f"no learners' recordings: put speechocean762's training split into {CORPUS}")
    with (CORPUS / "utterances.jsonl").open() as file:
        rated = [json.loads(next(file)) for _ in range(4)]
    lines: list[dict[str, Any] | str] = [
        {
            "id": one["id"],
            "audio": str(CORPUS / one["audio"]),
            "text": one["text"],
            "phones": [word["phones"] for word in one["words"]],
        }
        for one in rated
    ]
    assert assess(lines) == 0
    for line, one in zip(read(out), rated, strict=True):
        assert [len(word["phones"]) for word in line["words"]] == [len(word["phones"]) for word in one["words"]]


def test_a_recording_is_explained_by_a_page_with_its_picture_inside(
    recording: Path, tmp_path: Path, random_model: Path
) -> None:
    page, png = tmp_path / "report.html", tmp_path / "picture.png"
    options = ["--model", str(random_model), "--out", str(page), "--png", str(png)]
    assert main(["explain", str(recording), "--text", TEXT, *options]) == 0
    assert png.read_bytes().startswith(b"\x89PNG")
    told = page.read_text()
    for part in ("data:image/png;base64,", "Pronunciation of sister.flac", "<td>sister</td><td>ER</td>", "kokoro"):
        assert part in told
    # In the letters of a picture any four come by chance.
    assert "http" not in re.sub("base64,[A-Za-z0-9+/=]*", "", told).replace("http-equiv", "")


def test_without_a_voice_the_picture_says_so_and_is_there(
    recording: Path, tmp_path: Path, random_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "_voices", lambda: EngineChain("voice", ()))
    page = tmp_path / "report.html"
    assert main(["explain", str(recording), "--text", TEXT, "--model", str(random_model), "--out", str(page)]) == 0
    assert "Our voice is not in the picture: No voice engine could answer" in page.read_text()


def test_without_matplotlib_the_extra_that_brings_it_is_named(
    recording: Path, random_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(picture, "find_spec", lambda name: None)
    assert main(["explain", str(recording), "--text", TEXT, "--model", str(random_model)]) == 2
    assert "--extra datasets" in capsys.readouterr().err


def test_a_recording_that_cannot_be_used_is_not_explained(
    tmp_path: Path, random_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", str(tmp_path / "gone.wav"), "--text", TEXT, "--model", str(random_model)]) == 2
    assert "there is no file" in capsys.readouterr().err
