"""Feedback on turns, and how each sound is made, in the learner's language. What is said is decided in `policies`."""

import asyncio

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from actors.session.errors import UnknownTurn
from edge.rest import json, learner_of, resources_of, route, session_events
from events.envelope import Recorded
from events.learner import LearnerDescribed, stream_of
from events.lesson import SpeechAssessed, SpeechTranscribed, SpeechUttered
from policies.feedback.feedback import feedback_on
from policies.feedback.turn import AssessedTurn
from policies.feedback.wording import LANGUAGES, language_of, wording

PRACTICE = "/speech-practice"


class Language(Struct, frozen=True, kw_only=True):
    """A language that feedback can be given in, by its own name."""

    tag: str
    name: str


class Articulation(Struct, frozen=True, kw_only=True):
    """How to make each sound (ARPAbet), in the learner's language, and which languages there are."""

    language: str
    tips: dict[str, str]
    languages: tuple[Language, ...]


async def get_feedback(request: Request) -> Response:
    """What could be said better and what the scores rest on, of every turn or of one, from the log alone."""
    recorded = await session_events(request, request.path_params["session"])
    language = await _language(request)
    wanted = request.query_params.get("turn", "")
    told = [feedback_on(turn, language) for turn in _turns(recorded) if wanted in ("", str(turn.assessed.turn))]
    if wanted and not told:
        raise UnknownTurn(f"Nothing has been assessed in a turn {wanted[:20]!r} of this session.")
    return json(told)


async def get_articulation(request: Request) -> Response:
    """A tip for every sound of English."""
    language = await _language(request)
    return json(
        Articulation(
            language=language,
            tips=wording(language).tips,
            languages=tuple(Language(tag=tag, name=wording(tag).name) for tag in LANGUAGES),
        )
    )


def _turns(recorded: tuple[Recorded, ...]) -> list[AssessedTurn]:
    """The turns that were assessed, each as it was assessed last."""
    guided: dict[int, bool] = {}
    said: dict[int, SpeechTranscribed] = {}
    turns: dict[int, AssessedTurn] = {}
    for event in (item.event for item in recorded):
        match event:
            case SpeechUttered(turn=turn):
                guided[turn] = bool(event.reference)
            case SpeechTranscribed(turn=turn):
                said[turn] = event
            case SpeechAssessed(turn=turn):
                turns[turn] = AssessedTurn(assessed=event, said=said.get(turn), guided=guided.get(turn, False))
            case _:
                pass
    return list(turns.values())


async def _language(request: Request) -> str:
    """What is asked for goes before what the learner's profile says, and that before what the browser says."""
    asked = request.query_params.get("language", "")
    told = await asyncio.to_thread(_first_language, request)
    return language_of(asked, told, request.headers.get("accept-language", ""))


def _first_language(request: Request) -> str:
    recorded = resources_of(request).log.read(stream_of(learner_of(request)))
    described = [item.event.first_language for item in recorded if isinstance(item.event, LearnerDescribed)]
    return described[-1] if described else ""


ROUTES = [
    route(f"{PRACTICE}/sessions/{{session}}/feedback", get_feedback, "learner", "language", "turn"),
    route(f"{PRACTICE}/articulation", get_articulation, "learner", "language"),
]
