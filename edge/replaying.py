"""A past session for the player: its events with their times and messages, and each turn of the tutor as a film.

From the log and the blobs alone, so that it works without engines, and for a session that nobody holds.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import av
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from actors.session.errors import UnknownTurn
from actors.session.state import Turn
from edge.clip import Clip
from edge.rest import json, resources_of, route, session_events
from events.envelope import NotOfLesson, Recorded
from projections.messages import Message, messages_of
from replay.sessions.session import state_of

SESSION = "/speech-practice/sessions/{session}"


class ReplayedEvent(Struct, frozen=True, kw_only=True):
    """An event ``at_ms`` after the session's start, with the durable messages that it gave to the client."""

    version: int
    id: str
    type: str
    at_ms: int
    messages: tuple[Message, ...]


class Replay(Struct, frozen=True, kw_only=True):
    """A session's whole log as the player needs it.

    ``forgotten``: the learner has been forgotten since, so the texts are empty and no recording can be opened.
    """

    session: str
    started: datetime
    forgotten: bool
    events: tuple[ReplayedEvent, ...]


async def get_replay(request: Request) -> Response:
    """The session's events, from the log alone."""
    recorded = await session_events(request, request.path_params["session"])
    return json(await asyncio.to_thread(_replay, recorded))


async def get_film(request: Request) -> Response:
    """What the tutor said in a turn: voice and face as MP4, or the voice alone as WAV where no face was drawn."""
    recorded = await session_events(request, request.path_params["session"])
    turns = state_of(recorded).turns
    number = request.path_params["turn"]
    if not number.isdecimal() or int(number) >= len(turns) or not turns[int(number)].spoken:
        raise UnknownTurn(f"The tutor said nothing in a turn {number[:20]!r} of this session.")
    turn = turns[int(number)]
    read = resources_of(request).blobs.of(recorded[0].learner).get
    data, media_type = await asyncio.to_thread(_film, turn, read)
    whole = turn.heard is not None or len(turns) > int(number) + 1
    headers = {"cache-control": "private, max-age=86400" if whole else "no-store"}
    return Response(data, media_type=media_type, headers=headers)


async def to_player(request: Request) -> Response:
    """/replay/SESSION is the player's address that can be passed on; the page itself has it behind a hash."""
    parts = [
        request.path_params["session"],
        request.query_params.get("at", ""),
        request.query_params.get("learner", ""),
    ]
    while not parts[-1]:
        parts.pop()
    return RedirectResponse("/#/replay/" + "/".join(quote(part, safe="") for part in parts), 303)


def _replay(recorded: tuple[Recorded, ...]) -> Replay:
    start = recorded[0].time
    return Replay(
        session=recorded[0].stream,
        started=start,
        forgotten=any(item.forgotten for item in recorded),
        events=tuple(
            ReplayedEvent(
                version=item.version,
                id=item.id,
                type=item.type,
                at_ms=round((item.time - start).total_seconds() * 1000),
                messages=_messages(item),
            )
            for item in recorded
        ),
    )


def _messages(item: Recorded) -> tuple[Message, ...]:
    if isinstance(item.event, NotOfLesson):
        return ()
    return tuple(outgoing.message for outgoing in messages_of(item.event, item.version))


def _film(turn: Turn, read: Callable[[str], bytes]) -> tuple[bytes, str]:
    """Raises what the blob store raises for a recording that is gone."""
    clip = Clip()
    for segment in turn.spoken:
        clip.add_audio(segment.segment, segment.start_ms, read(segment.audio.sha256))
    for fragment in turn.rendered:
        init = read(fragment.init.sha256)
        clip.add_video(fragment.segment, init + read(fragment.media.sha256), len(init))
    with tempfile.TemporaryDirectory() as folder:
        film, voice = Path(folder) / "film.mp4", Path(folder) / "voice.wav"
        with contextlib.suppress(av.error.InvalidDataError):  # a face that is no MP4 of ours: the mouth is drawn then
            clip.write_mp4(film)
        if film.exists() and film.stat().st_size:
            return film.read_bytes(), "video/mp4"
        clip.write_wav(voice)
        return voice.read_bytes(), "audio/wav"


ROUTES = [
    route(f"{SESSION}/replay", get_replay, "learner"),
    route(f"{SESSION}/turns/{{turn}}/film", get_film, "learner"),
    Route("/replay/{session}", to_player),
]
