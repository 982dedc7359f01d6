"""A moment of a session as people name it: an event's version or id, or a time. Reads no log."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from events.envelope import Recorded
from replay.errors import ReplayError

WAYS = "a version (12), an event's id, a time (12:54:58.9 or 2026-11-21T12:54:58Z), or seconds from the start (+7.5)"
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d{1,6})?))?")
_OFFSET = re.compile(r"\+(\d+(?:\.\d+)?)s?")


class NoSuchMoment(ReplayError):
    """The session has no such moment."""

    absent = True

    def __init__(self, text: str, session: str, reason: str) -> None:
        super().__init__(f"{text!r} is no moment of session {session!r}: {reason}; give {WAYS}.")
        self.text = text
        self.session = session


def upto(recorded: Sequence[Recorded], moment: str) -> tuple[Recorded, ...]:
    """The events up to a moment, the one at it included; all for "". Raises `NoSuchMoment`."""
    if not moment or not recorded:
        return tuple(recorded)
    count = _by_version(recorded, moment) if moment.isdecimal() else _by_id(recorded, moment)
    if count is None:
        at = _time(recorded, moment)
        count = sum(item.time <= at for item in recorded)
        if not count:
            reason = f"it began at {recorded[0].time:%Y-%m-%d %H:%M:%S.%f}"[:-3]
            raise NoSuchMoment(moment, recorded[0].stream, reason)
    return tuple(recorded[:count])


def _by_version(recorded: Sequence[Recorded], moment: str) -> int:
    for number, item in enumerate(recorded, 1):
        if item.version == int(moment):
            return number
    reason = f"its events have versions {recorded[0].version} to {recorded[-1].version}"
    raise NoSuchMoment(moment, recorded[0].stream, reason)


def _by_id(recorded: Sequence[Recorded], moment: str) -> int | None:
    return next((number for number, item in enumerate(recorded, 1) if item.id == moment), None)


def _time(recorded: Sequence[Recorded], moment: str) -> datetime:
    """A time of day is the first such time after the session's start, to the end of the last digit that is given."""
    start = recorded[0].time
    if offset := _OFFSET.fullmatch(moment):
        return start + timedelta(seconds=float(offset[1]))
    if clock := _CLOCK.fullmatch(moment):
        seconds = clock[3] or "59.999999"
        whole, _, fraction = seconds.partition(".")
        micros = int(fraction.ljust(6, "9") if fraction else "999999")
        if int(clock[1]) > 23 or int(clock[2]) > 59 or int(whole) > 59:
            raise NoSuchMoment(moment, recorded[0].stream, "no day has this time")
        at = start.replace(hour=int(clock[1]), minute=int(clock[2]), second=int(whole), microsecond=micros)
        return at if at >= start else at + timedelta(days=1)
    try:
        at = datetime.fromisoformat(moment)
    except ValueError as error:
        raise NoSuchMoment(moment, recorded[0].stream, "it is neither of its events nor a time") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
