"""``python -m events forget``: after it nothing that the learner said is anywhere, and everybody else is as before."""

import json
import threading
import time
from io import StringIO
from pathlib import Path

import pytest

from events.__main__ import main
from events.blobs import BlobStore
from events.envelope import Recorded
from events.errors import EventsError
from events.learner import LearnerForgotten, stream_of
from events.lesson import SpeechTranscribed, SpeechUttered
from events.location import DataFolder
from events.opening import open_blobs, open_codec, open_keys, open_log
from events.sealing.errors import LearnerUnknown
from events.sealing.forgetting import Dataset, forget
from events.verification import verify
from projections.__main__ import main as projections
from projections.catalogue import PROJECTIONS
from projections.opening import open_views
from projections.runner import ProjectionRunner
from tests.events.samples import ENGINE, origin, started
from tests.events.sealing.lessons import SECRET, VOICE, folder, hold_lesson, hold_unsealed_lesson, places_of

__all__ = ["folder"]  # the fixture


def read(folder: DataFolder, learner: str) -> tuple[Recorded, ...]:
    with open_log(folder) as log:
        return log.read(f"lesson-of-{learner}")


def test_what_was_said_is_never_in_the_clear(folder: DataFolder) -> None:
    hold_lesson(folder, "ana")

    assert places_of(folder, SECRET.encode()) == []


def test_after_forgetting_nothing_can_be_read_and_others_are_as_before(
    folder: DataFolder, capfd: pytest.CaptureFixture[str]
) -> None:
    hold_lesson(folder, "ana")
    hold_lesson(folder, "ben")
    bens = read(folder, "ben")

    assert main(["forget", "ana", "--yes"], folder) == 0

    assert "5 events in 1 session cannot be read again" in capfd.readouterr().out
    recorded = read(folder, "ana")
    assert [each.forgotten for each in recorded] == [True] * 5
    assert SECRET not in repr(recorded)
    assert read(folder, "ben") == bens
    assert SECRET in repr(bens)
    audio = recorded[1].event
    assert isinstance(audio, SpeechUttered)
    assert audio.audio is not None
    with pytest.raises(EventsError, match="forgotten"):
        open_blobs(folder).of("ana").get(audio.audio.sha256)
    assert places_of(folder, SECRET.encode()) == []
    with open_log(folder) as log:
        assert list(verify(log, BlobStore(folder.blobs))) == []


def test_views_lose_the_learner_whatever_they_were_kept_in(folder: DataFolder) -> None:
    """Also in the generation from before a rebuild, in a file that was moved aside, and in the free pages of each."""
    hold_lesson(folder, "ana")
    hold_lesson(folder, "ben")
    projections(["run", "--once"], folder)
    projections(["rebuild", "progress"], folder)
    (folder.root / "views.sqlite.20261102T090000.000000").write_bytes(b"aquamarine")
    assert places_of(folder, b"aquamarine") != []

    assert main(["forget", "ana", "--yes"], folder) == 0
    assert main(["forget", "ben", "--yes"], folder) == 0

    assert places_of(folder, b"aquamarine") == []


