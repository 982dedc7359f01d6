"""How sessions and a replayed one are printed: for a person, or one JSON object a line. Reads nothing."""

from collections.abc import Iterator, Sequence
from typing import assert_never

import msgspec
from rich.text import Text

from events import lesson
from events.envelope import NotOfLesson, Recorded, Unknown
from events.lesson import LessonEvent
from replay.sessions.listing import Listed
from replay.sessions.session import header_of


def as_json(frames: tuple[str | bytes, ...], digest: str) -> Iterator[str]:
    """Each message's JSON (of a binary one its header), then the digest over all bytes."""
    yield from map(header_of, frames)
    yield msgspec.json.encode({"type": "digest", "messages": len(frames), "sha256": digest}).decode()


def as_lines(listed: Sequence[Listed]) -> Iterator[Text]:
    """A line for each session, under a heading, in columns."""
    rows = [("session", "start (UTC)", "learner", "tutor", "mode", "turns")] if listed else []
    for one in listed:
        start = f"{one.started:%Y-%m-%d %H:%M:%S}"
        turns = f"{one.turns} (forgotten)" if one.forgotten else str(one.turns)
        rows.append((one.session, start, one.learner, one.tutor, one.mode, turns))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield Text("  ".join(cells).rstrip(), style="" if number else "bold")


def as_text(recorded: tuple[Recorded, ...]) -> Iterator[Text]:
    """A line for each event: its version, time, type and what it says."""
    for item in recorded:
        line = Text(f"{item.version:>4}  {item.time:%H:%M:%S.%f}"[:-3] + "  ")
        line.append(f"{item.type:<24}", style="bold")
        line.append(_told(item.event) if not isinstance(item.event, NotOfLesson) else _beside(item.event))
        if item.forgotten:
            line.append("  (the learner has been forgotten)", style="dim")
        yield line


def _beside(event: NotOfLesson) -> str:
    return f"? {event.fault}" if isinstance(event, Unknown) else ""


def _told(event: LessonEvent) -> str:
    match event:
        case lesson.SessionStarted(mode="corpus"):
            return f"{event.learner}, imported from {event.topic}"
        case lesson.SessionStarted():
            return f"{event.learner} with {event.tutor}, {event.mode}, {event.level} {event.topic}"
        case lesson.SessionClaimed():
            return f"epoch {event.epoch} by {event.host}"
        case lesson.SpeechUttered():
            seconds = f"{event.duration_ms / 1000:.1f} s" if event.audio else repr(event.text)
            said = f"{event.text!r} " if event.audio and event.text else ""
            return f"turn {event.turn}: {seconds}, {event.source}, closed by {event.endpoint} {said}{_asked(event)}"
        case lesson.SpeechTranscribed():
            return f"turn {event.turn}: {event.text!r} ({event.engine.name}, {event.engine.latency_ms:.0f} ms)"
        case lesson.SpeechAssessed():
            return f"turn {event.turn}: {_scores(event)}"
        case lesson.SpeechRated():
            return f"turn {event.turn}: {_ratings(event)}"
        case lesson.TutorReplied():
            return f"turn {event.turn}: {event.text} [{', '.join(event.acts)}] {_evidence(event)}"
        case lesson.TutorSpoken():
            return f"turn {event.turn}.{event.segment}: {event.duration_ms} ms by {event.voice}"
        case lesson.TutorRendered():
            return f"turn {event.turn}.{event.segment}.{event.fragment}: {event.duration_ms} ms of {event.look}"
        case lesson.TutorHeard():
            how = "until interrupted" if event.interrupted else "to its end"
            return f"turn {event.turn}: {event.heard_ms} ms {how}: {event.text}"
        case lesson.TurnFailed():
            return f"turn {event.turn}: {event.stage}: {event.message}"
        case lesson.TurnRetried():
            return f"turn {event.turn}"
        case lesson.FeedbackRated():
            return f"turn {event.turn}: {event.stars} stars {event.comment}"
        case lesson.SessionEnded():
            return event.reason
        case _:
            assert_never(event)


def _asked(event: lesson.SpeechUttered) -> str:
    return f"(to say: {event.reference})" if event.reference else ""


def _scores(event: lesson.SpeechAssessed) -> str:
    scores = event.scores
    names = ("total", "pronunciation", "fluency", "prosody", "completeness", "grammar")
    told = [f"{name} {value:.0f}" for name in names if (value := getattr(scores, name)) is not None]
    return ", ".join([*told, *(f"{note.said!r} → {note.better!r}" for note in event.notes)])


def _ratings(event: lesson.SpeechRated) -> str:
    names = ("total", "accuracy", "fluency", "prosodic", "completeness")
    told = [f"{name} {value:g}" for name in names if (value := getattr(event, name)) is not None]
    return f"{', '.join(told)} ({event.rater})"


def _evidence(event: lesson.TutorReplied) -> str:
    return "; ".join(f"{item.kind} {item.text} {item.start_ms}-{item.end_ms} ms" for item in event.evidence)
