"""Brings the product up step by step in the background, and says at any moment how far it is. Knows no HTTP."""

import asyncio
import logging
import os
import time
from pathlib import Path

import ray
from msgspec import Struct

from actors.calls.remote import Handle
from actors.chain import ChainExhausted
from actors.chains import measured_profile
from actors.engines import KINDS
from actors.faults import unwrapped
from actors.gateway import Gateway
from actors.machine import read_measurement
from actors.models.errors import ModelError
from actors.models.store import ModelStore
from actors.ports import EngineError
from actors.remote import RayEngines, RayHosts, start_models, start_ray
from actors.settings import Settings
from policies.tutors import TUTORS

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parent.parent


class EngineStatus(Struct, frozen=True, kw_only=True):
    """One kind of engine: which engine serves it, ``state`` loading, ready, degraded or failed, and why."""

    kind: str
    name: str = ""
    state: str = "loading"
    reason: str = ""


class ClusterStatus(Struct, frozen=True, kw_only=True):
    """How far the start is: ``stage`` models, measuring, engines, ready or failed; ``progress`` 0..1 of a download."""

    ready: bool
    stage: str
    message: str
    progress: float | None
    seconds: float
    engines: tuple[EngineStatus, ...]


class Cluster:
    """Ray, the model actors and the session hosts.

    ``gateway`` and ``engines`` are there once `ready` is set; `settled` is set when the start has failed, too.
    """

    def __init__(self, settings: Settings, store: ModelStore) -> None:
        self._settings = settings
        self._store = store
        self._stage = "models"
        self._message = "Looking for the models"
        self._progress: float | None = None
        self._engines = {kind: EngineStatus(kind=kind) for kind in KINDS}
        self._began = time.monotonic()
        self._took: float | None = None
        self._models: dict[str, Handle] = {}
        self._hosts: RayHosts | None = None
        self.ready = asyncio.Event()
        self.settled = asyncio.Event()
        self.gateway: Gateway | None = None
        self.engines: RayEngines | None = None

    async def start(self) -> None:
        """Fetch what is missing, start Ray and the actors, load the engines.

        Ray starts while models are being fetched; an engine whose model cannot be had is replaced by the next.
        """
        try:
            await asyncio.gather(
                asyncio.to_thread(self._fetch_models),
                asyncio.to_thread(start_ray, self._settings, str(ROOT)),
            )
            await asyncio.to_thread(self._measure_voices)
            self._say("engines", "Loading the engines")
            # Kept: Ray ends an actor when the last handle to it is gone.
            self._models = await asyncio.to_thread(start_models, self._settings)
            hosts = self._hosts = RayHosts(self._settings)
            self.engines = RayEngines()
            await asyncio.gather(hosts.warm(), *(self._prepare(kind, hosts) for kind in KINDS))
        except Exception as error:  # the supervisor of the start: whatever happened is shown on the page
            logger.exception("the start failed")
            self._say("failed", f"{type(error).__name__}: {error}")
            self.settled.set()
            return
        self.gateway = Gateway(hosts)
        self._took = time.monotonic() - self._began
        self._say("ready", f"Ready after {self._took:.1f} s")
        self.ready.set()
        self.settled.set()
        await self._paint_faces()

    async def _paint_faces(self) -> None:
        """Let the face paint every tutor's still layers before a turn needs them; they are painted then if not."""
        assert self.engines is not None
        for tutor in TUTORS:
            try:
                await self.engines.call("face", "prepare", tutor.name)
            except EngineError as error:
                logger.warning("face of %s: %s", tutor.name, error)

    def status(self) -> ClusterStatus:
        """How far the start is."""
        return ClusterStatus(
            ready=self.ready.is_set(),
            stage=self._stage,
            message=self._message,
            progress=self._progress,
            seconds=round(self._took if self._took is not None else time.monotonic() - self._began, 1),
            engines=tuple(self._engines.values()),
        )

    async def stop(self) -> None:
        """End what this process started."""
        for ways in (self._hosts, self.engines):
            if ways is not None:
                await ways.close()
        if ray.is_initialized():
            await asyncio.to_thread(ray.shutdown)

    async def _prepare(self, kind: str, hosts: RayHosts) -> None:
        try:
            if kind in self._models:
                prepared = unwrapped(await self._models[kind].prepare.remote(kind))
            else:
                prepared = await hosts.prepare(kind)
        except ChainExhausted as error:
            self._engines[kind] = EngineStatus(kind=kind, state="failed", reason=str(error))
            return
        state = "degraded" if prepared.degraded else "ready"
        self._engines[kind] = EngineStatus(kind=kind, name=prepared.name, state=state, reason=prepared.reason)

    def _fetch_models(self) -> None:
        for name in self._store.missing(default_only=True):
            self._say("models", f"Fetching {name}")
            try:
                self._store.fetch(name, progress=self._fetched)
            except ModelError as error:
                # The chain of that kind goes on with its next engine, and says so.
                logger.warning("model %s: %s", name, error)
        self._progress = None

    def _measure_voices(self) -> None:
        """Measure each voice once on this machine, while nothing else of ours runs; later starts know the figures."""
        if read_measurement(self._settings.data.root) is None:
            self._say("measuring", "Measuring how fast the voices speak on this machine (only the first time)")
            measured_profile(self._settings, self._store)

    def _fetched(self, name: str, done: int, total: int) -> None:
        self._progress = round(done / total, 3) if total else None
        self._message = f"Fetching {name}: {done / 2**20:.0f} of {total / 2**20:.0f} MB"

    def _say(self, stage: str, message: str) -> None:
        self._stage, self._message = stage, message
        logger.info("%s: %s (%.1f s)", stage, message, time.monotonic() - self._began)


def worker_environment() -> None:
    """Let Ray's workers on this machine find these folders, and keep their native thread pools small."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_DEDUP_LOGS", "1")
    # Ray would have all workers give way, the session hosts too; see `actors.remote.MODEL_NICENESS`.
    os.environ.setdefault("RAY_worker_niceness", "0")
    # Ray warns of its own token authentication, which it turns on by itself, and of the thread that it is started from.
    for name in ("ray._private.authentication.authentication_token_setup", "ray._private.worker"):
        logging.getLogger(name).setLevel(logging.ERROR)
