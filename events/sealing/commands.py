"""The commands about learners and keys: ``python -m events forget|rotate-master-key|consent|retain``."""

import argparse
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from events.arguments import REFUSED, add_command, days, exit_status, stream_name
from events.errors import OldBytesRemain
from events.handover import hand_over
from events.learner import PURPOSES, ConsentGiven, ConsentWithdrawn
from events.learner_stream import Told, append_for, told_of
from events.location import DataFolder
from events.opening import master_key_source, open_existing_log, open_key_store, open_keys, with_server
from events.recorder_log import RecorderEventLog
from events.sealing.errors import LearnerUnknown
from events.sealing.finishing import Finisher
from events.sealing.forgetting import HOLD, Manifest, forget, knows, registered
from events.sealing.holders import holders, line_of
from events.sealing.keys import KeyRing
from events.sealing.rotation import rotate_master_key
from events.served import postgres_logs_beside

COMMANDS = ("forget", "rotate-master-key", "consent", "retain")


def add_key_commands(commands: Any) -> None:
    """The commands and their options; ``commands`` is what `argparse.ArgumentParser.add_subparsers` gives."""
    forgetting = add_command(commands, "forget", "destroy a learner's key: nothing of theirs can be read again")
    forgetting.add_argument("learner", type=stream_name, metavar="LEARNER", help="`python -m replay list` names them")
    forgetting.add_argument("--yes", action="store_true", help="do not ask")
    add_command(commands, "rotate-master-key", "wrap all learners' keys by a new master key")
    consent = add_command(commands, "consent", "tell what a learner agrees to, or with PURPOSE record it")
    consent.add_argument("learner", type=stream_name, metavar="LEARNER", help="`python -m replay list` names them")
    consent.add_argument(
        "purpose", nargs="?", choices=PURPOSES, metavar="PURPOSE", help=f"one of {', '.join(PURPOSES)}"
    )
    consent.add_argument("--withdraw", action="store_true", help="record that the learner no longer agrees")
    consent.add_argument("--new", action="store_true", help="the learner has held no lesson yet")
    retain = add_command(commands, "retain", "delete recordings of learners' voices whose time is over")
    retain.add_argument("--days", type=days, metavar="DAYS", help="how long they are kept (COLLOQUY_AUDIO_DAYS, or 30)")


def run_key_command(options: argparse.Namespace, folder: DataFolder) -> int:
    """Run one of `COMMANDS`; the exit status. Raises `EventsError`."""
    beside = postgres_logs_beside(folder.root, folder.log_url) if folder.log_url and not folder.master_key else ()
    folder = with_server(folder)
    match options.command:
        case "forget":
            return _forget(options.learner, folder, sure=options.yes)
        case "rotate-master-key":
            return _rotate(folder, beside)
        case "consent":
            return _consent(options, folder)
        case _:
            days = () if options.days is None else ("--days", str(options.days))
            return hand_over(folder, "actors", "retain", *days)


def _forget(learner: str, folder: DataFolder, *, sure: bool) -> int:
    with open_existing_log(folder, finishing=False) as log:
        keys = open_keys(folder)
        if not _known(log, keys, learner):
            raise LearnerUnknown(learner)
        finished = learner in Finisher(keys, folder).finish(log)
        generation = keys.generation(learner)
        destroyed = keys.forgotten_at(learner) if generation and keys.for_reading(learner, generation) is None else None
        if finished and destroyed is None:
            return _came_back(learner, log, keys, folder)
        told = destroyed is not None and not finished and told_of(log, learner).forgotten is not None
        if destroyed is None and not sure and not _confirmed(learner):
            return 1
        hold = log.hold(HOLD)  # nobody else need finish it meanwhile, down to the last file
        try:
            return _forget_now(learner, log, keys, folder, before=destroyed, told=told)
        finally:
            if hold is not None:
                hold.release()


def _forget_now(
    learner: str, log: RecorderEventLog, keys: KeyRing, folder: DataFolder, *, before: datetime | None, told: bool
) -> int:
    """``before`` and ``told`` are as for `_forgotten`."""
    manifest, path = forget(learner, log, keys, folder)
    for line in _forgotten(manifest, before, told=told):
        print(line)
    if manifest.datasets:
        print("  what was made of the lessons holds the learner still:")
        for each in holders(learner, registered(folder)):
            print(f"    {line_of(each)}")
    print(f"  manifest: {path}", flush=True)
    status = _wipe(log, keys, folder)
    if manifest.register_fault:
        print(f"events: {manifest.register_fault}; then forget {learner!r} again", file=sys.stderr)
        print("  which datasets held the learner is not known; all else is done", file=sys.stderr)
    return status or (REFUSED if manifest.register_fault else 0)


def _wipe(log: RecorderEventLog, keys: KeyRing, folder: DataFolder) -> int:
    """Leave nothing in any file of what was deleted, now or by an earlier command that could not; the exit status."""
    status, due = 0, keys.aftermath.left("log_files")
    for wipe in (keys.wipe, log.wipe):
        try:
            wipe()
        except OldBytesRemain as error:
            print(f"events: {error}", file=sys.stderr)
            status = exit_status(error)
    if not status:
        keys.aftermath.done(due, "log_files")
    # The views are a layer above, and follow the log by themselves; this waits for them.
    return hand_over(folder, "projections", "wipe") or status


