"""A log of lessons made by hand, for the tests of datasets: small, sealed, with recordings."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from events.envelope import Fact, Origin
from events.learner import ConsentGiven, LearnerEvent
from events.learner_stream import append_for
from events.lesson import (
    LessonEvent,
    SessionEnded,
    SessionStarted,
    SpeechTranscribed,
    SpeechUttered,
    TutorHeard,
    TutorReplied,
)
from events.location import DataFolder
from events.opening import open_blobs, open_codec, open_log
from events.recorder_log import RecorderEventLog
from events.sqlite import SQLiteEventLog
from events.values import Blob, EngineUse, Word
from tests.events.samples import TickingClock

ASR = EngineUse(kind="asr", name="whisper", version="1.2", digest="ab")
FALLBACK = EngineUse(kind="asr", name="PocketSphinx", version="5.1", degraded=True, reason="whisper was away")
RULES = EngineUse(kind="tutor", name="rules", version="1")


class Lessons:
    """Appends lessons to the log of a data folder; each gets the learner's consent first, if it is to."""

    def __init__(self, root: Path) -> None:
        self.folder = DataFolder(root)
        clock = TickingClock(datetime(2026, 11, 2, 9, 0, tzinfo=UTC))
        self.log: RecorderEventLog = SQLiteEventLog(
            self.folder.log, clock=clock, codec=open_codec(self.folder), synchronous="OFF"
        )
        self.blobs = open_blobs(self.folder)

    def consent(self, *learners: str) -> None:
        """The learners agree to training."""
        for learner in learners:
            self.tell(learner, ConsentGiven(purpose="training"))

    def tell(self, learner: str, event: LearnerEvent) -> None:
        """Append to the learner's own stream."""
        append_for(self.log, learner, event)

    def hold(self, session: str, learner: str, *events: LessonEvent, end: bool = True, **about: str) -> None:
        """Append a lesson; ``about`` are fields of its first event."""
        fields = {"tutor": "iris", "goal": "travel", "level": "A2", "mode": "conversation", "language": "en"} | about
        started = SessionStarted(session=session, learner=learner, seed=1, **fields)
        self.append(session, learner, [started, *events, *([SessionEnded(reason="learner")] if end else [])])

    def append(self, stream: str, learner: str, events: Sequence[Fact]) -> None:
        """Append to a stream as it stands."""
        origin = Origin(learner=learner, causation="c", correlation="c", producer="edge")
        self.log.append(stream, events, expected_version=len(self.log.read(stream)), origin=origin)

    def recording(self, learner: str, sound: bytes = b"sound") -> Blob:
        """Keep a recording of the learner's."""
        return self.blobs.of(learner).put(sound, "audio/flac")

    def said(self, learner: str, turn: int, text: str, *, engine: EngineUse = ASR) -> tuple[LessonEvent, ...]:
        """The learner said a text: heard word by word, 300 ms each, from .2 s on."""
        words = text.split()
        return (
            SpeechUttered(
                turn=turn, source="microphone", endpoint="silence", audio=self.recording(learner, text.encode()),
                sample_rate_hz=16_000, duration_ms=300 * len(words) + 800, speech_start_ms=200,
                speech_end_ms=200 + 300 * len(words), level_db=-23.0,
            ),
            SpeechTranscribed(
                turn=turn, text=text, engine=engine, confidence=0.9,
                words=tuple(
                    Word(text=word, start_ms=200 + 300 * n, end_ms=500 + 300 * n, confidence=0.9)
                    for n, word in enumerate(words)
                ),
            ),
        )  # fmt: skip

    def answered(self, turn: int, text: str, *, heard: str | None = None) -> tuple[LessonEvent, ...]:
        """The tutor replied; ``heard`` is what was really heard of it (all of it)."""
        return (
            TutorReplied(turn=turn, sentence=0, text=text, engine=RULES, last=True),
            TutorHeard(turn=turn, heard_ms=1_000, text=text if heard is None else heard, interrupted=heard is not None),
        )

    def close(self) -> None:
        """Let go of the log."""
        self.log.close()


def opened(folder: DataFolder) -> RecorderEventLog:
    """The log again."""
    return open_log(folder)
