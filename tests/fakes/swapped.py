"""Engines for counterfactual runs, loaded by name: in Ray's workers, or in this process."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from actors.chain import Candidate, EngineChain
from actors.ports import Audio, EngineError, Transcript
from replay.counterfactual.asking import Task, ask
from replay.counterfactual.values import LOGGED, Answer
from replay.counterfactual.worker import JUDGE, Load
from tests.fakes.engines import FakeRecogniser, FakeScorer, FakeTutor, FakeVoice

FATAL_S = 2.0
"""Audio as long as this ends the process of the deadly recognisers."""


class Named:
    """What an engine tells of itself."""

    version = "1"
    digest = ""

    def __init__(self, name: str) -> None:
        self.name = name


class Good(Named, FakeRecogniser):
    """Hears a word for each half second: "i like my small"."""


class Deaf(Named):
    """Hears no word."""

    def transcribe(self, audio: Audio, *, language: str = "en", partial: bool = False) -> Transcript:
        return Transcript(text="")


class Broken(Named):
    """Never answers."""

    def transcribe(self, audio: Audio, *, language: str = "en", partial: bool = False) -> Transcript:
        raise EngineError("it is broken")


class Deadly(Named, FakeRecogniser):
    """Ends its process on long audio, at each try or, with a ``marker``, at the first one."""

    def __init__(self, name: str, marker: Path | None = None) -> None:
        super().__init__(name)
        self._marker = marker

    def transcribe(self, audio: Audio, *, language: str = "en", partial: bool = False) -> Transcript:
        if len(audio) >= FATAL_S * 16_000 and (self._marker is None or not self._marker.exists()):
            if self._marker is not None:
                self._marker.touch()
            os._exit(1)
        return super().transcribe(audio)


class Tutor(Named, FakeTutor):
    """Says back what was said, then asks a numbered question."""


class Scorer(Named, FakeScorer):
    """Gives everybody 75."""


class Hum(Named, FakeVoice):
    """40 ms a letter."""


def swapped(folder: Path, kind: str, name: str) -> EngineChain:
    """The chain of one fake engine; ``folder`` is where the one that dies once remembers it."""
    engines = {
        "good": lambda: Good(name),
        "judge": lambda: Good(name),
        "deaf": lambda: Deaf(name),
        "broken": lambda: Broken(name),
        "deadly": lambda: Deadly(name),
        "deadly once": lambda: Deadly(name, folder / "died"),
        "tutor": lambda: Tutor(name),
        "scorer": lambda: Scorer(name),
        "hum": lambda: Hum(name),
    }
    return EngineChain(kind, (Candidate(name=name, load=engines[name]),), fail_max=1_000_000, reset_timeout_s=0)


class Here:
    """`replay.counterfactual.run.Crew` in this process."""

    def __init__(self, load: Load, kind: str, engines: tuple[str, ...]) -> None:
        self._chains = {name: load(kind, name) for name in engines if name != LOGGED}
        self._judge = load("asr", JUDGE) if kind == "voice" else None

    def __enter__(self) -> "Here":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def prepare(self) -> None:
        for chain in self._chains.values():
            chain.prepare()

    def work(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        for task in tasks:
            yield from ask(task, self._chains, self._judge)
