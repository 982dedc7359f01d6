"""`python -m replay verify` runs today's code over logged sessions and tells where it decides otherwise.

Exit status 0 when nothing diverges, 1 when something does or cannot be read, 2 when a session is not there.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from heapq import merge
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.text import Text

from events.archive import read_archive
from events.envelope import Recorded
from events.errors import CorruptPayload, StreamUnknown
from events.lesson import SessionStarted
from events.location import DataFolder
from events.opening import open_existing_log
from events.recorder_log import RecorderEventLog
from events.session_ids import SHORTEST_PREFIX, session_beginning, starts_in
from replay.errors import ReplayError
from replay.sessions.earlier import EarlierInLog
from replay.sessions.golden import golden_findings
from replay.sessions.moments import position_of
from replay.sessions.verification import OTHER_VERSION, UNREADABLE, Finding, Verified, verify

SHOWN_FIELDS = 6
"""Fields of an event that are printed; --json has them all."""
LONGEST_VALUE = 160


class NoSuchFile(ReplayError):
    """There is no file of events under this name."""

    absent = True

    def __init__(self, path: Path) -> None:
        super().__init__(f"There is no file {path}; `python -m events export` makes one of a session.")
        self.path = path


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command; see `replay.sessions.commands`."""
    command = commands.add_parser("verify", help="run today's code over logged sessions and tell where it differs")
    command.add_argument(
        "what",
        nargs="*",
        metavar="SESSION|FILE.jsonl",
        help=f"sessions of the log (ids, or their first {SHORTEST_PREFIX} characters or more), or files of events",
    )
    command.add_argument("--all", action="store_true", help="every session of the log")
    command.add_argument("--json", action="store_true", help="one JSON object a line: each session, then the summary")
    command.set_defaults(run=_run, refuse=command.error)


def _run(arguments: argparse.Namespace, folder: DataFolder) -> int:
    console = Console(stderr=arguments.json)
    files = [Path(name) for name in arguments.what if name.endswith(".jsonl")]
    sessions = [name for name in arguments.what if not name.endswith(".jsonl")]
    if not arguments.what and not arguments.all:
        arguments.refuse("name sessions or files of events to verify, or give --all for every session of the log")
    summary = Counter[str]()
    policies = Counter[str]()
    missing: list[StreamUnknown] = []
    for verified in _verified(files, sessions, folder, missing, every=arguments.all):
        summary.update(_counts(verified))
        policies.update(verified.compared)
        if arguments.json:
            sys.stdout.write(msgspec.json.encode(verified).decode() + "\n")
        else:
            for line in _lines(verified):
                console.print(line, soft_wrap=True)
    for unknown in missing:
        console.print(Text(str(unknown), style="red"), soft_wrap=True)
    if arguments.json:
        total = {
            "type": "summary",
            **summary,
            "compared": dict(sorted(policies.items())),
            "missing": [each.stream for each in missing],
        }
        sys.stdout.write(msgspec.json.encode(total).decode() + "\n")
    elif summary["sessions"] or not missing:
        console.print(_summary(summary, policies), soft_wrap=True)
    return 2 if missing else int(summary["diverging"] > 0)


def _verified(
    files: Iterable[Path], sessions: list[str], folder: DataFolder, missing: list[StreamUnknown], *, every: bool
) -> Iterator[Verified]:
    for path in files:
        yield from verify_file(path)
    if not sessions and not every:
        return
    with open_existing_log(folder) as log:
        learners: dict[str, list[str]] = {}
        for start in starts_in(log):
            learners.setdefault(start.learner, []).append(start.stream)
        found = {stream for streams in learners.values() for stream in streams}
        named = found if every else set(_named(log, sessions, found, missing))
        for streams in learners.values():
            wanted = [stream for stream in reversed(streams) if stream in named]
            if wanted:
                yield from _of_learner(log, wanted, streams[::-1])


def _named(
    log: RecorderEventLog, sessions: Iterable[str], found: Collection[str], missing: list[StreamUnknown]
) -> Iterator[str]:
    """The sessions that are meant; those that there are not go to ``missing``. Raises as `session_beginning`."""
    for session in sessions:
        try:
            yield session if session in found else session_beginning(log, session)
        except StreamUnknown as error:
            missing.append(error)


