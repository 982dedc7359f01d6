"""`python -m actors`: the engines' models, what this machine can do with them, what it keeps, and recordings scored."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from actors.machine import FILE_NAME, read_measurement
from actors.models import ModelStore
from actors.models import cli as models_cli
from actors.pronunciation import commands as pronunciation
from actors.retention import lines, retain
from events.blobs import BlobStore
from events.errors import EventsError
from events.location import data_folder
from events.opening import open_existing_log
from policies.fallback import RANKING, fallback_order
from policies.retention import LIMIT_DAYS


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m actors", description=__doc__)
    commands = parser.add_subparsers(dest="group", required=True)
    models_cli.add_arguments(commands.add_parser("models", help="list, fetch and verify models"))
    machine = commands.add_parser("machine", help="what this machine can do, and which engines it is given")
    machine.add_argument("--remeasure", action="store_true", help="measure again, although it has been done")
    machine.add_argument("--json", action="store_true", help="one JSON object")
    keeping = commands.add_parser("retain", help="delete recordings of learners' voices whose time is over")
    keeping.add_argument("--days", type=int, help=f"how long they are kept (COLLOQUY_AUDIO_DAYS, or {LIMIT_DAYS})")
    pronunciation.add_to(commands)
    arguments = parser.parse_args(argv)
    if arguments.group in ("assess", "explain"):
        status: int = arguments.run(arguments)
        return status
    if arguments.group == "retain":
        return _retain(arguments.days)
    if arguments.group == "models":
        return models_cli.run(arguments)
    return _machine(remeasure=arguments.remeasure, as_json=arguments.json)


def _retain(given_days: int | None) -> int:
    """Delete what is due in the data folder, and say what it was."""
    from actors.settings import read_settings

    folder = data_folder(os.environ)
    days = read_settings(os.environ).audio_days if given_days is None else given_days
    if days < 0:
        print(f"actors: --days is {days}; it must be 0 or more", file=sys.stderr)
        return 2
    try:
        with open_existing_log(folder) as log:
            due = retain(log, BlobStore(folder.blobs), now=datetime.now(UTC), limit_days=days)
    except EventsError as error:
        print(f"actors: {error}", file=sys.stderr)
        return 2
    for line in lines(due):
        print(line)
    return 0


def _machine(*, remeasure: bool, as_json: bool) -> int:
    """Measure the voices that are here, and print the figures and every kind's order of engines."""
    from actors.catalogue import available
    from actors.chains import measured_profile
    from actors.settings import read_settings

    settings = read_settings(os.environ)
    store = ModelStore.for_user(os.environ)
    if remeasure:
        (settings.data.root / FILE_NAME).unlink(missing_ok=True)
    profile = measured_profile(settings, store)
    orders = [fallback_order(kind, available(kind, settings, store), profile) for kind in RANKING]
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode({"machine": profile, "engines": orders}) + b"\n")
        return 0
    measured = read_measurement(settings.data.root)
    print(f"{measured.cpu if measured else ''}: {profile.cpu_count} cores, {profile.gpu_count} GPUs")
    for name, rtf in profile.voice_rtf:
        print(f"voice {name}: real-time factor {rtf:.3f}")
    if measured and measured.busy:
        print("The machine was busy: these are estimates, to be replaced at a quieter start.")
    for order in orders:
        print(f"{order.kind}: {' > '.join(order.order) or 'none'}")
        for remark in (*order.remarks, *(skip.reason for skip in order.skipped)):
            print(f"    {remark}")
    print(f"Kept in {settings.data.root / FILE_NAME}; --remeasure takes the figures again.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
