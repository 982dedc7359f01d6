"""Forgets a learner: destroys the key, records it, and tells in a manifest what held the learner.

Views follow the log by themselves (`projections.fold`); datasets are named, not changed: who made them makes them anew.
"""

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from events.blobs import blobs_of
from events.codec import CODEC
from events.envelope import Recorded, Unknown
from events.errors import CorruptPayload
from events.keys import KeyRing
from events.learner import LearnerForgotten
from events.learner_stream import append_for
from events.lesson import SessionStarted
from events.location import DataFolder
from events.personal import KEPT, personal_part
from events.recorder_log import RecorderEventLog

PAGE = 500


class Dataset(Struct, frozen=True, kw_only=True):
    """A line of the register of datasets: which learners' events one holds."""

    name: str
    version: str
    learners: tuple[str, ...]


class Manifest(Struct, frozen=True, kw_only=True):
    """What was known of a learner when they were forgotten.

    ``datasets`` held them and must be made anew. ``in_the_clear`` counts events that were stored before there were
    keys: they read as empty, but their bytes are in the log's file.
    """

    learner: str
    forgotten: datetime
    generation: int
    events: int
    sessions: tuple[str, ...]
    blobs: int
    in_the_clear: int
    datasets: tuple[str, ...]


def forget(learner: str, log: RecorderEventLog, keys: KeyRing, folder: DataFolder) -> tuple[Manifest, Path]:
    """Forget the learner; the manifest and where it was written. To repeat it after it was cut short is harmless.

    Raises `LogUnavailable`, `KeysUnavailable`; the key goes first, so that nothing can be read whatever fails then.
    """
    datasets = tuple(f"{each.name} {each.version}" for each in registered(folder) if learner in each.learners)
    keys.destroy(learner)
    generation = keys.generation(learner)
    event = LearnerForgotten(generation=generation, datasets=datasets)
    recorded = append_for(log, learner, event, unless=lambda each: _tells(each, generation))
    held = _Held()
    for each, sealed in _stored(log, learner):
        held.add(each, sealed=sealed)
    manifest = Manifest(
        learner=learner,
        forgotten=recorded.time,
        generation=generation,
        events=held.events,
        sessions=tuple(held.sessions),
        blobs=len(held.blobs),
        in_the_clear=held.in_the_clear,
        datasets=datasets,
    )
    return manifest, _write(folder, manifest)


def knows(log: RecorderEventLog, learner: str) -> bool:
    """Whether the log holds anything of the learner."""
    return next(_stored(log, learner), None) is not None


def registered(folder: DataFolder) -> tuple[Dataset, ...]:
    """The datasets that have been made; () when there is no register."""
    try:
        return msgspec.json.decode(folder.datasets.read_bytes(), type=tuple[Dataset, ...])
    except FileNotFoundError:
        return ()


def _tells(recorded: Recorded, generation: int) -> bool:
    return isinstance(recorded.event, LearnerForgotten) and recorded.event.generation == generation


class _Held:
    """What the log holds of a learner."""

    def __init__(self) -> None:
        self.events = 0
        self.in_the_clear = 0
        self.sessions: list[str] = []
        self.blobs: set[str] = set()

    def add(self, recorded: Recorded, *, sealed: bool) -> None:
        if recorded.type in KEPT:
            return
        self.events += 1
        event = recorded.event
        if isinstance(event, SessionStarted):
            self.sessions.append(recorded.stream)
        self.blobs.update(blob.sha256 for blob in blobs_of(event))
        if not sealed:
            part = personal_part(type(event)) if not isinstance(event, Unknown) else None
            self.in_the_clear += part is not None and part.split(event)[0] != b""


def _stored(log: RecorderEventLog, learner: str) -> Iterator[tuple[Recorded, bool]]:
    """The learner's events as they are stored, and whether each is sealed. Most of others' are never decoded."""
    sign = b'"learner":' + msgspec.json.encode(learner)
    after = 0
    while page := log.stored_tail(after, limit=PAGE):
        after = page[-1].position
        for stored in page:
            state = bytes(stored.state)
            if sign not in state:
                continue
            try:
                recorded = CODEC.decode(state, position=stored.position)
            except CorruptPayload:
                continue
            if recorded.learner == learner:
                yield recorded, b'"learner_key":' in state


def _write(folder: DataFolder, manifest: Manifest) -> Path:
    name = hashlib.sha256(manifest.learner.encode()).hexdigest()[:16]
    path = folder.forgotten / f"{name}-{manifest.generation}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".part")
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    os.replace(fresh, path)
    return path
