"""One kind of engine: candidates best first, each behind a circuit breaker, the next one answering when one fails.

A chain is called from several worker threads. It decides no order (see `policies.fallback`) and knows no Ray.
"""

import logging
import threading
import time
from collections.abc import Callable, Generator, Hashable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from msgspec import Struct
from pybreaker import CircuitBreaker, CircuitBreakerError

from actors.ports import Engine, EngineError, EngineInputError
from events.values import EngineUse
from policies.fallback import Skipped

log = logging.getLogger(__name__)


class Candidate(Struct, frozen=True, kw_only=True):
    """An engine by name and how to load it: import, open its weights, warm it up. Loading may take seconds.

    ``edition`` is asked at every call: once it answers otherwise than before, the engine is loaded anew. It is for
    engines whose weights change while they serve.
    """

    name: str
    load: Callable[[], Engine]
    edition: Callable[[], Hashable] = lambda: None


class EngineHealth(Struct, frozen=True, kw_only=True):
    """How an engine of a chain stands.

    ``state`` is unloaded (not needed yet), ready, open (skipped for a while after failures) or failed (did not load);
    ``reason`` says why.
    """

    name: str
    state: str
    reason: str = ""


class EngineFault(Struct, frozen=True, kw_only=True):
    """Why an engine of a chain gave no answer."""

    name: str
    reason: str


class ChainExhausted(EngineError):
    """No engine of the chain could answer."""

    def __init__(self, kind: str, faults: tuple[EngineFault, ...]) -> None:
        told = "; ".join(f"{fault.name}: {fault.reason}" for fault in faults) or "there is none on this machine"
        super().__init__(f"No {kind} engine could answer ({told}). `python -m actors models list` tells what is here.")
        self.kind = kind
        self.faults = faults

    def __reduce__(self) -> tuple[type, tuple[str, tuple[EngineFault, ...]]]:
        return type(self), (self.kind, self.faults)


class ChainBroken(EngineError):
    """The engine failed after it had begun to answer; what came before stands."""

    def __init__(self, kind: str, fault: EngineFault, items: int) -> None:
        super().__init__(f"The {kind} engine {fault.name} failed after {items} item(s): {fault.reason}")
        self.kind = kind
        self.fault = fault
        self.items = items

    def __reduce__(self) -> tuple[type, tuple[str, EngineFault, int]]:
        return type(self), (self.kind, self.fault, self.items)


class _Slot:
    """A candidate, its engine once loaded, and its breaker."""

    def __init__(self, candidate: Candidate, fail_max: int, reset_timeout_s: float) -> None:
        self.name = candidate.name
        self._load = candidate.load
        self._edition = candidate.edition
        self._loaded_edition: Hashable = None
        self._lock = threading.Lock()
        self.engine: Engine | None = None
        self.reason = ""
        # GeneratorExit: a listener who stops listening (barge-in) has not found a fault in the voice.
        self.breaker = CircuitBreaker(
            fail_max=fail_max,
            reset_timeout=reset_timeout_s,
            exclude=[EngineInputError, GeneratorExit],
            throw_new_error_on_trip=False,
            name=candidate.name,
        )

    def calling(self) -> AbstractContextManager[None]:
        """Counts what happens inside; raises CircuitBreakerError at once while the breaker is open."""
        guard: AbstractContextManager[None] = self.breaker.calling()
        return guard

    def loaded(self) -> Engine:
        """The engine, loaded at first need by one thread while others wait for it, and anew for another edition."""
        with self._lock:
            edition = self._edition()
            if self.engine is None:
                if self.breaker.current_state == "open":
                    raise CircuitBreakerError("another thread has just failed to load it")
                started = time.monotonic()
                try:
                    self.engine = self._load()
                except Exception:
                    # What did not load will not load at the next word either: no further try until the breaker's
                    # time is over.
                    self.breaker.open()
                    raise
                log.info("engine %s loaded in %.1f s", self.name, time.monotonic() - started)
            elif edition != self._loaded_edition:
                self.engine = self._renewed(self.engine)
            self._loaded_edition = edition
            return self.engine

    def _renewed(self, engine: Engine) -> Engine:
        """The engine of a new edition; the one that there is goes on where that does not load."""
        try:
            return self._load()
        # A supervisor: whatever a foreign library raises at a new edition, the old one still answers.
        except Exception:
            log.exception("the new edition of engine %s does not load; the one before it goes on", self.name)
            return engine

    def health(self) -> EngineHealth:
        if self.breaker.current_state == "open":
            state = "failed" if self.engine is None else "open"
        else:
            state = "unloaded" if self.engine is None else "ready"
        return EngineHealth(name=self.name, state=state, reason=self.reason if state in ("open", "failed") else "")


