"""The event of a dataset that was made from the log. It lies in a stream of the dataset's own and holds no learner."""

from msgspec import Struct


class DatasetBuilt(Struct, frozen=True, kw_only=True, tag="dataset.built.v1"):
    """A dataset was finished.

    ``position`` is where in the log it was read to, ``spec_sha256`` the hash of its spec, ``sha256`` that of its files;
    ``code`` tells the program. ``rows`` and ``learners`` are counts.
    """

    name: str
    version: str
    kind: str
    position: int
    spec_sha256: str
    sha256: str
    code: str
    rows: int
    learners: int


def stream_of(name: str) -> str:
    """The stream of the datasets of a name."""
    return f"dataset-{name}"
