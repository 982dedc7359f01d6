"""Whether a topic is the copy of this very log. It is not after the log was restored, or the topic made anew."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from events.errors import CorruptPayload, KafkaUnavailable
from events.kafka.cloud_events import id_of, to_kafka
from events.kafka.link import partition_of
from events.kafka.topic import KafkaTopic
from events.recorder_log import Stored

PAGE = 500


class StoredLog(Protocol):
    """What is asked of the log."""

    def stored_tail(self, after: int, *, limit: int) -> Sequence[Stored]: ...
    def head(self) -> int: ...


def see_same_events(log: StoredLog, ids: Mapping[int, str], positions: Sequence[int]) -> None:
    """See that the log reaches ``positions`` and that ``ids``, by position, are those of its events.

    An empty id tells nothing. Raises `KafkaUnavailable`, ``other_log``.
    """
    head = log.head()
    if (furthest := max((*positions, *ids), default=0)) > head:
        detail = f"the log ends at position {head:,}, and {furthest:,} was relayed before"
        raise KafkaUnavailable("other_log", detail)
    for position, wanted in ids.items():
        rows = log.stored_tail(position - 1, limit=1) if position else ()
        found = _id(rows[0]) if rows and rows[0].position == position else "another"
        if wanted and found and found != wanted:
            detail = f"another event than the log's was relayed as position {position:,}"
            raise KafkaUnavailable("other_log", detail)


def missing_beginnings(log: StoredLog, topic: KafkaTopic, first: Mapping[int, int]) -> dict[int, int]:
    """Of each partition that lacks the log's first event of it, that event's position.

    ``first`` has the positions that the partitions begin with.
    """
    after, last = 0, max(first.values(), default=0)
    missing: dict[int, int] = {}
    seen: set[int] = set()
    while after < last and (rows := log.stored_tail(after, limit=PAGE)):
        after = rows[-1].position
        for row in rows:
            partition = partition_of(row.stream.encode(), topic.partitions)
            if partition not in seen and row.position < first.get(partition, 0):
                missing[partition] = row.position
            seen.add(partition)
    return missing


def id_at(log: StoredLog, position: int) -> str:
    """The id of the log's event at a position; "" for none, and for one that is damaged."""
    rows = log.stored_tail(position - 1, limit=1) if position else ()
    return _id(rows[0]) if rows and rows[0].position == position else ""


def _id(row: Stored) -> str:
    try:
        return id_of(to_kafka(row.state, row.position).headers)
    except CorruptPayload:
        return ""
