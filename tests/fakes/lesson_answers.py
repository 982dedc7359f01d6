"""Canned answers of the fake lesson server to what needs no lesson: tutors, sessions, progress, feedback, tips."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from events.lesson import SpeechAssessed
from events.values import Note, Pronunciation, Prosody, Scores, WordScore
from policies.feedback.feedback import feedback_on
from policies.feedback.turn import AssessedTurn
from policies.feedback.wording import LANGUAGES, language_of, wording
from policies.tutors import TUTORS
from tests.fakes import canned_lesson as canned

SESSION = "session-1"
TOPICS = (
    ("travel", "Travel"), ("food", "Food and cooking"), ("work", "Work"), ("family", "Family and friends"),
    ("home", "Home"), ("hobbies", "Hobbies"), ("health", "Health"), ("films", "Films and books"),
)  # fmt: skip


async def tutors(request: Request) -> Response:
    root = "/api/v1/tutors"
    return JSONResponse(
        [
            {"name": tutor.name, "title": tutor.title, "description": tutor.description,
             "portrait": f"{root}/{tutor.name}/portrait.png", "idle": f"{root}/{tutor.name}/idle.mp4"}
            for tutor in TUTORS
        ]
    )  # fmt: skip


async def flac(request: Request) -> Response:
    return Response(canned.sound(0), media_type="audio/flac")


async def sessions(request: Request) -> Response:
    now = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
    return JSONResponse(
        [
            {"session": SESSION, "started": (now - timedelta(days=day)).isoformat(), "turns": 6 + day, "level": "A2",
             "ended": (now - timedelta(days=day, minutes=-9)).isoformat(), "tutor": TUTORS[day % 4].name,
             "mode": ("conversation", "sentence")[day % 2], "average": 78.4 - 4 * day, "topic": "", "goal": "Travel"}
            for day in range(4)
        ]
    )  # fmt: skip


def feedback(request: Request, messages: Sequence[dict[str, Any]]) -> Response:
    """What the server's own policy says of the analyses among the messages of a lesson."""
    analyses = {each["turn"]: each for each in messages if each["type"] == "analysis_complete"}
    measures = {each["turn"]: each["prosody"] for each in messages if each["type"] == "prosody_features"}
    wanted = request.query_params.get("turn", "")
    told = [
        feedback_on(AssessedTurn(assessed=_assessed(analysis, measures[turn]), guided=True), _language(request))
        for turn, analysis in analyses.items()
        if wanted in ("", str(turn))
    ]
    return Response(msgspec.json.encode(told), media_type="application/json")


def _assessed(analysis: dict[str, Any], prosody: dict[str, Any]) -> SpeechAssessed:
    scores = msgspec.convert(analysis["scores"], Scores)
    words = tuple(
        msgspec.convert({**word, "phones": [list(phone.values()) for phone in word["phones"]]}, WordScore)
        for word in analysis["words"]
    )
    contours = {
        name: [list(point.values()) for point in prosody[name]]
        for name in ("contour", "tutor_contour")
        if name in prosody
    }
    return SpeechAssessed(
        turn=analysis["turn"], scores=scores, prosody=msgspec.convert(prosody | contours, Prosody),
        pronunciation=Pronunciation(
            reference=analysis["reference"], score=scores.total or 0.0, completeness=100.0, words=words
        ),
        notes=msgspec.convert(analysis["notes"], tuple[Note, ...]),
    )  # fmt: skip


def _language(request: Request) -> str:
    return language_of(request.query_params.get("language", ""), request.headers.get("accept-language", ""))


def articulation(request: Request) -> Response:
    language = _language(request)
    languages = [{"tag": tag, "name": wording(tag).name} for tag in LANGUAGES]
    return JSONResponse({"language": language, "tips": wording(language).tips, "languages": languages})


def _day(back: int) -> dict[str, Any]:
    rise = (13 - back) * 1.3
    return {
        "day": (datetime(2026, 11, 21, tzinfo=UTC) - timedelta(days=back)).date().isoformat(),
        "sessions": 1, "minutes": 5 + back * 7 % 11, "turns": 9, "total": 61 + rise, "pronunciation": 57 + rise * 1.1,
        "fluency": 66 + rise * 0.7, "prosody": 70 + back * 3 % 7, "grammar": 58 + back * 5 % 13 + rise / 2,
    }  # fmt: skip


PROGRESS: dict[str, Any] = {
    "learner": "learner-1", "sessions": 14, "minutes": 126.4, "turns": 143,
    "averages": {"total": 74.2, "pronunciation": 68.9, "fluency": 77.0, "prosody": 81.3, "completeness": 93.1,
                 "grammar": 58.8},
    "trend": 4.1,
    "streak": {"current_days": 6, "longest_days": 11, "last_day": "2026-11-21"},
    "weak_phones": [{"phone": "TH", "score": 38.2, "count": 31}, {"phone": "R", "score": 55.1, "count": 64},
                    {"phone": "V", "score": 61.7, "count": 18}],
    "weak_words": [{"word": "theatre", "score": 44.0, "count": 6}, {"word": "comfortable", "score": 51.5, "count": 3},
                   {"word": "three", "score": 57.8, "count": 9}],
    "slips": [{"kind": "article", "count": 17}, {"kind": "tense", "count": 9}, {"kind": "preposition", "count": 1}],
    "days": [_day(back) for back in range(13, -1, -1) if back not in (4, 9)],
}  # fmt: skip