class EngineChain:
    """The engines of one kind, best first, as one engine that says which of them answered.

    ``skipped`` are the better engines that the policy left out; those that degrade the lesson mark every answer.
    After ``fail_max`` failures in a row an engine is skipped for ``reset_timeout_s`` seconds, then tried once.
    """

    def __init__(
        self,
        kind: str,
        candidates: tuple[Candidate, ...],
        *,
        skipped: tuple[Skipped, ...] = (),
        clock: Callable[[], float] = time.monotonic,
        fail_max: int = 3,
        reset_timeout_s: float = 30.0,
    ) -> None:
        self.kind = kind
        self.skipped = skipped
        self._clock = clock
        self._slots = tuple(_Slot(candidate, fail_max, reset_timeout_s) for candidate in candidates)

    def call(self, method: str, *args: Any, **kwargs: Any) -> tuple[Any, EngineUse]:
        """The answer of the first engine that gives one, and its use.

        Raises EngineInputError as the engine does, `ChainExhausted` when no engine answers.
        """
        faults: list[EngineFault] = []
        for slot in self._slots:
            try:
                with slot.calling():
                    engine = slot.loaded()
                    started = self._clock()
                    answer = getattr(engine, method)(*args, **kwargs)
                return answer, self._use(slot, engine, started, faults)
            except EngineInputError:
                raise
            # A supervisor: engines wrap foreign libraries that raise anything, and whatever it is, the next engine
            # is to answer. The fault is kept in the log, the answer's reason and the health report.
            except Exception as error:
                faults.append(self._fault(slot, error))
        raise ChainExhausted(self.kind, tuple(faults))

    def stream(self, method: str, *args: Any, **kwargs: Any) -> Generator[tuple[Any, EngineUse], None, None]:
        """The items of the first engine that gives one, each with the time that it took.

        An engine that fails before its first item is replaced by the next. Raises as `call` does, and `ChainBroken`
        when the engine fails after its first item. Closing the iterator closes the engine's own.
        """
        faults: list[EngineFault] = []
        for slot in self._slots:
            items = 0
            try:
                with slot.calling():
                    engine = slot.loaded()
                    started = self._clock()
                    answers = iter(getattr(engine, method)(*args, **kwargs))
                    try:
                        for item in answers:
                            items += 1
                            yield item, self._use(slot, engine, started, faults)
                            started = self._clock()
                    finally:
                        if isinstance(answers, Iterator) and hasattr(answers, "close"):
                            answers.close()
                return
            except EngineInputError:
                raise
            except Exception as error:  # a supervisor, as in `call`
                fault = self._fault(slot, error)
                if items:
                    raise ChainBroken(self.kind, fault, items) from error
                faults.append(fault)
        raise ChainExhausted(self.kind, tuple(faults))

    def prepare(self) -> str:
        """Load the best engine that loads, so that the first call need not wait; its name.

        Raises `ChainExhausted` when none loads.
        """
        faults: list[EngineFault] = []
        for slot in self._slots:
            try:
                with slot.calling():
                    slot.loaded()
                return slot.name
            except Exception as error:  # a supervisor, as in `call`
                faults.append(self._fault(slot, error))
        raise ChainExhausted(self.kind, tuple(faults))

    def revive(self) -> None:
        """Try every engine again at the next call, as when a missing model has been fetched meanwhile."""
        for slot in self._slots:
            slot.breaker.close()

    def health(self) -> tuple[EngineHealth, ...]:
        """How each engine stands, best first; loads nothing."""
        return tuple(slot.health() for slot in self._slots)

    def _use(self, slot: _Slot, engine: Engine, started: float, faults: list[EngineFault]) -> EngineUse:
        reasons = [f"{fault.name}: {fault.reason}" for fault in faults]
        reasons += [skip.reason for skip in self.skipped if skip.degrades]
        return EngineUse(
            kind=self.kind,
            name=slot.name,  # as everything else of the chain calls it
            version=engine.version,
            digest=engine.digest,
            latency_ms=round((self._clock() - started) * 1000.0, 3),
            degraded=bool(reasons),
            reason="; ".join(reasons),
        )

    def _fault(self, slot: _Slot, error: Exception) -> EngineFault:
        if isinstance(error, CircuitBreakerError):
            return EngineFault(name=slot.name, reason=f"skipped after failures ({slot.reason})")
        slot.reason = f"{type(error).__name__}: {error}"
        log.warning("%s engine %s failed: %s", self.kind, slot.name, slot.reason)
        return EngineFault(name=slot.name, reason=slot.reason)
