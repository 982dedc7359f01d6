"""The kinds by name."""

from collections.abc import Mapping

from replay.datasets.kinds.asr import ASR
from replay.datasets.kinds.kind import Kind

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (ASR,)}
