"""The commands of ``python -m events``."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from events.__main__ import main
from events.archive import read_archive
from events.codec import decode
from events.lesson import SessionEnded
from events.location import DataFolder, data_folder
from events.sqlite import SQLiteEventLog
from tests.events.samples import TickingClock, origin, started
from tests.events.test_verification import filled


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path)


def test_the_data_folder_comes_from_the_environment() -> None:
    assert data_folder({"COLLOQUY_DATA": "/srv/colloquy"}).log == Path("/srv/colloquy/log.sqlite")
    assert data_folder({}).blobs == Path("data/blobs")


def test_tail_prints_the_stored_events_with_positions_as_json(
    folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    log, _, _ = filled(folder.root)

    assert main(["tail", "--json", "--after", "4"], folder) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["position"] for line in lines] == [5, 6]
    assert [decode(line.encode(), position=json.loads(line)["position"]) for line in lines] == list(
        log.tail(4, limit=9)
    )


def test_tail_follows_what_another_process_appends(folder: DataFolder) -> None:
    log, _, _ = filled(folder.root)
    command = [sys.executable, "-m", "events", "tail", "--json", "--follow", "--after", "5"]
    root = Path(__file__).parents[2]
    reader = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=root, env={"COLLOQUY_DATA": str(folder.root)}
    )
    assert reader.stdout is not None
    with reader.stdout as lines:
        assert json.loads(lines.readline())["position"] == 6
        log.append("s3", [started()], expected_version=0, origin=origin())
        assert json.loads(lines.readline())["position"] == 7
    reader.terminate()
    reader.wait(timeout=60)


def test_tail_says_where_the_log_ends_and_takes_no_negative_position(
    folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    filled(folder.root)

    assert main(["tail", "--after", "7"], folder) == 0
    assert capsys.readouterr() == ("", "events: the log ends at position 6\n")
    with pytest.raises(SystemExit):
        main(["tail", "--after", "-1"], folder)


def lessons_of(folder: DataFolder, *sessions: tuple[str, str]) -> None:
    """A log of sessions that begin and end, each of a learner."""
    with SQLiteEventLog(folder.log, clock=TickingClock()) as log:
        for session, learner in sessions:
            events = [started(learner, session), SessionEnded(reason="learner")]
            log.append(session, events, expected_version=0, origin=origin(learner))


def positions(capsys: pytest.CaptureFixture[str]) -> list[int]:
    return [int(line.split()[0]) for line in capsys.readouterr().out.splitlines()]


def test_tail_shows_the_newest_20_and_says_how_to_see_more(
    folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    lessons_of(folder, *((f"s{number}", "ana") for number in range(15)))

    assert main(["tail"], folder) == 0
    shown = capsys.readouterr()
    assert [int(line.split()[0]) for line in shown.out.splitlines()] == list(range(11, 31))
    assert shown.err == "events: there are earlier ones; --all prints every one, --limit 200 more\n"

    for arguments, first in ((["--limit", "3"], 28), (["--all"], 1), (["--after", "0"], 1), (["--after", "8"], 9)):
        assert main(["tail", *arguments], folder) == 0
        assert positions(capsys) == list(range(first, 31))
    main(["tail", "--limit", "30"], folder)
    assert capsys.readouterr().err == ""


def test_tail_shows_one_learner_and_some_types_from_wherever_they_lie(
    folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    lessons_of(folder, ("s0", "ana"), *((f"b{number}", "ben") for number in range(600)), ("s1", "ana"))

    for arguments, wanted in (
        (["--learner", "ana"], [1, 2, 1203, 1204]),
        (["--learner", "ana", "--limit", "3"], [2, 1203, 1204]),
        (["--learner", "ana", "--type", "session.ended.v1"], [2, 1204]),
        (["--learner", "ana", "--after", "2", "--type", "session.started.v1"], [1203]),
        (["--type", "session.started.v1", "--type", "session.ended.v1", "--limit", "2"], [1203, 1204]),
    ):
        assert main(["tail", *arguments], folder) == 0
        assert positions(capsys) == wanted
    assert main(["tail", "--type", "tutor.spoken.v1"], folder) == 0
    told = "events: tutor.spoken.v1 is read as tutor.spoken.v2\nevents: the log holds no such event\n"
    assert capsys.readouterr() == ("", told)
    assert main(["tail", "--type", "session.stared.v1"], folder) == 0
    assert capsys.readouterr() == ("", "events: the log holds no such event\n")


def test_show_takes_the_beginning_of_a_sessions_id_where_only_one_begins_so(
    folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    lessons_of(folder, ("0192aa01-1", "ana"), ("0192aa02-2", "ben"))

    assert main(["show", "0192aa02"], folder) == 0
    assert "0192aa02-2" in capsys.readouterr().out
    assert main(["show", "0192aa"], folder) == 2
    assert capsys.readouterr().err == (
        "events: 2 sessions begin with '0192aa'; give more of one:\n  0192aa02-2\n  0192aa01-1\n"
    )
    assert main(["show", "0192a"], folder) == 2
    assert "6 characters of an id are enough" in capsys.readouterr().err


def test_show_of_a_learner_names_their_sessions(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    lessons_of(folder, ("s1", "ana"), ("s2", "ben"), ("s3", "ana"))

    assert main(["show", "ana"], folder) == 2
    assert capsys.readouterr().err == "events: 'ana' is a learner, no session; give one of theirs:\n  s3\n  s1\n"


def test_each_command_says_in_its_own_help_what_it_does(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("tail", "stats", "topics", "forget", "consent"):
        with pytest.raises(SystemExit):
            main([command, "--help"], folder)
        assert ".\n\n" in capsys.readouterr().out


def test_show_prints_one_stream(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    with SQLiteEventLog(folder.log, clock=TickingClock()) as log:
        log.append("s1", [started()], expected_version=0, origin=origin())
        log.append("s2", [started()], expected_version=0, origin=origin())

    assert main(["show", "s2"], folder) == 0

    (line,) = capsys.readouterr().out.splitlines()
    assert line.split()[:6] == ["2", "2026-11-02", "09:00:02", "s2", "1", "session.started.v1"]


@pytest.mark.parametrize("state", ["'{\"broken'", "CAST('{\"broken' AS BLOB)"])
def test_a_damaged_event_is_shown_as_such_among_the_others(
    folder: DataFolder, capsys: pytest.CaptureFixture[str], state: str
) -> None:
    with SQLiteEventLog(folder.log) as log:
        log.append("s1", [started(), SessionEnded(reason="idle")], expected_version=0, origin=origin())
    with sqlite3.connect(folder.log) as raw:
        raw.execute(f"UPDATE events SET state={state} WHERE rowid=1")
    raw.close()

    for command in (["tail"], ["show", "s1"]):
        assert main(command, folder) == 0
        first, second = capsys.readouterr().out.splitlines()
        assert first.endswith('session.started.v1      DAMAGED: Input data was truncated at `$`: {"broken')
        assert "DAMAGED" not in second
        assert main([*command, "--json"], folder) == 0
        damaged, sound = (json.loads(line) for line in capsys.readouterr().out.splitlines())
        assert (damaged["position"], damaged["stream"], damaged["version"]) == (1, "s1", 1)
        assert (damaged["fault"], damaged["payload"]) == ("Input data was truncated at `$`", '{"broken')
        assert sound["data"]["reason"] == "idle"


def test_an_event_that_lacks_type_and_bytes_is_damaged_and_left_out_of_an_export(
    folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    with SQLiteEventLog(folder.log, clock=TickingClock()) as log:
        log.append("s1", [started(), SessionEnded(reason="idle")], expected_version=0, origin=origin())
    with sqlite3.connect(folder.log) as raw:
        raw.execute("UPDATE events SET topic=NULL, state=NULL WHERE rowid=1")
    raw.close()

    for command in (["tail"], ["show", "s1"]):
        assert main(command, folder) == 0
        assert [("DAMAGED" in line) for line in capsys.readouterr().out.splitlines()] == [True, False]
    assert main(["stats", "--json"], folder) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["events"], figures["learners"], figures["first"]) == (2, 1, figures["last"])
    assert main(["verify"], folder) == 1
    archive = folder.root / "archive.jsonl"
    assert main(["export", str(archive)], folder) == 1
    assert "1 damaged left out" in capsys.readouterr().err
    assert [recorded.type for recorded in read_archive(archive)] == ["session.ended.v1"]


def test_show_of_an_unknown_stream_says_so(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    filled(folder.root)

    assert main(["show", "nothing"], folder) == 2
    assert "no stream 'nothing'" in capsys.readouterr().err


def test_a_folder_without_a_log_says_so_and_stays_empty(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stats"], folder) == 2
    assert "COLLOQUY_DATA" in capsys.readouterr().err
    assert list(folder.root.iterdir()) == []


def test_stats_count_events_streams_and_types(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    filled(folder.root)

    assert main(["stats", "--json"], folder) == 0

    figures = json.loads(capsys.readouterr().out)
    assert (figures["events"], figures["streams"], figures["learners"]) == (6, 2, 1)
    assert figures["types"] == {"session.ended.v1": 1, "session.started.v1": 2, "speech.uttered.v1": 3}
    assert main(["stats"], folder) == 0


def test_verify_tells_by_its_status_whether_the_log_is_sound(
    folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    filled(folder.root)
    assert main(["verify"], folder) == 0
    assert "6 events, 0 faults" in capsys.readouterr().out

    with sqlite3.connect(folder.log) as raw:
        raw.execute("DELETE FROM events WHERE rowid=5")
    raw.close()
    assert main(["verify", "--json"], folder) == 1
    assert json.loads(capsys.readouterr().out)["kind"] == "position"


def test_export_writes_one_session_with_its_blobs(folder: DataFolder, tmp_path: Path) -> None:
    log, _, audio = filled(folder.root)
    archive, blobs = tmp_path / "golden" / "s2.jsonl", tmp_path / "golden" / "blobs"

    assert main(["export", str(archive), "--stream", "s2", "--blobs", str(blobs)], folder) == 0

    assert [decode(line).id for line in archive.read_bytes().splitlines()] == [r.id for r in log.read("s2")]
    assert [path.name for path in blobs.rglob("*") if path.is_file()] == [audio[2].sha256]


def test_schema_needs_no_log(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"], folder) == 0
    assert "session.started.v1" in json.loads(capsys.readouterr().out)
    assert main(["schema", "--out", str(folder.root / "schemas")], folder) == 0
    assert (folder.root / "schemas" / "envelope.json").exists()
