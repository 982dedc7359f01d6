"""The formats by name, and which kinds each takes. A format's library is imported when its writer is made."""

from collections.abc import Callable, Mapping

import msgspec
from msgspec import Struct

from replay.datasets.formats.huggingface import HuggingFace
from replay.datasets.formats.jsonl import JsonLines
from replay.datasets.formats.kaldi import KaldiFolder
from replay.datasets.formats.langchain import LangChainDocuments
from replay.datasets.formats.lhotse_shar import LhotseShar
from replay.datasets.formats.multimodal import MultiModal
from replay.datasets.formats.nemo import NemoManifest
from replay.datasets.formats.openai import OpenAIFineTuning
from replay.datasets.formats.sharegpt import ShareGPT
from replay.datasets.formats.webdataset import WebDataset
from replay.datasets.formats.writer import Writer
from replay.datasets.kinds.kind import Kind

FORMATS: Mapping[str, Callable[[], Writer]] = {
    "jsonl": JsonLines,
    "huggingface": HuggingFace,
    "openai": OpenAIFineTuning,
    "langchain": LangChainDocuments,
    "sharegpt": ShareGPT,
    "multimodal": MultiModal,
    "lhotse": LhotseShar,
    "webdataset": WebDataset,
    "nemo": NemoManifest,
    "kaldi": KaldiFolder,
}
"""What makes each format's writer. It raises a `ReplayError` that names the extra when the library is not installed."""

_CHAT = (frozenset({"messages"}), frozenset({"prompt", "chosen", "rejected"}))
_SPEECH = (frozenset({"text"}),)


class Needs(Struct, frozen=True):
    """What a kind must have to be written: sound, and one of these sets of columns (() for none).

    A format that has no place for ``lost`` would lose what a kind with such a column is about.
    """

    sound: bool
    columns: tuple[frozenset[str], ...]
    lost: frozenset[str] = frozenset()


NEEDS: Mapping[str, Needs] = {
    "jsonl": Needs(False, ()),
    "huggingface": Needs(False, ()),
    "openai": Needs(False, _CHAT),
    "langchain": Needs(False, (*_CHAT, *_SPEECH, frozenset({"said", "feedback"}))),
    "sharegpt": Needs(False, _CHAT),
    "multimodal": Needs(True, (*_SPEECH, frozenset({"said"}))),
    "lhotse": Needs(True, _SPEECH),
    "webdataset": Needs(False, ()),
    "nemo": Needs(True, _SPEECH, frozenset({"pauses"})),
    "kaldi": Needs(True, _SPEECH, frozenset({"pauses"})),
}


def kinds_by_format(kinds: Mapping[str, Kind]) -> dict[str, frozenset[str]]:
    """Of each format the kinds that it takes."""
    return {name: frozenset(kind.name for kind in kinds.values() if _has(kind, needs)) for name, needs in NEEDS.items()}


def _has(kind: Kind, needs: Needs) -> bool:
    columns = {field.name for field in msgspec.structs.fields(kind.columns)}
    told = not needs.columns or any(each <= columns for each in needs.columns)
    return told and (kind.audio or not needs.sound) and needs.lost.isdisjoint(columns)
