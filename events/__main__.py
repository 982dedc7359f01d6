"""Looks into the log from the command line: ``python -m events COMMAND``."""

import argparse
import itertools
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table

from events.archive import copy_blobs, write_archive
from events.arguments import add_command, exit_status, position, positive, stream_name
from events.blobs import BlobStore
from events.codec import EVENT_TYPES, encode
from events.envelope import Recorded, Unknown
from events.errors import CorruptPayload, EventsError, StreamUnknown
from events.kafka.commands import add_kafka_options, progress_of, relay, topic_of, topics
from events.kafka.relay import CheckpointFile
from events.kafka.topic import inspect_topic
from events.kafka.verification import kafka_differences
from events.location import DataFolder, data_folder
from events.opening import open_existing_log, open_keys
from events.recorder_log import RecorderEventLog
from events.schema import schemas, write_schemas
from events.sealing.commands import COMMANDS, add_key_commands, run_key_command
from events.sealing.finishing import untold
from events.session_ids import SHORTEST_PREFIX, session_beginning
from events.tailing import Wanted, every, newest
from events.upcasters import UPCASTERS, family_of
from events.verification import Problem, all_events, verify

WAIT_S = 1.0
SHOWN = 20
"""Events that `tail` prints when it is not told how many."""
WIDTH = 100
STREAM_WIDTH = 36
TYPE_WIDTH = 22
DESCRIPTION = """\
Looks into the log (tail, show, stats, verify, export, schema), looks after its copy on Kafka (topics, relay), and after
what learners said (forget, consent, retain, rotate-master-key). COLLOQUY_DATA names the data folder, COLLOQUY_LOG the
log; without it the log is the one that the folder was last served with.
"""


