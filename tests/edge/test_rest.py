"""The REST half: what it gives, and what it answers to requests that make no sense."""

import asyncio
import json
from typing import Any

import httpx
import msgspec
import pytest
from openapi_spec_validator import validate

from edge.client import LessonClient
from edge.openapi import build
from tests.fakes.server import LessonServer

API = "/api/v1"
PRACTICE = f"{API}/speech-practice"


def get(server: LessonServer, path: str, **query: str) -> httpx.Response:
    return httpx.get(server.url + path, params=query)


async def test_a_session_is_read_back_with_the_messages_that_were_sent(
    server: LessonServer, lesson: LessonClient
) -> None:
    answer = get(server, f"{PRACTICE}/sessions/{lesson.session}", learner="ana").json()
    durable = [message for message in lesson.messages if message["part"] >= 0]
    assert answer["messages"][: len(durable)] == durable


async def test_the_tutors_voice_is_fetched_by_its_hash_by_its_learner_only(
    server: LessonServer, lesson: LessonClient
) -> None:
    audio = next(message["sha256"] for message in lesson.messages if message["type"] == "tutor_audio")
    mine = get(server, f"{API}/blobs/{audio}", learner="ana", session=lesson.session)
    assert (mine.status_code, mine.content[:4]) == (200, b"fLaC")
    theirs = get(server, f"{API}/blobs/{audio}", learner="eve", session=lesson.session)
    assert (theirs.status_code, theirs.json()["code"]) == (403, "not_your_session")
    none = get(server, f"{API}/blobs/{'0' * 64}", learner="ana", session=lesson.session)
    assert (none.status_code, none.json()["code"]) == (404, "blob_missing")


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        (f"{PRACTICE}/sessions", {}, 400, "bad_request"),
        (f"{PRACTICE}/sessions", {"learner": "ana", "limit": "abc"}, 400, "bad_request"),
        (f"{PRACTICE}/sessions", {"learner": "ana", "limit": ""}, 400, "bad_request"),
        (f"{PRACTICE}/sessions", {"learner": "ana", "limit": "0"}, 400, "bad_request"),
        (f"{PRACTICE}/sessions", {"learner": "ana", "limit": "1001"}, 400, "bad_request"),
        (f"{PRACTICE}/sessions", {"learner": "ana", "limt": "5"}, 400, "bad_request"),
        (f"{PRACTICE}/progress", {"learner": "a\0na"}, 400, "bad_request"),
        (f"{PRACTICE}/sessions/%00", {"learner": "ana"}, 400, "bad_request"),
        (f"{API}/tutors", {"learner": "ana"}, 400, "bad_request"),
        (f"{PRACTICE}/sessions/nope", {"learner": "ana"}, 404, "session_not_found"),
        (f"{PRACTICE}/analytics/trends", {"learner": "ana", "days": "²"}, 400, "bad_request"),
        (f"{PRACTICE}/analytics/trends", {"learner": "ana", "days": "9" * 5000}, 400, "bad_request"),
        (f"{API}/blobs/{'0' * 64}", {"learner": "ana"}, 400, "bad_request"),
        (f"{API}/tutors/nobody/portrait.png", {}, 404, "unknown_tutor"),
    ],
)
def test_a_request_that_makes_no_sense_is_told_why(
    server: LessonServer, path: str, query: dict[str, str], status: int, code: str
) -> None:
    answer = get(server, path, **query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["message"]


def test_a_bad_parameter_is_named_with_what_it_may_be(server: LessonServer) -> None:
    def told(query: str) -> str:
        return str(httpx.get(f"{server.url}{PRACTICE}/sessions?{query}").json()["message"])

    assert told("learner=ana&limit=abc") == "limit is 'abc'; it must be a whole number from 1 to 1000."
    assert told("learner=ana&page=2") == "There is no parameter 'page' here; this takes learner, limit."
    assert told("learner=ana&limit=1&limit=2") == "limit is given more than once; give it once."


async def test_as_many_sessions_are_listed_as_were_asked_for(server: LessonServer) -> None:
    opened = []
    for _ in range(3):
        body = {"type": "start_session", "learner": "ana"}
        opened.append(httpx.post(f"{server.url}{PRACTICE}/sessions", json=body).json()["session"])
    listed: list[str] = []
    async with asyncio.timeout(10):
        while len(listed) < 3:
            listed = [each["session"] for each in get(server, f"{PRACTICE}/sessions", learner="ana").json()]
            await asyncio.sleep(0.05)
    assert listed == opened[::-1]
    assert [each["session"] for each in get(server, f"{PRACTICE}/sessions", learner="ana", limit="2").json()] == listed[
        :2
    ]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[" * 20_000, b'{"text": 5}', b'{"text": ""}', b"x" * 100_000]
)
def test_a_body_that_makes_no_sense_is_told_why(server: LessonServer, body: bytes) -> None:
    answer = httpx.post(f"{server.url}{PRACTICE}/speak", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


async def test_progress_and_trends_follow_the_lesson(server: LessonServer, lesson: LessonClient) -> None:
    report: dict[str, Any] = {}
    async with asyncio.timeout(10):
        while report.get("turns") != 1:
            report = get(server, f"{PRACTICE}/progress", learner="ana").json()
            await asyncio.sleep(0.05)
    assert report["sessions"] == 1
    assert report["streak"]["current_days"] == 1
    days = get(server, f"{PRACTICE}/analytics/trends", learner="ana", days="7").json()["days"]
    assert [day["turns"] for day in days] == [1]
    sessions = get(server, f"{PRACTICE}/sessions", learner="ana").json()
    assert [session["session"] for session in sessions] == [lesson.session]


def test_a_session_opened_over_rest_is_there(server: LessonServer) -> None:
    body = {"type": "start_session", "learner": "ana", "tutor": "iris"}
    made = httpx.post(f"{server.url}{PRACTICE}/sessions", json=body)
    assert made.status_code == 201
    read = get(server, f"{PRACTICE}/sessions/{made.json()['session']}", learner="ana")
    assert read.json()["messages"][0]["tutor"] == "iris"


def test_health_readiness_headers_and_the_page(server: LessonServer) -> None:
    assert get(server, "/healthz").json() == {"status": "ok"}
    assert get(server, "/readyz").json()["ready"] is True
    assert get(server, f"{API}/readiness").json()["ready"] is True
    page = get(server, "/")
    assert "Colloquy" in page.text
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert get(server, "/static/..%2f..%2fpyproject.toml").status_code == 404


def test_the_openapi_document_is_valid() -> None:
    validate(json.loads(msgspec.json.encode(build())))