def _of_learner(log: RecorderEventLog, wanted: list[str], streams: list[str]) -> Iterator[Verified]:
    """Verify some of a learner's sessions; all of them are read, for the tutor knew those before."""
    events: dict[str, tuple[Recorded, ...]] = {}
    damaged: dict[str, CorruptPayload] = {}
    for stream in streams:
        try:
            events[stream] = log.read(stream)
        except CorruptPayload as error:
            damaged[stream] = error
    earlier = EarlierInLog(list(merge(*events.values(), key=position_of)))
    for stream in wanted:
        yield _unreadable(stream, damaged[stream]) if stream in damaged else verify(events[stream], earlier)


def verify_file(path: Path) -> Iterator[Verified]:
    """Verify each session of a file of events, with what is kept beside a golden lesson's log.

    Raises `NoSuchFile`, and `CorruptPayload` naming the line that cannot be read.
    """
    if not path.is_file():
        raise NoSuchFile(path)
    events = list(read_archive(path))
    streams: dict[str, list[Recorded]] = {}
    for recorded in events:
        streams.setdefault(recorded.stream, []).append(recorded)
    lessons = [stream for stream in streams.values() if any(isinstance(item.event, SessionStarted) for item in stream)]
    for stream in lessons:
        mine = [recorded for recorded in events if recorded.learner == stream[0].learner]
        verified = verify(stream, EarlierInLog(mine))
        if len(lessons) == 1 and not verified.skipped:
            kept = tuple(golden_findings(stream, path.parent))
            verified = msgspec.structs.replace(verified, findings=(*verified.findings, *kept))
        yield verified


def _unreadable(stream: str, error: CorruptPayload) -> Verified:
    finding = Finding(
        kind=UNREADABLE, stream=stream, version=error.version, event="", type="", policy="", reason=str(error)
    )
    return Verified(stream=stream, events=0, compared={}, findings=(finding,))


def _counts(verified: Verified) -> dict[str, int]:
    return {
        "sessions": 1,
        "events": verified.events,
        "decisions": sum(verified.compared.values()),
        "diverging": sum(finding.kind != OTHER_VERSION for finding in verified.findings),
        "other_version": sum(finding.kind == OTHER_VERSION for finding in verified.findings),
        "skipped": int(bool(verified.skipped)),
    }


def _lines(verified: Verified) -> Iterator[Text]:
    """A line for the session, then its findings."""
    told = f"{_many(verified.events, 'event')}, {_many(sum(verified.compared.values()), 'decision')}"
    if verified.skipped:
        yield Text(f"{verified.stream}  not compared: {verified.skipped}", style="dim")
        return
    verdict = "diverges" if verified.diverges else "as logged" if not verified.findings else "made by another version"
    line = Text(f"{verified.stream}  {told}: ")
    yield line.append(verdict, style="red" if verified.diverges else "green")
    for finding in verified.findings:
        yield from _finding_lines(finding)


def _finding_lines(finding: Finding) -> Iterator[Text]:
    style = "yellow" if finding.kind == OTHER_VERSION else "red"
    head = Text(f"  event {finding.version} {finding.event} {finding.type}", style=style)
    yield head.append(f"  {finding.policy}" if finding.policy else "", style="bold")
    if finding.reason:
        yield Text(f"    {finding.reason}")
    for field in finding.fields[:SHOWN_FIELDS]:
        yield Text(f"    {field.path}")
        yield Text(f"      logged {_short(field.logged)}")
        yield Text(f"      now    {_short(field.now)}")
    if (more := len(finding.fields) - SHOWN_FIELDS) > 0:
        yield Text(f"    and {_many(more, 'more field')} (--json tells all)")


def _short(value: object) -> str:
    text = value if isinstance(value, str) and value.startswith("(") else msgspec.json.encode(value).decode()
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"


def _summary(summary: Counter[str], policies: Counter[str]) -> Text:
    by_policy = ", ".join(f"{count} {policy}" for policy, count in sorted(policies.items()))
    told = Text(
        f"{_many(summary['sessions'], 'session')}, {_many(summary['events'], 'event')}; compared"
        f" {_many(summary['decisions'], 'decision')} ({by_policy or 'none'});"
        " engines' answers were read, not asked for. "
    )
    if summary["skipped"]:
        told.append(f"Not compared: {_many(summary['skipped'], 'session')}. ")
    if summary["other_version"]:
        told.append(f"Made by another version: {_many(summary['other_version'], 'event')}. ", style="yellow")
    return told.append(
        f"Diverging: {_many(summary['diverging'], 'event')}." if summary["diverging"] else "Nothing diverges.",
        style="red" if summary["diverging"] else "green",
    )


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