def main(arguments: list[str], folder: DataFolder) -> int:
    """Run one command; the exit status: 1 for a log with faults and what is refused, 2 for what is not there."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command == "consent" and options.withdraw and options.purpose is None:
        parser.error("--withdraw needs a purpose")
    try:
        if options.command in COMMANDS:
            return run_key_command(options, folder)
        if options.command == "schema":
            return _schema(options.out)
        if options.command == "topics":
            return topics(options)
        with open_existing_log(folder) as log:
            match options.command:
                case "tail":
                    return _tail(log, options)
                case "show":
                    return _show(log, options.stream, as_json=options.json)
                case "stats":
                    return _stats(log, folder, as_json=options.json)
                case "verify":
                    return _verify(log, folder, options)
                case "relay":
                    return relay(log, folder, options)
                case _:
                    return _export(log, folder, options)
    except (EventsError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            # The reader (`head`, say) has had enough; keep the interpreter from complaining when it flushes.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        print(f"events: {error}", file=sys.stderr)
        return exit_status(error)
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m events", description=DESCRIPTION)
    commands = parser.add_subparsers(dest="command", required=True)
    tail = _add_tail(commands)
    show = add_command(commands, "show", "print the events of one stream")
    named = f"a session (the first {SHORTEST_PREFIX} characters of its id may do), or learner-NAME"
    show.add_argument("stream", type=stream_name, metavar="STREAM", help=named)
    stats = add_command(commands, "stats", "count what the log holds")
    check = add_command(commands, "verify", "check order, payloads and blobs of the whole log")
    add_kafka_options(check, os.environ)
    making = add_command(commands, "topics", "tell how the topic on Kafka stands, or make it")
    making.add_argument("--create", action="store_true", help="make the topic if it is not there")
    making.add_argument(
        "--retention-days", type=positive, metavar="DAYS", help="how long a new topic keeps them (for ever)"
    )
    copies = "copies of each partition of a new topic (3, or as many as there are brokers)"
    making.add_argument("--replicas", type=positive, metavar="N", help=copies)
    relaying = add_command(commands, "relay", "copy the log to Kafka (a server with KAFKA=… does so itself)")
    relaying.add_argument("--follow", action="store_true", help="go on with what is appended from now on")
    for command in (making, relaying):
        add_kafka_options(command, os.environ)
    for command in (tail, show, stats, check):
        command.add_argument("--json", action="store_true", help="print JSON, one object a line")
    add_key_commands(commands)
    schema = add_command(commands, "schema", "publish the JSON Schemas of envelope and event types")
    schema.add_argument("--out", type=Path, metavar="DIR", help="write one file each instead of printing them")
    export = add_command(
        commands, "export", "write events in the clear to an archive (JSON lines), such as a golden log"
    )
    export.add_argument("file", type=Path, metavar="FILE")
    export.add_argument("--stream", action="append", metavar="STREAM", help="only this stream; may be repeated")
    export.add_argument("--blobs", type=Path, metavar="DIR", help="copy the blobs referred to into this folder too")
    return parser


def _add_tail(commands: Any) -> argparse.ArgumentParser:
    tail = add_command(commands, "tail", "print the newest events of all streams in the order of the log")
    much = tail.add_mutually_exclusive_group()
    much.add_argument("--limit", type=positive, metavar="N", help=f"at most the newest N ({SHOWN})")
    much.add_argument("--all", action="store_true", help="every event, as with --after 0")
    tail.add_argument("--after", type=position, metavar="POSITION", help="every event after this position")
    tail.add_argument(
        "--type", action="append", metavar="TAG", help="only of this type (speech.uttered.v1); may be repeated"
    )
    tail.add_argument("--learner", default="", metavar="L", help="only of this learner")
    following = "every event, and go on with what is appended from now on"
    tail.add_argument("--follow", action="store_true", help=following)
    return tail


LABELS = {
    "events": "events",
    "streams": "streams",
    "learners": "learners",
    "first": "first (UTC)",
    "last": "last (UTC)",
    "log_bytes": "bytes on the disk",
}


def _line(recorded: Recorded, *, as_json: bool) -> str:
    event = recorded.event
    fault = event.fault if isinstance(event, Unknown) else ""
    if as_json and not fault:
        return f'{{"position":{recorded.position},{encode(recorded).decode()[1:]}'
    payload = event.payload if isinstance(event, Unknown) else msgspec.json.encode(event)
    text = payload.decode(errors="replace")
    if as_json:
        # What is damaged need not be JSON: it goes into a line as text.
        place = {"position": recorded.position, "stream": recorded.stream, "version": recorded.version}
        return json.dumps({**place, "type": recorded.type, "fault": fault, "payload": text})
    # The type has a column of its own.
    text = re.sub(r'^\{"type":"[^"]*",?', "{", text)
    text = text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"
    text = f"DAMAGED: {fault}: {text}" if fault else text
    time = f"{recorded.time:%Y-%m-%d %H:%M:%S}"
    line = f"{recorded.position:>8}  {time}  {recorded.stream:<{STREAM_WIDTH}} {recorded.version:>4}"
    return f"{line}  {recorded.type:<{TYPE_WIDTH}}  {text}"


def _read_as(tag: str) -> str:
    """The type that events of a type are read as, which is another one for an earlier version; that is told."""
    if tag not in UPCASTERS:
        return tag
    tags = (str(kind.__struct_config__.tag) for kind in EVENT_TYPES)
    today = next(each for each in tags if family_of(each) == family_of(tag))
    print(f"events: {tag} is read as {today}", file=sys.stderr)
    return today


def _tail(log: RecorderEventLog, options: argparse.Namespace) -> int:
    types = frozenset(map(_read_as, options.type or ()))
    wanted = Wanted(after=options.after or 0, types=types, learner=options.learner)
    head = log.head()
    if wanted.after > head:
        print(f"events: the log ends at position {head:,}", file=sys.stderr)
    whole = options.all or options.after is not None or options.follow
    limit = options.limit or (0 if whole else SHOWN)
    shown, earlier = newest(log, wanted, limit) if limit else (every(log, wanted), False)
    last = 0
    for recorded in shown:
        last = recorded.position or last
        print(_line(recorded, as_json=options.json), flush=options.follow)
    if earlier:
        sys.stdout.flush()
        print(f"events: there are earlier ones; --all prints every one, --limit {10 * limit} more", file=sys.stderr)
    if not last and (wanted.types or wanted.learner):
        print("events: the log holds no such event" + (" after that" if wanted.after else ""), file=sys.stderr)
    if options.follow:
        _follow(log, replace(wanted, after=max(wanted.after, head, last)), as_json=options.json)
    return 0


def _follow(log: RecorderEventLog, wanted: Wanted, *, as_json: bool) -> None:
    """Print what is appended, for ever."""
    after = wanted.after
    while True:
        for recorded in all_events(log, after=after):
            after = recorded.position or after
            if wanted.has(recorded):
                print(_line(recorded, as_json=as_json), flush=True)
        while not log.wait(after, WAIT_S):
            pass


def _show(log: RecorderEventLog, stream: str, *, as_json: bool) -> int:
    try:
        events = log.read(stream)
    except CorruptPayload:
        # A walk through the whole log keeps what is damaged; whoever looks at the stream wants to see just that.
        events = tuple(recorded for recorded in all_events(log) if recorded.stream == stream)
    if not events:
        return _show(log, session_beginning(log, stream), as_json=as_json)
    for recorded in events:
        print(_line(recorded, as_json=as_json))
    return 0


def _stats(log: RecorderEventLog, folder: DataFolder, *, as_json: bool) -> int:
    types: Counter[str] = Counter()
    streams: set[str] = set()
    learners: set[str] = set()
    times: list[str] = []
    for recorded in all_events(log):
        types[recorded.type] += 1
        streams.add(recorded.stream)
        learners.add(recorded.learner)
        if recorded.id:  # what is damaged tells no time
            times = [*times[:1], recorded.time.isoformat()]
    figures = {
        "events": types.total(),
        "streams": len(streams),
        "learners": len(learners - {""}),
        "first": times[0] if times else None,
        "last": times[-1] if times else None,
        "log_bytes": log.size_bytes(),
    }
    if as_json:
        print(json.dumps(figures | {"types": dict(sorted(types.items()))}))
        return 0
    print(folder.log_name)
    table = Table("", "", show_header=False)
    for name, figure in figures.items():
        told = f"{figure:,}" if isinstance(figure, int) else f"{figure or 'none':.19}".replace("T", " ")
        table.add_row(LABELS[name], told)
    table.add_section()
    for name, count in types.most_common():
        table.add_row(name, f"{count:,}")
    Console().print(table)
    return 0


def _verify(log: RecorderEventLog, folder: DataFolder, options: argparse.Namespace) -> int:
    blobs = BlobStore(folder.blobs)
    progress = progress_of("checking")
    problems: list[Problem] = []
    on_kafka = relayed_to = 0
    if options.kafka:
        known = CheckpointFile(folder.relay).read()  # before the topic, which then holds at least so much
        if known is not None and known.topic == options.topic:
            relayed_to = known.position
        inspect_topic(topic_of(options))  # to be told of it now, and not after a walk through the whole log

    def compared(there: bool) -> None:
        nonlocal on_kafka
        on_kafka += there
        progress.advance(task)

    with progress:
        task = progress.add_task("events", total=log.head() * (2 if options.kafka else 1))
        walks = [
            _lost(log, folder),
            verify(log, blobs, step=lambda: progress.advance(task)),
            untold(log, open_keys(folder)),
        ]
        if options.kafka:
            walks.append(kafka_differences(log, topic_of(options), blobs, relayed_to=relayed_to, step=compared))
        for problem in itertools.chain(*walks):
            problems.append(problem)
            print(msgspec.json.encode(problem).decode() if options.json else _told(problem))
        count = log.head()
    if not options.json:
        copied = f", {on_kafka:,} of them on Kafka" if options.kafka else ""
        print(f"{count:,} events{copied}, {len(problems):,} faults")
    return 1 if problems else 0


def _told(problem: Problem) -> str:
    position = f"position {problem.position}" if problem.position or problem.stream else ""
    event = f"{problem.stream} {problem.version}" if problem.stream else ""
    place = ", ".join(filter(None, (position, event)))
    return ": ".join(filter(None, (problem.kind, place, problem.detail)))


def _lost(log: RecorderEventLog, folder: DataFolder) -> Iterator[Problem]:
    """An empty log beside learners' keys is not the one that they were made for."""
    if log.head() == 0 and not open_keys(folder).is_empty():
        detail = "the log is empty, and there are keys of learners: restore it from its backup"
        yield Problem(kind="lost", position=0, stream="", version=0, detail=detail)


def _schema(out: Path | None) -> int:
    if out is None:
        print(json.dumps(schemas(), indent=2))
    else:
        for path in write_schemas(out):
            print(path)
    return 0


def _export(log: RecorderEventLog, folder: DataFolder, options: argparse.Namespace) -> int:
    wanted = set(options.stream or ())
    chosen = tuple(recorded for recorded in all_events(log) if not wanted or recorded.stream in wanted)
    for stream in wanted - {recorded.stream for recorded in chosen}:
        raise StreamUnknown(stream)
    sound = tuple(recorded for recorded in chosen if not (isinstance(recorded.event, Unknown) and recorded.event.fault))
    print(f"{write_archive(options.file, sound)} events in {options.file}")
    if options.blobs is not None:
        print(f"{copy_blobs(sound, BlobStore(folder.blobs), BlobStore(options.blobs))} blobs in {options.blobs}")
    if left_out := len(chosen) - len(sound):
        print(f"events: {left_out:,} damaged left out; `python -m events verify` names each", file=sys.stderr)
    return 1 if left_out else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], data_folder(os.environ)))
