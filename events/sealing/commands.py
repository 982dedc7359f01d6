"""The commands about learners and keys: ``python -m events forget|rotate-master-key|consent|retain``."""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from events.learner import PURPOSES, ConsentGiven, ConsentWithdrawn
from events.learner_stream import append_for
from events.location import DataFolder, environment_of
from events.opening import master_key_source, open_existing_log, open_key_store, open_keys, with_server
from events.sealing.errors import LearnerUnknown
from events.sealing.forgetting import forget, knows
from events.sealing.rotation import rotate_master_key

COMMANDS = ("forget", "rotate-master-key", "consent", "retain")
ROOT = Path(__file__).parents[2]


def add_key_commands(commands: Any) -> None:
    """The commands and their options; ``commands`` is what `argparse.ArgumentParser.add_subparsers` gives."""
    forgetting = commands.add_parser("forget", help="destroy a learner's key: nothing of theirs can be read again")
    forgetting.add_argument("learner")
    forgetting.add_argument("--yes", action="store_true", help="do not ask")
    commands.add_parser("rotate-master-key", help="wrap all learners' keys by a new master key")
    consent = commands.add_parser("consent", help="record what a learner agrees to, or no longer")
    consent.add_argument("learner")
    consent.add_argument("purpose", choices=PURPOSES)
    consent.add_argument("--withdraw", action="store_true", help="the learner no longer agrees")
    retain = commands.add_parser("retain", help="delete recordings of learners' voices whose time is over")
    retain.add_argument("--days", type=int, metavar="DAYS", help="how long they are kept (COLLOQUY_AUDIO_DAYS, or 30)")


def run_key_command(options: argparse.Namespace, folder: DataFolder) -> int:
    """Run one of `COMMANDS`; the exit status. Raises `EventsError`."""
    folder = with_server(folder)
    match options.command:
        case "forget":
            return _forget(options.learner, folder, sure=options.yes)
        case "rotate-master-key":
            return _rotate(folder)
        case "consent":
            return _consent(options.learner, options.purpose, folder, withdraw=options.withdraw)
        case _:
            days = () if options.days is None else ("--days", str(options.days))
            return _hand_over(folder, "actors", "retain", *days)


def _forget(learner: str, folder: DataFolder, *, sure: bool) -> int:
    with open_existing_log(folder) as log:
        keys = open_keys(folder)
        if not keys.generation(learner) and not knows(log, learner):
            raise LearnerUnknown(learner)
        if not sure and not _confirmed(learner):
            print("nothing was done")
            return 1
        manifest, path = forget(learner, log, keys, folder)
    print(f"{learner} is forgotten: {manifest.events} events in {len(manifest.sessions)} sessions cannot be read again")
    if manifest.emptied or manifest.deleted:
        print(
            f"  {manifest.emptied} events from before there were keys were emptied and {manifest.deleted} recordings"
            " deleted; earlier backups still have them"
        )
    for name in manifest.datasets:
        print(f"  dataset {name} held the learner; make it anew")
    print(f"  manifest: {path}")
    # The views are a layer above, and follow the log by themselves; this waits for them.
    return _hand_over(folder, "projections", "wipe")


def _confirmed(learner: str) -> bool:
    print(f"Everything that {learner!r} said will be unreadable for ever, in the log, its copies and the recordings.")
    try:
        return input("Type the learner's name to go on: ") == learner
    except EOFError:
        return False


def _rotate(folder: DataFolder) -> int:
    rotated = rotate_master_key(open_key_store(folder), master_key_source(folder))
    print(f"{rotated.rewrapped} keys are wrapped by master key {rotated.new} now, not by {rotated.old}")
    if folder.master_key:
        print(f"  {rotated.old} may be taken out of COLLOQUY_MASTER_KEY on all hosts")
    return 0


def _consent(learner: str, purpose: str, folder: DataFolder, *, withdraw: bool) -> int:
    event = ConsentWithdrawn(purpose=purpose) if withdraw else ConsentGiven(purpose=purpose)
    with open_existing_log(folder) as log:
        append_for(log, learner, event)
    print(f"{learner} {'no longer agrees' if withdraw else 'agrees'} to {purpose}")
    return 0


def _hand_over(folder: DataFolder, *command: str) -> int:
    """Run a command of a layer above this one, which may not be imported from here."""
    return subprocess.run(
        [sys.executable, "-m", *command], env=os.environ | environment_of(folder), cwd=ROOT, check=False
    ).returncode
