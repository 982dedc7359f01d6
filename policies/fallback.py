"""Which engines of a kind to use on this machine, best first, and why others are left out. Loads, measures nothing.

A chain ends in an engine that needs nothing but the base installation. An engine is skipped when something that it
needs is missing; a voice also when this machine cannot speak with it in real time.
"""

from msgspec import Struct

RTF_LIMIT = 0.35
"""A voice keeps up when its real-time factor is at most this: the recogniser and the face share the cores with it."""

RTF_USELESS = 1.0
"""Slower than its own speech: every sentence would stop in the middle."""

ASSUMED_RTF = {"kokoro": 0.65, "piper": 0.14, "espeak": 0.02}
"""Real-time factors on two busy cores, taken until this machine has been measured."""


class EngineNeeds(Struct, frozen=True, kw_only=True):
    """An engine by name and what it needs: models in the store, installed packages, a service's URL, GPUs, CPU cores.

    ``usual`` engines are those that a base installation should have: doing without one is a degradation.
    """

    name: str
    models: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    service: str = ""
    gpus: int = 0
    cores: int = 1
    usual: bool = True


RANKING: dict[str, tuple[EngineNeeds, ...]] = {
    "vad": (
        EngineNeeds(name="silero", models=("silero-vad",), packages=("onnxruntime",)),
        EngineNeeds(name="energy"),
    ),
    "asr": (
        EngineNeeds(
            name="whisper-large-v3-turbo",
            models=("whisper-large-v3-turbo",),
            packages=("faster-whisper",),
            gpus=1,
            usual=False,
        ),
        EngineNeeds(
            name="whisper-small", models=("whisper-small",), packages=("faster-whisper",), cores=8, usual=False
        ),
        EngineNeeds(name="whisper-base", models=("whisper-base",), packages=("faster-whisper",)),
        EngineNeeds(name="whisper-tiny.en", models=("whisper-tiny.en",), packages=("faster-whisper",), usual=False),
        EngineNeeds(name="pocketsphinx", packages=("pocketsphinx",)),
    ),
    "prosody": (EngineNeeds(name="praat", packages=("praat-parselmouth",)),),
    "pronunciation": (
        EngineNeeds(name="colloquy", models=("whisper-base",), packages=("pocketsphinx", "onnxruntime")),
        EngineNeeds(name="gop", packages=("pocketsphinx",)),
    ),
    "language": (
        EngineNeeds(name="languagetool", service="languagetool", usual=False),
        EngineNeeds(name="harper", packages=("harper-py",)),
    ),
    "tutor": (
        EngineNeeds(name="provider", service="tutor", usual=False),
        EngineNeeds(name="rules"),
    ),
    "voice": (
        EngineNeeds(name="kokoro", models=("kokoro-82m-int8", "kokoro-voices"), packages=("onnxruntime",)),
        EngineNeeds(name="piper", models=("piper-joe",), packages=("onnxruntime",)),
        EngineNeeds(name="espeak", packages=("espeakng-loader",)),
    ),
    "face": (EngineNeeds(name="vector", packages=("opencv-python-headless", "av")),),
}
"""Every kind's engines, best first."""


class Available(Struct, frozen=True, kw_only=True):
    """What there is: models complete in the store, installed packages, services whose URL is given."""

    models: frozenset[str] = frozenset()
    packages: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()


class MachineProfile(Struct, frozen=True, kw_only=True):
    """What was measured here: cores, GPUs, and each voice's real-time factor (seconds of work a second of speech)."""

    cpu_count: int
    gpu_count: int = 0
    voice_rtf: tuple[tuple[str, float], ...] = ()

    def rtf(self, voice: str) -> float | None:
        """A voice's real-time factor; None when it has not been measured."""
        return dict(self.voice_rtf).get(voice)


class Skipped(Struct, frozen=True, kw_only=True):
    """An engine left out and why. ``degrades`` tells that the lesson is the worse for it and that it could be had."""

    name: str
    reason: str
    degrades: bool = False


class FallbackOrder(Struct, frozen=True, kw_only=True):
    """The engines of a kind in the order to try them, those left out, and remarks on the order."""

    kind: str
    order: tuple[str, ...]
    skipped: tuple[Skipped, ...] = ()
    remarks: tuple[str, ...] = ()


