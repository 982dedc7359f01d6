"""The folder of a run: what was asked, and every answer as soon as it is there, so that a second run goes on.

``run.json`` says what is run, ``answers.jsonl`` holds an answer a line. A line that a kill cut short is dropped; its
case is asked again. The folder holds what learners said: keep it as the log itself is kept.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from replay.counterfactual.errors import FolderTaken, NoRun, ResultsUnusable
from replay.counterfactual.values import Answer

RESULT, REPORT = "result.json", "report.html"
"""Files of a finished run."""


class Plan(Struct, frozen=True, kw_only=True):
    """What a run is: ``baseline`` is the engine that answers where the log does not, or is asked always if ``rerun``.

    ``position`` is the log's last position when the run began: what came later is not in it.
    """

    kind: str
    candidates: tuple[str, ...]
    baseline: str
    query: str
    position: int
    rerun: bool = False
    limit: int = 0
    seed: int = 0


class RunFolder:
    """A folder with the answers of one run; a context."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._file: IO[bytes] | None = None
        self._answers = root / "answers.jsonl"

    def begin(self, plan: Plan) -> Plan:
        """The plan to follow: this one, or that of the run begun here before, which stands at its own position.

        Raises `FolderTaken` when that was another run, `ResultsUnusable`.
        """
        path = self.root / "run.json"
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            # A run that was begun and never answered binds nobody.
            begun = path.exists() and self._answers.exists()
            earlier = msgspec.json.decode(path.read_bytes(), type=Plan) if begun else None
            if earlier is None:
                path.write_bytes(msgspec.json.format(msgspec.json.encode(plan), indent=2) + b"\n")
                return plan
        except (OSError, msgspec.DecodeError) as error:
            raise ResultsUnusable(path, str(error)) from error
        if replace(plan, position=earlier.position) != earlier:
            names = [name for name in Plan.__struct_fields__ if getattr(plan, name) != getattr(earlier, name)]
            differs = [f"{name} {getattr(earlier, name)!r}" for name in names if name != "position"]
            raise FolderTaken(self.root, ", ".join(differs))
        if earlier.position > plan.position:
            raise FolderTaken(self.root, f"on a log of {earlier.position} events; this one has {plan.position}")
        return earlier

    def finished(self) -> tuple[Plan, str]:
        """The plan of the run that was finished here, and the hash of its ``result.json``.

        Raises `NoRun`, `ResultsUnusable`.
        """
        path = self.root / "run.json"
        try:
            plan = msgspec.json.decode(path.read_bytes(), type=Plan)
            path = self.root / RESULT
            return plan, hashlib.sha256(path.read_bytes()).hexdigest()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NoRun(self.root, path.name) from error
        except (OSError, msgspec.DecodeError) as error:
            raise ResultsUnusable(path, str(error)) from error

    def answers(self) -> tuple[Answer, ...]:
        """The answers so far, those excepted that a dying worker could not give. Raises `ResultsUnusable`."""
        return tuple(answer for answer in self._read() if not answer.died)

    def keep(self, answer: Answer) -> None:
        """Write an answer behind the others. Raises `ResultsUnusable`; what was kept before stays."""
        try:
            if self._file is None:
                self._file = self._open()
            self._file.write(msgspec.json.encode(answer) + b"\n")
        except OSError as error:
            raise ResultsUnusable(self._answers, str(error)) from error

    def write(self, name: str, content: bytes) -> Path:
        """Write a file of results, whole or not at all. Raises `ResultsUnusable`."""
        path = self.root / name
        try:
            part = path.with_name(name + ".part")
            part.write_bytes(content)
            part.replace(path)
        except OSError as error:
            raise ResultsUnusable(path, str(error)) from error
        return path

    def __enter__(self) -> "RunFolder":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> IO[bytes]:
        """The file at its end, after the last whole line."""
        file = self._answers.open("ab", buffering=0)
        size = self._answers.stat().st_size
        whole = self._answers.read_bytes().rfind(b"\n") + 1 if size else 0
        if whole < size:
            file.truncate(whole)
        return file

    def _read(self) -> Iterator[Answer]:
        decoder = msgspec.json.Decoder(Answer)
        try:
            lines = self._answers.read_bytes().split(b"\n")[:-1] if self._answers.exists() else []
            for number, line in enumerate(lines, 1):
                try:
                    yield decoder.decode(line)
                except msgspec.DecodeError as error:
                    raise ResultsUnusable(self._answers, f"line {number}: {error}") from error
        except OSError as error:
            raise ResultsUnusable(self._answers, str(error)) from error
