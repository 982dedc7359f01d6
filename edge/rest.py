"""The REST half of the edge: sessions, progress, trends, tutors, recordings. Decides nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from actors.hearing.decode import encode_flac
from actors.ports import EngineError, Speech
from actors.session.errors import NotYourSession, SessionError, SessionNotFound
from edge.frames import StartSession
from edge.query import BadRequest, check_parameters, required, whole_number
from edge.resources import Resources
from edge.socket import start_command
from events.envelope import NotOfLesson, Recorded, Unknown
from events.errors import BlobMissing, EventsError
from events.lesson import SessionStarted, SpeechUttered, TutorSpoken
from policies.tutor.topics import topics
from policies.tutors import TUTORS
from projections.errors import ProjectionsError
from projections.messages import messages_of
from projections.progress import PROGRESS, ProgressView
from projections.report import report, trend, trends
from projections.sessions import SESSIONS
from projections.sessions import report as session_report

API = "/api/v1"
LONGEST_SPOKEN = 300
"""Characters that the tutor says on request."""
LONGEST_BODY = 64 * 1024
TREND_DAYS, MOST_TREND_DAYS = 30, 3_650
MOST_SESSIONS = 1_000


class Problem(Struct, frozen=True, kw_only=True):
    """An error body: a stable code, what is wrong and the way out."""

    code: str
    message: str
    retryable: bool = False


class SpeakRequest(Struct, frozen=True, kw_only=True):
    """A sentence for the tutor to say."""

    text: str
    tutor: str = "joe"
    rate: float = 1.0


T = TypeVar("T")
Handler = Callable[[Request], Awaitable[Response]]
STATUS = {
    "session_not_found": 404,
    "unknown_turn": 404,
    "blob_missing": 404,
    "not_your_session": 403,
    "session_ended": 409,
    "learner_forgotten": 410,
    "blob_forgotten": 410,
    "blob_expired": 410,
}


def answering(handler: Handler, parameters: tuple[str, ...] = ()) -> Handler:
    """Typed errors become problem bodies with a fitting status; ``parameters`` are those that the query may have."""

    async def answer(request: Request) -> Response:
        try:
            check_parameters(request, parameters)
            return await handler(request)
        except BadRequest as error:
            return problem(400, "bad_request", str(error))
        except (SessionError, EngineError, EventsError) as error:
            code = str(getattr(error, "code", "engine_failed"))
            retryable = bool(getattr(error, "retryable", False))
            return problem(STATUS.get(code, 503 if retryable else 422), code, str(error), retryable=retryable)
        except ProjectionsError as error:
            return problem(503, "views_unavailable", str(error), retryable=error.retryable)

    return answer


def problem(status: int, code: str, message: str, *, retryable: bool = False) -> Response:
    """A problem body."""
    return json(Problem(code=code, message=message, retryable=retryable), status)


def json(value: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def resources_of(request: Request) -> Resources:
    """What the application works with."""
    resources: Resources = request.app.state.resources
    return resources


async def healthz(request: Request) -> Response:
    """The process is alive."""
    return json({"status": "ok"})


async def readyz(request: Request) -> Response:
    """200 once a lesson can begin; 503 with what is still loading before."""
    status = resources_of(request).cluster.status()
    return json(status, 200 if status.ready else 503)


async def get_readiness(request: Request) -> Response:
    """What `readyz` tells, always with 200: a page that waits has no fault to log."""
    return json(resources_of(request).cluster.status())


async def create_session(request: Request) -> Response:
    """Open a session over REST; talk to it over the WebSocket with `resume`."""
    resources = resources_of(request)
    if resources.cluster.gateway is None:
        return problem(503, "loading", "The engines are still loading; ask /readyz.", retryable=True)
    command = start_command(await _body(request, StartSession))
    version = await resources.cluster.gateway.start(command)
    return json({"session": command.started.session, "seq": version}, 201)


async def list_sessions(request: Request) -> Response:
    """The learner's ``limit`` newest sessions, newest first."""
    limit = whole_number(request, "limit", default=MOST_SESSIONS, largest=MOST_SESSIONS)
    views = await asyncio.to_thread(resources_of(request).views.of_learner, SESSIONS, learner_of(request))
    newest = sorted(views, key=lambda view: str(view.started), reverse=True)
    return json([session_report(view) for view in newest[:limit]])


async def get_session(request: Request) -> Response:
    """A session with its durable messages, from the log alone."""
    recorded = await session_events(request, request.path_params["session"])
    messages = [
        outgoing.message
        for item in recorded
        if not isinstance(item.event, NotOfLesson)
        for outgoing in messages_of(item.event, item.version)
    ]
    return json({"session": request.path_params["session"], "seq": recorded[-1].version, "messages": messages})


async def get_progress(request: Request) -> Response:
    """The learner's progress view."""
    return json(report(await _progress(request), datetime.now(UTC).date()))


async def get_trends(request: Request) -> Response:
    """The last ``days`` days of the progress view (30 unless told)."""
    days = whole_number(request, "days", default=TREND_DAYS, largest=MOST_TREND_DAYS)
    view = await _progress(request)
    today = datetime.now(UTC).date()
    return json({"learner": view.learner, "trend": trend(view), "days": trends(view, today, days)})


async def get_tutors(request: Request) -> Response:
    """The tutors to choose from."""
    return json(
        [
            {
                "name": tutor.name,
                "title": tutor.title,
                "description": tutor.description,
                "portrait": f"{API}/tutors/{tutor.name}/portrait.png",
                "idle": f"{API}/tutors/{tutor.name}/idle.mp4",
            }
            for tutor in TUTORS
        ]
    )


