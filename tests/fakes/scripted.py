"""An engine that does as it is told, and a clock that stands still."""

from collections.abc import Iterator


class Clock:
    """A monotonic clock that moves only when told to."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class ScriptedEngine:
    """Repeats what it is told; ``fault`` makes it fail, ``fault_at`` after so many items of a stream."""

    version = "1"

    def __init__(self, name: str, clock: Clock | None = None, *, takes_s: float = 0.0) -> None:
        self.name = name
        self.digest = f"digest of {name}"
        self.fault: BaseException | None = None
        self.fault_at = 0
        self.calls = 0
        self.closed = False
        self._clock = clock
        self._takes_s = takes_s

    def say(self, text: str, *, times: int = 1) -> str:
        self.calls += 1
        self._work()
        if self.fault is not None:
            raise self.fault
        return text * times

    def recite(self, *words: str) -> Iterator[str]:
        self.calls += 1
        try:
            for index, word in enumerate((*words, None)):
                self._work()
                if self.fault is not None and index == self.fault_at:
                    raise self.fault
                if word is not None:
                    yield word
        finally:
            self.closed = True

    def _work(self) -> None:
        if self._clock is not None:
            self._clock.now_s += self._takes_s
