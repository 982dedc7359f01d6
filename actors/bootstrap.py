"""Puts the parts together from the settings: the log, the blobs, the views, a host."""

import os
import socket
from datetime import UTC, datetime

from actors.earlier import EarlierLessons
from actors.engines import Engines
from actors.hosting.host import SessionHost
from actors.settings import Settings
from actors.stages.stage import Resources
from events.identifiers import uuid7
from events.kafka.relaying import Relaying
from events.kafka.topic import topic_at
from events.opening import open_blobs, open_keys, open_log
from events.recorder_log import RecorderEventLog
from events.sealing.blobs import LearnerBlobs
from projections.opening import open_views
from projections.views import ViewStore


def event_log(settings: Settings) -> RecorderEventLog:
    """The log of this data folder."""
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
        forgotten_at=open_keys(settings.data).forgotten_at,
    )
