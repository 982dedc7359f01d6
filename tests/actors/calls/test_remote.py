"""Calls to actors on real Ray: over their sockets, and through Ray where an actor has none for its caller."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import ray

from actors.calls import remote
from actors.calls.client import PeerGone
from actors.calls.remote import Address, Line, Listening
from actors.cluster import worker_environment
from actors.faults import Fault
from actors.ports import EngineInputError
from actors.remote import RayHosts, start_ray
from actors.settings import Settings
from events.location import DataFolder

pytestmark = pytest.mark.timeout(120)


class Speaker:
    """An actor that counts, tells its process, or dies."""

    def __init__(self, straight: bool) -> None:
        self._straight = straight
        self._listening = Listening(self.call, self.stream)

    async def address(self) -> Address:
        return await self._listening.address() if self._straight else Address(node="another machine")

    async def call(self, method: str, *args: Any) -> Any:
        if method == "refuse":
            return Fault(EngineInputError("bad_voice", "no such voice"))
        if method == "die once" and not Path(args[0]).exists():
            Path(args[0]).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return os.getpid()

    async def stream(self, method: str, *args: Any) -> AsyncIterator[Any]:
        for number in range(6):
            if number == 3 and method == "die once" and not Path(args[0]).exists():
                await asyncio.sleep(0.2)  # what was given before is on its way
                Path(args[0]).touch()
                os.kill(os.getpid(), signal.SIGKILL)
            if number == 3 and method == "refuse":
                yield Fault(EngineInputError("bad_voice", "no such voice"))
            yield number


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    worker_environment()
    start_ray(Settings(data=DataFolder(tmp_path_factory.mktemp("data"))), "", workers=2)
    yield
    ray.shutdown()


@pytest.fixture(params=[True, False], ids=["straight", "through Ray"])
async def line(cluster: None, request: pytest.FixtureRequest) -> AsyncIterator[Line]:
    options = {"num_cpus": 0, "max_restarts": -1, "max_task_retries": -1, "max_concurrency": 10}
    actor = ray.remote(Speaker).options(**options).remote(request.param)
    line = Line(lambda: actor)
    yield line
    await line.closed()
    ray.kill(actor)


class Away:
    """The handle of an actor that is never there again."""

    def __init__(self) -> None:
        self.asked = 0

    @property
    def address(self) -> "Away":
        return self

    def options(self, **_: object) -> "Away":
        return self

    def remote(self) -> "asyncio.Future[Address]":
        self.asked += 1
        return asyncio.get_running_loop().create_future()


async def test_all_who_wait_for_an_actor_that_stays_away_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "RECOVERY_S", 0.2)
    away = Away()
    line = Line(lambda: away)
    found = await asyncio.gather(*(line.call("pid") for _ in range(10)), return_exceptions=True)
    assert [type(each) for each in found] == [PeerGone] * 10
    assert away.asked <= 2


async def test_a_call_is_answered_by_the_actors_process(line: Line) -> None:
    pid = await line.call("pid")
    assert pid != os.getpid()
    assert await line.call("pid") == pid


async def test_a_typed_error_is_raised_as_the_actor_raised_it(line: Line) -> None:
    with pytest.raises(EngineInputError, match="no such voice"):
        await line.call("refuse")
    with pytest.raises(EngineInputError, match="no such voice"):
        [item async for item in line.stream("refuse")]


async def test_items_come_in_order(line: Line) -> None:
    assert [item async for item in line.stream("count")] == list(range(6))


async def test_a_call_that_its_actor_dies_of_is_made_again_when_it_is_back(line: Line, tmp_path: Path) -> None:
    first = await line.call("pid")
    assert await line.call("die once", str(tmp_path / "died")) != first


async def test_a_stream_goes_on_where_its_actor_died(line: Line, tmp_path: Path) -> None:
    assert [item async for item in line.stream("die once", str(tmp_path / "died"))] == list(range(6))


async def test_an_actor_that_was_killed_between_calls_is_found_again(line: Line) -> None:
    pid = await line.call("pid")
    os.kill(pid, signal.SIGKILL)
    assert await line.call("pid") != pid


async def test_a_host_that_dies_while_it_loads_an_engine_loads_it_when_it_is_back(
    cluster: None, tmp_path: Path
) -> None:
    hosts = RayHosts(Settings(data=DataFolder(tmp_path / "data")))
    pid = await hosts.call("any", "process_id")
    loading = asyncio.create_task(hosts.prepare("vad"))
    await asyncio.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    assert (await loading).name == "silero"
    await hosts.close()
