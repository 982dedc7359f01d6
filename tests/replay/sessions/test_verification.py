"""Today's code over logged lessons: it gives what the log holds, and a change of a policy is told with its event."""

import json
import logging
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from actors.session.commands import End, Hear, Rate, Retry
from actors.tutor.provider import ProviderTutor
from actors.tutor.rules import RulesTutor
from events.archive import read_archive, write_archive
from events.envelope import Unknown
from events.lesson import SpeechAssessed, TutorReplied
from events.values import Evidence
from policies.tutor import conversation
from policies.tutor.context import Sentence, TutorContext
from policies.versions import VERSIONS
from replay.__main__ import main
from replay.sessions.earlier import EarlierInLog
from replay.sessions.verification import DIVERGES, OTHER_VERSION, UNREADABLE, verify
from replay.sessions.verify_commands import verify_file
from tests.events.samples import origin
from tests.fakes.chat_server import Script, serving
from tests.projections.histories import recorded, started, uttered
from tests.replay.sessions.lessons import School, TutorEngines
from tests.simulation.classroom import Classroom
from tests.simulation.engines import UnreliableEngines

GOLDEN = Path(__file__).parents[2] / "golden"
LESSONS = sorted((GOLDEN / "lessons").glob("*/log.jsonl"))
LESSON = GOLDEN / "lessons" / "first-lesson-v1" / "log.jsonl"