def test_views_after_it_are_those_of_a_fresh_fold(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    hold_lesson(folder, "ana")
    hold_lesson(folder, "ben")
    projections(["run", "--once"], folder)
    assert main(["forget", "ana", "--yes"], folder) == 0

    for name in ("progress", "sessions", "vocabulary", "activity", "engine_health", "cost"):
        assert projections(["diff", name], folder) == 0
    assert projections(["show", "progress", "ana"], folder) == 2
    assert projections(["show", "progress", "ben"], folder) == 0


def test_it_is_recorded_where_it_can_still_be_read(folder: DataFolder) -> None:
    hold_lesson(folder, "ana")
    with open_log(folder) as log:
        forget("ana", log, open_keys(folder), folder)

    with open_log(folder) as log:
        (told,) = log.read(stream_of("ana"))
    assert (told.event, told.learner, told.forgotten) == (LearnerForgotten(generation=1), "ana", False)


def test_cut_short_and_called_again_it_tells_only_once(folder: DataFolder) -> None:
    hold_lesson(folder, "ana")
    open_keys(folder).destroy("ana")
    for _ in range(2):
        with open_log(folder) as log:
            manifest, path = forget("ana", log, open_keys(folder), folder)

    with open_log(folder) as log:
        assert len(log.read(stream_of("ana"))) == 1
    assert json.loads(path.read_bytes())["sessions"] == ["lesson-of-ana"]
    assert manifest.blobs == 1


def test_who_comes_back_can_be_forgotten_again(folder: DataFolder) -> None:
    hold_lesson(folder, "ana")
    with open_log(folder) as log:
        forget("ana", log, open_keys(folder), folder)
    with open_log(folder) as log:
        log.append("again", [started("ana", "again")], expected_version=0, origin=origin("ana"))
        assert not log.read("again")[0].forgotten
        forget("ana", log, open_keys(folder), folder)

    with open_log(folder) as log:
        assert log.read("again")[0].forgotten
        told = [each.event for each in log.read(stream_of("ana"))]
    assert told == [LearnerForgotten(generation=1), LearnerForgotten(generation=2)]


def test_the_manifest_names_the_datasets_that_held_the_learner(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    hold_lesson(folder, "ana")
    register = [
        {"name": "phones", "version": "3", "learners": ["ben", "ana"]},
        {"name": "replies", "version": "1", "learners": ["ben"]},
    ]
    folder.datasets.parent.mkdir()
    folder.datasets.write_text(json.dumps(register))
    with open_log(folder) as log:
        manifest, path = forget("ana", log, open_keys(folder), folder)
        (told,) = log.read(stream_of("ana"))

    assert manifest.datasets == ("phones 3",)
    assert json.loads(path.read_bytes())["datasets"] == ["phones 3"]
    assert told.event == LearnerForgotten(generation=1, datasets=("phones 3",))
    assert Dataset(name="phones", version="3", learners=("ben", "ana")).learners[1] == "ana"


def test_what_was_stored_before_there_were_keys_is_taken_out_of_the_log_itself(
    folder: DataFolder, capfd: pytest.CaptureFixture[str]
) -> None:
    mine = hold_unsealed_lesson(folder, "ana", VOICE)
    assert places_of(folder, b"aquamarine") != []

    assert main(["forget", "ana", "--yes"], folder) == 0

    assert "3 events from before there were keys emptied and 1 recording deleted" in capfd.readouterr().out
    assert not BlobStore(folder.blobs).has(mine.sha256)
    with open_log(folder) as log:
        recorded = log.read("old-of-ana")
        assert list(verify(log, BlobStore(folder.blobs))) == []
    assert [each.forgotten for each in recorded] == [True] * 5
    assert places_of(folder, b"aquamarine") == []


def test_what_a_host_still_seals_while_a_learner_is_forgotten_can_be_read_by_nobody_afterwards(
    folder: DataFolder,
) -> None:
    hold_lesson(folder, "ana")
    reader = open_log(folder)
    first = reader.read("lesson-of-ana")
    stop, head = threading.Event(), len(first)

    def host() -> None:
        nonlocal head
        with open_log(folder) as log:
            while not stop.wait(0.01):
                event = SpeechTranscribed(turn=1, text=SECRET, engine=ENGINE)
                try:
                    log.append("lesson-of-ana", [event], expected_version=head, origin=origin("ana"))
                except EventsError:
                    return
                head += 1

    hosting = threading.Thread(target=host)
    hosting.start()
    time.sleep(0.1)
    with open_log(folder) as log:
        forget("ana", log, open_keys(folder), folder)
    stop.set()
    hosting.join()
    with reader:
        everything = reader.tail(0, limit=9_999)
    told = next(each.position for each in everything if isinstance(each.event, LearnerForgotten))
    late = [each for each in everything if (each.position or 0) > (told or 0) and each.learner == "ana"]
    assert [each.position for each in late if not each.forgotten] == []
    assert head > len(first)


def test_others_keep_theirs_from_before_there_were_keys(folder: DataFolder) -> None:
    shared = hold_unsealed_lesson(folder, "ana", VOICE)
    assert hold_unsealed_lesson(folder, "ben", VOICE) == shared
    with open_log(folder) as log:
        before = log.read("old-of-ben")
        manifest, _ = forget("ana", log, open_keys(folder), folder)
        again, _ = forget("ana", log, open_keys(folder), folder)

        assert log.read("old-of-ben") == before
    assert (manifest.emptied, manifest.deleted) == (3, 0)
    assert (again.emptied, again.deleted) == (0, 0)
    assert BlobStore(folder.blobs).has(shared.sha256)


def test_a_name_that_nobody_has_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = DataFolder(tmp_path)
    hold_lesson(folder, "ana")

    assert main(["forget", "anna", "--yes"], folder) == 2

    assert str(LearnerUnknown("anna")) in capsys.readouterr().err
    assert open_keys(folder).generation("anna") == 0


@pytest.mark.parametrize("typed", ["no", ""])
def test_without_the_learners_name_typed_nothing_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    folder = DataFolder(tmp_path)
    hold_lesson(folder, "ana")
    monkeypatch.setattr("builtins.input", lambda prompt: typed)

    assert main(["forget", "ana"], folder) == 1

    assert not read(folder, "ana")[0].forgotten


def test_without_a_terminal_the_way_to_forget_all_the_same_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = DataFolder(tmp_path)
    hold_lesson(folder, "ana")
    monkeypatch.setattr("sys.stdin", StringIO())

    assert main(["forget", "ana"], folder) == 1

    assert "nothing was done: there is nobody to ask; --yes forgets" in capsys.readouterr().out
    assert not read(folder, "ana")[0].forgotten


def test_the_master_key_is_changed_by_a_command(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    hold_lesson(folder, "ana")
    before, master = read(folder, "ana"), folder.master_keys.read_bytes()

    assert main(["rotate-master-key"], folder) == 0

    assert "1 key wrapped by master key" in capsys.readouterr().out
    assert folder.master_keys.read_bytes() != master
    assert read(folder, "ana") == before


def test_without_the_master_key_no_command_reads_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = DataFolder(tmp_path)
    hold_lesson(folder, "ana")
    folder.master_keys.unlink()

    assert main(["tail"], folder) == 2

    assert "restore the file of master keys" in capsys.readouterr().err
    assert not folder.master_keys.exists()


def test_forgetting_again_says_since_when_and_that_nothing_was_left(
    folder: DataFolder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hold_unsealed_lesson(folder, "ana", VOICE)
    hold_lesson(folder, "ana")
    assert main(["forget", "ana", "--yes"], folder) == 0
    assert capsys.readouterr().out.startswith("ana is forgotten: ")
    manifest = next(folder.forgotten.iterdir()).read_bytes()
    monkeypatch.delattr("builtins.input")  # there is nothing to ask

    assert main(["forget", "ana"], folder) == 0

    first, second, *_ = capsys.readouterr().out.splitlines()
    when = json.loads(manifest)["forgotten"][:10]
    assert first.startswith(f"ana has been forgotten since {when} ")
    assert second == "  nothing was left to do"
    assert next(folder.forgotten.iterdir()).read_bytes() == manifest


def test_forgetting_that_was_cut_short_says_that_it_is_finished(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = DataFolder(tmp_path)
    hold_lesson(folder, "ana")
    open_keys(folder).destroy("ana")

    assert main(["forget", "ana", "--yes"], folder) == 0

    assert "  that was cut short, and is finished now" in capsys.readouterr().out.splitlines()


def test_another_process_reads_no_more_either(folder: DataFolder) -> None:
    hold_lesson(folder, "ana")
    codec, stored = open_codec(folder), []
    with open_log(folder) as log:
        stored = [each.state for each in log.stored_tail(0, limit=9)]
    assert not codec.decode(stored[1]).forgotten

    open_keys(folder).destroy("ana")
    codec._keys._checked = float("-inf")  # a second later

    assert codec.decode(stored[1]).forgotten


def test_a_runner_that_was_killed_holds_nothing_up_for_long(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    hold_lesson(folder, "ana")
    with open_log(folder) as log, open_views(folder) as store:
        # It claims the right to fold and never gives it back.
        ProjectionRunner(log, store, PROJECTIONS, lease_s=1.0).run_once()

    assert main(["forget", "ana", "--yes"], folder) == 0

    assert projections(["show", "progress", "ana"], folder) == 2
    assert places_of(folder, b"aquamarine") == []
