"""Feedback over REST: from the log alone, to its learner alone, in the language that the learner wants."""

import httpx
import pytest

from events.envelope import Origin, Unknown
from events.learner import LearnerDescribed, stream_of
from events.lesson import SessionStarted
from policies.feedback.wording import LANGUAGES
from tests.fakes.server import LessonServer
from tests.policies.feedback.utterance import assessed, heard, uttered

PRACTICE = "/api/v1/speech-practice"
STARTED = SessionStarted(session="s1", learner="ana", tutor="joe", goal="", level="A2", mode="sentence", seed=1)


def origin(stream: str) -> Origin:
    return Origin(learner="ana", causation="", correlation=stream, producer="test")


@pytest.fixture
def told(server: LessonServer) -> LessonServer:
    """A server whose log holds a sentence of ana's that was assessed."""
    events = [STARTED, uttered(), heard("I sink we lib"), assessed()]
    server.log.append("s1", events, expected_version=0, origin=origin("s1"))
    return server


def feedback(server: LessonServer, accept: str = "", **query: str) -> httpx.Response:
    url = f"{server.url}{PRACTICE}/sessions/s1/feedback"
    return httpx.get(url, params={"learner": "ana", **query}, headers={"accept-language": accept})


def language(server: LessonServer, accept: str, **query: str) -> str:
    (only,) = feedback(server, accept, **query).json()
    return str(only["language"])


def test_a_turn_has_its_advice_and_what_each_score_rests_on(told: LessonServer) -> None:
    (answer,) = feedback(told).json()
    assert [answer] == feedback(told, turn="1").json()
    assert (answer["turn"], answer["language"]) == (1, "en")
    assert [each["text"] for each in answer["advice"]] == [
        "‘think’: the TH sounded like S",
        "‘live’: the V sounded like B",
    ]
    assert answer["advice"][0]["claim"]["start_ms"] == 410
    assert answer["advice"][0]["pair"] == ["think", "sink"]
    assert [each["score"] for each in answer["basis"]] == [
        "total", "pronunciation", "fluency", "prosody", "completeness",
    ]  # fmt: skip


def test_what_was_asked_for_goes_before_the_profile_and_that_before_the_browser(told: LessonServer) -> None:
    assert language(told, "fr-CH,fr;q=0.9") == "fr"
    described = LearnerDescribed(first_language="vi")
    told.log.append(stream_of("ana"), [described], expected_version=0, origin=origin(stream_of("ana")))
    assert language(told, "fr") == "vi"
    assert language(told, "fr", language="de") == "de"
    assert language(told, "fr", language="tlh") == "vi"


def test_feedback_is_for_its_learner_and_for_turns_that_were_assessed(told: LessonServer) -> None:
    theirs = feedback(told, learner="eve")
    assert (theirs.status_code, theirs.json()["code"]) == (403, "not_your_session")
    for turn in ("0", "7", "one"):
        none = feedback(told, turn=turn)
        assert (none.status_code, none.json()["code"]) == (404, "unknown_turn")


def test_a_session_that_a_newer_program_began_is_still_its_learners_alone(server: LessonServer) -> None:
    began = Unknown(tag="session.started.v9", payload=b"{}")
    server.log.append("s1", [began, uttered(), assessed()], expected_version=0, origin=origin("s1"))
    assert feedback(server).status_code == 200
    assert feedback(server, learner="eve").json()["code"] == "not_your_session"


@pytest.mark.parametrize("path", ["", "/feedback"])
def test_what_is_told_of_a_learner_is_no_session(server: LessonServer, path: str) -> None:
    stream = stream_of("ana")
    server.log.append(stream, [LearnerDescribed(first_language="vi")], expected_version=0, origin=origin(stream))
    for learner in ("ana", "eve"):
        answer = httpx.get(f"{server.url}{PRACTICE}/sessions/{stream}{path}", params={"learner": learner})
        assert (answer.status_code, answer.json()["code"]) == (404, "session_not_found")


def test_how_each_sound_is_made_comes_with_the_languages_to_choose_from(told: LessonServer) -> None:
    answer = httpx.get(f"{told.url}{PRACTICE}/articulation", params={"learner": "ana", "language": "es"}).json()
    assert answer["language"] == "es"
    assert "entre los dientes" in answer["tips"]["TH"]
    assert [each["tag"] for each in answer["languages"]] == list(LANGUAGES)
    assert {"tag": "vi", "name": "Tiếng Việt"} in answer["languages"]
