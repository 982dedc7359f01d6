"""The messages of a logged session, at the pace of its events or faster. Prints nothing; the clock is passed in."""

import time
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from events.envelope import NotOfLesson, Recorded
from projections.messages import Message, messages_of


class Played(Struct, frozen=True, kw_only=True):
    """A message as the client got it, ``at_ms`` after the session's start; ``skipped_ms`` of silence were left out."""

    message: Message
    at_ms: int
    skipped_ms: int = 0


class Pace(Struct, frozen=True, kw_only=True):
    """How quick a session is played: ``speed`` times as fast as it was, None for at once.

    No pause lasts longer than ``longest_pause_s`` of the session's own time: lessons are gone on with days later.
    """

    speed: float | None = 1.0
    longest_pause_s: float = 30.0


def play(
    recorded: Sequence[Recorded],
    pace: Pace,
    *,
    already: int = 0,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Played]:
    """The durable messages, each when it is due; those of the first ``already`` events come at once.

    ``clock`` gives seconds and ``sleep`` waits for some: what is done with a message meanwhile delays none of the next.
    """
    due_s = clock()
    before = recorded[0].time if recorded else None
    for number, item in enumerate(recorded, 1):
        assert before is not None
        pause_s, before = (item.time - before).total_seconds(), item.time
        skipped_s = 0.0
        if number > already and pace.speed is not None:
            skipped_s = max(0.0, pause_s - pace.longest_pause_s)
            due_s += max(0.0, pause_s - skipped_s) / pace.speed
            if (wait_s := due_s - clock()) > 0:
                sleep(wait_s)
        if isinstance(item.event, NotOfLesson):
            continue
        at_ms = round((item.time - recorded[0].time).total_seconds() * 1000)
        for outgoing in messages_of(item.event, item.version):
            yield Played(message=outgoing.message, at_ms=at_ms, skipped_ms=round(skipped_s * 1000))
            skipped_s = 0.0
