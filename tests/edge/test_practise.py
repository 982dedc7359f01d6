"""`python -m edge practise` against a server whose engines answer at once."""

import json
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import edge.practise
from edge.__main__ import main
from edge.clip import Clip
from edge.practise import Playback
from events.errors import LogUnavailable
from events.lesson import SpeechUttered, TutorHeard, TutorReplied, TutorSpoken
from events.log import Appended, Batch
from policies.tutor.context import Sentence, TutorContext
from tests.fakes.scripted import Clock
from tests.fakes.server import LessonServer

TEXT = "I like my small garden."


class GoesOn:
    """A tutor who begins with the learner's sentence, if there is one, and sets another one after each attempt."""

    def reply(self, context: TutorContext) -> Any:
        own = context.exercise if context.turn == 0 else ""
        yield Sentence(text="Go on.", acts=("instruct",), exercise=own or f"Sentence {context.turn} of many.")


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return made(tmp_path / "one" / "me.wav")


def made(path: Path) -> Path:
    """A recording of a hum."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, 0.3 * np.sin(np.arange(16_000) * 0.06), 16_000)
    return path


def practise(server: LessonServer, *arguments: str) -> int:
    return main(["practise", "--server", server.url, "--speed", "0", "--mode", "sentence", *arguments])


def asked(server: LessonServer) -> list[str]:
    recorded = server.log.tail(0, limit=1_000)
    return [item.event.reference for item in recorded if isinstance(item.event, SpeechUttered)]


@pytest.mark.parametrize("mode", [[], ["--hands-free"]], ids=["closed by the client", "hands-free"])
def test_every_recording_is_judged_against_the_text(server: LessonServer, recording: Path, mode: list[str]) -> None:
    server.engines._engines["tutor"] = GoesOn()
    assert practise(server, "--text", f"  {TEXT}", *mode, *[str(recording)] * 3) == 0
    assert asked(server) == [TEXT] * 3


def test_without_a_text_each_recording_is_judged_against_the_sentence_of_the_tutor(
    server: LessonServer, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.engines._engines["tutor"] = GoesOn()
    assert practise(server, str(recording), str(recording)) == 0
    assert asked(server) == ["Sentence 0 of many.", "Sentence 1 of many."]
    printed = capsys.readouterr().out
    assert "Asked for  Sentence 0 of many." in printed
    assert "Asked for  Sentence 1 of many." in printed


def test_free_speech_is_asked_for_nothing(
    server: LessonServer, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert practise(server, str(recording), "--mode", "conversation") == 0
    assert "Asked for" not in capsys.readouterr().out


def test_replies_to_recordings_of_one_name_are_numbered(
    server: LessonServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Clip, "write_mp4", lambda clip, path: path.touch())  # the fake face draws nothing playable
    files = [made(tmp_path / folder / name) for folder, name in (("a", "me.wav"), ("b", "me.wav"), ("c", "me-2.wav"))]
    out = tmp_path / "out"
    assert practise(server, "--out", str(out), *map(str, files)) == 0
    stems = ("me", "me-2", "me-2-2")
    assert {path.name for path in out.iterdir()} == {f"{stem}.reply.{end}" for stem in stems for end in ("wav", "mp4")}
    assert "an earlier recording is called me.wav, too: the reply to this one is me-2.reply" in capsys.readouterr().out


def test_the_summary_of_a_program_says_what_was_asked(
    server: LessonServer, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert practise(server, "--text", TEXT, "--json", str(recording)) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["asked"] == TEXT


def test_a_server_that_is_not_there_is_named_with_the_way_out(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        assert main(["practise", "--server", url, str(recording)]) == 2
    printed = capsys.readouterr().out
    assert f"The server at {url} cannot be reached" in printed
    assert "python -m edge serve" in printed
    assert "Errno" not in printed


def test_a_log_that_is_away_when_the_tutor_greets_is_told(
    server: LessonServer, recording: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    append_many = server.log.append_many

    def full(batches: Sequence[Batch]) -> tuple[Appended, ...]:
        if any(isinstance(event, TutorReplied) for batch in batches for event in batch.events):
            raise LogUnavailable("full", "no space left")
        return append_many(batches)

    monkeypatch.setattr(server.log, "append_many", full)

    assert practise(server, str(recording)) == 2
    assert "the log is unavailable (full): no space left; free some disk space" in capsys.readouterr().out


def test_an_address_without_a_scheme_is_refused(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["practise", "--server", "localhost:8000", str(recording)]) == 2
    assert "http://127.0.0.1:8000" in capsys.readouterr().out


def test_an_unknown_topic_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["practise", "--topic", "nosuch", "me.wav"])
    assert refused.value.code == 2
    told = capsys.readouterr().err
    assert "there is no topic 'nosuch'" in told
    assert "travel" in told


def test_the_help_warns_of_real_names_and_says_which_words_a_topic_may_be(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["practise", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "a pseudonym, never a real name, for it stays in the log in the clear for ever" in told
    assert "words that point to none are refused" in told


def test_where_no_status_is_drawn_a_line_says_that_a_server_starts(
    server: LessonServer, recording: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @contextmanager
    def started(**_: object) -> Iterator[str]:
        assert "Starting a server" in capsys.readouterr().err
        yield server.url

    monkeypatch.setattr(edge.practise, "running_server", started)
    assert main(["practise", "--speed", "0", str(recording)]) == 0


def test_a_reply_is_over_when_it_could_have_been_played_as_it_came() -> None:
    clock = Clock()
    playback = Playback(2, clock)
    assert playback.left_s == 0
    playback.add(4_000)  # two seconds at twice the speed
    clock.now_s += 1.5
    playback.add(1_000)  # follows at once
    assert playback.left_s == 1.0
    clock.now_s += 3.0
    assert playback.left_s == 0
    playback.add(1_000)  # comes late
    assert playback.left_s == 0.5


def test_at_speed_0_a_reply_takes_no_time() -> None:
    playback = Playback(0, Clock())
    playback.add(60_000)
    assert playback.left_s == 0


def test_a_lesson_in_real_time_hears_no_more_than_the_time_that_has_passed(
    server: LessonServer, recording: Path
) -> None:
    assert main(["practise", "--server", server.url, str(recording)]) == 0
    recorded = server.log.tail(0, limit=1_000)
    for turn in (0, 1):
        spoken = [item for item in recorded if isinstance(item.event, TutorSpoken) and item.event.turn == turn]
        (heard,) = (item for item in recorded if isinstance(item.event, TutorHeard) and item.event.turn == turn)
        assert isinstance(heard.event, TutorHeard)
        assert heard.event.heard_ms > 0
        assert (heard.time - spoken[0].time) / timedelta(milliseconds=1) >= heard.event.heard_ms


@pytest.mark.parametrize("speed", ["-1", "nan", "inf", "fast"])
def test_a_speed_that_is_none_is_refused(speed: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["practise", f"--speed={speed}", "me.wav"])
    assert refused.value.code == 2
    assert "--speed" in capsys.readouterr().err