async def get_topics(request: Request) -> Response:
    """The topics to talk about."""
    return json([{"name": topic.name, "title": topic.title, "levels": topic.levels} for topic in topics()])


async def get_portrait(request: Request) -> Response:
    """A still picture of a tutor."""
    return await _drawn(request, "portrait", "png", "image/png")


async def get_idle(request: Request) -> Response:
    """A clip of a tutor that waits and listens, to play in a loop."""
    return await _drawn(request, "idle", "mp4", "video/mp4")


async def get_blob(request: Request) -> Response:
    """A recording of the learner's own session, or what its tutor said."""
    sha256 = request.path_params["sha256"]
    recorded = await session_events(request, required(request, "session", "SESSION"))
    owned = {
        item.event.audio.sha256: item.event.audio.media_type
        for item in recorded
        if isinstance(item.event, SpeechUttered | TutorSpoken) and item.event.audio is not None
    }
    if sha256 not in owned:
        raise BlobMissing(sha256)
    data = await asyncio.to_thread(resources_of(request).blobs.of(recorded[0].learner).get, sha256)
    return Response(data, media_type=owned[sha256], headers={"cache-control": "private, max-age=31536000, immutable"})


async def speak(request: Request) -> Response:
    """The tutor says a sentence: FLAC."""
    resources = resources_of(request)
    wanted = await _body(request, SpeakRequest)
    if not wanted.text.strip() or len(wanted.text) > LONGEST_SPOKEN:
        raise BadRequest(f"text must have 1 to {LONGEST_SPOKEN} characters.")
    if not 0.5 <= wanted.rate <= 1.5:
        raise BadRequest(f"rate is {wanted.rate}; it must be 0.5 to 1.5.")
    if resources.cluster.engines is None:
        return problem(503, "loading", "The voice is still loading; ask /readyz.", retryable=True)
    parts: list[Speech] = [
        speech
        async for speech, _ in resources.cluster.engines.stream(
            "voice", "speak", wanted.text, tutor=wanted.tutor, rate=wanted.rate
        )
    ]
    pcm = b"".join(part.pcm for part in parts)
    whole = msgspec.structs.replace(parts[0], pcm=pcm)
    return Response(encode_flac(whole.samples, whole.sample_rate_hz), media_type="audio/flac")


async def _drawn(request: Request, method: str, ending: str, media_type: str) -> Response:
    """A picture or clip of a tutor, drawn once and kept in the data folder."""
    resources = resources_of(request)
    name = request.path_params["tutor"]
    if name not in {tutor.name for tutor in TUTORS}:
        return problem(404, "unknown_tutor", f"There is no tutor {name!r}; ask {API}/tutors.")
    if resources.cluster.engines is None:
        return problem(503, "loading", "The face is still loading; ask /readyz.", retryable=True)
    data, use = await resources.cluster.engines.call("face", method, name)
    headers = {"cache-control": "public, max-age=86400", "etag": f'"{use.name}-{use.version}-{name}"'}
    return Response(data, media_type=media_type, headers=headers)


async def _progress(request: Request) -> ProgressView:
    learner = learner_of(request)
    view = await asyncio.to_thread(resources_of(request).views.get, PROGRESS, learner)
    return view or ProgressView(learner=learner)


async def session_events(request: Request, session: str) -> tuple[Recorded, ...]:
    """The events of the learner's own session. Raises `BadRequest`, `SessionNotFound` or `NotYourSession`."""
    learner = learner_of(request)
    recorded = await asyncio.to_thread(resources_of(request).log.read, session)
    if not recorded:
        raise SessionNotFound(session)
    first = recorded[0].event
    if isinstance(first, NotOfLesson) and not isinstance(first, Unknown):
        raise SessionNotFound(session)  # a stream of something else
    if (first.learner if isinstance(first, SessionStarted) else recorded[0].learner) != learner:
        raise NotYourSession(session)
    return recorded


async def _body(request: Request, kind: type[T]) -> T:
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > LONGEST_BODY:
            raise BadRequest(f"The body is larger than {LONGEST_BODY} bytes.")
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest(f"The body cannot be read: {error}") from error


def learner_of(request: Request) -> str:
    """Whose pseudonym the request gives. Raises `BadRequest`."""
    return required(request, "learner", "PSEUDONYM")


def route(path: str, handler: Handler, *parameters: str, method: str = "GET") -> Route:
    """A route of the interface, with what its query may hold; typed errors become problem bodies."""
    return Route(API + path, answering(handler, parameters), methods=[method])


ROUTES = [
    route("/speech-practice/sessions", create_session, method="POST"),
    route("/speech-practice/sessions", list_sessions, "learner", "limit"),
    route("/speech-practice/sessions/{session}", get_session, "learner"),
    route("/speech-practice/progress", get_progress, "learner"),
    route("/speech-practice/analytics/trends", get_trends, "learner", "days"),
    route("/speech-practice/speak", speak, method="POST"),
    route("/readiness", get_readiness),
    route("/tutors", get_tutors),
    route("/tutors/{tutor}/portrait.png", get_portrait),
    route("/tutors/{tutor}/idle.mp4", get_idle),
    route("/topics", get_topics),
    route("/blobs/{sha256}", get_blob, "learner", "session"),
]
