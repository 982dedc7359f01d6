"""Ray's side: model actors, session hosts, and how they are called. The classes that they run know no Ray."""

import asyncio
import logging
import os
import sys
import time
from collections.abc import AsyncIterator
from functools import partial
from typing import Any, cast

import ray
from msgspec import Struct

from actors.calls.remote import Address, Handle, Line, Listening
from actors.chain import EngineChain
from actors.engines import KINDS
from actors.faults import TYPED, Fault, answered, answered_async, unwrapped
from actors.inside import InsideEngines, PlacedEngines
from actors.settings import Settings
from policies.placement import gpu_share, home

MODEL_NICENESS = 10
"""Who computes gives way to who passes messages on: the hosts and the edge."""
MODEL_THREADS = 8
"""Calls that a model actor works on at once; the engines lock what cannot be shared."""
MODEL_CALLS = 1_000
"""Calls that may wait at a model actor."""
HOST_CALLS = 10_000
"""Calls that a host takes at once: every connected learner keeps one waiting."""
INLINE_BYTES = 2 * 2**20
"""Arguments up to this size (30 s of audio) travel inside the call: a copy is quicker than a look into Ray's store."""
SWITCH_INTERVAL_S = 0.0005
"""How soon a thread that computes yields to the one that answers; Python's 5 ms are a noticeable share of a turn."""


class Prepared(Struct, frozen=True, kw_only=True):
    """Which engine will answer first, and why a better one will not."""

    name: str
    degraded: bool
    reason: str


def prepared(chain: EngineChain) -> Prepared:
    """Load the best engine of a chain that loads. Raises `actors.chain.ChainExhausted`."""
    name = chain.prepare()
    health = {engine.name: engine.reason for engine in chain.health()}
    reasons = [f"{skip.name}: {skip.reason}" for skip in chain.skipped if skip.degrades]
    reasons += [f"{other}: {reason}" for other, reason in health.items() if reason]
    return Prepared(name=name, degraded=bool(reasons), reason="; ".join(reasons))