@pytest.fixture
async def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[School]:
    monkeypatch.setenv("COLLOQUY_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "40")  # narrower than a line: none is cut or wrapped
    made = School(tmp_path)
    yield made
    made.close()


@pytest.fixture
def versions_of_the_golden_lesson(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that no version tells: today's policies pass for the first ones, which the golden lesson was made by."""
    first = tuple(replace(use, version=1) for use in VERSIONS)
    monkeypatch.setattr("replay.sessions.verification.VERSIONS", first)
    monkeypatch.setattr("replay.sessions.verification.RULES_VERSION", "1")


@pytest.mark.parametrize("log", LESSONS, ids=lambda path: path.parent.name)
def test_a_golden_lesson_is_decided_today_as_it_was(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(log)]) == 0
    assert "Nothing diverges." in capsys.readouterr().out


@pytest.mark.parametrize("log", sorted((GOLDEN / "logs").glob("*.jsonl")), ids=lambda path: path.stem)
def test_a_golden_log_that_is_no_lesson_is_gone_through_too(log: Path) -> None:
    """Its events have nothing to do with each other, which the session's own rules say."""
    assert {finding.kind for verified in verify_file(log) for finding in verified.findings} <= {DIVERGES}


def test_a_golden_log_of_three_lessons_is_decided_today_as_it_was() -> None:
    """A conversation, guided sentences that a second host ends, and a provider's words; each knows those before it."""
    found = list(verify_file(GOLDEN / "logs" / "three-lessons-v1.jsonl"))
    assert [(verified.stream, verified.findings) for verified in found] == [("s1", ()), ("s2", ()), ("s3", ())]
    assert {policy for verified in found for policy in verified.compared} == {
        "session", "utterance", "transcript", "scores", "tutor", "tutor check", "voice", "visemes", "face",
    }  # fmt: skip


def another_second_sentence(context: TutorContext, choice: Any) -> list[Sentence]:
    sentences = list(original_reply(context, choice))
    if context.turn == 2:
        sentences[1] = replace(sentences[1], text="Was the dog friendly?")
    return sentences


def with_an_unfounded_sentence(context: TutorContext, choice: Any) -> list[Sentence]:
    heard = Evidence(kind="phone", text="R", start_ms=0, end_ms=90, value=12.0)
    return [Sentence(text="Your R was soft.", acts=("correct",), evidence=(heard,)), *original_reply(context, choice)]


original_reply = conversation.reply


@pytest.mark.usefixtures("versions_of_the_golden_lesson")
def test_a_planted_change_of_the_tutor_is_told_with_its_event(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("policies.tutor.conversation.reply", another_second_sentence)
    assert main(["verify", str(LESSON), "--json"]) == 1
    verified, summary = map(json.loads, capsys.readouterr().out.splitlines())
    (finding,) = verified["findings"]
    event = list(read_archive(LESSON))[42]
    assert (finding["event"], finding["version"], finding["type"]) == (event.id, 43, "tutor.replied.v1")
    assert finding["fields"] == [
        {"path": "$.text", "logged": "Where did you see the dog?", "now": "Was the dog friendly?"}
    ]
    assert (summary["diverging"], summary["sessions"]) == (1, 1)


@pytest.mark.usefixtures("versions_of_the_golden_lesson")
def test_a_sentence_that_nothing_holds_is_left_out_as_in_the_lesson(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policies.tutor.conversation.reply", with_an_unfounded_sentence)
    assert main(["verify", str(LESSON)]) == 0


@pytest.mark.usefixtures("versions_of_the_golden_lesson")
@pytest.mark.parametrize(
    ("place", "value", "version", "path"),
    [
        (
            "policies.scores.WEIGHTS",
            {"pronunciation": 1, "fluency": 0, "prosody": 0, "grammar": 0},
            21,
            "$.scores.total",
        ),
        ("policies.voice._RATES", {"B1": 0.5}, 6, "$.rate"),
        ("replay.sessions.decisions.viseme_timeline", lambda phonemes, duration_ms: (), 6, "$.visemes[0]"),
        ("actors.session.decide.text_heard", lambda spoken, heard_ms: "", 18, "$.text"),
    ],
    ids=["scores", "speaking rate", "visemes", "words heard"],
)
def test_a_planted_change_of_any_policy_is_told_first_where_it_shows(
    monkeypatch: pytest.MonkeyPatch, place: str, value: Any, version: int, path: str
) -> None:
    monkeypatch.setattr(place, value)
    (verified,) = verify_file(LESSON)
    first = verified.findings[0]
    assert (first.kind, first.version, first.fields[0].path) == (DIVERGES, version, path)


def test_what_another_version_of_the_rules_said_may_differ_and_is_told_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("policies.tutor.conversation.reply", another_second_sentence)
    monkeypatch.setattr("replay.sessions.verification.RULES_VERSION", "2")
    assert main(["verify", str(LESSON)]) == 0
    told = capsys.readouterr().out
    assert "made by another version: rules 1; these are rules 2" in told
    assert "Made by another version: 1 event." in told


def test_a_policy_of_another_version_than_the_hosts_may_decide_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """The golden host told no versions: they were the first ones."""
    monkeypatch.setattr("policies.scores.WEIGHTS", {"pronunciation": 1, "fluency": 0, "prosody": 0, "grammar": 0})
    later = tuple(replace(use, version=2) if use.policy == "scores" else use for use in VERSIONS)
    monkeypatch.setattr("replay.sessions.verification.VERSIONS", later)
    (verified,) = verify_file(LESSON)
    assert {(finding.kind, finding.policy) for finding in verified.findings} == {(OTHER_VERSION, "scores")}
    assert not verified.diverges


def test_a_message_that_is_another_today_is_told_with_its_event(tmp_path: Path) -> None:
    for name in ("log.jsonl", "messages.jsonl", "digest.txt", "state.json"):
        (tmp_path / name).write_bytes((LESSON.parent / name).read_bytes())
    messages = (tmp_path / "messages.jsonl").read_text()
    (tmp_path / "messages.jsonl").write_text(messages.replace("My brother go", "My brothers go", 1))
    (verified,) = verify_file(tmp_path / "log.jsonl")
    (finding,) = verified.findings
    assert (finding.version, finding.type) == (20, "speech.transcribed.v1")
    assert [field.path for field in finding.fields] == ["$.text"]


def test_a_state_that_is_another_today_is_told(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_bytes(LESSON.read_bytes())
    state = json.loads((LESSON.parent / "state.json").read_bytes())
    state["turns"][1]["stars"] = 4
    (tmp_path / "state.json").write_text(json.dumps(state))
    (verified,) = verify_file(tmp_path / "log.jsonl")
    assert [(field.path, field.logged, field.now) for field in verified.findings[0].fields] == [
        ("$.turns[1].stars", 4, 0)
    ]


async def test_lessons_of_every_kind_are_decided_as_they_were(
    school: School, capsys: pytest.CaptureFixture[str]
) -> None:
    await school.start()
    await school.say(1)
    await school.answered(1)
    await school.obey(Hear(id="h1", turn=1, heard_ms=400, interrupted=True))
    await school.type(2, "I have two cat and I  like them.")
    await school.obey(Rate(id="r1", turn=2, stars=5, comment="good"))
    await school.obey(End(id="e1"))
    school.project()
    await school.start("s2", mode="sentence", level="B1")
    await school.say(1, 2.0, "s2")
    await school.answered(1, "s2")
    await school.obey(Retry(id="r2", turn=1), "s2")
    await school.say(2, 1.0, "s2")
    await school.answered(2, "s2")
    school.hosts.kill()
    await school.type(3, "Next sentence, please.", "s2")

    assert main(["verify", "--all", "--json"]) == 0
    first, second, summary = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["stream"], second["stream"]) == ("s1", "s2")
    replies = [e for name in ("s1", "s2") for e in school.events(name) if isinstance(e, TutorReplied)]
    assert summary["compared"]["tutor"] == len(replies)
    assert summary["compared"]["scores"] == 5
    assert summary["compared"]["session"] == first["events"] + second["events"] == summary["events"]


async def test_a_providers_words_are_read_and_whether_they_may_be_said_is_decided_anew(
    school: School, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await school.start()
    script = Script(pieces=("Gardens are lovely places. ", "What do you grow in your garden?"))
    with serving(script) as url:
        provider = school.engines.tutor = ProviderTutor(url)
        await school.type(1, "I like my small garden")
        provider.close()
    said = [e for e in school.events() if isinstance(e, TutorReplied) and e.turn == 1]
    assert [sentence.engine.name for sentence in said] == ["provider", "provider"]

    assert main(["verify", "s1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[0])["compared"]["tutor check"] == 2
    monkeypatch.setattr("policies.tutor.check._UNSAFE", re.compile("lovely"))
    assert main(["verify", "s1"]) == 1
    assert "may not be said" in capsys.readouterr().out


async def test_the_greeting_of_a_second_lesson_needs_the_first(school: School, tmp_path: Path) -> None:
    await school.start()
    await school.say(1)
    await school.answered(1)
    school.project()
    await school.start("s2")

    assert main(["verify", "s2"]) == 0
    alone = verify(school.log.read("s2"), EarlierInLog(()))
    assert {finding.version for finding in alone.findings} <= {3, 4, 5, 6}
    assert alone.diverges


def test_no_schedule_of_crashing_hosts_is_taken_for_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers are begun on a pause, told by one host and finished by another; all of it follows from some state."""

    class Engines(TutorEngines, UnreliableEngines):
        def __init__(self, *arguments: Any) -> None:
            UnreliableEngines.__init__(self, *arguments)
            self.tutor = self._engines["tutor"] = RulesTutor()

        async def _before(self, kind: str, method: str) -> None:
            await UnreliableEngines._before(self, kind, method)

    monkeypatch.setattr("tests.simulation.classroom.UnreliableEngines", Engines)
    with quiet():
        compared = sum(verified_sentences(seed) for seed in range(120, 160))
    assert compared > 100


def verified_sentences(seed: int) -> int:
    room = Classroom(seed)
    try:
        room.run()
        streams = [room.log.truth(learner.session) for learner in room.learners]
        found = [verify(stream, EarlierInLog(stream)) for stream in streams if stream]
        assert [finding for verified in found for finding in verified.findings] == []
        return sum(verified.compared.get("tutor", 0) for verified in found)
    finally:
        room.close()


class quiet:
    def __enter__(self) -> None:
        logging.disable()

    def __exit__(self, *_: object) -> None:
        logging.disable(logging.NOTSET)


def test_an_unknown_type_is_named_and_the_rest_compared(tmp_path: Path) -> None:
    events = list(read_archive(LESSON))
    events[3] = replace(events[3], type="tutor.smiled.v9", event=Unknown(tag="tutor.smiled.v9", payload=b"{}"))
    write_archive(tmp_path / "newer.jsonl", events[:4])
    (verified,) = verify_file(tmp_path / "newer.jsonl")
    assert [(finding.kind, finding.version) for finding in verified.findings] == [(UNREADABLE, 4)]
    assert "newer program" in verified.findings[0].reason
    assert verified.compared["tutor"] == 1


def test_an_event_out_of_place_ends_the_comparison_of_its_session(tmp_path: Path) -> None:
    events = list(read_archive(LESSON))
    assert isinstance(events[20].event, SpeechAssessed)
    write_archive(tmp_path / "gap.jsonl", [*events[:18], *events[19:]])  # the utterance of turn 1 is missing
    (verified,) = verify_file(tmp_path / "gap.jsonl")
    assert (verified.findings[-1].version, verified.findings[-1].kind) == (20, DIVERGES)
    assert "what follows is not compared" in verified.findings[-1].reason


def test_an_imported_or_forgotten_session_is_left_out_and_says_why() -> None:
    imported = [recorded(started()), recorded(uttered(), version=2)]
    assert "no host has held it" in verify(imported, EarlierInLog(imported)).skipped
    forgotten = [replace(item, forgotten=True) for item in read_archive(LESSON)]
    assert "forgotten" in verify(forgotten, EarlierInLog(forgotten)).skipped


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["nosuch"], 2, "`python -m replay list`"),
        (["nosuch.jsonl"], 2, "There is no file nosuch.jsonl"),
    ],
)
def test_what_is_not_there_is_named_with_the_way_out(
    school: School, capsys: pytest.CaptureFixture[str], arguments: list[str], status: int, told: str
) -> None:
    school.log.append("s1", [started()], expected_version=0, origin=origin())
    assert main(["verify", *arguments]) == status
    printed = capsys.readouterr()
    assert told in printed.out + printed.err
    assert "Nothing diverges" not in printed.out + printed.err


def test_a_damaged_line_of_a_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cut.jsonl").write_bytes(LESSON.read_bytes()[:5_000])
    assert main(["verify", str(tmp_path / "cut.jsonl")]) == 1
    assert "line 6 of" in capsys.readouterr().out
