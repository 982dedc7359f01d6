"""Forgets a learner: destroys the key, records it, and tells in a manifest what held the learner.

Views follow the log by themselves (`projections.fold`); datasets are named, not changed: who made them makes them anew.
"""

import hashlib
import os
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from events.blobs import BlobStore, blobs_of
from events.codec import CODEC
from events.envelope import Fact, Recorded, Unknown
from events.errors import CorruptPayload, LearnerUnnamed
from events.learner import LearnerForgotten, stream_of
from events.learner_stream import append_for
from events.lesson import SessionStarted, SpeechUttered
from events.location import DataFolder
from events.recorder_log import RecorderEventLog
from events.sealing.codec import FORGOTTEN
from events.sealing.errors import RegisterDamaged
from events.sealing.key_store import StoredKey, Telling
from events.sealing.keys import CHECK_S, KeyRing
from events.sealing.personal import KEPT, personal_part

HOLD = "forget"
PAGE = 500
ALL_KNOW_S = CHECK_S + 0.1
"""After so long every process has found out that a key is gone."""
DATASET, RUN, PAIRS = "dataset", "run", "exported pairs"
HEARD, MODEL = "training's recordings as heard", "model"
"""What a line of the register may be of: pairs are replies that somebody is to judge, what was heard is kept from one
training to the next."""
KINDS = (DATASET, RUN, PAIRS, HEARD, MODEL)


class Dataset(Struct, frozen=True, kw_only=True):
    """A line of the register of datasets: which learners' events one holds, and the folder that it was written to.

    Whatever else holds learners has a line too: ``made`` is one of `KINDS`, empty in lines from before it was told.
    """

    name: str
    version: str
    learners: tuple[str, ...]
    place: str = ""
    made: str = ""

    @property
    def what(self) -> str:
        """What it is; an older line tells it by its name alone."""
        if self.made in KINDS:
            return self.made
        if self.name == "replies-to-judge":
            return PAIRS
        return RUN if self.name.startswith("counterfactual-") else DATASET


class Manifest(Struct, frozen=True, kw_only=True):
    """What was known of a learner when they were forgotten.

    ``datasets`` held them and must be made anew; ``register_fault`` says why that could not be found out. ``emptied``
    counts events that were stored before there were keys: what was personal in them has been taken out of the log
    itself, and ``deleted`` recordings from the blobs; earlier backups still have them.
    """

    learner: str
    forgotten: datetime
    generation: int
    events: int
    sessions: tuple[str, ...]
    blobs: int
    emptied: int
    deleted: int
    datasets: tuple[str, ...]
    register_fault: str = ""


def forget(learner: str, log: RecorderEventLog, keys: KeyRing, folder: DataFolder) -> tuple[Manifest, Path]:
    """Forget the learner; the manifest and where it was written. To repeat it after it was cut short is harmless.

    Raises `LearnerUnnamed`, `LogUnavailable`, `KeysUnavailable`; the key goes first, so that nothing can be read
    whatever fails then.
    """
    if not learner:
        raise LearnerUnnamed
    hold = log.hold(HOLD)  # nobody else need finish this meanwhile; both may, if another one is at it
    try:
        keys.destroy(learner)
        key = keys.destroyed(learner)
        assert key is not None
        return finish(key, log, keys, folder)
    finally:
        if hold is not None:
            hold.release()


def finish(key: StoredKey, log: RecorderEventLog, keys: KeyRing, folder: DataFolder) -> tuple[Manifest, Path]:
    """Do what is left when a learner's keys up to ``key`` are destroyed; those of a life begun since stay.

    Old bytes stay in files: to wipe those is a step of its own (`events.sealing.key_store.Step`). Raises as `forget`.
    """
    learner, generation = key.learner, key.generation
    datasets, fault = _datasets_of(learner, folder)
    recorded = told(key, log, learner)
    if recorded is None:
        # Others may have the key at hand for so long: what they still seal with it must not be readable to anyone by
        # the time that it can follow the event below, which takes the learner out of the views.
        time.sleep(ALL_KNOW_S)
        event = LearnerForgotten(generation=generation, datasets=datasets)
        recorded = append_for(log, learner, event, unless=lambda each: _tells(each, key))
    keys.aftermath.tell(telling_of(key, recorded))
    held = _Held()
    for each, sealed in _stored(log, learner):
        held.add(each, sealed=sealed)
    if held.emptied:
        log.replace([(each.position or 0, each.type, CODEC.encode(each)) for each in held.emptied])
    deleted = _delete_alone(log, learner, held.clear_recordings, BlobStore(folder.blobs), recorded.time)
    manifest = Manifest(
        learner=learner,
        forgotten=recorded.time,
        generation=generation,
        events=held.events,
        sessions=tuple(held.sessions),
        blobs=len(held.blobs),
        emptied=len(held.emptied),
        deleted=deleted,
        datasets=datasets,
        register_fault=fault,
    )
    path = _write(folder, manifest)
    if not fault:
        keys.aftermath.done([key], "search")
    return manifest, path


