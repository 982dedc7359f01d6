"""`python -m replay counterfactual` with real engines, on sentences that Piper speaks."""

import hashlib
from pathlib import Path

import msgspec
import numpy as np
import pytest

from actors.hearing.decode import encode_flac, resampled
from actors.models import ModelStore
from actors.voice.piper import Piper
from events.counterfactual import CounterfactualRun
from events.lesson import SessionStarted, SpeechUttered
from events.location import DataFolder
from events.opening import open_blobs, open_log
from events.sealing.forgetting import registered
from replay.__main__ import main
from replay.counterfactual.result import Result
from tests.events.samples import origin

SENTENCES = ("She goes to the park every day.", "My brother likes a big brown dog.")


def spoken(models: ModelStore, text: str) -> bytes:
    """A FLAC file of the sentence, 16 kHz."""
    stretches = list(Piper(models.path("piper-joe")).speak(text, tutor="joe"))
    samples = np.concatenate([stretch.samples for stretch in stretches]).astype(np.float32) / 32768
    return encode_flac(resampled(samples, stretches[0].sample_rate_hz))


def fill(folder: DataFolder, models: ModelStore) -> int:
    """A sealed log of two learners who say a sentence each; its last position."""
    with open_log(folder) as log:
        for number, text in enumerate(SENTENCES):
            learner = f"learner-{number}"
            audio = open_blobs(folder).of(learner).put(spoken(models, text), "audio/flac")
            started = SessionStarted(
                session=f"s{number}", learner=learner, tutor="joe", goal="travel", level="A2", mode="sentence", seed=0
            )
            uttered = SpeechUttered(
                turn=1, source="microphone", endpoint="silence", audio=audio, reference=text, duration_ms=2000
            )
            log.append(f"s{number}", [started, uttered], expected_version=0, origin=origin(learner))
        return log.head()


def test_logged_speech_goes_through_other_recognisers(
    models: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = DataFolder(tmp_path / "data")
    head = fill(folder, models)
    monkeypatch.setenv("COLLOQUY_DATA", str(folder.root))
    out = tmp_path / "out"
    command = ["counterfactual", "--swap", "asr=pocketsphinx", "--out", str(out)]

    assert main(command) == 0
    result = msgspec.json.decode((out / "result.json").read_bytes(), type=Result)
    wer = result.comparisons[0].metric("wer")
    assert wer.baseline.value == 0.0  # Whisper base understands Piper without an error
    assert wer.candidate.value is not None
    assert [(engine.name, engine.answered) for engine in result.baseline] == [("whisper-base", 2)]
    assert [(engine.name, engine.answered) for engine in result.comparisons[0].engines] == [("pocketsphinx", 2)]
    assert (out / "report.html").read_bytes().startswith(b"<!doctype html>")
    assert "pocketsphinx" in capsys.readouterr().out
    with open_log(folder) as log:
        run, *others = log.tail(head, limit=10)
        assert others == []  # nothing but the run itself, in a stream of its own
        assert (run.stream, run.learner) == ("counterfactual-asr", "")
        assert isinstance(run.event, CounterfactualRun)
        assert (run.event.candidate, run.event.baseline, run.event.cases) == ("pocketsphinx", "whisper-base", 2)
        assert run.event.result_sha256 == hashlib.sha256((out / "result.json").read_bytes()).hexdigest()
    (held,) = registered(folder)
    assert held.learners == ("learner-0", "learner-1")  # who is forgotten is named as one of whom this folder tells

    # Again, now as a gate: no engine is asked, and of two learners nothing can be decided.
    answers = (out / "answers.jsonl").read_bytes()
    assert main([*command, "--rule", "wer=0.5"]) == 3
    assert (out / "answers.jsonl").read_bytes() == answers
    assert "2 learners are too few" in capsys.readouterr().out


def test_a_wrong_swap_is_told_before_the_log_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLLOQUY_DATA", str(tmp_path / "none"))
    assert main(["counterfactual", "--swap", "asr=whisper-tony", "--out", str(tmp_path / "out")]) == 1
    assert "whisper-tiny.en, pocketsphinx" in capsys.readouterr().out
    assert main(["counterfactual", "--swap", "asr=pocketsphinx", "--out", str(tmp_path / "out")]) == 2
    assert "there is no log" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()