class ModelActor:
    """One kind of engine, with those that lodge with it, in a process of its own; see `policies.placement`."""

    def __init__(self, settings: Settings) -> None:
        from actors.chains import chain_of

        os.nice(MODEL_NICENESS)
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self._engines = InsideEngines(partial(chain_of, settings=settings), threads=MODEL_THREADS)
        self._listening = Listening(self.call, self.stream)

    async def address(self) -> Address:
        """Where this actor is called without Ray."""
        return await self._listening.address()

    async def prepare(self, kind: str) -> Any:
        """Load the best engine of a kind that loads: a `Prepared`."""
        return await asyncio.to_thread(lambda: answered(prepared, self._engines.chain(kind)))

    async def call(self, kind: str, method: str, *args: Any, **kwargs: Any) -> Any:
        return await answered_async(self._engines.call(kind, method, *args, **kwargs))

    async def stream(self, kind: str, method: str, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        try:
            async for item in self._engines.stream(kind, method, *args, **kwargs):
                yield item
        except TYPED as error:
            yield Fault(error)


class HostActor:
    """A session host in a process of its own; see `actors.hosting.host.SessionHost`."""

    def __init__(self, settings: Settings) -> None:
        from actors.bootstrap import session_host
        from actors.chains import chain_of

        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self._inside = InsideEngines(partial(chain_of, settings=settings))
        self._host = session_host(settings, PlacedEngines(settings.in_host, self._inside, RayEngines()))
        self._listening = Listening(self.call)
        self._sweeper: asyncio.Task[None] | None = None

    async def address(self) -> Address:
        """Where this actor is called without Ray."""
        return await self._listening.address()

    async def prepare(self, kind: str) -> Any:
        """Load the best engine that loads of a kind that runs in the host: a `Prepared`."""
        return await asyncio.to_thread(lambda: answered(prepared, self._inside.chain(kind)))

    async def call(self, method: str, *args: Any) -> Any:
        if self._sweeper is None:
            self._sweeper = asyncio.create_task(self._host.run_sweeper())
        return await answered_async(getattr(self._host, method)(*args))


class RayEngines:
    """`actors.engines.Engines` over the named model actors. A call to one that is being restarted waits for it."""

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}

    async def call(self, kind: str, method: str, *args: Any, **kwargs: Any) -> Any:
        return await self._line(kind).call(kind, method, *args, **kwargs)

    def stream(self, kind: str, method: str, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        return self._line(kind).stream(kind, method, *args, **kwargs)

    async def close(self) -> None:
        """End the connections to the actors, which go on."""
        await asyncio.gather(*(line.closed() for line in self._lines.values()))

    def _line(self, kind: str) -> Line:
        name = model_actor_name(kind)
        if name not in self._lines:
            self._lines[name] = Line(partial(ray.get_actor, name))
        return self._lines[name]


class RayHosts:
    """Finds a session's host: one of a few shared ones, or with ``sessions_per_host`` 1 an actor of its own.

    For one event loop; several of them may reach the same hosts.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._own: dict[str, tuple[Line, float]] = {}
        self._hosts = [self._make(f"host-{index}") for index in range(settings.hosts)]

    async def call(self, session: str, method: str, *args: Any) -> Any:
        """Call a method of the session's host, waiting while it is restarted. Raises what the host raises."""
        return await self.host_of(session).call(method, *args)

    async def prepare(self, kind: str) -> Prepared:
        """Load a kind that runs in the hosts in all shared ones; others load it when a session first needs it.

        Raises `actors.chain.ChainExhausted`.
        """
        retried = {"max_task_retries": -1}  # loading is harmless to repeat
        answers = await asyncio.gather(*(host.handle.prepare.options(**retried).remote(kind) for host in self._hosts))
        found: list[Prepared] = [unwrapped(answer) for answer in answers]
        return found[0] if found else Prepared(name="", degraded=False, reason="")

    async def warm(self) -> None:
        """Wait until the shared hosts answer."""
        await asyncio.gather(*(host.call("ready") for host in self._hosts))

    async def close(self) -> None:
        """End the connections to the hosts, which go on."""
        await asyncio.gather(*(line.closed() for line in (*self._hosts, *(line for line, _ in self._own.values()))))

    def host_of(self, session: str) -> Line:
        """The way to the actor that hosts a session."""
        if self._settings.sessions_per_host != 1:
            return self._hosts[hash_of(session) % len(self._hosts)]
        now = time.monotonic()
        # Ray ends an actor with the last handle to it; its session is in the log.
        for name in [name for name, (_, used) in self._own.items() if now - used >= self._settings.idle_s]:
            self._own.pop(name)[0].close()
        line = self._own[session][0] if session in self._own else self._make(session)
        self._own[session] = (line, now)
        return line

    def _make(self, name: str) -> Line:
        options = {"num_cpus": 0, "max_restarts": -1, "max_concurrency": HOST_CALLS}
        actor = ray.remote(HostActor).options(name=name, get_if_exists=True, **options).remote(self._settings)
        return Line(lambda: actor)


def elsewhere(settings: Settings) -> tuple[str, ...]:
    """The kinds that run in model actors, not in the hosts."""
    return tuple(kind for kind in KINDS if kind not in settings.in_host)


def homes(settings: Settings) -> tuple[str, ...]:
    """The kinds that have a model actor of their own, with others perhaps that lodge in it."""
    return tuple(dict.fromkeys(home(kind) for kind in elsewhere(settings)))


def model_actor_name(kind: str) -> str:
    """The name in the cluster of the model actor that answers for a kind."""
    return f"model-{home(kind)}"


def hash_of(session: str) -> int:
    """A number for a session that is the same in every process."""
    return int.from_bytes(session.encode()[-8:], "big")


def start_ray(settings: Settings, root: str, *, workers: int | None = None) -> None:
    """Join the cluster at ``ray_address``, or start Ray here for as long as this process lives.

    ``workers`` is how many actors there will be here; None for those of a server.
    """
    common: dict[str, Any] = {"namespace": "colloquy", "logging_level": logging.WARNING}
    if settings.ray_address:
        ray.init(address=settings.ray_address, runtime_env={"working_dir": root}, **common)
    else:
        # Logical slots, not cores: Ray starts this many workers ahead, side by side, and our actors move into them.
        workers = workers or len(homes(settings)) + settings.hosts
        inline = {"max_direct_call_object_size": INLINE_BYTES}
        ray.init(address="local", include_dashboard=False, num_cpus=workers, _system_config=inline, **common)


def start_models(settings: Settings) -> dict[str, Handle]:
    """The model actor of each kind that has one, pinned to a share of a GPU where the cluster has one."""
    gpus = cast(dict[str, float], ray.cluster_resources()).get("GPU", 0)  # type: ignore[no-untyped-call]
    actors = {
        kind: ray.remote(ModelActor)
        .options(
            name=model_actor_name(kind),
            num_cpus=0,
            num_gpus=gpu_share(kind, gpus),
            max_restarts=-1,
            max_task_retries=-1,
            max_concurrency=MODEL_CALLS,
        )
        .remote(settings)
        for kind in homes(settings)
    }
    return {kind: actors[home(kind)] for kind in elsewhere(settings)}
