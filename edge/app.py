"""The Starlette application: routes, headers, and the lifespan that owns every resource. No module-level app."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from edge import feedback, metrics, openapi, replaying, rest
from edge.projecting import Projecting
from edge.resources import Resources
from edge.socket import SpeechPractice
from projections.messages import ErrorMessage

logger = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
SECURITY_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' ws: wss:; "
        b"worker-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(self)"),
)


class SecurityHeaders:
    """Adds the same headers to every HTTP answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *SECURITY_HEADERS]
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def create_app(resources: Resources) -> Starlette:
    """The application over its resources; the cluster starts in the background while the page is already served."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.resources = resources
        starting = asyncio.create_task(resources.cluster.start())
        projecting = Projecting(resources.log, resources.views)
        projecting.start()
        app.state.projecting = projecting
        if resources.relaying is not None:
            resources.relaying.start()
        if resources.retaining is not None:
            resources.retaining.start()
        try:
            yield
        finally:
            starting.cancel()
            if resources.relaying is not None:
                await asyncio.to_thread(resources.relaying.stop)
            if resources.retaining is not None:
                await asyncio.to_thread(resources.retaining.stop)
            await asyncio.to_thread(projecting.stop)
            await resources.cluster.stop()

    return Starlette(
        routes=[
            Route("/", _index),
            Route("/healthz", rest.healthz),
            Route("/readyz", rest.readyz),
            Route("/metrics", metrics.scrape),
            Route("/openapi.json", openapi.document),
            WebSocketRoute("/api/v1/ws/speech-practice", _speech_practice),
            *rest.ROUTES,
            *replaying.ROUTES,
            *feedback.ROUTES,
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(SecurityHeaders)],
        lifespan=lifespan,
    )


async def _index(request: Request) -> Response:
    return FileResponse(STATIC / "index.html")


async def _speech_practice(socket: WebSocket) -> None:
    resources: Resources = socket.app.state.resources
    if not _same_origin(socket):
        await socket.close(code=1008, reason="origin not allowed")
        return
    await socket.accept()
    await resources.cluster.settled.wait()
    gateway = resources.cluster.gateway
    if gateway is None:
        status = resources.cluster.status()
        error = ErrorMessage(seq=0, part=-1, code="start_failed", message=status.message, retryable=False)
        await socket.send_text(msgspec.json.encode(error).decode())
        await socket.close(code=1013, reason="the server did not start")
        return
    await SpeechPractice(socket, gateway, resources.blobs).serve()


def _same_origin(socket: WebSocket) -> bool:
    """Browsers send Origin and no CORS check guards a WebSocket, so a foreign page is refused here."""
    origin = socket.headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc == socket.headers.get("host")
    except ValueError:
        return False
