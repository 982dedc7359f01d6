"""Which models of a kind there are and which is in service: a pure fold of their stream. Opens no file."""

from collections.abc import Iterable
from functools import reduce

from msgspec import Struct
from msgspec.structs import replace

from events.envelope import Recorded
from events.training import ModelPromoted, ModelRolledBack, ModelTrained


class Models(Struct, frozen=True, kw_only=True):
    """``versions`` are trained models with their digests in the order of their training.

    ``served`` are the versions put into service, each in the place of the one before it; the last one serves.
    """

    versions: tuple[tuple[str, str], ...] = ()
    served: tuple[str, ...] = ()

    @property
    def in_service(self) -> str:
        """The version that serves; "" for the shipped model."""
        return self.served[-1] if self.served else ""

    @property
    def before(self) -> str:
        """The version to roll back to; "" for the shipped model."""
        return self.served[-2] if len(self.served) > 1 else ""


def initial() -> Models:
    """No model but the shipped one."""
    return Models()


def evolve(models: Models, recorded: Recorded) -> Models:
    """Models after an event of their stream; others change nothing."""
    match recorded.event:
        case ModelTrained(version=version, digest=digest):
            return replace(models, versions=_known(models, version, digest))
        case ModelPromoted(version=version, digest=digest):
            served = (*models.served, version) if version != models.in_service else models.served
            return replace(models, versions=_known(models, version, digest), served=served)
        case ModelRolledBack(to=to):
            return replace(models, served=_until(models.served, to))
        case _:
            return models


def models_of(recorded: Iterable[Recorded]) -> Models:
    """Models after all events of their stream."""
    return reduce(evolve, recorded, initial())


def _known(models: Models, version: str, digest: str) -> tuple[tuple[str, str], ...]:
    return (*(each for each in models.versions if each[0] != version), (version, digest))


def _until(served: tuple[str, ...], to: str) -> tuple[str, ...]:
    """Those that had served when ``to`` last began to."""
    last = max((place for place, version in enumerate(served, 1) if version == to), default=0)
    return served[:last] if last or not to else (to,)
