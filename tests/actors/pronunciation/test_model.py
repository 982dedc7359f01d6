import json
import shutil
from pathlib import Path

import pytest

from actors.pronunciation.model import MODEL_FILE, POINTER_FILE, SHIPPED, model_for, model_in_service
from actors.voice.runtime import ModelUnusable


@pytest.fixture
def trained(tmp_path: Path, random_model: Path) -> Path:
    """A kind's folder with one trained version, which serves."""
    shutil.copytree(random_model, tmp_path / "v1")
    digest = json.loads((tmp_path / "v1" / MODEL_FILE).read_text("utf-8"))["digest"]
    (tmp_path / POINTER_FILE).write_text(json.dumps({"version": "v1", "digest": digest}), "utf-8")
    return tmp_path


def test_the_promoted_model_serves_and_without_one_the_shipped_one(trained: Path, tmp_path: Path) -> None:
    assert model_in_service(trained) == trained / "v1"
    (trained / POINTER_FILE).unlink()
    assert model_in_service(trained) == SHIPPED
    assert model_in_service(tmp_path / "nothing") == SHIPPED


@pytest.mark.parametrize("damage", ["not JSON", '{"version": "v1", "digest": "another"}', '{"version": "v2"}'])
def test_a_model_that_is_not_as_it_was_promoted_does_not_serve_and_the_log_says_so(
    trained: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    (trained / POINTER_FILE).write_text(damage, "utf-8")
    assert model_in_service(trained) == SHIPPED
    assert "the shipped one serves" in caplog.text


def test_a_model_of_another_whispers_frames_is_refused_with_the_way_out(trained: Path) -> None:
    with pytest.raises(ModelUnusable, match="train it anew"):
        model_for(trained, "0" * 64)