def _came_back(learner: str, log: RecorderEventLog, keys: KeyRing, folder: DataFolder) -> int:
    """The command may have been meant for the life that was forgotten by halves: the new one is left alone."""
    print(f"{learner} was forgotten before; that was cut short, and is finished now")
    print(f"  since then {learner} has come back: to forget that too, give the command again", flush=True)
    return _wipe(log, keys, folder) or REFUSED


def _known(log: RecorderEventLog, keys: KeyRing, learner: str) -> bool:
    return keys.knows(learner) or knows(log, learner)


def _forgotten(manifest: Manifest, before: datetime | None, *, told: bool) -> Iterator[str]:
    """What was done; ``before`` says when the key had been destroyed, and ``told`` whether the log told of it."""
    what = f"{_counted(manifest.events, 'event')} in {_counted(len(manifest.sessions), 'session')}"
    if before is None:
        yield f"{manifest.learner} is forgotten: {what} cannot be read again"
    else:
        since = manifest.forgotten if told else before
        yield f"{manifest.learner} has been forgotten since {since:%Y-%m-%d %H:%M:%S} UTC: {what} cannot be read"
        if told and not (manifest.emptied or manifest.deleted):
            yield "  nothing was left to do"
        else:
            yield "  that was cut short, and is finished now"
    if manifest.emptied or manifest.deleted:
        emptied, deleted = _counted(manifest.emptied, "event"), _counted(manifest.deleted, "recording")
        yield f"  {emptied} from before there were keys emptied and {deleted} deleted; earlier backups still have them"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _confirmed(learner: str) -> bool:
    print(f"Everything that {learner!r} said will be unreadable for ever, in the log, its copies and the recordings.")
    try:
        sure = input("Type the learner's name to go on: ") == learner
    except EOFError:
        print("\nnothing was done: there is nobody to ask; --yes forgets without asking")
        return False
    if not sure:
        print("nothing was done")
    return sure


def _rotate(folder: DataFolder, beside: tuple[str, ...]) -> int:
    """``beside`` are other logs whose keys the same file of master keys may wrap."""
    with open_existing_log(folder) as log:  # no log, no keys: nothing may be made in a folder named by mistake
        source = master_key_source(folder)
        open_keys(folder).see_store_newest()  # the newest store could not be put back without the old master key
        rotated = rotate_master_key(open_key_store(folder), source, log, keep=bool(beside))
    print(f"{_counted(rotated.rewrapped, 'key')} wrapped by master key {rotated.new} instead of {rotated.old} now")
    if folder.master_key:
        print(f"  {rotated.old} may be taken out of COLLOQUY_MASTER_KEY on all hosts")
    if beside:
        print(f"  {rotated.old} stays in {folder.master_keys}, for {' or '.join(beside)} may need it")
    return 0


def _consent(options: argparse.Namespace, folder: DataFolder) -> int:
    learner, purpose, agreed = options.learner, options.purpose, not options.withdraw
    with open_existing_log(folder) as log:
        if not options.new and not _known(log, open_keys(folder), learner):
            raise LearnerUnknown(learner, ", and --new records the consent of one who has held no lesson yet")
        told = told_of(log, learner)
        if purpose is None:
            return _show_consents(learner, told)
        state = f"{learner} {'agrees' if agreed else 'does not agree'} to {purpose}"
        if standing := told.stands(purpose, agreed=agreed):
            print(f"{state} already, since {standing.time:%Y-%m-%d %H:%M:%S} UTC; nothing was recorded")
            return 0
        append_for(log, learner, ConsentGiven(purpose=purpose) if agreed else ConsentWithdrawn(purpose=purpose))
    print(f"{state} from now on")
    if told.forgotten is not None:
        since = f"{told.forgotten.time:%Y-%m-%d %H:%M:%S} UTC"
        print(f"  {learner} was forgotten on {since} and begins anew: nothing from before that comes back")
    if purpose == "recordings" and not agreed:
        print("  a server deletes the learner's recordings within a day, `python -m events retain` at once")
    return 0


def _show_consents(learner: str, told: Told) -> int:
    table = Table("purpose", "agreed", "since (UTC)", title=f"consents of {learner}")
    for purpose in PURPOSES:
        last = told.consents.get(purpose)
        if last is None:
            table.add_row(purpose, "not recorded", "")
            continue
        agreed = isinstance(last.event, ConsentGiven)
        before = "" if told.stands(purpose, agreed=agreed) else ", before forgotten"
        table.add_row(purpose, ("yes" if agreed else "no") + before, f"{last.time:%Y-%m-%d %H:%M}")
    Console().print(table)
    if told.forgotten is not None:
        print(f"{learner} was forgotten on {told.forgotten.time:%Y-%m-%d %H:%M:%S} UTC")
    return 0
