"""Every engine by kind and name, and how to load it. Imports an engine only when it is loaded; decides no order."""

import threading
from collections.abc import Callable, Hashable, Mapping
from functools import cache, partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from actors.models.errors import ModelError
from actors.models.store import ModelStore
from actors.ports import Engine
from actors.settings import Settings
from policies.fallback import RANKING, Available

if TYPE_CHECKING:
    from actors.hearing.whisper_model import LoadedWhisper

TRAINED = {"pronunciation": ("colloquy",)}
"""Engines whose weights we train: other versions than the one in service can be named."""
VERSION_MARK = "@"
SILERO_FILE = "silero_vad_v6.onnx"
_opening = threading.Lock()

ALL_CORES = 2
"""Threads for an engine that the learner waits for."""


def loaders(kind: str, settings: Settings, store: ModelStore) -> Mapping[str, Callable[[], Engine]]:
    """How to load each engine of a kind. Raises KeyError on an unknown kind."""
    return _LOADERS[kind](settings, store)


def loader(kind: str, name: str, settings: Settings, store: ModelStore) -> Callable[[], Engine]:
    """How to load the engine of that name; ``colloquy@VERSION`` is a trained version, whatever is in service.

    Raises KeyError on an unknown kind or name.
    """
    base, at, version = name.partition(VERSION_MARK)
    if at and base in TRAINED.get(kind, ()):
        return partial(_trained_scorer, settings, store, version)
    return loaders(kind, settings, store)[name]


def edition(kind: str, name: str, settings: Settings) -> Callable[[], Hashable]:
    """Tells when an engine is to be loaded anew: once another trained model is in service."""
    if name not in TRAINED.get(kind, ()):
        return lambda: None
    from actors.pronunciation.model import edition as in_service

    return partial(in_service, settings.data.models(kind))


def available(kind: str, settings: Settings, store: ModelStore) -> Available:
    """What there is for a kind: fetched models, installed packages, services whose URL is set."""
    needs = RANKING[kind]
    models = {model for engine in needs for model in engine.models if _complete(store, model)}
    packages = {package for engine in needs for package in engine.packages if _installed(package)}
    urls = {"tutor": settings.tutor_url, "languagetool": settings.languagetool_url}
    return Available(
        models=frozenset(models),
        packages=frozenset(packages),
        services=frozenset(name for name, url in urls.items() if url),
    )


def _complete(store: ModelStore, model: str) -> bool:
    try:
        store.path(model)
    except ModelError:
        return False
    return True


def _installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True


def _vad(settings: Settings, store: ModelStore) -> dict[str, Callable[[], Engine]]:
    def silero() -> Engine:
        from actors.hearing.silero import SileroDetector

        return SileroDetector(store.path("silero-vad") / SILERO_FILE, digest=store.digest("silero-vad"))

    def energy() -> Engine:
        from actors.hearing.energy import EnergyDetector

        return EnergyDetector()

    return {"silero": silero, "energy": energy}


def _asr(settings: Settings, store: ModelStore) -> dict[str, Callable[[], Engine]]:
    def whisper(model: str) -> Callable[[], Engine]:
        def load() -> Engine:
            from actors.hearing.whisper import WhisperRecogniser

            recogniser = WhisperRecogniser(whisper_model(store.path(model)), name=model, digest=store.digest(model))
            recogniser.warm_up()
            return recogniser

        return load

    def pocketsphinx() -> Engine:
        from actors.hearing.sphinx import SphinxRecogniser

        return SphinxRecogniser()

    sizes = ("whisper-large-v3-turbo", "whisper-small", "whisper-base", "whisper-tiny.en")
    return {**{size: whisper(size) for size in sizes}, "pocketsphinx": pocketsphinx}


def whisper_model(folder: Path) -> "LoadedWhisper":
    """The one Whisper of this process in a folder: what it has encoded for one engine, others need not.

    Recogniser and scorer are loaded side by side: the second waits for the first's.
    """
    with _opening:
        return _opened(folder)


@cache
def _opened(folder: Path) -> "LoadedWhisper":
    from actors.hearing.whisper_model import LoadedWhisper

    return LoadedWhisper(folder, threads=ALL_CORES)


def _prosody(settings: Settings, store: ModelStore) -> dict[str, Callable[[], Engine]]:
    def praat() -> Engine:
        from actors.assessment.praat import PraatProsodyAnalyser

        return PraatProsodyAnalyser()

    return {"praat": praat}


def _trained_scorer(settings: Settings, store: ModelStore, version: str | None = None) -> Engine:
    """The scorer of a version, of the model in service for None."""
    from actors.assessment.lexicon import Lexicon, bundled_dictionary
    from actors.pronunciation.listening import WhisperListener
    from actors.pronunciation.model import model_for
    from actors.pronunciation.scorer import TrainedPronunciationScorer

    models = settings.data.models("pronunciation")
    model = model_for(models, encoder=store.digest("whisper-base"), version=version)
    listener = WhisperListener(whisper_model(store.path("whisper-base")))
    return TrainedPronunciationScorer(model, listener, Lexicon(bundled_dictionary()))


def _pronunciation(settings: Settings, store: ModelStore) -> dict[str, Callable[[], Engine]]:
    def colloquy() -> Engine:
        return _trained_scorer(settings, store)

    def gop() -> Engine:
        from actors.assessment.sphinx import SphinxPronunciationScorer

        return SphinxPronunciationScorer()

    return {"colloquy": colloquy, "gop": gop}


def _language(settings: Settings, store: ModelStore) -> dict[str, Callable[[], Engine]]:
    def languagetool() -> Engine:
        from actors.assessment.languagetool import LanguageToolChecker

        return LanguageToolChecker(settings.languagetool_url)

    def harper() -> Engine:
        from actors.assessment.harper import HarperLanguageChecker

        return HarperLanguageChecker()

    return {"languagetool": languagetool, "harper": harper}


def _tutor(settings: Settings, store: ModelStore) -> dict[str, Callable[[], Engine]]:
    def provider() -> Engine:
        from actors.tutor.provider import ProviderTutor

        return ProviderTutor(settings.tutor_url, model=settings.tutor_model, key=settings.tutor_key)

    def rules() -> Engine:
        from actors.tutor.rules import RulesTutor

        return RulesTutor()

    return {"provider": provider, "rules": rules}


def _voice(settings: Settings, store: ModelStore) -> dict[str, Callable[[], Engine]]:
    def kokoro() -> Engine:
        from actors.voice.kokoro import Kokoro

        model, voices = store.path("kokoro-82m-int8"), store.path("kokoro-voices")
        return Kokoro(model, voices / "voices", digest=store.digest("kokoro-82m-int8"), threads=ALL_CORES)

    def piper() -> Engine:
        from actors.voice.piper import Piper

        return Piper(store.path("piper-joe"), digest=store.digest("piper-joe"), threads=ALL_CORES)

    def espeak() -> Engine:
        from actors.voice.espeak import EspeakVoice

        return EspeakVoice()

    return {"kokoro": kokoro, "piper": piper, "espeak": espeak}


def _face(settings: Settings, store: ModelStore) -> dict[str, Callable[[], Engine]]:
    def vector() -> Engine:
        from actors.face.drawn import DrawnFace

        return DrawnFace()

    return {"vector": vector}


_LOADERS = {
    "vad": _vad,
    "asr": _asr,
    "prosody": _prosody,
    "pronunciation": _pronunciation,
    "language": _language,
    "tutor": _tutor,
    "voice": _voice,
    "face": _face,
}
