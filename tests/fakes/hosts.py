"""Session hosts in this process, which can die at any moment: what Ray does to host actors, without Ray."""

from collections.abc import Callable
from typing import Any

from actors.engines import Engines
from actors.hosting.host import ForgottenAt, SessionHost
from actors.stages.stage import Resources
from events.blobs import BlobStore
from events.identifiers import uuid7
from events.log import EventLog
from policies.learner import LearnerHistory


class LocalHosts:
    """`actors.gateway.Hosts` with one host at a time; `kill` forgets everything that it held in memory."""

    def __init__(
        self,
        log: EventLog,
        blobs: BlobStore,
        engines: Engines,
        history: Callable[[str, str], LearnerHistory] = lambda learner, session: LearnerHistory(),
        forgotten_at: ForgottenAt = lambda learner: None,
    ) -> None:
        self._forgotten_at = forgotten_at
        self._log = log
        self._resources = Resources(engines=engines, blobs=blobs, history=history)
        self.host = self.make()

    def make(self) -> SessionHost:
        """Another host on the same log."""
        return SessionHost(
            log=self._log,
            resources=self._resources,
            host=uuid7(),
            new_id=uuid7,
            forgotten_at=self._forgotten_at,
        )

    def kill(self) -> None:
        """The host is gone; the next call goes to a new one."""
        for name in list(self.host._lessons):
            self.host._forget(name)
        self.host = self.make()

    async def call(self, session: str, method: str, *args: Any) -> Any:
        call: Callable[..., Any] = getattr(self.host, method)
        return await call(*args)
