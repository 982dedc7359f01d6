"""Puts the engines of a kind together from the settings. Opens no log: a model actor needs none and starts sooner."""

from collections.abc import Callable
from typing import cast

from actors.catalogue import available, edition, loaders
from actors.chain import Candidate, EngineChain
from actors.machine import machine_profile
from actors.models.store import ModelStore
from actors.ports import Voice
from actors.settings import Settings
from policies.fallback import RANKING, MachineProfile, fallback_order


def model_store(settings: Settings) -> ModelStore:
    """The models of this user."""
    return ModelStore.for_user({"COLLOQUY_MODELS": settings.models_cache, "COLLOQUY_MODELS_FROM": settings.models_from})


def chain_of(kind: str, settings: Settings) -> EngineChain:
    """The engines of a kind that this machine has, in the policy's order. Measures the voices once."""
    store = model_store(settings)
    load = loaders(kind, settings, store)
    there = available(kind, settings, store)
    machine = measured_profile(settings, store) if kind == "voice" else machine_profile(settings.data.root, {})
    order = fallback_order(kind, there, machine, preference=_preferred(kind, settings))
    candidates = tuple(
        Candidate(name=name, load=load[name], edition=edition(kind, name, settings)) for name in order.order
    )
    return EngineChain(kind, candidates, skipped=order.skipped)


def measured_profile(settings: Settings, store: ModelStore) -> MachineProfile:
    """What this machine can do; voices whose models are here and that were never measured on it are measured now."""
    here = available("voice", settings, store).models
    usable = {needs.name for needs in RANKING["voice"] if here.issuperset(needs.models)}
    load = loaders("voice", settings, store)
    voices = {name: cast(Callable[[], Voice], loader) for name, loader in load.items() if name in usable}
    return machine_profile(settings.data.root, voices)


def _preferred(kind: str, settings: Settings) -> tuple[str, ...]:
    names = {needs.name for needs in RANKING[kind]}
    return tuple(name for name in settings.prefer if name in names)
