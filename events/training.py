"""The events of a trained model's life. They lie in a stream of its kind's own and hold no learner."""

from msgspec import Struct


class Figure(Struct, frozen=True, kw_only=True):
    """A measured figure and its deviation from fold to fold."""

    name: str
    mean: float
    spread: float = 0.0


class RuleVerdict(Struct, frozen=True, kw_only=True):
    """What came of a rule of the gate: ``outcome`` is not worse, worse or undecided, ``reason`` says why."""

    rule: str
    outcome: str
    reason: str = ""


class ModelTrained(Struct, frozen=True, kw_only=True, tag="model.trained.v1"):
    """A model was made. ``digest`` identifies its weights, ``dataset_sha256`` is its dataset's manifest's.

    ``position`` is where in the log the dataset was read to; ``code`` tells the program.
    """

    kind: str
    version: str
    digest: str
    dataset: str
    dataset_sha256: str
    position: int
    code: str
    seeds: tuple[int, ...]
    figures: tuple[Figure, ...]
    seconds: float = 0.0


class ModelPromoted(Struct, frozen=True, kw_only=True, tag="model.promoted.v1"):
    """A model was put into service in the place of ``over`` ("" for the shipped one).

    ``run`` is the counterfactual run's ``result_sha256``, "" without one; ``forced`` says why the gate was passed over.
    """

    kind: str
    version: str
    digest: str
    over: str = ""
    verdicts: tuple[RuleVerdict, ...] = ()
    run: str = ""
    forced: str = ""


class ModelRolledBack(Struct, frozen=True, kw_only=True, tag="model.rolled_back.v1"):
    """``version`` was taken out of service for ``to``, a version of before ("" for the shipped one)."""

    kind: str
    version: str
    to: str = ""
    reason: str = ""


ModelEvent = ModelTrained | ModelPromoted | ModelRolledBack


def stream_of(kind: str) -> str:
    """The stream of the models of a kind of engine."""
    return f"model-{kind}"
