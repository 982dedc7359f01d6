"""A judge at the terminal: shows pairs, asks, and tells what came of it; or takes and gives files of judgements."""

import argparse
import getpass
from collections import Counter
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.text import Text

from events.location import DataFolder
from events.opening import open_existing_log
from events.recorder_log import RecorderEventLog
from projections.wording import counted
from replay.counterfactual.folder import RunFolder
from replay.judging.errors import JudgeUnnamed, LearnerAway
from replay.judging.keeping import Judge
from replay.judging.lines import read_lines, write_pairs
from replay.judging.pairs import BlindPair, JudgedRun, judged_run

ANSWERS = {"1": "a", "2": "b", "=": "tie"}
SKIP, QUIT = "s", "q"
WHY_GONE = "left out: the learner has been forgotten, or withdrew"
QUESTION = "Which reply is better? 1 (A), 2 (B), = (neither), s (skip), q (quit): "


def launch(arguments: argparse.Namespace, data: DataFolder) -> int:
    """Do what the arguments ask for; the exit status. Raises a `ReplayError` or an `EventsError`."""
    console = Console()
    with open_existing_log(data) as log, RunFolder(arguments.folder) as folder:
        head = log.head()
        run = judged_run(folder, log, arguments.candidate)
        judge = Judge(arguments.judge or login_name(), run.run, log)
        if arguments.source is not None:
            return _take(arguments, run, judge, log, console)
        waiting = judge.open(run.pairs)
        pairs = waiting[: arguments.limit]
        if arguments.export is not None:
            write_pairs(arguments.export, pairs, log, head, data)
            console.print(f"{counted(len(pairs), 'pair')} in {arguments.export}", markup=False, soft_wrap=True)
        else:
            kept = sit(pairs, judge, console, ask)
            _tell(console, judge, kept, len(waiting) - kept)
        _tell_left_out(console, run)
    return 0


def login_name() -> str:
    """Who is logged in. Raises `JudgeUnnamed`."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError) as error:  # what it raises hangs on Python's version and on the system
        raise JudgeUnnamed from error


def sit(pairs: Sequence[BlindPair], judge: Judge, console: Console, asked: Callable[[Console], str]) -> int:
    """Show one pair after the other and keep each answer at once; how many were kept."""
    kept = 0
    for number, pair in enumerate(pairs, 1):
        try:
            judge.see(pair)
            for line in shown(pair, f"{number} of {len(pairs)}"):
                console.print(line, soft_wrap=True)
            answer = asked(console)
            if answer == QUIT:
                break
            if answer in ANSWERS:
                kept += judge.keep(pair, ANSWERS[answer])
        except LearnerAway as error:
            console.print(Text(str(error), style="dim"), soft_wrap=True)
    return kept


def shown(pair: BlindPair, place: str) -> tuple[Text, ...]:
    """The lines of a pair; nothing tells the engines."""
    told = [("tutor before", pair.before)] if pair.before else []
    told += [("learner", pair.said), ("A", pair.a.text), ("B", pair.b.text)]
    lines = [Text.assemble((f"{name:>12}  ", "bold"), text) for name, text in told]
    return Text(f"\n{place}", style="dim"), *lines


def ask(console: Console) -> str:
    """One of the answers; the end of the input quits."""
    while True:
        try:
            answer = console.input(QUESTION, markup=False).strip().lower()
        except EOFError:
            return QUIT
        if answer in ANSWERS or answer in (SKIP, QUIT):
            return answer


def _take(arguments: argparse.Namespace, run: JudgedRun, judge: Judge, log: RecorderEventLog, console: Console) -> int:
    read = read_lines(arguments.source, run, log)
    counts = Counter(open=read.open, gone=read.gone)
    for pair, preferred in read.judged[: arguments.limit]:
        try:
            counts["kept" if judge.keep(pair, preferred) else "known"] += 1
        except LearnerAway:
            counts["gone"] += 1
    _tell(console, judge, counts["kept"], len(judge.open(run.pairs)))
    for name, told in (("known", "judged before"), ("open", "not judged in the file"), ("gone", WHY_GONE)):
        if counts[name]:
            console.print(Text(f"  {counts[name]} × {told}"), soft_wrap=True)
    return 1 if counts["gone"] else 0


def _tell(console: Console, judge: Judge, kept: int, left: int) -> None:
    console.print(Text(f"{counted(kept, 'pair')} judged by {judge.name}, {left:,} left"), soft_wrap=True)


def _tell_left_out(console: Console, run: JudgedRun) -> None:
    for reason, count in run.left_out:
        console.print(Text(f"  left out: {count} × {reason}", style="dim"), soft_wrap=True)