def fallback_order(
    kind: str,
    available: Available,
    machine: MachineProfile,
    *,
    preference: tuple[str, ...] = (),
    rtf_limit: float = RTF_LIMIT,
) -> FallbackOrder:
    """The order for one kind. ``preference`` names engines to try first; it cannot bring back what is missing.

    Raises KeyError on an unknown kind.
    """
    ranked = RANKING[kind]
    faults = {needs.name: _fault(needs, available, machine) for needs in ranked}
    everything = tuple(needs.name for needs in ranked)
    usable = tuple(name for name in everything if not faults[name])
    ideal, order = everything, usable
    too_slow: tuple[Skipped, ...] = ()
    remarks: tuple[str, ...] = ()
    if kind == "voice":
        ideal, _ = _voices(everything, machine, rtf_limit, preference)
        order, too_slow = _voices(usable, machine, rtf_limit, preference)
        remarks = _slower(usable, order, machine, rtf_limit)
    ideal, order = _preferring(preference, ideal), _preferring(preference, order)
    better = ideal[: ideal.index(order[0])] if order and order[0] in ideal else ideal
    skipped = tuple(
        Skipped(
            name=needs.name,
            reason=faults[needs.name],
            degrades=needs.name in better and (needs.usual or needs.name in preference),
        )
        for needs in ranked
        if faults[needs.name]
    )
    return FallbackOrder(kind=kind, order=order, skipped=skipped + too_slow, remarks=remarks)


def _preferring(preference: tuple[str, ...], order: tuple[str, ...]) -> tuple[str, ...]:
    first = tuple(name for name in preference if name in order)
    return first + tuple(name for name in order if name not in first)


def _fault(needs: EngineNeeds, available: Available, machine: MachineProfile) -> str:
    """Why the engine cannot be used here, with the way out; "" when it can."""
    if machine.gpu_count < needs.gpus:
        return f"{needs.name} wants a GPU and this machine has none"
    if machine.cpu_count < needs.cores and machine.gpu_count == 0:
        return f"{needs.name} wants {needs.cores} CPU cores or a GPU; this machine has {machine.cpu_count} cores"
    missing = [name for name in needs.packages if name not in available.packages]
    if missing:
        return f"{needs.name} wants the package {', '.join(missing)}: run pip install {' '.join(missing)}"
    if needs.service and needs.service not in available.services:
        return f"no {needs.service} URL is set: give it in COLLOQUY_{needs.service.upper()}_URL"
    absent = [name for name in needs.models if name not in available.models]
    if absent:
        return f"{needs.name} wants the model {', '.join(absent)}: run python -m actors models fetch {' '.join(absent)}"
    return ""


def _voices(
    names: tuple[str, ...], machine: MachineProfile, limit: float, preference: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[Skipped, ...]]:
    """The best voice that keeps up, then the others by quality; those that cannot speak in time are left out.

    The last resort stays, and so does what the user prefers.
    """
    kept = preference + names[-1:]
    hopeless = tuple(name for name in names if _rtf_of(machine, name) > RTF_USELESS and name not in kept)
    left = tuple(name for name in names if name not in hopeless)
    first = tuple(name for name in left if _rtf_of(machine, name) <= limit)[:1]
    skipped = tuple(
        Skipped(name=name, reason=f"{name} speaks slower than real time here (RTF {_rtf_of(machine, name):.2f})")
        for name in hopeless
    )
    return first + tuple(name for name in left if name not in first), skipped


def _slower(usable: tuple[str, ...], order: tuple[str, ...], machine: MachineProfile, limit: float) -> tuple[str, ...]:
    """Remarks on the better voices that stand behind the first one because they are slower."""
    passed_over = [name for name in usable[: usable.index(order[0])] if name in order] if order else []
    return tuple(
        f"{name} comes behind {order[0]}: its RTF of {_rtf_of(machine, name):.2f} is above {limit:.2f}"
        + ("" if machine.rtf(name) is not None else " (assumed, not measured yet)")
        for name in passed_over
    )


def _rtf_of(machine: MachineProfile, voice: str) -> float:
    """The measured real-time factor, else the assumed one; an unknown voice is taken to be at its limit of use."""
    measured = machine.rtf(voice)
    return measured if measured is not None else ASSUMED_RTF.get(voice, RTF_USELESS)
