"""The kinds by name."""

from collections.abc import Mapping

from replay.datasets.kinds.asr import ASR
from replay.datasets.kinds.dialogue import DIALOGUE
from replay.datasets.kinds.endpointing import ENDPOINTING
from replay.datasets.kinds.feedback import FEEDBACK
from replay.datasets.kinds.kind import Kind
from replay.datasets.kinds.preferences import PREFERENCES
from replay.datasets.kinds.pronunciation import PRONUNCIATION
from replay.datasets.kinds.voice import VOICE

KINDS: Mapping[str, Kind] = {
    kind.name: kind for kind in (ASR, PRONUNCIATION, DIALOGUE, PREFERENCES, VOICE, ENDPOINTING, FEEDBACK)
}
