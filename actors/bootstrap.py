"""Puts the parts together from the settings: the log, the chains, a host. The one place that knows every engine."""

import os
import socket
from collections.abc import Callable

from actors.chain import Candidate, EngineChain
from actors.engines import Engines
from actors.hosting.host import SessionHost
from actors.machine import machine_profile
from actors.models.store import ModelStore
from actors.ports import Engine
from actors.settings import Settings
from actors.stages.stage import Resources
from events.blobs import BlobStore
from events.identifiers import new_id
from events.log import EventLog
from events.sqlite import SQLiteEventLog
from policies.fallback import fallback_order
from policies.learner import LearnerHistory, history_of
from projections.views import ViewStore


def model_store(settings: Settings) -> ModelStore:
    """The models of this user."""
    return ModelStore.for_user({"COLLOQUY_MODELS": settings.models_cache, "COLLOQUY_MODELS_FROM": settings.models_from})


def event_log(settings: Settings) -> EventLog:
    """The log of this data folder."""
    settings.data.root.mkdir(parents=True, exist_ok=True)
    return SQLiteEventLog(settings.data.log)


def blob_store(settings: Settings) -> BlobStore:
    """The blobs of this data folder."""
    return BlobStore(settings.data.blobs)


def session_host(settings: Settings, engines: Engines) -> SessionHost:
    """A host on this data folder, under a name that no other host has."""
    views = ViewStore(settings.data.views)

    def history(learner: str) -> LearnerHistory:
        view = views.get("progress", learner)
        return history_of(view) if view is not None else LearnerHistory()

    return SessionHost(
        log=event_log(settings),
        resources=Resources(engines=engines, blobs=blob_store(settings), history=history),
        host=f"{socket.gethostname()}/{os.getpid()}/{new_id()}",
        new_id=new_id,
        idle_s=settings.idle_s,
    )
