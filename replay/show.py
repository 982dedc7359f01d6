"""How a replayed session is printed: for a person, or one JSON object a line. Reads nothing."""

from collections.abc import Iterator
from typing import assert_never

import msgspec
from rich.text import Text

from events import lesson
from events.envelope import Recorded, Unknown
from events.lesson import LessonEvent


def as_json(frames: tuple[str | bytes, ...], digest: str) -> Iterator[str]:
    """Each message's JSON (of a binary one its header), then the digest over all bytes."""
    for frame in frames:
        if isinstance(frame, str):
            yield frame
        else:
            length = int.from_bytes(frame[:4], "big")
            yield frame[4 : 4 + length].decode()
    yield msgspec.json.encode({"type": "digest", "messages": len(frames), "sha256": digest}).decode()


def as_text(recorded: tuple[Recorded, ...]) -> Iterator[Text]:
    """A line for each event: its version, time, type and what it says."""
    for item in recorded:
        line = Text(f"{item.version:>4}  {item.time:%H:%M:%S.%f}"[:-3] + "  ")
        line.append(f"{item.type:<24}", style="bold")
        line.append(f"? {item.event.fault}" if isinstance(item.event, Unknown) else _told(item.event))
        yield line


def _told(event: LessonEvent) -> str:
    match event:
        case lesson.SessionStarted():
            return f"{event.learner} with {event.tutor}, {event.mode}, {event.level} {event.topic}"
        case lesson.SessionClaimed():
            return f"epoch {event.epoch} by {event.host}"
        case lesson.SpeechUttered():
            seconds = f"{event.duration_ms / 1000:.1f} s" if event.audio else repr(event.text)
            return f"turn {event.turn}: {seconds}, {event.source}, closed by {event.endpoint} {_asked(event)}"
        case lesson.SpeechTranscribed():
            return f"turn {event.turn}: {event.text!r} ({event.engine.name}, {event.engine.latency_ms:.0f} ms)"
        case lesson.SpeechAssessed():
            return f"turn {event.turn}: {_scores(event)}"
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


def _evidence(event: lesson.TutorReplied) -> str:
    return "; ".join(f"{item.kind} {item.text} {item.start_ms}-{item.end_ms} ms" for item in event.evidence)
