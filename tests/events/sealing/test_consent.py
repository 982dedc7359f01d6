"""``python -m events consent``: what a learner agrees to, recorded in the learner's own stream."""

from pathlib import Path

import pytest

from events.__main__ import main
from events.learner import ConsentGiven, ConsentWithdrawn, LearnerForgotten, stream_of
from events.location import DataFolder
from events.opening import open_log
from tests.events.sealing.lessons import hold_lesson


def test_consent_is_recorded_and_taken_back(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    hold_lesson(folder, "ana")

    assert main(["consent", "ana", "recordings"], folder) == 0
    assert main(["consent", "ana", "recordings", "--withdraw"], folder) == 0

    with open_log(folder) as log:
        told = [each.event for each in log.read(stream_of("ana"))]
    assert told == [ConsentGiven(purpose="recordings"), ConsentWithdrawn(purpose="recordings")]


def test_a_consent_that_stands_is_not_recorded_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = DataFolder(tmp_path)
    hold_lesson(folder, "ana")
    assert main(["consent", "ana", "training"], folder) == 0
    assert main(["consent", "ana", "training"], folder) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("ana agrees to training already, since ")

    assert main(["forget", "ana", "--yes"], folder) == 0
    assert main(["consent", "ana", "training"], folder) == 0

    with open_log(folder) as log:
        told = [type(each.event) for each in log.read(stream_of("ana"))]
    assert told == [ConsentGiven, LearnerForgotten, ConsentGiven]


def test_consent_of_a_learner_who_was_forgotten_says_so_and_that_they_begin_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = DataFolder(tmp_path)
    hold_lesson(folder, "ana")
    assert main(["consent", "ana", "training"], folder) == 0
    assert "forgotten" not in capsys.readouterr().out
    assert main(["forget", "ana", "--yes"], folder) == 0
    capsys.readouterr()

    assert main(["consent", "ana", "training"], folder) == 0

    agreed, forgotten = capsys.readouterr().out.splitlines()
    assert agreed == "ana agrees to training from now on"
    assert forgotten.startswith("  ana was forgotten on ")
    assert forgotten.endswith("and begins anew: nothing from before that comes back")


def test_a_learner_that_the_log_never_saw_has_to_be_called_new(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = DataFolder(tmp_path)
    hold_lesson(folder, "ana")

    for command in (["consent", "anna"], ["consent", "anna", "recordings"]):
        assert main(command, folder) == 2
        assert "nothing is known of a learner 'anna'" in capsys.readouterr().err
    with open_log(folder) as log:
        assert log.read(stream_of("anna")) == ()

    assert main(["consent", "ben", "recordings", "--new"], folder) == 0
    assert main(["consent", "ben", "training"], folder) == 0


def test_a_learners_consents_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = DataFolder(tmp_path)
    hold_lesson(folder, "ana")
    main(["consent", "ana", "training"], folder)
    main(["consent", "ana", "recordings", "--withdraw"], folder)
    capsys.readouterr()

    assert main(["consent", "ana"], folder) == 0

    rows = {row.split()[1]: row.split()[3] for row in capsys.readouterr().out.splitlines() if row.startswith("│")}
    assert rows == {"lessons": "not", "recordings": "no", "analytics": "not", "training": "yes"}

    main(["forget", "ana", "--yes"], folder)
    capsys.readouterr()
    assert main(["consent", "ana"], folder) == 0
    assert "yes, before forgotten" in capsys.readouterr().out


def test_to_withdraw_what_is_not_named_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["consent", "ana", "--withdraw"], DataFolder(tmp_path))
    assert "--withdraw needs a purpose" in capsys.readouterr().err
