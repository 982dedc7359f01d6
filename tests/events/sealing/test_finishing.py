"""Forgetting that was cut short, that something damaged stood in the way of, or that the learner came back into."""

import itertools
import json
import logging
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import get_args

import pytest

from events.__main__ import main
from events.errors import LearnerUnnamed
from events.learner import ConsentGiven, LearnerForgotten, stream_of
from events.learner_stream import append_for
from events.location import DataFolder
from events.opening import open_existing_log, open_keys, open_log
from events.recorder_log import RecorderEventLog
from events.sealing import forgetting
from events.sealing import keys as learners_keys
from events.sealing.errors import LearnerBeingForgotten
from events.sealing.forgetting import HOLD, forget
from events.sealing.key_store import Step
from projections import commands
from projections.__main__ import main as projections
from projections.catalogue import PROJECTIONS
from projections.opening import open_views
from projections.runner import ProjectionRunner
from projections.views import ViewStore
from tests.events.destroyed import destroy_and_tell
from tests.events.samples import ENGINE, origin, started
from tests.events.sealing.lessons import folder, hold_lesson, places_of

__all__ = ["folder"]  # the fixture
SECRET = b"aquamarine"


@pytest.fixture
def here(tmp_path: Path) -> DataFolder:
    """A data folder with a lesson of Ana's, folded into views."""
    made = DataFolder(tmp_path / "data")
    hold_lesson(made, "ana")
    assert projections(["run", "--once"], made) == 0
    return made


def begin(folder: DataFolder, learner: str, stream: str) -> None:
    with open_existing_log(folder, finishing=False) as log:
        log.append(stream, [started(learner, stream)], expected_version=0, origin=origin(learner))


def told_in(folder: DataFolder, learner: str) -> list[int]:
    """The generations that the learner's own stream says were forgotten."""
    with open_existing_log(folder, finishing=False) as log:
        events = [each.event for each in log.read(stream_of(learner))]
    return [each.generation for each in events if isinstance(each, LearnerForgotten)]


def left_in(folder: DataFolder) -> dict[str, list[str]]:
    """Whose forgetting lacks a step, by step."""
    aftermath = open_keys(folder).aftermath
    left = {step: [key.learner for key in aftermath.left(step)] for step in get_args(Step)}
    return {step: learners for step, learners in left.items() if learners}


def words_of(folder: DataFolder, learner: str) -> list[str]:
    with closing(sqlite3.connect(folder.views)) as views:
        return [row[0] for row in views.execute("SELECT word FROM vocabulary WHERE learner=?", (learner,))]


