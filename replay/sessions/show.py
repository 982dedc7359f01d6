"""How sessions and a replayed one are printed: for a person, or one JSON object a line. Reads nothing."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import assert_never

import msgspec
from rich.text import Text

from events import lesson
from events.comparison import RepliesCompared
from events.envelope import NotOfLesson, Recorded, Unknown
from events.lesson import LessonEvent
from projections import messages
from projections.messages import messages_of
from replay.sessions.listing import Listed
from replay.sessions.playing import Played


def as_json(recorded: Sequence[Recorded]) -> Iterator[str]:
    """Each message's JSON, of a binary one its header: no recording is needed for it."""
    for item in recorded:
        if not isinstance(item.event, NotOfLesson):
            for outgoing in messages_of(item.event, item.version):
                yield msgspec.json.encode(outgoing.message).decode()


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


def as_text(recorded: Sequence[Recorded]) -> Iterator[Text]:
    """A line for each event: its version, time, type and what it says."""
    for item in recorded:
        line = Text(f"{item.version:>4}  {item.time:%H:%M:%S.%f}"[:-3] + "  ")
        line.append(f"{item.type:<24}", style="bold")
        line.append(_told(item.event) if not isinstance(item.event, NotOfLesson) else _beside(item.event))
        if item.forgotten:
            line.append("  (the learner has been forgotten)", style="dim")
        yield line


def line_of(played: Played) -> Text:
    """A message as a line: when, its type, and what it brings; a pause that was cut short is told before it."""
    minutes, ms = divmod(played.at_ms, 60_000)
    line = Text(f"(a pause of {timedelta(milliseconds=played.skipped_ms)} left out)\n" if played.skipped_ms else "")
    line.append(f"{minutes:>3}:{ms / 1000:06.3f}  ")
    line.append(f"{played.message.__struct_config__.tag:<18}", style="bold")
    return line.append(_brings(played.message))


def _brings(message: messages.Message) -> str:
    match message:
        case messages.SessionStartedMessage():
            return f"{message.learner} with {message.tutor}, {message.mode}, {message.level} {message.topic}"
        case messages.ProgressMessage():
            lasting = f", {message.duration_ms} ms" if message.duration_ms else ""
            return f"turn {message.turn}: {message.stage}{lasting}"
        case messages.TranscriptionMessage():
            return f"turn {message.turn}: {message.text!r}"
        case messages.ProsodyMessage(prosody=prosody):
            rate, pitch = prosody.words_per_minute, prosody.f0_mean_hz
            told = [f"{rate:.0f} words a minute" if rate else "", f"{pitch:.0f} Hz" if pitch else ""]
            return f"turn {message.turn}: {', '.join(filter(None, told))}"
        case messages.AnalysisMessage():
            return f"turn {message.turn}: {_scores(message)}"
        case messages.TutorReplyMessage():
            return f"turn {message.turn}: {message.text} [{', '.join(message.acts)}] {_evidence(message)}"
        case messages.TutorAudioMessage():
            return f"turn {message.turn}.{message.segment}: {message.duration_ms} ms by {message.voice}"
        case messages.VisemesMessage():
            return f"turn {message.turn}.{message.segment}: {len(message.visemes)} mouth shapes"
        case messages.TutorVideoMessage():
            return f"turn {message.turn}.{message.segment}.{message.fragment}: {message.duration_ms} ms"
        case messages.ErrorMessage():
            return f"{message.stage} {message.message}".strip()
        case messages.ResumedMessage():
            return f"turn {message.turn}"
        case _:
            assert_never(message)


def _beside(event: NotOfLesson) -> str:
    match event:
        case Unknown():
            return f"? {event.fault or 'of a newer program'}"
        case RepliesCompared():
            shown = f"a {event.a.text!r} ({event.a.engine.name}), b {event.b.text!r} ({event.b.engine.name})"
            return f"turn {event.turn}: {event.preferred} by {event.judge}: {shown}"
        case _:
            return ""


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


def _scores(event: lesson.SpeechAssessed | messages.AnalysisMessage) -> str:
    scores = event.scores
    names = ("total", "pronunciation", "fluency", "prosody", "completeness", "grammar")
    told = [f"{name} {value:.0f}" for name in names if (value := getattr(scores, name)) is not None]
    return ", ".join([*told, *(f"{note.said!r} → {note.better!r}" for note in event.notes)])


def _ratings(event: lesson.SpeechRated) -> str:
    names = ("total", "accuracy", "fluency", "prosodic", "completeness")
    told = [f"{name} {value:g}" for name in names if (value := getattr(event, name)) is not None]
    return f"{', '.join(told)} ({event.rater})"


def _evidence(event: lesson.TutorReplied | messages.TutorReplyMessage) -> str:
    return "; ".join(f"{item.kind} {item.text} {item.start_ms}-{item.end_ms} ms" for item in event.evidence)
