"""Model actors on Ray whose engines answer at once, for tests of what Ray does to sessions."""

import time
from collections.abc import Iterator
from typing import Any

from tests.fakes.engines import FakeEngines


class FakeModelActor:
    """The shape of `actors.remote.ModelActor`; each answer takes ``delay_s``."""

    def __init__(self, kind: str, delay_s: float) -> None:
        engines = FakeEngines()
        self._engine = engines._engines[kind]
        self._use = engines._use(kind)
        self._delay_s = delay_s

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        self._wait()
        return getattr(self._engine, method)(*args, **kwargs), self._use

    def stream(self, method: str, *args: Any, **kwargs: Any) -> Iterator[Any]:
        for item in getattr(self._engine, method)(*args, **kwargs):
            self._wait()
            yield item, self._use

    def _wait(self) -> None:
        time.sleep(self._delay_s)
