"""Lessons with recordings, for counterfactual runs."""

from collections.abc import Sequence

import numpy as np

from actors.hearing.decode import encode_flac
from events.blobs import BlobsByLearner
from events.lesson import LessonEvent, SessionEnded, SessionStarted, SpeechTranscribed, SpeechUttered
from events.log import EventLog
from events.values import EngineUse
from tests.events.samples import origin

WORDS = "i like my small garden"
"""What the fake recogniser hears in two and a half seconds; one word for each half second."""
WHISPER = EngineUse(kind="asr", name="whisper-base", version="1", digest="d0", latency_ms=250.0)


def noise(halves: int) -> bytes:
    """A FLAC file of so many half seconds."""
    return encode_flac(np.random.default_rng(halves).normal(0, 0.1, 8_000 * halves).astype(np.float32))


def record(
    log: EventLog,
    blobs: BlobsByLearner,
    learner: str,
    lengths: Sequence[int],
    *,
    transcribed: Sequence[str] = (),
    level: str = "A2",
    client: str = "web",
) -> None:
    """A lesson in stream ``lesson-LEARNER``: utterances of so many half seconds, each saying as many of `WORDS`."""
    session = f"lesson-{learner}"
    events: list[LessonEvent] = [
        SessionStarted(
            session=session, learner=learner, tutor="iris", goal="travel", level=level, mode="sentence", seed=1,
            client=client,
        )
    ]  # fmt: skip
    for turn, halves in enumerate(lengths, 1):
        audio = blobs.of(learner).put(noise(halves), "audio/flac")
        reference = " ".join(WORDS.split()[:halves])
        events.append(
            SpeechUttered(
                turn=turn, source="microphone", endpoint="silence", audio=audio, reference=reference,
                sample_rate_hz=16_000, duration_ms=500 * halves,
            )
        )  # fmt: skip
        if transcribed:
            events.append(SpeechTranscribed(turn=turn, text=transcribed[turn - 1], engine=WHISPER))
    events.append(SessionEnded(reason="learner"))
    log.append(session, events, expected_version=0, origin=origin(learner))
