"""An event loop whose time is simulated and whose order is drawn from a seed: what ran once runs so again.

It carries several processes at once. Callbacks of one process run in the order that asyncio promises; which process
goes on next, how long a thread takes and when a timer strikes beside ready callbacks are drawn. A process can die at
any of its awaits, and be stopped for a while. Nothing here knows what is simulated.
"""

import asyncio
import heapq
import itertools
import random
import sys
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from functools import partial
from typing import Any

from tests.simulation.faults import Crash

LIMIT_STEPS = 300_000
TIMER_BESIDE_READY = 0.03
"""How often a timer strikes although callbacks are ready: the machine was busy."""
SENT_BEFORE_DEATH = 0.5
"""How often what a thread does still happens after its process has died: the request was on its way already."""


class Process:
    """What shares a fate: its callbacks that are ready, and whether it lives and runs. ``on_death`` is told once."""

    def __init__(self, name: str, on_death: Callable[[], None] | None) -> None:
        self.name = name
        self.alive = True
        self.stopped = False
        self.ready: deque[asyncio.Handle] = deque()
        self.on_death = on_death
        self.context = copy_context()
        self.context.run(PROCESS.set, self)

    @property
    def runs(self) -> bool:
        return self.alive and not self.stopped


PROCESS: ContextVar[Process] = ContextVar("PROCESS")


class NothingLeft(Exception):
    """Everybody waits and nothing will ever come, or it goes on for ever."""


class SeededLoop(asyncio.AbstractEventLoop):
    """The loop of one schedule. ``broken`` are the errors that nobody caught."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.broken: list[str] = []
        self._now = 0.0
        self._processes: list[Process] = []
        self.outside = self.process("outside")
        self._runnable: list[Process] = []
        self._timers: list[tuple[float, int, asyncio.TimerHandle, Process]] = []
        self._numbers = itertools.count()
        self._over = False

    def process(self, name: str, on_death: Callable[[], None] | None = None) -> Process:
        """Another process; what is called in its ``context`` belongs to it."""
        process = Process(name, on_death)
        self._processes.append(process)
        return process

    def time(self) -> float:
        return self._now

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def create_future(self) -> "asyncio.Future[Any]":
        return asyncio.Future(loop=self)

    def create_task(  # type: ignore[override]
        self, coro: Coroutine[Any, Any, Any], *, name: str | None = None, context: Context | None = None
    ) -> "asyncio.Task[Any]":
        return asyncio.Task(coro, loop=self, name=name, context=context)

    def call_soon(self, callback: Callable[..., Any], *args: Any, context: Context | None = None) -> asyncio.Handle:
        if context is None:
            context = copy_context()
        handle = asyncio.Handle(callback, args, self, context)
        self._enqueue(context.get(PROCESS, self.outside), handle)
        return handle

    call_soon_threadsafe = call_soon

    def call_later(
        self, delay: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        if context is None:
            context = copy_context()
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, (when, next(self._numbers), timer, context.get(PROCESS, self.outside)))
        return timer

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """A cancelled timer is passed over when its time comes."""

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> "asyncio.Future[Any]":
        """The function is called as a whole, some time later; what it gives arrives later still."""
        future = self.create_future()
        if self._over:
            return future
        context, process = copy_context(), PROCESS.get(self.outside)
        settle = partial(self._settle, future, context)
        self.call_later(
            self._thread_s(), self._in_thread, process, partial(func, *args), settle, context=self.outside.context
        )
        return future

    def _in_thread(self, process: Process, work: Callable[[], Any], settle: Callable[..., None]) -> None:
        if not process.alive and self.rng.random() >= SENT_BEFORE_DEATH:
            return
        try:
            answer = work()
        except Crash:
            return
        except Exception as error:
            settle(error, failed=True)
        else:
            settle(answer, failed=False)

    def _settle(self, future: "asyncio.Future[Any]", context: Context, answer: Any, *, failed: bool) -> None:
        def settle() -> None:
            if not future.done():
                (future.set_exception if failed else future.set_result)(answer)

        self.call_later(self._thread_s(), settle, context=context)

    def _thread_s(self) -> float:
        """How long half of a call in a thread takes: mostly no time, sometimes seconds."""
        drawn = self.rng.random()
        return 0.0 if drawn < 0.5 else 0.004 * drawn if drawn < 0.9 else 0.1 * drawn if drawn < 0.99 else 3.0 * drawn

    def kill(self, process: Process) -> None:
        """The process does nothing more from now on."""
        if process.alive:
            process.alive = False
            self._take_out(process)
            if process.on_death is not None:
                process.on_death()

    def stop_for(self, process: Process, seconds: float) -> None:
        """The process stands still for a while and notices nothing."""
        process.stopped = True
        self._take_out(process)
        self.call_later(seconds, self._go_on, process, context=self.outside.context)

    def _go_on(self, process: Process) -> None:
        if process.stopped:
            process.stopped = False
            if process.alive and process.ready:
                self._runnable.append(process)

    def _take_out(self, process: Process) -> None:
        if process in self._runnable:
            self._runnable.remove(process)

    def _enqueue(self, process: Process, handle: asyncio.Handle) -> None:
        process.ready.append(handle)
        if len(process.ready) == 1 and process.runs:
            self._runnable.append(process)

    def run_until_complete(self, future: Coroutine[Any, Any, Any]) -> Any:  # type: ignore[override]
        """Run a coroutine to its end. Raises `NothingLeft` when it has none."""
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(finalizer=self._finish_generator)
        asyncio._set_running_loop(self)
        try:
            task = self.outside.context.run(self.create_task, future)
            for _ in range(LIMIT_STEPS):
                if task.done():
                    return task.result()
                self._step()
            raise NothingLeft(f"no end after {LIMIT_STEPS} steps")
        finally:
            asyncio._set_running_loop(None)
            sys.set_asyncgen_hooks(*hooks)

    def _step(self) -> None:
        if not self._runnable or (self._timers and self.rng.random() < TIMER_BESIDE_READY):
            self._strike()
            return
        place = int(self.rng.random() * len(self._runnable))
        process = self._runnable[place]
        handle = process.ready.popleft()
        if not process.ready:
            self._runnable[place] = self._runnable[-1]
            self._runnable.pop()
        if not handle.cancelled():
            handle._run()

    def _strike(self) -> None:
        """Time goes on to the next timer."""
        while self._timers:
            when, _, timer, process = heapq.heappop(self._timers)
            if not timer.cancelled():
                self._now = max(self._now, when)
                self._enqueue(process, timer)
                return
        if not self._runnable:
            raise NothingLeft("everybody waits")

    def _finish_generator(self, generator: Any) -> None:
        if not self._over:
            self.call_soon(self.create_task, generator.aclose())

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Keep what nobody caught; that a dead process left its tasks behind is no error."""
        if not self._over and "exception" in context:
            self.broken.append(f"{context['message']}: {context['exception']!r}")

    def close(self) -> None:
        """End all that is left, also of the dead, so that nothing runs when it is collected. Comes after the checks."""
        self._over = True
        asyncio._set_running_loop(self)
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(finalizer=self._finish_generator)
        try:
            while left := asyncio.all_tasks(self):
                for task in left:
                    task.cancel()
                for process in self._processes:
                    while process.ready:
                        handle = process.ready.popleft()
                        if not handle.cancelled():
                            handle._run()
        finally:
            asyncio._set_running_loop(None)
            sys.set_asyncgen_hooks(*hooks)
