"""Engines inside the host's process, and the choice between them and those elsewhere."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from actors.chain import Candidate, ChainBroken, ChainExhausted, EngineChain
from actors.inside import THREADS, InsideEngines, PlacedEngines
from actors.settings import SettingsError, read_settings
from policies.placement import IN_HOST
from tests.fakes.engines import FakeEngines


class Counting:
    """Counts to a number; fails behind it if told to. Remembers whether its iterator was closed."""

    name = "counting"
    version = "1"
    digest = ""

    def __init__(self, *, fails: bool = False, pause_s: float = 0.0) -> None:
        self.fails = fails
        self.pause_s = pause_s
        self.threads: set[str] = set()
        self.closed = threading.Event()

    def double(self, number: int) -> int:
        self.threads.add(threading.current_thread().name)
        return 2 * number

    def count(self, upto: int) -> Iterator[int]:
        try:
            for number in range(upto):
                time.sleep(self.pause_s)
                yield number
            if self.fails:
                raise RuntimeError("worn out")
        finally:
            self.closed.set()


def inside(engine: Counting) -> InsideEngines:
    def chain(kind: str) -> EngineChain:
        return EngineChain(kind, (Candidate(name="counting", load=lambda: engine),))

    return InsideEngines(chain)


async def test_a_call_runs_in_a_thread_of_its_own_and_tells_its_use() -> None:
    engine = Counting()
    answer, use = await inside(engine).call("tutor", "double", 21)
    assert answer == 42
    assert (use.kind, use.name) == ("tutor", "counting")
    assert all(name.startswith("engine") for name in engine.threads)


async def test_items_come_in_order_and_each_as_soon_as_it_is_there() -> None:
    engines = inside(Counting(pause_s=0.05))
    began = time.monotonic()
    seen = []
    async for number, _ in engines.stream("tutor", "count", 4):
        seen.append((number, time.monotonic() - began))
    assert [number for number, _ in seen] == [0, 1, 2, 3]
    assert seen[0][1] < seen[-1][1]


async def test_a_reader_who_leaves_stops_the_engine() -> None:
    engine = Counting(pause_s=0.01)
    stream = inside(engine).stream("tutor", "count", 10_000)
    async for _ in stream:
        break
    await stream.aclose()  # type: ignore[attr-defined]
    assert await asyncio.to_thread(engine.closed.wait, 5.0)


async def test_an_engine_that_breaks_after_its_first_item_says_so() -> None:
    with pytest.raises(ChainBroken, match="worn out"):
        async for _ in inside(Counting(fails=True)).stream("tutor", "count", 2):
            pass


async def test_a_chain_without_engines_says_so() -> None:
    engines = InsideEngines(lambda kind: EngineChain(kind, ()))
    with pytest.raises(ChainExhausted):
        await engines.call("tutor", "double", 1)
    with pytest.raises(ChainExhausted):
        async for _ in engines.stream("tutor", "count", 1):
            pass


async def test_each_kind_is_asked_where_it_runs() -> None:
    elsewhere = FakeEngines()
    engines = PlacedEngines(("tutor",), inside(Counting()), elsewhere)
    assert (await engines.call("tutor", "double", 2))[0] == 4
    assert elsewhere.calls == []
    await engines.call("language", "check", "I goes there.")
    assert elsewhere.calls == [("language", "check")]


async def test_a_kind_whose_engines_hang_keeps_no_other_waiting() -> None:
    free, hanging = threading.Event(), Counting()
    hanging.double = lambda number: free.wait(20) and 2 * number  # type: ignore[method-assign]
    engines = {"tutor": hanging, "vad": Counting()}

    def chain(kind: str) -> EngineChain:
        return EngineChain(kind, (Candidate(name="counting", load=lambda: engines[kind]),))

    inside = InsideEngines(chain)
    stuck = [asyncio.create_task(inside.call("tutor", "double", 1)) for _ in range(THREADS + 4)]
    await asyncio.sleep(0)
    assert (await asyncio.wait_for(inside.call("vad", "double", 21), 10))[0] == 42
    free.set()
    assert [answer for answer, _ in await asyncio.gather(*stuck)] == [2] * (THREADS + 4)


def test_the_kinds_inside_the_host_can_be_set() -> None:
    assert read_settings({}).in_host == IN_HOST
    assert read_settings({"COLLOQUY_IN_HOST": "vad"}).in_host == ("vad",)
    assert read_settings({"COLLOQUY_IN_HOST": ""}).in_host == ()
    with pytest.raises(SettingsError, match="kinds of engine are vad, asr"):
        read_settings({"COLLOQUY_IN_HOST": "vad butler"})
