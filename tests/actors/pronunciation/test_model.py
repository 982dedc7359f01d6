import json
import shutil
from pathlib import Path

import pytest

from actors.pronunciation.model import (
    MODEL_FILE,
    POINTER_FILE,
    SHIPPED,
    InService,
    digest_of,
    edition,
    facts_of,
    folder_of,
    model_for,
    model_in_service,
    put_in_service,
)
from actors.pronunciation.network import ACOUSTIC_FILE, SCORING_FILE
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


@pytest.mark.parametrize(
    "damage",
    [
        b"not JSON",
        b'{"version": "v1", "digest": "another"}',
        b'{"version": "v2"}',
        b'{"version": "\xff", "digest": ""}',
        b'{"version": "v\\u0000", "digest": ""}',
    ],
)
def test_a_model_that_is_not_as_it_was_promoted_does_not_serve_and_the_log_says_so(
    trained: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (trained / POINTER_FILE).write_bytes(damage)
    assert model_in_service(trained) == SHIPPED
    assert "the shipped one serves" in caplog.text


@pytest.mark.parametrize("name", [ACOUSTIC_FILE, SCORING_FILE])
def test_a_model_whose_networks_were_changed_or_are_gone_does_not_serve(trained: Path, name: str) -> None:
    file = trained / "v1" / name
    file.write_bytes(file.read_bytes() + b" ")
    assert model_in_service(trained) == SHIPPED
    file.unlink()
    assert model_in_service(trained) == SHIPPED


@pytest.mark.parametrize("version", ["../v1", "./v1", "..", ".", "a/b", "a\\b", "v\0"])
def test_a_version_is_a_folder_among_the_models_and_no_path(trained: Path, tmp_path: Path, version: str) -> None:
    models = tmp_path / "models"
    models.mkdir()
    put_in_service(models, InService(version=version, digest=facts_of(trained / "v1").digest))
    assert model_in_service(models) == SHIPPED
    with pytest.raises(ModelUnusable, match="no version"):
        folder_of(models, version)


def test_a_model_of_another_whispers_frames_is_refused_with_the_way_out(trained: Path) -> None:
    with pytest.raises(ModelUnusable, match="train it anew"):
        model_for(trained, "0" * 64)


def test_the_shipped_model_serves_where_the_promoted_one_knows_another_whispers_frames(
    trained: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = trained / "v1" / MODEL_FILE
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | {"encoder": "0" * 64}), "utf-8")
    shipped = facts_of(SHIPPED)
    assert model_for(trained, shipped.encoder).facts == shipped
    assert "another Whisper" in caplog.text
    with pytest.raises(ModelUnusable, match="another Whisper"):
        model_for(trained, shipped.encoder, version="v1")


def test_what_is_put_into_service_serves_and_changes_the_edition(trained: Path) -> None:
    shutil.copytree(trained / "v1", trained / "v2")
    digest = facts_of(trained / "v2").digest
    before = edition(trained)
    put_in_service(trained, InService(version="v2", digest=digest))
    assert model_in_service(trained) == trained / "v2"
    assert edition(trained) != before
    put_in_service(trained, None)
    assert model_in_service(trained) == SHIPPED
    assert edition(trained) == b""


def test_a_version_is_opened_by_its_name_whatever_serves(trained: Path) -> None:
    facts = facts_of(trained / "v1")
    put_in_service(trained, None)
    assert model_for(trained, facts.encoder, version="v1").facts == facts
    shipped = facts_of(SHIPPED)
    assert model_for(trained, shipped.encoder, version="shipped").facts == shipped
    with pytest.raises(ModelUnusable):
        model_for(trained, facts.encoder, version="v9")
    shutil.copy(SHIPPED / SCORING_FILE, trained / "v1" / SCORING_FILE)
    with pytest.raises(ModelUnusable, match="not those that were trained"):  # its answers would name another digest
        model_for(trained, facts.encoder, version="v1")


def test_the_digest_of_the_shipped_model_is_that_of_its_files() -> None:
    assert digest_of(SHIPPED) == facts_of(SHIPPED).digest
