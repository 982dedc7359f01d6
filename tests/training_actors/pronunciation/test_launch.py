"""What can be asked of `train`, without any training."""

import json
import shutil
from pathlib import Path

import pytest

from actors.pronunciation.model import MODEL_FILE, SHIPPED, facts_of
from actors.pronunciation.network import ACOUSTIC_FILE
from training_actors.errors import AcousticUnusable
from training_actors.pronunciation.launch import taken_from

ENCODER = facts_of(SHIPPED).encoder


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder with a model v1."""
    shutil.copytree(SHIPPED, tmp_path / "v1")
    return tmp_path


def test_the_acoustic_network_is_taken_from_a_model_as_it_was_trained(models: Path) -> None:
    assert taken_from(models, "shipped", ENCODER) == (SHIPPED, facts_of(SHIPPED).version)
    assert taken_from(models, "v1", ENCODER) == (models / "v1", facts_of(SHIPPED).version)
    (models / "v1" / ACOUSTIC_FILE).write_bytes(b"other")
    with pytest.raises(AcousticUnusable, match="not those that were trained"):
        taken_from(models, "v1", ENCODER)


@pytest.mark.parametrize("version", ["nonsense", "../v1"])
def test_where_there_is_no_such_model_the_message_tells_how_to_find_one(models: Path, version: str) -> None:
    with pytest.raises(AcousticUnusable, match="training_actors list"):
        taken_from(models, version, ENCODER)


def test_a_network_that_knows_another_whispers_frames_is_not_taken(models: Path) -> None:
    file = models / "v1" / MODEL_FILE
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | {"encoder": "0" * 64}), "utf-8")
    with pytest.raises(AcousticUnusable, match="another Whisper"):
        taken_from(models, "v1", ENCODER)