def told(key: StoredKey, log: RecorderEventLog, learner: str) -> Recorded | None:
    """The event that tells of a destruction."""
    return next((each for each in reversed(log.read(stream_of(learner))) if _tells(each, key)), None)


def telling_of(key: StoredKey, recorded: Recorded) -> Telling:
    """Where the log tells of a destruction, to be kept beside the keys."""
    return Telling(learner=key.learner, generation=key.generation, position=recorded.position or 0, event=recorded.id)


def written_for(key: StoredKey, folder: DataFolder) -> bool:
    """Whether there is a manifest of this destruction."""
    return _written(_path(folder, key.learner, key.generation)) is not None


def knows(log: RecorderEventLog, learner: str) -> bool:
    """Whether the log holds anything of the learner."""
    return next(_stored(log, learner), None) is not None


def registered(folder: DataFolder) -> tuple[Dataset, ...]:
    """The datasets that have been made; () when there is no register. Raises `RegisterDamaged`."""
    try:
        return msgspec.json.decode(folder.datasets.read_bytes(), type=tuple[Dataset, ...])
    except FileNotFoundError:
        return ()
    except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
        raise RegisterDamaged(str(folder.datasets), str(error)) from error


def _datasets_of(learner: str, folder: DataFolder) -> tuple[tuple[str, ...], str]:
    """The datasets that held the learner, or why that cannot be told."""
    try:
        found = registered(folder)
    except RegisterDamaged as error:
        return (), str(error)
    return tuple(f"{each.name} {each.version}" for each in found if learner in each.learners), ""


def _tells(recorded: Recorded, key: StoredKey) -> bool:
    """Whether an event tells of a destruction. One from before it was meant for an earlier key, whatever it says."""
    assert key.destroyed is not None
    return (
        isinstance(recorded.event, LearnerForgotten)
        and recorded.event.generation >= key.generation
        and (key.told or recorded.time >= key.destroyed)
    )


class _Held:
    """What the log holds of a learner."""

    def __init__(self) -> None:
        self.events = 0
        self.sessions: list[str] = []
        self.blobs: set[str] = set()
        self.emptied: list[Recorded] = []
        self.clear_recordings: set[str] = set()

    def add(self, recorded: Recorded, *, sealed: bool) -> None:
        if recorded.type in KEPT:
            return
        self.events += 1
        event = recorded.event
        if isinstance(event, SessionStarted):
            self.sessions.append(recorded.stream)
        self.blobs.update(blob.sha256 for blob in blobs_of(event))
        if isinstance(event, SpeechUttered) and event.audio is not None and not event.audio.stored_bytes:
            self.clear_recordings.add(event.audio.sha256)
        if not sealed and not recorded.forgotten:
            self._empty(recorded)

    def _empty(self, recorded: Recorded) -> None:
        """Keep the event without what is personal, to be put in its place."""
        event = recorded.event
        if isinstance(event, Unknown):
            emptied: Fact | Unknown = Unknown(tag=event.tag, payload=FORGOTTEN)
        else:
            part = personal_part(type(event))
            taken, left = part.split(event) if part is not None else (b"", event)
            if not taken:
                return
            emptied = cast(Fact, left)
        self.emptied.append(replace(recorded, event=emptied, forgotten=True))


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


def _delete_alone(log: RecorderEventLog, learner: str, names: set[str], blobs: BlobStore, when: datetime) -> int:
    """Delete recordings from before there were keys, but none that another learner's events name; how many."""
    after, sign = 0, b'"learner":' + msgspec.json.encode(learner)
    while names and (page := log.stored_tail(after, limit=PAGE)):
        after = page[-1].position
        for state in (bytes(stored.state) for stored in page):
            if sign not in state:
                names = {name for name in names if name.encode() not in state}
    return sum(blobs.expire(name, when) for name in names)


def _write(folder: DataFolder, manifest: Manifest) -> Path:
    path = _path(folder, manifest.learner, manifest.generation)
    before = _written(path)
    if before is not None:
        # Another call finds nothing to empty any more; what the first one took out is told all the same.
        emptied, deleted = before.emptied + manifest.emptied, before.deleted + manifest.deleted
        manifest = replace(manifest, emptied=emptied, deleted=deleted)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".part")
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    os.replace(fresh, path)
    return path


def _path(folder: DataFolder, learner: str, generation: int) -> Path:
    return folder.forgotten / f"{hashlib.sha256(learner.encode()).hexdigest()[:16]}-{generation}.json"


def _written(path: Path) -> Manifest | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
