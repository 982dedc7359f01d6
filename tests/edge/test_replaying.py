"""What the player of past lessons is given, from the log and the blobs alone."""

import io

import httpx
import pytest
import soundfile

from edge.client import LessonClient
from tests.fakes.server import LessonServer

PRACTICE = "/api/v1/speech-practice"


def get(server: LessonServer, path: str, **query: str) -> httpx.Response:
    return httpx.get(server.url + path, params=query)


async def test_each_event_is_told_with_its_time_and_the_messages_that_were_sent(
    server: LessonServer, lesson: LessonClient
) -> None:
    replay = get(server, f"{PRACTICE}/sessions/{lesson.session}/replay", learner="ana").json()
    recorded = server.log.read(lesson.session)
    assert [(e["version"], e["id"], e["type"]) for e in replay["events"]] == [
        (item.version, item.id, item.type) for item in recorded
    ]
    times = [event["at_ms"] for event in replay["events"]]
    assert times[0] == 0
    assert times == sorted(times)
    messages = [message for event in replay["events"] for message in event["messages"]]
    durable = [message for message in lesson.messages if message["part"] >= 0]
    assert messages[: len(durable)] == durable
    assert replay["forgotten"] is False


async def test_a_turn_whose_face_cannot_be_read_is_given_as_its_voice(
    server: LessonServer, lesson: LessonClient
) -> None:
    answer = get(server, f"{PRACTICE}/sessions/{lesson.session}/turns/0/film", learner="ana")
    assert answer.headers["content-type"] == "audio/wav"
    samples, rate = soundfile.read(io.BytesIO(answer.content))
    segments = [message for message in lesson.messages if message["type"] == "tutor_audio" and message["turn"] == 0]
    assert len(samples) * 1000 // rate == sum(segment["duration_ms"] for segment in segments)


@pytest.mark.parametrize(
    ("path", "learner", "status", "code"),
    [
        ("turns/7/film", "ana", 404, "unknown_turn"),
        ("turns/x/film", "ana", 404, "unknown_turn"),
        ("turns/0/film", "eve", 403, "not_your_session"),
        ("replay", "eve", 403, "not_your_session"),
    ],
)
async def test_what_is_not_there_or_anothers_is_refused(
    server: LessonServer, lesson: LessonClient, path: str, learner: str, status: int, code: str
) -> None:
    answer = get(server, f"{PRACTICE}/sessions/{lesson.session}/{path}", learner=learner)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_voice_that_is_gone_is_named(server: LessonServer, lesson: LessonClient) -> None:
    audio = next(message["sha256"] for message in lesson.messages if message["type"] == "tutor_audio")
    next(server.folder.rglob(f"{audio}*")).unlink()
    answer = get(server, f"{PRACTICE}/sessions/{lesson.session}/turns/0/film", learner="ana")
    assert (answer.status_code, answer.json()["code"]) == (404, "blob_missing")


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ("/replay/s1", "/#/replay/s1"),
        ("/replay/s1?at=12", "/#/replay/s1/12"),
        ("/replay/a%20b?learner=ana", "/#/replay/a%20b//ana"),
    ],
)
async def test_the_players_address_can_be_passed_on(
    server: LessonServer, lesson: LessonClient, asked: str, place: str
) -> None:
    answer = httpx.get(server.url + asked)
    assert (answer.status_code, answer.headers["location"]) == (303, place)
