"""Judgements made elsewhere: the blind pairs as lines of JSON, and back with what somebody prefers. Appends nothing."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from events.location import DataFolder
from events.recorder_log import RecorderEventLog
from events.sealing.forgetting import PAIRS, Dataset
from replay.datasets.errors import ConsentChanged
from replay.datasets.folders import whole_file
from replay.datasets.plan import changed_minds
from replay.datasets.register import write_line
from replay.judging.errors import BadLine, LinesUnusable
from replay.judging.keeping import is_away
from replay.judging.pairs import BlindPair, JudgedRun

NAME = "replies-to-judge"
"""The register's name of such files."""


class Line(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pair, named by ``case`` or by ``session`` and ``turn``, and which of its replies is ``preferred``.

    None is not judged. Where the texts are given they must be those of the run.
    """

    case: str = ""
    session: str = ""
    turn: int | None = None
    before: str = ""
    said: str = ""
    a: str | None = None
    b: str | None = None
    preferred: Literal["a", "b", "tie"] | None


class Read(Struct, frozen=True, kw_only=True):
    """A file's judgements; ``open`` lines say nothing, ``gone`` ones are of learners who take no part any more."""

    judged: tuple[tuple[BlindPair, str], ...]
    open: int
    gone: int


def write_pairs(path: Path, pairs: Sequence[BlindPair], log: RecorderEventLog, head: int, data: DataFolder) -> None:
    """Write pairs for somebody to fill in; ``head`` is where the log ended before they were read from it.

    The file holds what learners said, so the register names it first: whoever forgets one of them is told of it.
    Raises `LinesUnusable` where something else than a file is there, `ConsentChanged` where one was forgotten since
    ``head``, `StorageRefused`.
    """
    if path.exists() and not path.is_file():
        raise LinesUnusable(path, "it is there and is no file; name another place for the pairs")
    content = b"".join(msgspec.json.encode(_line(pair)) + b"\n" for pair in pairs)
    learners = tuple(sorted({pair.learner for pair in pairs}))
    version = hashlib.sha256(content).hexdigest()[:12]
    write_line(data, Dataset(name=NAME, version=version, learners=learners, place=str(path.absolute()), made=PAIRS))
    if changed := sorted(set(learners).intersection(changed_minds(log, head))):
        raise ConsentChanged(changed)
    with whole_file(path) as file:
        file.write(content)


def read_lines(path: Path, run: JudgedRun, log: RecorderEventLog) -> Read:
    """What the file says of pairs of the run. Raises `LinesUnusable`, and `BadLine` for the first bad one."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise LinesUnusable(path, error.strerror or str(error), absent=isinstance(error, FileNotFoundError)) from error
    decoder = msgspec.json.Decoder(Line)
    by_case = {pair.case: pair for pair in run.pairs}
    by_turn = {(pair.session, pair.turn): pair for pair in run.pairs}
    judged: dict[str, tuple[int, BlindPair, str]] = {}
    counts = {"open": 0, "gone": 0}
    for number, text in enumerate(lines, 1):
        try:
            line = decoder.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadLine(path, number, str(error)) from error
        pair = by_case.get(line.case) if line.case else by_turn.get((line.session, line.turn or 0))
        if pair is None:
            if line.case not in run.gone and not (line.session and is_away(line.session, log)):
                raise BadLine(path, number, _unknown(line))
            counts["gone"] += 1
            continue
        if fault := _fault(line, pair):
            raise BadLine(path, number, fault)
        if line.preferred is None:
            counts["open"] += 1
            continue
        if pair.case in judged:
            raise BadLine(path, number, f"line {judged[pair.case][0]} judges the same pair")
        judged[pair.case] = (number, pair, line.preferred)
    return Read(judged=tuple((pair, preferred) for _, pair, preferred in judged.values()), **counts)


def _line(pair: BlindPair) -> Line:
    return Line(
        case=pair.case,
        session=pair.session,
        turn=pair.turn,
        before=pair.before,
        said=pair.said,
        a=pair.a.text,
        b=pair.b.text,
        preferred=None,
    )


def _fault(line: Line, pair: BlindPair) -> str:
    if line.session not in ("", pair.session) or line.turn not in (None, pair.turn):
        return f"the case is turn {pair.turn} of {pair.session}"
    if line.a not in (None, pair.a.text) or line.b not in (None, pair.b.text):
        return "its replies are not those of this run, or stand in another order"
    return ""


def _unknown(line: Line) -> str:
    if line.case:
        return f"{line.case!r} is no case of this run that can be judged"
    if not line.session or line.turn is None:
        return "it names no pair: give `case`, or `session` and `turn`"
    return f"turn {line.turn} of {line.session!r} is no case of this run that can be judged"
