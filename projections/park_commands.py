"""The commands that look after parked keys. Each gives an exit status."""

import argparse

import msgspec
from rich.table import Table

from events.envelope import Unknown
from events.recorder_log import RecorderEventLog
from projections.catalogue import PROJECTIONS, projection_named
from projections.commands import console
from projections.errors import NotParked
from projections.folded import Parked
from projections.parking import Retried, parked_event, retry, skip
from projections.projection import AnyProjection
from projections.views import ViewStore
from projections.wording import counted


def add_parser(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``park``."""
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="name the parked keys of all projections")
    for name, what in (
        ("show", "print the event that stopped a key"),
        ("retry", "fold what waits of one key, or of all; do this when the fold is mended"),
        ("skip", "leave out the event that stopped a key, for good, and fold the rest"),
    ):
        action = actions.add_parser(name, help=what)
        action.add_argument("name", metavar="NAME", help="the projection")
        number = "?" if name == "retry" else None
        action.add_argument("key", metavar="KEY", nargs=number, default="", help="as park list shows it")


def park(log: RecorderEventLog, store: ViewStore, options: argparse.Namespace) -> int:
    """Run one of them."""
    if options.action == "list":
        return _list(store)
    projection = projection_named(options.name)
    if options.action == "show":
        return _show(log, _parked(store, projection, options.key), projection)
    if options.action == "skip":
        return _told(projection, skip(log, store, projection, options.key))
    keys = (options.key,) if options.key else tuple(each.key for each in store.parked(projection.name))
    if not keys:
        print(f"{projection.name}: nothing is parked")
    return max((_told(projection, retry(log, store, projection, key)) for key in keys), default=0)


def _list(store: ViewStore) -> int:
    table = Table("projection", "key", "learner", "stopped at", "waiting", "why")
    for projection in PROJECTIONS:
        with store.reading() as cursor:
            rows = cursor.all(
                "SELECT key, COUNT(*) FROM waiting WHERE name=? AND generation=(SELECT generation FROM projections"
                " WHERE projections.name=waiting.name) GROUP BY key",
                (projection.name,),
            )
        waiting: dict[str, int] = dict(rows)
        for each in store.parked(projection.name):
            count = str(waiting.get(each.key, 0))
            table.add_row(projection.name, each.key, each.learner, f"{each.position:,}", count, each.error)
    console().print(table if table.rows else "nothing is parked")
    return 0


def _parked(store: ViewStore, projection: AnyProjection, key: str) -> Parked:
    for each in store.parked(projection.name):
        if each.key == key:
            return each
    raise NotParked(projection.name, key)


def _show(log: RecorderEventLog, parked: Parked, projection: AnyProjection) -> int:
    print(f"{projection.name} stopped folding {parked.key!r} at position {parked.position}: {parked.error}")
    event = parked_event(log, parked.position)
    if event is None:
        print("the log has no event there")
        return 1
    print(f"version {event.version} of stream {event.stream!r}, {event.type}, {event.time.isoformat()}")
    payload = event.event.payload if isinstance(event.event, Unknown) else msgspec.json.encode(event.event)
    try:
        print(msgspec.json.format(payload).decode())
    except (msgspec.DecodeError, UnicodeDecodeError):
        print(repr(payload))
    return 0


def _told(projection: AnyProjection, retried: Retried) -> int:
    print(f"{projection.name}: {counted(retried.folded, 'event')} of {retried.key!r} folded")
    if retried.still is None:
        return 0
    print(f"  stopped again at position {retried.still.position}: {retried.still.error}")
    return 1
