import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from actors.pronunciation.model import MODEL_FILE, POINTER_FILE, SHIPPED, ModelFacts, model_in_service, put_in_service
from events.envelope import Fact, Origin, Recorded, Unknown
from events.memory import MemoryEventLog
from events.training import ModelPromoted, ModelRolledBack, ModelTrained
from training_actors.errors import (
    ModelAltered,
    ModelServes,
    ModelsUnwritable,
    NeverServed,
    NothingPromoted,
    ServiceChanged,
    VersionUnknown,
)
from training_actors.registry.registry import Registry

FILES = {"acoustic.onnx": b"one", "scoring.onnx": b"two"}


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry("pronunciation", MemoryEventLog(), tmp_path / "models")


def made(folder: Path, version: str) -> ModelTrained:
    """A folder that is a model for everybody who does not run it, and its event."""
    folder.mkdir(parents=True)
    files = {name: content + version.encode() for name, content in FILES.items()}
    digest = hashlib.sha256(b"".join(files.values())).hexdigest()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    facts = ModelFacts(
        version=version, digest=digest, encoder="e", poor_below=1.0, said_from=0.5, matches_from=0.5
    )  # fmt: skip
    (folder / MODEL_FILE).write_bytes(msgspec.json.encode(facts))
    return ModelTrained(
        kind="pronunciation", version=version, digest=digest, dataset="", dataset_sha256="", position=1, code="",
        seeds=(0,), figures=(),
    )  # fmt: skip


@pytest.fixture
def three(registry: Registry, tmp_path: Path) -> Registry:
    """A registry of three versions."""
    for version in ("a", "b", "c"):
        registry.add(tmp_path / version, made(tmp_path / version, version))
    return registry


def promote(registry: Registry, version: str, over: str) -> None:
    registry.promote(version, over, verdicts=(), run="", forced="")


def test_a_model_that_is_added_twice_is_there_once_and_does_not_serve(registry: Registry, tmp_path: Path) -> None:
    event = made(tmp_path / "a", "a")
    registry.add(tmp_path / "a", event)
    registry.add(tmp_path / "a", event)
    assert [one.event for one in registry.history()] == [event]
    assert (registry.folder / "a" / MODEL_FILE).read_bytes() == (tmp_path / "a" / MODEL_FILE).read_bytes()
    assert model_in_service(registry.folder) == SHIPPED


@pytest.mark.parametrize("name", [*FILES, MODEL_FILE])
def test_a_model_that_was_altered_is_as_it_was_trained_once_it_is_added_again(
    registry: Registry, tmp_path: Path, name: str
) -> None:
    event = made(tmp_path / "a", "a")
    registry.add(tmp_path / "a", event)
    (registry.folder / "a" / name).write_bytes(b"other")
    registry.add(tmp_path / "a", event)  # as `ModelAltered` tells people to
    assert registry.facts("a").digest == event.digest
    assert len(registry.history()) == 1


def test_the_promoted_model_serves_and_its_event_names_the_one_before(three: Registry) -> None:
    promote(three, "a", "")
    promote(three, "b", "a")
    assert model_in_service(three.folder) == three.folder / "b"
    *_, event = (one.event for one in three.history())
    assert isinstance(event, ModelPromoted)
    assert (event.version, event.over, event.digest) == ("b", "a", dict(three.models().versions)["b"])


def test_rolling_back_goes_to_the_one_before_and_at_last_to_the_shipped_one(three: Registry) -> None:
    promote(three, "a", "")
    promote(three, "b", "a")
    assert three.roll_back(None, "children score worse") == ("b", "a")
    assert model_in_service(three.folder) == three.folder / "a"
    *_, event = (one.event for one in three.history())
    assert event == ModelRolledBack(kind="pronunciation", version="b", to="a", reason="children score worse")
    assert three.roll_back(None, "") == ("a", "")
    assert model_in_service(three.folder) == SHIPPED
    with pytest.raises(NothingPromoted):
        three.roll_back(None, "")


