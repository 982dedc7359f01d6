"""Puts the parts together from the settings: the log, the chains, a host."""

import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

from actors.catalogue import available, loaders
from actors.chain import Candidate, EngineChain
from actors.earlier import EarlierLessons
from actors.engines import Engines
from actors.hosting.host import SessionHost
from actors.machine import machine_profile
from actors.models.store import ModelStore
from actors.ports import Voice
from actors.settings import Settings
from actors.stages.stage import Resources
from events.identifiers import uuid7
from events.kafka.relaying import Relaying
from events.kafka.topic import topic_at
from events.opening import open_blobs, open_log
from events.recorder_log import RecorderEventLog
from events.sealing.blobs import LearnerBlobs
from policies.fallback import RANKING, MachineProfile, fallback_order
from projections.opening import open_views
from projections.views import ViewStore


def model_store(settings: Settings) -> ModelStore:
    """The models of this user."""
    return ModelStore.for_user({"COLLOQUY_MODELS": settings.models_cache, "COLLOQUY_MODELS_FROM": settings.models_from})


def chain_of(kind: str, settings: Settings) -> EngineChain:
    """The engines of a kind that this machine has, in the policy's order. Measures the voices once."""
    store = model_store(settings)
    load = loaders(kind, settings, store)
    there = available(kind, settings, store)
    machine = measured_profile(settings, store) if kind == "voice" else machine_profile(settings.data.root, {})
    order = fallback_order(kind, there, machine, preference=_preferred(kind, settings))
    candidates = tuple(Candidate(name=name, load=load[name]) for name in order.order)
    return EngineChain(kind, candidates, skipped=order.skipped)


def measured_profile(settings: Settings, store: ModelStore) -> MachineProfile:
    """What this machine can do; voices whose models are here and that were never measured on it are measured now."""
    here = available("voice", settings, store).models
    usable = {needs.name for needs in RANKING["voice"] if here.issuperset(needs.models)}
    load = loaders("voice", settings, store)
    voices = {name: cast(Callable[[], Voice], loader) for name, loader in load.items() if name in usable}
    return machine_profile(settings.data.root, voices)


def _preferred(kind: str, settings: Settings) -> tuple[str, ...]:
    names = {needs.name for needs in RANKING[kind]}
    return tuple(name for name in settings.prefer if name in names)


def event_log(settings: Settings) -> RecorderEventLog:
    """The log of this data folder."""
    settings.data.root.mkdir(parents=True, exist_ok=True)
    return open_log(settings.data)


def blob_store(settings: Settings) -> LearnerBlobs:
    """The blobs of this data folder, sealed for their learners."""
    return open_blobs(settings.data)


def relaying(settings: Settings, log: RecorderEventLog, blobs: LearnerBlobs) -> Relaying | None:
    """The log's relay to Kafka, not started; None without brokers. Raises `events.errors.KafkaUnavailable`."""
    if not settings.kafka:
        return None
    topic = topic_at(settings.kafka, name=settings.kafka_topic, partitions=settings.kafka_partitions)
    return Relaying(log, topic, settings.data.relay, blobs.store)


def view_store(settings: Settings) -> ViewStore:
    """The views of this data folder."""
    settings.data.root.mkdir(parents=True, exist_ok=True)
    return open_views(settings.data)


def session_host(settings: Settings, engines: Engines) -> SessionHost:
    """A host on this data folder, under a name that no other host has."""
    history = EarlierLessons(view_store(settings), lambda: datetime.now(UTC).date())
    return SessionHost(
        log=event_log(settings),
        resources=Resources(engines=engines, blobs=blob_store(settings), history=history),
        host=f"{socket.gethostname()}/{os.getpid()}/{uuid7()}",
        new_id=uuid7,
        idle_s=settings.idle_s,
    )
