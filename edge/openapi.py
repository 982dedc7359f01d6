"""The OpenAPI document of the REST half, with schemas from the types that are really sent."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from actors.cluster import ClusterStatus
from edge.feedback import Articulation
from edge.frames import StartSession
from edge.replaying import Replay
from edge.rest import API, MOST_SESSIONS, MOST_TREND_DAYS, Problem, SpeakRequest
from policies.feedback.feedback import Feedback
from projections.messages import Message

VERSION = "1.0.0"


async def document(request: Request) -> Response:
    """GET /openapi.json."""
    return Response(msgspec.json.encode(build()), media_type="application/json")


def build() -> dict[str, Any]:
    """The document; message types of the WebSocket are among the schemas, for clients that generate types."""
    types = (ClusterStatus, StartSession, SpeakRequest, Problem, Replay, Feedback, Articulation, *Message.__args__)
    _, schemas = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Colloquy",
            "version": VERSION,
            "description": "Lessons are held over the WebSocket /api/v1/ws/speech-practice; see docs/protocol.md.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": _paths(),
        "components": {"schemas": schemas},
    }


def _paths() -> dict[str, Any]:
    return _health() | _practice() | _catalogue()


def _health() -> dict[str, Any]:
    return {
        "/healthz": {"get": _operation("The process is alive.", "health")},
        "/readyz": {
            "get": _operation("Whether a lesson can begin, and what is still loading.", "ready", schema="ClusterStatus")
        },
        f"{API}/readiness": {
            "get": _operation(
                "The same as /readyz, with 200 while it loads, too.", "getReadiness", schema="ClusterStatus"
            )
        },
    }


def _practice() -> dict[str, Any]:
    learner, session = _learner(), _path("session", "A session id.")
    practice = f"{API}/speech-practice"
    return {
        f"{practice}/sessions": {
            "post": _operation("Open a session.", "createSession", body="StartSession", status="201"),
            "get": _operation(
                "The learner's sessions, newest first.",
                "listSessions",
                parameters=[learner, _number("limit", "How many, all unless told.", MOST_SESSIONS)],
            ),
        },
        f"{practice}/sessions/{{session}}": {
            "get": _operation("A session from the log.", "getSession", parameters=[session, learner])
        },
        f"{practice}/sessions/{{session}}/replay": {
            "get": _operation(
                "A session's events with their times and messages.",
                "getReplay",
                parameters=[session, learner],
                schema="Replay",
            )
        },
        f"{practice}/sessions/{{session}}/turns/{{turn}}/film": {
            "get": _operation(
                "What the tutor said in a turn: voice and face, or the voice alone as WAV where no face was drawn.",
                "getFilm",
                parameters=[session, _path("turn", "The turn's number; 0 is the greeting."), learner],
                media="video/mp4",
            )
        },
        f"{practice}/sessions/{{session}}/feedback": {
            "get": _operation(
                "What could be said better in each turn, and what its scores rest on: a list of Feedback.",
                "getFeedback",
                parameters=[session, learner, _language(), _query("turn", "That turn alone.")],
            )
        },
        f"{practice}/articulation": {
            "get": _operation(
                "How to make each sound of English.",
                "getArticulation",
                parameters=[learner, _language()],
                schema="Articulation",
            )
        },
        f"{practice}/progress": {"get": _operation("The learner's progress.", "getProgress", parameters=[learner])},
        f"{practice}/analytics/trends": {
            "get": _operation(
                "Figures by day.",
                "getTrends",
                parameters=[learner, _number("days", "How many days, 30 unless told.", MOST_TREND_DAYS)],
            )
        },
        f"{practice}/speak": {
            "post": _operation("The tutor says a sentence.", "speak", body="SpeakRequest", media="audio/flac")
        },
    }


def _catalogue() -> dict[str, Any]:
    tutor = _path("tutor", "A tutor's name.")
    return {
        f"{API}/tutors": {"get": _operation("The tutors.", "listTutors")},
        f"{API}/tutors/{{tutor}}/portrait.png": {
            "get": _operation("A tutor's portrait.", "getPortrait", parameters=[tutor], media="image/png")
        },
        f"{API}/tutors/{{tutor}}/idle.mp4": {
            "get": _operation("A tutor who listens.", "getIdle", parameters=[tutor], media="video/mp4")
        },
        f"{API}/topics": {"get": _operation("The topics.", "listTopics")},
        f"{API}/blobs/{{sha256}}": {
            "get": _operation(
                "A recording of the learner's own session.",
                "getBlob",
                parameters=[
                    _path("sha256", "The blob's hash."),
                    _learner(),
                    _query("session", "Its session.", required=True),
                ],
                media="audio/flac",
            )
        },
    }


def _learner() -> dict[str, Any]:
    return _query("learner", "The learner's pseudonym.", required=True)


def _language() -> dict[str, Any]:
    return _query(
        "language", "A BCP 47 tag; without it that of the learner's profile, else the browser's, else English."
    )


def _operation(
    summary: str,
    name: str,
    *,
    parameters: list[dict[str, Any]] | None = None,
    body: str = "",
    schema: str = "",
    media: str = "application/json",
    status: str = "200",
) -> dict[str, Any]:
    content: dict[str, Any] = {media: {"schema": _ref(schema) if schema else {}}}
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "responses": {
            status: {"description": summary, "content": content},
            "default": {
                "description": "What went wrong.",
                "content": {"application/json": {"schema": _ref("Problem")}},
            },
        },
    }
    if parameters:
        operation["parameters"] = parameters
    if body:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(body)}}}
    return operation


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _path(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": {"type": "string"}}


def _query(name: str, description: str, *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "description": description, "schema": {"type": "string"}}


def _number(name: str, description: str, largest: int) -> dict[str, Any]:
    return {**_query(name, description), "schema": {"type": "integer", "minimum": 1, "maximum": largest}}
