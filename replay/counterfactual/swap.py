"""Which engines to put in the place of the logged one. Names are checked against what there is; loads nothing."""

from collections.abc import Sequence

from msgspec import Struct

from actors.catalogue import TRAINED, VERSION_MARK, available
from actors.chains import model_store
from actors.machine import machine_profile
from actors.pronunciation.model import facts_of, folder_of
from actors.settings import Settings
from actors.voice.runtime import ModelUnusable
from policies.fallback import RANKING, FallbackOrder, fallback_order
from replay.counterfactual.errors import BadSwap, EngineNotHere

KINDS = ("asr", "pronunciation", "tutor", "voice")
"""The kinds whose inputs the log holds whole."""


class Swap(Struct, frozen=True, kw_only=True):
    """Engines of one kind to try instead, in the order in which they are reported."""

    kind: str
    engines: tuple[str, ...]


def parse_swaps(texts: Sequence[str]) -> Swap:
    """The swap of ``KIND=ENGINE[,ENGINE]`` terms, all of one kind. Raises `BadSwap`, which lists what there is."""
    kinds: dict[str, list[str]] = {}
    for text in texts:
        kind, _, names = text.partition("=")
        if kind not in KINDS or not names:
            raise BadSwap(text, KINDS)
        for name in names.split(","):
            there = tuple(needs.name for needs in RANKING[kind])
            if base_name(kind, name) not in there:
                raise BadSwap(text, KINDS, (*there, *(f"{each}@VERSION" for each in TRAINED.get(kind, ()))))
            if name not in kinds.setdefault(kind, []):
                kinds[kind].append(name)
    if len(kinds) != 1:
        raise BadSwap(" --swap ".join(texts) + " (one kind a run)", KINDS)
    ((kind, engines),) = kinds.items()
    return Swap(kind=kind, engines=tuple(engines))


def default_engine(kind: str, settings: Settings) -> str:
    """The engine that a lesson on this machine would use. Raises `EngineNotHere` when there is none."""
    order = _order(kind, settings, ())
    if not order.order:
        raise EngineNotHere(kind, "default", "; ".join(skip.reason for skip in order.skipped))
    return order.order[0]


def check_here(kind: str, name: str, settings: Settings) -> None:
    """Raises `EngineNotHere`, with the way out, when an engine cannot run on this machine."""
    base = base_name(kind, name)
    order = _order(kind, settings, (base,))
    if base not in order.order:
        reasons = {skip.name: skip.reason for skip in order.skipped}
        raise EngineNotHere(kind, name, reasons.get(base, "it is not in the order of this machine"))
    if base != name:
        try:
            facts_of(folder_of(settings.data.models(kind), name.partition(VERSION_MARK)[2]))
        except ModelUnusable as error:
            told = f"{error}; `python -m training_actors list` tells which versions there are"
            raise EngineNotHere(kind, name, told) from error


def base_name(kind: str, name: str) -> str:
    """The engine that is meant by ``ENGINE@VERSION``; the name itself where engines of its kind have no versions."""
    base, _, version = name.partition(VERSION_MARK)
    return base if version and base in TRAINED.get(kind, ()) else name


def _order(kind: str, settings: Settings, preference: tuple[str, ...]) -> FallbackOrder:
    names = {needs.name for needs in RANKING[kind]}
    preferred = preference or tuple(name for name in settings.prefer if name in names)
    there = available(kind, settings, model_store(settings))
    return fallback_order(kind, there, machine_profile(settings.data.root, {}), preference=preferred)
