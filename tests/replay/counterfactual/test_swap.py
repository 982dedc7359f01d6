import shutil
from pathlib import Path

import pytest

from actors.pronunciation.model import SHIPPED
from actors.settings import read_settings
from policies.fallback import FallbackOrder
from replay.counterfactual import swap
from replay.counterfactual.errors import BadSwap, EngineNotHere
from replay.counterfactual.swap import Swap, check_here, default_engine, parse_swaps


def test_several_engines_of_one_kind_are_reported_in_their_order() -> None:
    assert parse_swaps(["asr=pocketsphinx,whisper-tiny.en", "asr=pocketsphinx"]) == Swap(
        kind="asr", engines=("pocketsphinx", "whisper-tiny.en")
    )


@pytest.mark.parametrize("text", ["asr=whisper-tony", "asr=whisper-base,", "voice=whisper-base"])
def test_a_wrong_engine_is_told_those_that_there_are(text: str) -> None:
    with pytest.raises(BadSwap, match="espeak" if text.startswith("voice") else "whisper-tiny.en, pocketsphinx"):
        parse_swaps([text])


@pytest.mark.parametrize("texts", [["face=vector"], ["asr"], ["asr="], ["asr=pocketsphinx", "voice=espeak"]])
def test_a_wrong_kind_or_two_are_told_the_kinds(texts: list[str]) -> None:
    with pytest.raises(BadSwap, match="asr, pronunciation, tutor, voice"):
        parse_swaps(texts)


def test_an_engine_that_is_not_here_says_what_it_wants(tmp_path: Path) -> None:
    settings = read_settings({"COLLOQUY_DATA": str(tmp_path), "COLLOQUY_MODELS": str(tmp_path / "none")})
    with pytest.raises(EngineNotHere, match=r"models fetch whisper-base"):
        check_here("asr", "whisper-base", settings)
    with pytest.raises(EngineNotHere, match="no tutor URL is set: give it in COLLOQUY_TUTOR_URL"):
        check_here("tutor", "provider", settings)
    check_here("asr", "pocketsphinx", settings)
    assert default_engine("asr", settings) == "pocketsphinx"
    assert default_engine("tutor", settings) == "rules"


def test_a_trained_version_can_be_named_and_one_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = read_settings({"COLLOQUY_DATA": str(tmp_path)})
    shutil.copytree(SHIPPED, settings.data.models("pronunciation") / "v1")
    assert parse_swaps(["pronunciation=colloquy@v1,colloquy@shipped"]).engines == ("colloquy@v1", "colloquy@shipped")
    monkeypatch.setattr(
        swap, "fallback_order", lambda *_, **__: FallbackOrder(kind="pronunciation", order=("colloquy",))
    )
    check_here("pronunciation", "colloquy@v1", settings)
    check_here("pronunciation", "colloquy@shipped", settings)
    with pytest.raises(EngineNotHere, match="training_actors list"):
        check_here("pronunciation", "colloquy@v2", settings)
    with pytest.raises(BadSwap, match="colloquy@VERSION"):
        parse_swaps(["pronunciation=gop@v1"])
