"""Lessons held with the product's own hosts and tutors; the other engines answer at once."""

from datetime import UTC, datetime
from pathlib import Path

from actors.earlier import EarlierLessons
from actors.gateway import Gateway
from actors.session.commands import Command
from actors.tutor.provider import ProviderTutor
from actors.tutor.rules import RulesTutor
from events.blobs import BlobStore
from events.location import DataFolder
from events.sqlite import SQLiteEventLog
from events.values import EngineUse
from projections.catalogue import PROJECTIONS
from projections.runner import ProjectionRunner
from projections.sqlite import SQLiteViewStore
from tests.actors.hosting.room import Room
from tests.fakes.engines import FakeEngines
from tests.fakes.hosts import LocalHosts


class TutorEngines(FakeEngines):
    """The fakes, with one of the product's own tutors."""

    def __init__(self) -> None:
        super().__init__()
        self.tutor: RulesTutor | ProviderTutor = RulesTutor()

    def _use(self, kind: str) -> EngineUse:
        if kind != "tutor":
            return super()._use(kind)
        return EngineUse(kind="tutor", name=self.tutor.name, version=self.tutor.version)

    async def _before(self, kind: str, method: str) -> None:
        self._engines["tutor"] = self.tutor
        await super()._before(kind, method)


class School(Room):
    """A gateway on a log in a data folder whose tutor knows the learners' earlier lessons from views."""

    def __init__(self, folder: Path) -> None:
        self.folder = DataFolder(folder)
        self.log = SQLiteEventLog(self.folder.log)  # type: ignore[assignment]
        self.views = SQLiteViewStore(self.folder.views, PROJECTIONS)
        self._runner = ProjectionRunner(self.log, self.views, PROJECTIONS)
        self.engines = TutorEngines()
        self.blobs = BlobStore(self.folder.blobs, durable=False)
        history = EarlierLessons(self.views, lambda: datetime.now(UTC).date())
        self.hosts = LocalHosts(self.log, self.blobs, self.engines, history)
        self.gateway = Gateway(self.hosts)

    def project(self) -> None:
        """Fold what has happened into the views."""
        while self._runner.run_once():
            pass

    async def type(self, turn: int, text: str, session: str = "s1") -> None:
        await self.gateway.type_text(session, "ana", f"{session}-{turn}", turn, text)
        await self.answered(turn, session)

    async def obey(self, command: Command, session: str = "s1") -> None:
        await self.gateway.submit(session, "ana", command)

    def close(self) -> None:
        self.hosts.kill()
        self.views.close()
        self.log.close()  # type: ignore[attr-defined]
