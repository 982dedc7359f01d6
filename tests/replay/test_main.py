"""`python -m replay` on a log of three sessions."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from events.location import DataFolder
from events.served import remember_log
from events.sqlite import SQLiteEventLog
from replay.__main__ import main
from tests.events.samples import TickingClock, origin
from tests.projections.histories import started, uttered
from tests.replay.importing.corpora import tone


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SQLiteEventLog:
    """Three sessions, one a second: s1 of ana with two turns, s2 of ben with one, s3 of ana with none."""
    monkeypatch.setenv("COLLOQUY_DATA", str(tmp_path))
    monkeypatch.delenv("COLLOQUY_LOG", raising=False)
    monkeypatch.setenv("COLUMNS", "40")  # narrower than a line: none is cut or wrapped
    made = SQLiteEventLog(DataFolder(tmp_path).log, clock=TickingClock(datetime(2026, 11, 2, 8, 59, 59, tzinfo=UTC)))
    for session, learner, turns in (("s1", "ana", 2), ("s2", "ben", 1), ("s3", "ana", 0)):
        events = (started(learner, session), *(uttered(turn + 1) for turn in range(turns)))
        made.append(session, events, expected_version=0, origin=origin(learner))
    return made


def test_sessions_are_listed_newest_first(log: SQLiteEventLog, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["session", "start", "(UTC)", "learner", "tutor", "mode", "turns"],
        ["s3", "2026-11-02", "09:00:02", "ana", "iris", "conversation", "0"],
        ["s2", "2026-11-02", "09:00:01", "ben", "iris", "conversation", "1"],
        ["s1", "2026-11-02", "09:00:00", "ana", "iris", "conversation", "2"],
    ]


def test_a_limit_leaves_the_older_ones_out_and_says_so(log: SQLiteEventLog, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--limit", "1"]) == 0
    shown = capsys.readouterr().out
    assert "s3" in shown
    assert "s2" not in shown
    assert "older ones" in shown
    assert main(["list", "--limit", "3"]) == 0
    assert "older ones" not in capsys.readouterr().out


def test_one_learners_sessions_are_listed(log: SQLiteEventLog, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--learner", "ana"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["session", "s3", "s1"]
    assert main(["list", "--learner", "ana", "--limit", "1"]) == 0
    assert "older ones" in capsys.readouterr().out
    assert main(["list", "--learner", "eve"]) == 0
    assert capsys.readouterr().out == "This log holds no session of 'eve'.\n"


def test_a_session_is_shown_by_the_beginning_of_its_id_unless_several_begin_so(
    log: SQLiteEventLog, capsys: pytest.CaptureFixture[str]
) -> None:
    for session in ("0192aa01-1", "0192aa02-2"):
        log.append(session, (started("ben", session),), expected_version=0, origin=origin("ben"))
    assert main(["show", "0192aa01-1"]) == 0
    whole = capsys.readouterr().out

    for command in (["show"], ["play", "--speed", "max"]):
        assert main([*command, "0192aa01"]) == 0
        assert main([*command, "0192aa"]) == 2
    shown = capsys.readouterr().out
    assert shown.startswith(whole)
    assert "2 sessions begin with '0192aa'; give more of one:\n  0192aa02-2\n  0192aa01-1\n" in shown


def test_a_learner_in_the_place_of_a_session_is_told_with_their_sessions(
    log: SQLiteEventLog, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", "ana"]) == 2
    assert capsys.readouterr().out == "'ana' is a learner, no session; give one of theirs:\n  s3\n  s1\n"


def test_to_verify_nothing_is_bad_usage(log: SQLiteEventLog, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["verify"])
    assert refused.value.code == 2
    assert "--all for every session" in capsys.readouterr().err


def test_a_program_gets_an_object_a_line(log: SQLiteEventLog, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json", "--limit", "2"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["session"] for line in lines] == ["s3", "s2"]
    assert lines[1] == {
        "session": "s2", "started": "2026-11-02T09:00:01Z", "learner": "ben", "tutor": "iris", "mode": "conversation",
        "turns": 1, "forgotten": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    "command",
    [["list"], ["import", "recordings", "{}"], ["counterfactual", "--swap", "tutor=rules", "--out", "{}/out"]],
)
def test_in_a_folder_with_two_logs_every_command_says_which_it_reads(
    log: SQLiteEventLog, tmp_path: Path, command: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    remember_log(tmp_path, "postgresql://db/log")
    remember_log(tmp_path, "")
    (tmp_path / "voices").mkdir()
    tone(tmp_path / "voices" / "a.wav")

    main([each.format(tmp_path / "voices") for each in command])

    (line,) = [told for told in caplog.messages if "two logs" in told]
    assert "this reads sqlite" in line


def test_a_run_with_nothing_to_ask_prints_its_reason_and_no_bar(
    log: SQLiteEventLog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["counterfactual", "--swap", "tutor=rules", "--out", str(tmp_path / "out")]) == 2
    printed = capsys.readouterr()
    assert printed.out.startswith("no logged input for tutor")
    assert printed.err == ""


def test_a_state_is_one_line_for_a_program_and_indented_for_a_terminal(
    log: SQLiteEventLog, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["show", "s1", "--state"]) == 0
    line = capsys.readouterr().out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert main(["show", "s1", "--state"]) == 0
    shown = capsys.readouterr().out
    assert line.count("\n") == 1
    assert shown.count("\n") > 10
    assert json.loads(line) == json.loads(shown)


def test_an_unknown_session_points_to_the_list(log: SQLiteEventLog, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "nosuch"]) == 2
    assert "`python -m replay list`" in capsys.readouterr().out


def test_an_empty_log_says_how_to_fill_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLLOQUY_DATA", str(tmp_path))
    SQLiteEventLog(DataFolder(tmp_path).log).close()
    assert main(["list"]) == 0
    assert "no session yet" in capsys.readouterr().out


@pytest.mark.parametrize("limit", ["x", "-1", "1.5"])
def test_a_limit_that_is_no_count_is_refused(limit: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["list", f"--limit={limit}"])
    assert "is no count" in capsys.readouterr().err


def test_a_session_is_verified_by_the_beginning_of_its_id_unless_several_begin_so(
    log: SQLiteEventLog, capsys: pytest.CaptureFixture[str]
) -> None:
    for session in ("lesson-a1", "lesson-b1"):
        log.append(session, [started("eve", session)], expected_version=0, origin=origin("eve"))

    assert main(["verify", "lesson-a", "--json"]) == 0
    first, summary = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["stream"], summary["sessions"]) == ("lesson-a1", 1)
    assert main(["verify", "lesson", "s1"]) == 2
    assert capsys.readouterr().out.endswith(
        "2 sessions begin with 'lesson'; give more of one:\n  lesson-b1\n  lesson-a1\n"
    )
    assert main(["verify", "lesson-c", "s1"]) == 2
    assert "has no stream 'lesson-c'" in capsys.readouterr().out
