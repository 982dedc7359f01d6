"""Carries out the policy on recordings: tells the log what is deleted, then deletes it. Decides nothing."""

from collections.abc import Iterator
from datetime import datetime

from events.blobs import BlobStore
from events.learner import AudioExpired, ConsentGiven, ConsentWithdrawn
from events.learner_stream import append_for
from events.lesson import SpeechUttered
from events.log import EventLog
from events.verification import all_events
from policies.retention import LIMIT_DAYS, Expiry, Recording, expiries

PURPOSE = "recordings"


def retain(log: EventLog, blobs: BlobStore, *, now: datetime, limit_days: int = LIMIT_DAYS) -> tuple[Expiry, ...]:
    """Delete the recordings that are due; what was deleted. Raises `LogUnavailable`, `BlobStoreUnavailable`.

    The event comes first: cut short between the two, the next call tells of the rest again, and nothing is gone untold.
    """
    recordings, withdrawn = _known(log)
    there = (recording for recording in recordings if blobs.has(recording.sha256))
    due = expiries(there, withdrawn, now=now, limit_days=limit_days)
    for expiry in due:
        event = AudioExpired(
            count=len(expiry.recordings),
            size_bytes=expiry.size_bytes,
            limit_days=limit_days,
            reason=expiry.reason,
        )
        append_for(log, expiry.learner, event)
        for recording in expiry.recordings:
            blobs.expire(recording.sha256, now)
    return due


def _known(log: EventLog) -> tuple[tuple[Recording, ...], frozenset[str]]:
    """Every recording by name, and who no longer agrees to recordings."""
    found: dict[str, Recording] = {}
    withdrawn: set[str] = set()
    for recorded in all_events(log):
        match recorded.event:
            case SpeechUttered(audio=audio, source=source) if audio is not None:
                found[audio.sha256] = Recording(
                    learner=recorded.learner,
                    sha256=audio.sha256,
                    size_bytes=audio.stored_bytes or audio.size_bytes,
                    recorded=recorded.time,
                    imported=source == "corpus",
                )
            case ConsentWithdrawn(purpose=purpose) if purpose == PURPOSE:
                withdrawn.add(recorded.learner)
            case ConsentGiven(purpose=purpose) if purpose == PURPOSE:
                withdrawn.discard(recorded.learner)
            case _:
                pass
    return tuple(found.values()), frozenset(withdrawn)


def lines(due: tuple[Expiry, ...]) -> Iterator[str]:
    """What was deleted, for people."""
    for expiry in due:
        what = f"{_counted(len(expiry.recordings), 'recording')}, {expiry.size_bytes / 2**20:.1f} MiB"
        yield f"{expiry.learner}: {what} ({expiry.reason})"
    recordings = _counted(sum(len(expiry.recordings) for expiry in due), "recording")
    yield f"{recordings} of {_counted(len(due), 'learner')} deleted"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
