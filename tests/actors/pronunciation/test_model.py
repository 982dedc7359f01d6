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
    model_for,
    model_in_service,
    put_in_service,
)
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


def test_the_digest_of_the_shipped_model_is_that_of_its_files() -> None:
    assert digest_of(SHIPPED) == facts_of(SHIPPED).digest
