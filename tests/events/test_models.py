from pathlib import Path

from events.archive import read_archive
from events.memory import MemoryEventLog
from events.models import Models, models_of
from events.training import ModelEvent, ModelPromoted, ModelRolledBack, ModelTrained, stream_of
from tests.events.samples import origin

GOLDEN = Path(__file__).parents[1] / "golden/logs/trained-model-v1.jsonl"


def trained(version: str) -> ModelTrained:
    return ModelTrained(
        kind="pronunciation", version=version, digest=f"d-{version}", dataset="", dataset_sha256="", position=1,
        code="", seeds=(0,), figures=(),
    )  # fmt: skip


def promoted(version: str) -> ModelPromoted:
    return ModelPromoted(kind="pronunciation", version=version, digest=f"d-{version}")


def back(version: str, to: str) -> ModelRolledBack:
    return ModelRolledBack(kind="pronunciation", version=version, to=to)


def after(*events: ModelEvent) -> Models:
    stream, log = stream_of("pronunciation"), MemoryEventLog()
    return models_of(log.append(stream, events, expected_version=0, origin=origin("")))


def test_a_trained_model_does_not_serve() -> None:
    assert after(trained("a")) == Models(versions=(("a", "d-a"),))


def test_the_last_promoted_serves_and_the_one_before_is_what_to_roll_back_to() -> None:
    models = after(trained("a"), promoted("a"), trained("b"), promoted("b"))
    assert (models.in_service, models.before) == ("b", "a")


def test_rolling_back_again_and_again_ends_at_the_shipped_model() -> None:
    assert after(promoted("a"), promoted("b"), back("b", "a")).in_service == "a"
    assert after(promoted("a"), promoted("b"), back("b", "a"), back("a", "")).in_service == ""
    assert after(promoted("a"), promoted("b"), back("b", "")).served == ()


def test_promoting_what_serves_changes_nothing() -> None:
    assert after(promoted("a"), promoted("a")).before == ""


def test_a_model_that_was_trained_promoted_rolled_back_and_promoted_again_serves() -> None:
    """The golden log is that of a model that came with the program until it was trained anew."""
    events = [each for each in read_archive(GOLDEN) if each.stream == stream_of("pronunciation")]
    assert [each.type.split(".")[1] for each in events] == ["trained", "trained", "promoted", "rolled_back", "promoted"]
    models = models_of(events)
    assert (models.in_service, models.before) == ("112eee8d08b7-d9c26f", "")
    assert dict(models.versions)[models.in_service].startswith("d9c26f")