def test_only_what_served_before_can_be_rolled_back_to(three: Registry) -> None:
    promote(three, "a", "")
    promote(three, "b", "a")
    for never in ("c", "b", "nonsense"):
        with pytest.raises(NeverServed, match="shipped, a"):
            three.roll_back(never, "")
    assert three.roll_back("", "") == ("b", "")


def test_what_serves_is_not_promoted_and_nothing_over_what_serves_no_longer(three: Registry) -> None:
    promote(three, "a", "")
    with pytest.raises(ModelServes):
        promote(three, "a", "a")
    with pytest.raises(ServiceChanged, match="a was put into service meanwhile"):
        promote(three, "b", "")
    assert three.models().in_service == "a"


def test_an_unknown_version_is_told_those_there_are(three: Registry) -> None:
    with pytest.raises(VersionUnknown, match="a, b, c"):
        promote(three, "d", "")


@pytest.mark.parametrize("name", [*FILES, MODEL_FILE])
def test_a_model_whose_files_were_changed_or_are_gone_is_not_promoted(three: Registry, name: str) -> None:
    file = three.folder / "a" / name
    if name == MODEL_FILE:
        facts = msgspec.json.decode(file.read_bytes(), type=ModelFacts)
        file.write_bytes(msgspec.json.encode(replace(facts, digest="0" * 64)))
    else:
        file.write_bytes(b"other")
    with pytest.raises(ModelAltered, match="not those that were trained"):
        promote(three, "a", "")
    file.unlink()
    with pytest.raises(ModelAltered, match="cannot be used"):
        promote(three, "a", "")
    assert three.models().in_service == ""


def test_a_pointer_that_is_not_as_the_log_tells_is_mended(three: Registry) -> None:
    promote(three, "a", "")
    assert not three.align()
    put_in_service(three.folder, None)  # as if killed between the event and the pointer
    assert three.align()
    assert model_in_service(three.folder) == three.folder / "a"


def test_a_folder_that_cannot_be_written_is_told_and_what_serves_follows_once_it_can(three: Registry) -> None:
    pointer = three.folder / POINTER_FILE
    pointer.mkdir()  # as where the disk is full or the folder may only be read, which root does not notice
    with pytest.raises(ModelsUnwritable, match="run the same command again"):
        promote(three, "a", "")
    pointer.rmdir()
    assert three.models().in_service == "a"
    assert three.align()
    assert model_in_service(three.folder) == three.folder / "a"


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "models").touch()
    with pytest.raises(ModelsUnwritable, match="models"):
        Registry("pronunciation", MemoryEventLog(), tmp_path / "models").align()


class Elsewhere(MemoryEventLog):
    """A log to which another machine appends ``event`` just before we do."""

    event: ModelTrained | ModelPromoted | None = None

    def append(
        self, stream: str, events: Sequence[Fact | Unknown], *, expected_version: int, origin: Origin
    ) -> tuple[Recorded, ...]:
        if self.event is not None:
            event, self.event = self.event, None
            super().append(stream, [event], expected_version=expected_version, origin=origin)
        return super().append(stream, events, expected_version=expected_version, origin=origin)


def test_only_another_model_in_service_stands_against_a_promotion_that_another_machine_came_before(
    tmp_path: Path,
) -> None:
    log = Elsewhere()
    registry = Registry("pronunciation", log, tmp_path / "models")
    for version in ("a", "b"):
        registry.add(tmp_path / version, made(tmp_path / version, version))
    log.event = made(tmp_path / "c", "c")
    promote(registry, "a", "")
    assert registry.models().in_service == "a"
    log.event = ModelPromoted(kind="pronunciation", version="c", digest="", over="a")
    with pytest.raises(ServiceChanged, match="c was put into service meanwhile"):
        promote(registry, "b", "a")
