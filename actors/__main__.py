"""`python -m actors`: the models that the engines need, and what this machine can do with them."""

import argparse
import os
import sys
from collections.abc import Sequence

import msgspec

from actors.machine import FILE_NAME, read_measurement
from actors.models import ModelStore
from actors.models import cli as models_cli
from policies.fallback import RANKING, fallback_order


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m actors", description=__doc__)
    commands = parser.add_subparsers(dest="group", required=True)
    models_cli.add_arguments(commands.add_parser("models", help="list, fetch and verify models"))
    machine = commands.add_parser("machine", help="what this machine can do, and which engines it is given")
    machine.add_argument("--remeasure", action="store_true", help="measure again, although it has been done")
    machine.add_argument("--json", action="store_true", help="one JSON object")
    arguments = parser.parse_args(argv)
    if arguments.group == "models":
        return models_cli.run(arguments)
    return _machine(remeasure=arguments.remeasure, as_json=arguments.json)


def _machine(*, remeasure: bool, as_json: bool) -> int:
    """Measure the voices that are here, and print the figures and every kind's order of engines."""
    from actors.bootstrap import measured_profile
    from actors.catalogue import available
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
