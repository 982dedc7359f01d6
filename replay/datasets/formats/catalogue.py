"""The formats by name. A format's library is imported when its writer is made, not before."""

from collections.abc import Callable, Mapping

from replay.datasets.formats.jsonl import JsonLines
from replay.datasets.formats.writer import Writer

FORMATS: Mapping[str, Callable[[], Writer]] = {"jsonl": JsonLines}
"""What makes each format's writer. It raises a `ReplayError` that names the extra when the library is not installed."""
