"""`python -m replay import CORPUS DIR`: recordings from elsewhere become learner sessions in the log."""

import argparse
import os
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from events.errors import EventsError
from events.location import DataFolder
from events.opening import open_blobs, open_log, tell_which_log
from replay.importing.corpus import Corpus, Fault
from replay.importing.errors import NameUnusable
from replay.importing.importer import Importer, Report
from replay.importing.recordings import Options, read_recordings
from replay.importing.speechocean import NAME, read_speechocean

MOST_SECONDS = 600.0
SHOWN_FAULTS = 20
"""Faults of one kind that are told one by one."""
_NAME = re.compile(r"[A-Za-z0-9._-]{1,60}")


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add this room's commands; ``run`` of the parsed arguments runs one and gives the exit status."""
    importing = commands.add_parser("import", help="recordings from elsewhere become learner sessions in the log")
    corpora = importing.add_subparsers(dest="corpus", required=True)
    speechocean = corpora.add_parser(
        "speechocean762", help="the corpus as published, or utterances.jsonl with its recordings"
    )
    _add_common(speechocean)
    speechocean.add_argument("--name", default=NAME, type=_name, help=f"of the corpus in the log ({NAME})")
    speechocean.set_defaults(run=_run_speechocean)
    recordings = corpora.add_parser("recordings", help="any folder of recordings, with texts if there are any")
    _add_common(recordings)
    _add_options(recordings)
    recordings.set_defaults(run=_run_recordings)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--threads", type=int, default=min(os.cpu_count() or 1, 8), help="that decode (one a core)")
    parser.add_argument("--all-faults", action="store_true", help=f"tell each fault, not {SHOWN_FAULTS} of a kind")


def _add_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--name", type=_name, help="of these recordings in the log (the folder's name)")
    add("--learner-prefix", type=_name, metavar="P", help="learners are P and a hash of the speaker's name (--name)")
    add("--keep-names", action="store_true", help="learners are P and the speaker's own name, for ever")
    add("--speaker-folder", type=_level, default=1, metavar="N", help="folders of level N name the speakers (1)")
    add("--first-language", default="", metavar="TAG", help="of all speakers, such as zh or pt-BR")
    add("--language", default="en", metavar="TAG", help="that is spoken (en)")
    add("--licence", default="", help="of the recordings")
    add("--consent", choices=("training",), help="all speakers agreed to this use; without it no dataset has them")
    add("--consent-text", default="", metavar="T", help="what that rests on (the licence, else the name)")
    add("--read-aloud", action="store_true", help="texts are what should be said, not what was heard")


def _level(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no level; give 1, 2, 3 …")
    return int(text)


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(str(NameUnusable(text)))
    return text


def _run_speechocean(arguments: argparse.Namespace, folder: DataFolder) -> int:
    return bring_in(read_speechocean(arguments.folder, arguments.name), arguments, folder)


def _run_recordings(arguments: argparse.Namespace, folder: DataFolder) -> int:
    name = arguments.name or arguments.folder.resolve().name
    if not _NAME.fullmatch(name):
        raise NameUnusable(name)
    options = Options(
        name=name,
        learner_prefix=arguments.learner_prefix or name,
        keep_names=arguments.keep_names,
        speaker_folder=arguments.speaker_folder,
        first_language=arguments.first_language,
        language=arguments.language,
        licence=arguments.licence,
        consent=(arguments.consent_text or arguments.licence or name) if arguments.consent else "",
        read_aloud=arguments.read_aloud,
    )
    return bring_in(read_recordings(arguments.folder, options), arguments, folder)


def bring_in(corpus: Corpus, arguments: argparse.Namespace, folder: DataFolder) -> int:
    """Import and tell about it; the exit status: 1 when something was left out."""
    console = Console()
    speakers = len({utterance.speaker.learner for utterance in corpus.utterances})
    count = _counted(len(corpus.utterances), "utterance")
    told = f"{corpus.name}: {count} of {_counted(speakers, 'speaker')} in {corpus.layout}"
    if corpus.faults:
        told += f", and {len(corpus.faults):,} that cannot be used"
    console.print(Text(told), soft_wrap=True)
    tell_which_log(folder)
    began = time.monotonic()
    with open_log(folder) as log, _progress() as progress:
        task = progress.add_task("importing", total=len(corpus.utterances))
        importer = Importer(
            corpus,
            log,
            open_blobs(folder),
            threads=max(1, arguments.threads),
            most_seconds=MOST_SECONDS,
            told=lambda: progress.advance(task),
        )
        try:
            importer.run()
        except (EventsError, KeyboardInterrupt) as error:
            progress.stop()
            _tell(importer.report, time.monotonic() - began, console, every=arguments.all_faults)
            console.print("The import stopped before its end; the same command goes on from here.", soft_wrap=True)
            if isinstance(error, KeyboardInterrupt):
                return 130
            raise
    _tell(importer.report, time.monotonic() - began, console, every=arguments.all_faults)
    return 1 if importer.report.faults else 0


def _progress() -> Progress:
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _tell(report: Report, seconds: float, console: Console, *, every: bool) -> None:
    hours = report.speech_ms / 3_600_000
    left_out = len(report.faults)
    found = _counted(report.utterances + report.present + left_out, "utterance")
    parts = (f"{report.utterances:,} imported", f"{report.present:,} in the log already", f"{left_out:,} left out")
    console.print(f"{found} found: {', '.join(parts)}", soft_wrap=True)
    if report.utterances or not report.present:
        console.print(
            f"imported {_counted(report.utterances, 'utterance')} ({hours:.2f} h) of"
            f" {_counted(report.learners, 'learner')} in {_counted(report.sessions, 'session')}:"
            f" {_counted(report.events, 'event')} in {seconds:.1f} s",
            soft_wrap=True,
        )
    if report.present:
        told = f"{_counted(report.present, 'utterance')} in the log already"
        if not report.events:
            told += f"; nothing was added ({seconds:.1f} s)"
        elif not report.utterances:
            told += f"; {_counted(report.events, 'event')} about learners added"
        console.print(told, soft_wrap=True)
    if report.faults:
        _tell_faults(report.faults, console, every=every)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def _tell_faults(faults: list[Fault], console: Console, *, every: bool) -> None:
    console.print(Text(f"{len(faults):,} left out:", style="bold red"))
    for problem, count in Counter(fault.problem for fault in faults).most_common():
        console.print(Text(f"  {problem}: {count:,}", style="bold"))
        of_kind = [fault for fault in faults if fault.problem == problem]
        for fault in of_kind if every else of_kind[:SHOWN_FAULTS]:
            console.print(Text(f"    {fault.place}" + (f": {fault.detail}" if fault.detail else "")), soft_wrap=True)
        if not every and count > SHOWN_FAULTS:
            console.print(f"    and {count - SHOWN_FAULTS:,} more; --all-faults tells each", soft_wrap=True)