def test_who_comes_back_while_being_forgotten_waits_until_the_log_tells_of_it_and_can_be_forgotten_again(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold_lesson(folder, "ana")
    refused = []

    def come_back(seconds: float) -> None:
        with pytest.raises(LearnerBeingForgotten) as error:
            begin(folder, "ana", "too-early")
        refused.append(error.value.retryable)

    with monkeypatch.context() as patched, open_log(folder) as log:
        patched.setattr(forgetting.time, "sleep", come_back)
        manifest, _ = forget("ana", log, open_keys(folder), folder)
    assert (refused, manifest.generation, told_in(folder, "ana")) == ([True], 1, [1])

    begin(folder, "ana", "again")
    with open_log(folder) as log:
        manifest, _ = forget("ana", log, open_keys(folder), folder)
        assert log.read("again")[0].forgotten
    assert (manifest.generation, told_in(folder, "ana")) == (2, [1, 2])


def test_an_event_from_before_the_destruction_does_not_stand_for_it(here: DataFolder) -> None:
    """Logs may hold one that told of a key which then still lived: forgetting again tells again, and views obey."""
    keys = open_keys(here)
    destroy_and_tell(keys, "ana")
    with open_existing_log(here, finishing=False) as log:
        append_for(log, "ana", LearnerForgotten(generation=2))
        log.append("again", [started("ana", "again")], expected_version=0, origin=origin("ana"))
    hold_lesson_again(here)
    assert words_of(here, "ana") != []

    assert main(["forget", "ana", "--yes"], here) == 0

    assert told_in(here, "ana") == [2, 2]
    assert words_of(here, "ana") == []
    assert projections(["diff", "vocabulary"], here) == 0


def hold_lesson_again(folder: DataFolder) -> None:
    from events.lesson import SpeechTranscribed

    with open_log(folder) as log:
        said = SpeechTranscribed(turn=1, text="aquamarine", engine=ENGINE)
        log.append("again", [said], expected_version=1, origin=origin("ana"))
    assert projections(["run", "--once"], folder) == 0


@pytest.mark.parametrize("command", [["events", "stats"], ["projections", "wipe"]])
def test_the_next_command_finishes_what_was_cut_short(
    folder: DataFolder, command: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    hold_lesson(folder, "ana")
    projections(["run", "--once"], folder)
    open_keys(folder).destroy("ana")
    caplog.set_level(logging.WARNING, "events.sealing.finishing")

    run = main if command[0] == "events" else projections
    assert run(command[1:], folder) == 0

    assert "the forgetting of 'ana' was cut short, and is finished now" in caplog.text
    assert told_in(folder, "ana") == [1]
    assert len(list(folder.forgotten.iterdir())) == 1
    assert left_in(folder) == {}
    assert places_of(folder, SECRET) == []
    caplog.clear()
    assert main(["verify"], folder) == 0
    assert caplog.text == ""


def test_what_cannot_be_finished_is_named_by_verify(here: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    with open_log(here) as log:
        hold = log.hold(HOLD)  # as if another process were at it
        assert hold is not None
        open_keys(here).destroy("ana")

        assert main(["verify"], here) == 1

        assert "forgetting: position 0, learner-ana 0: key 1 was destroyed on " in capsys.readouterr().out
        hold.release()
    assert main(["verify"], here) == 0


def test_a_running_server_finishes_it_too(here: DataFolder) -> None:
    ticks, stop = itertools.count(0.0, 1.0), threading.Event()
    with open_log(here) as log, open_views(here) as store:
        runner = ProjectionRunner(log, store, PROJECTIONS, clock=lambda: next(ticks), lease_s=1e9)
        head = log.head()
        open_keys(here).destroy("ana")
        running = threading.Thread(target=runner.run, args=(stop,))
        running.start()
        told = log.wait(head, 60.0)
        stop.set()
        running.join()
    assert told
    assert told_in(here, "ana") == [1]


def test_the_life_that_a_learner_came_back_into_is_not_destroyed_with_the_one_that_was_cut_short(
    here: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    destroy_and_tell(open_keys(here), "ana")
    begin(here, "ana", "again")
    with closing(sqlite3.connect(here.keys)) as keys:  # as a program left it that did not wait for the event
        keys.execute("DELETE FROM destructions_told")
        keys.commit()

    assert main(["forget", "ana", "--yes"], here) == 1

    assert "since then ana has come back: to forget that too, give the command again" in capsys.readouterr().out
    assert told_in(here, "ana") == [1]
    with open_log(here) as log:
        assert not log.read("again")[0].forgotten
    assert main(["forget", "ana", "--yes"], here) == 0
    assert told_in(here, "ana") == [1, 2]


def test_stores_from_before_told_destructions_were_kept_are_not_looked_through_again(
    here: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    assert main(["forget", "ana", "--yes"], here) == 0
    with closing(sqlite3.connect(here.keys)) as keys:
        keys.execute("DROP TABLE destructions_told")
        keys.commit()
    caplog.clear()

    open_log(here).close()

    assert caplog.text == ""
    assert told_in(here, "ana") == [1]
    assert left_in(here) == {}


@pytest.mark.parametrize("damage", ['[{"name": "words", "version": 1, "learners": ["ana"]}]', "\udcff", "{"])
def test_a_damaged_register_hinders_nobody_from_being_forgotten(
    here: DataFolder, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    here.datasets.parent.mkdir()
    here.datasets.write_bytes(damage.encode(errors="surrogateescape"))

    assert main(["forget", "ana", "--yes"], here) == 1

    told = capsys.readouterr()
    assert told.out.startswith("ana is forgotten: 5 events")
    assert f"the register of datasets, {here.datasets}, cannot be read" in told.err
    assert "mend it, or restore it from a backup; then forget 'ana' again" in told.err
    assert (told_in(here, "ana"), words_of(here, "ana")) == ([1], [])

    here.datasets.write_text('[{"name": "words", "version": "1", "learners": ["ana"]}]')
    assert main(["stats"], here) == 0  # whatever comes next

    (manifest,) = here.forgotten.iterdir()
    assert json.loads(manifest.read_bytes())["datasets"] == ["words 1"]
    assert json.loads(manifest.read_bytes())["register_fault"] == ""


def test_a_rebuild_beside_a_forgetting_waits_for_it_instead_of_giving_alarm(
    here: DataFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = open_log(here)
    waited = []
    for command in ("rebuild", "diff"):
        hold = log.hold(HOLD)
        assert hold is not None
        open_keys(here).destroy("ana")

        def finished(seconds: float, hold: object = hold) -> None:
            waited.append(seconds)
            hold.release()  # type: ignore[attr-defined]
            monkeypatch.undo()
            log.keep_up()

        monkeypatch.setattr(commands.time, "sleep", finished)
        assert projections([command, "vocabulary"], here) == 0
        assert "ana may just be being forgotten; once more in a moment" in capsys.readouterr().err
        begin(here, "ana", f"after-{command}")
        with open_log(here) as back:
            from events.lesson import SpeechTranscribed

            said = SpeechTranscribed(turn=1, text="aquamarine", engine=ENGINE)
            back.append(f"after-{command}", [said], expected_version=1, origin=origin("ana"))
        assert projections(["run", "--once"], here) == 0
    log.close()
    assert len(waited) == 2


@pytest.mark.parametrize("command", ["rebuild", "diff"])
def test_a_rebuild_finishes_a_forgetting_that_is_killed_beside_it(
    folder: DataFolder, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hold_lesson(folder, "ana")
    assert projections(["run", "--once"], folder) == 0
    caught_up, killed = commands.caught_up, list[bool]()

    def and_then_killed(log: RecorderEventLog, store: ViewStore) -> ProjectionRunner:
        runner = caught_up(log, store)
        if not killed:
            killed.append(open_keys(folder).destroy("ana"))
        return runner

    monkeypatch.setattr(commands, "caught_up", and_then_killed)
    monkeypatch.setattr(commands, "FORGETTING_S", 0.0)
    monkeypatch.setattr(learners_keys, "CHECK_S", 0.0)  # the key is found gone at once
    assert projections([command, "vocabulary"], folder) == 0

    assert "ana may just be being forgotten" in capsys.readouterr().err
    assert told_in(folder, "ana") == [1]


def test_nobody_is_a_learner_without_a_name(here: DataFolder) -> None:
    with open_log(here) as log:
        with pytest.raises(LearnerUnnamed, match="this one is empty"):
            forget("", log, open_keys(here), here)
        with pytest.raises(LearnerUnnamed):
            append_for(log, "", ConsentGiven(purpose="training"))
    assert open_keys(here).generation("") == 0
