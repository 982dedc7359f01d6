"""The trained models of a kind: their events in the log, their folders, and which of them serves.

The log is the truth: an event is appended first, then the pointer is written that servers follow. Where the two differ,
as after a kill between them or a restored backup, `Registry.align` writes the pointer anew.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from actors.pronunciation.model import InService, ModelFacts, digest_of, edition, facts_of, folder_of, put_in_service
from actors.voice.runtime import ModelUnusable
from events.envelope import Origin, Recorded
from events.errors import VersionConflict
from events.log import EventLog
from events.models import Models, models_of
from events.training import ModelEvent, ModelPromoted, ModelRolledBack, ModelTrained, RuleVerdict, stream_of
from training_actors.errors import (
    ModelAltered,
    ModelServes,
    ModelsUnwritable,
    NeverServed,
    NothingPromoted,
    ServiceChanged,
    VersionUnknown,
)

PRODUCER = "training"
SHIPPED = ""


class Registry:
    """``folder`` holds the models of ``kind``, each in a folder named by its version.

    Raises what the log raises, and `ModelsUnwritable`.
    """

    def __init__(self, kind: str, log: EventLog, folder: Path) -> None:
        self.kind, self.folder = kind, folder
        self._log = log
        self._stream = stream_of(kind)

    def history(self) -> tuple[Recorded, ...]:
        """All events of the models, in their order."""
        return self._log.read(self._stream)

    def models(self) -> Models:
        """Which models there are, and which serves."""
        return models_of(self.history())

    def add(self, made: Path, event: ModelTrained) -> None:
        """Take in the model in the folder ``made``; one that is there already, as it was trained, is left as it is."""
        with self._alone():
            place = self.folder / event.version
            if not _is(place, event.digest):
                partial = place.with_name(f".{event.version}.part")
                shutil.rmtree(partial, ignore_errors=True)
                shutil.copytree(made, partial)
                shutil.rmtree(place, ignore_errors=True)
                partial.replace(place)
            while (event.version, event.digest) not in self.models().versions:
                try:
                    self._append(event, len(self.history()))
                except VersionConflict:
                    continue

    def facts(self, version: str) -> ModelFacts:
        """What is known of a version. Raises `VersionUnknown`, `ModelAltered` when it is not what was trained."""
        digests = dict(self.models().versions)
        if version and version not in digests:
            raise VersionUnknown(version, tuple(digests))
        folder = folder_of(self.folder, version)
        try:
            facts = facts_of(folder)
            digest = digest_of(folder)
        except ModelUnusable as error:
            raise ModelAltered(version, folder, str(error)) from error
        if not facts.digest == digest == digests.get(version, digest):
            raise ModelAltered(version, folder, "its files are not those that were trained")
        return facts

    def promote(self, version: str, over: str, *, verdicts: tuple[RuleVerdict, ...], run: str, forced: str) -> None:
        """Put a version into service in the place of ``over``, the one that it was compared with.

        Raises `ServiceChanged` when another serves by now, `ModelServes`, and as `facts` does.
        """
        with self._alone():
            before = self.history()
            in_service = models_of(before).in_service
            if version == in_service:
                raise ModelServes(version)
            if in_service != over:
                raise ServiceChanged(over, in_service)
            facts = self.facts(version)
            event = ModelPromoted(
                kind=self.kind,
                version=version,
                digest=facts.digest,
                over=over,
                verdicts=verdicts,
                run=run,
                forced=forced,
            )
            self._change(event, len(before), over)

    def roll_back(self, to: str | None, reason: str) -> tuple[str, str]:
        """Take the version in service out of it, for ``to`` (None: the one before it); both versions.

        Raises `NothingPromoted`, `NeverServed` for a version that was not in service before, and as `facts` does.
        """
        with self._alone():
            before = self.history()
            models = models_of(before)
            version = models.in_service
            if not version:
                raise NothingPromoted(self.kind)
            target = models.before if to is None else to
            earlier = (SHIPPED, *models.served[:-1])
            if target not in earlier or target == version:
                raise NeverServed(target, tuple(dict.fromkeys(earlier)))
            self.facts(target)
            self._change(
                ModelRolledBack(kind=self.kind, version=version, to=target, reason=reason), len(before), version
            )
            return version, target

    def align(self) -> bool:
        """Write the pointer as the log tells; whether it was otherwise."""
        with self._alone():
            before = edition(self.folder)
            self._point(self.models())
            return edition(self.folder) != before

    def _change(self, event: ModelEvent, expected_version: int, over: str) -> None:
        while True:
            try:
                self._append(event, expected_version)
                break
            except VersionConflict as error:  # another machine, whose lock is not ours
                history = self.history()
                if models_of(history).in_service != over:
                    raise ServiceChanged(over, models_of(history).in_service) from error
                expected_version = len(history)
        self._point(self.models())

    def _point(self, models: Models) -> None:
        version = models.in_service
        in_service = InService(version=version, digest=dict(models.versions)[version]) if version else None
        put_in_service(self.folder, in_service)

    def _append(self, event: ModelEvent, expected_version: int) -> None:
        origin = Origin(learner="", causation="", correlation=self._stream, producer=PRODUCER)
        self._log.append(self._stream, [event], expected_version=expected_version, origin=origin)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / "registry.lock"):
                yield
        except (OSError, shutil.Error) as error:
            raise ModelsUnwritable(self.folder, str(error)) from error


def _is(folder: Path, digest: str) -> bool:
    try:
        return facts_of(folder).digest == digest_of(folder) == digest
    except ModelUnusable:
        return False
