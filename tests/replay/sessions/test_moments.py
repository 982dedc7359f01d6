"""A logged lesson at a past moment, and played again; the expected moments are read off the golden log by hand."""

import json
from pathlib import Path

import pytest

from events.archive import read_archive
from events.location import DataFolder
from events.sqlite import SQLiteEventLog
from replay.__main__ import main
from replay.sessions.moment import NoSuchMoment, upto
from replay.sessions.playing import Pace, play
from tests.events.samples import origin

GOLDEN = Path(__file__).parents[2] / "golden" / "lessons" / "first-lesson-v1" / "log.jsonl"
LESSON = tuple(read_archive(GOLDEN))


class VirtualClock:
    """Time passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The golden lesson in a log, its recordings nowhere."""
    monkeypatch.setenv("COLLOQUY_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "40")
    with SQLiteEventLog(DataFolder(tmp_path).log) as log:
        events = [item.event for item in LESSON]
        log.append("s1", events, expected_version=0, origin=origin("golden"))  # type: ignore[arg-type]
    return "s1"


@pytest.mark.parametrize(
    ("moment", "events"),
    [
        ("", 72),
        ("1", 1),
        ("22", 22),
        (LESSON[17].id, 18),
        ("+0", 1),
        ("+7", 24),  # from 51.987875 until 58.987875; event 24 came at 58.934214, 25 at 59.434652
        ("12:54:58", 24),  # to the end of that second; event 25 came at 59.434652
        ("12:54:58.92", 20),  # until .929999; event 20 came at .924951 and 21 at .930065
        ("2026-11-21T12:54:54.614Z", 13),
        ("2026-11-21T13:54:54.614+01:00", 13),
        ("2026-11-22", 72),
    ],
)
def test_a_moment_is_a_version_an_id_or_a_time(moment: str, events: int) -> None:
    assert len(upto(LESSON, moment)) == events


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("0", "versions 1 to 72"),
        ("73", "versions 1 to 72"),
        ("2026-11-20T00:00:00Z", "it began at 2026-11-21 12:54:51.987"),
        ("25:00:00", "no day has this time"),
        ("yesterday", "neither of its events nor a time"),
    ],
)
def test_what_is_no_moment_is_named_with_the_ways_to_give_one(moment: str, told: str) -> None:
    with pytest.raises(NoSuchMoment, match=told) as caught:
        upto(LESSON, moment)
    assert "a version (12)" in str(caught.value)


def test_a_lesson_is_played_at_the_pace_of_its_events() -> None:
    clock = VirtualClock()
    arrivals = {}
    for played in play(LESSON, Pace(), clock=clock, sleep=clock.sleep):
        arrivals.setdefault(played.message.seq, (clock.now - 100.0, played.at_ms))
    assert arrivals[1] == (0.0, 0)
    assert arrivals[3] == (pytest.approx(0.025906), 26)
    assert arrivals[72] == (pytest.approx(19.137722), 19_138)


def test_double_speed_takes_half_the_time_and_max_none() -> None:
    for speed, seconds in ((2.0, 19.137722 / 2), (None, 0.0)):
        clock = VirtualClock()
        played = list(play(LESSON, Pace(speed=speed), clock=clock, sleep=clock.sleep))
        assert clock.now - 100.0 == pytest.approx(seconds)
        assert len(played) == 85  # as many as the golden messages


def test_what_the_reader_takes_with_a_message_delays_none_of_the_next() -> None:
    clock = VirtualClock()
    for played in play(LESSON, Pace(), clock=clock, sleep=clock.sleep):
        if played.message.seq == 1:
            clock.now += 10.0
    assert clock.now - 100.0 == pytest.approx(19.137722)


def test_what_came_before_the_moment_comes_at_once_and_a_long_pause_is_cut() -> None:
    clock = VirtualClock()
    played = list(play(LESSON, Pace(longest_pause_s=1.0), already=18, clock=clock, sleep=clock.sleep))
    assert clock.slept[0] == pytest.approx(1.0)
    (uttered,) = [each for each in played if each.message.seq == 19]
    assert uttered.skipped_ms == 2_835  # 54:58.921823 after 54:55.087201, less the second


def test_a_past_state_is_printed_as_json(session: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", session, "--at", "20", "--state"]) == 0
    state = json.loads(capsys.readouterr().out)
    assert state["version"] == 20
    assert state["turns"][1]["transcribed"]["text"] == "My brother go to the park every day."
    assert state["turns"][1]["assessed"] is None


def test_a_past_moment_is_shown_with_what_had_happened_by_then(
    session: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", session, "--at", "5"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2", "3", "4", "5", "5"]
    assert "5 of 72 events, 4 messages, SHA-256" in lines[-1]


def test_a_recording_that_is_gone_is_named_after_all_that_is_there(
    session: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", session]) == 1
    printed = capsys.readouterr().out
    assert "session.ended.v1" in printed
    assert "no blob" in printed
    assert main(["show", session, "--json"]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 85


def test_playing_prints_the_messages_as_the_client_got_them(session: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play", session, "--speed", "max", "--json"]) == 0
    assert capsys.readouterr().out == (GOLDEN.parent / "messages.jsonl").read_text()
    assert main(["play", session, "--speed", "max"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 85
    assert any("tutor_reply" in line and "Where did you see the dog?" in line for line in lines)


@pytest.mark.parametrize("option", ["--speed=0", "--speed=fast", "--longest-pause=-1"])
def test_a_pace_that_is_none_is_refused(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["play", "s1", option])
    assert "give" in capsys.readouterr().err


def test_an_unknown_session_cannot_be_played(session: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play", "nosuch"]) == 2
    assert "`python -m replay list`" in capsys.readouterr().out
