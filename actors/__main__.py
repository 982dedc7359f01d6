"""`python -m actors`: the models that the engines need, and what this machine can do with them."""

import argparse
import sys
from collections.abc import Sequence

from actors.models import cli as models_cli


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m actors", description=__doc__)
    commands = parser.add_subparsers(dest="group", required=True)
    models_cli.add_arguments(commands.add_parser("models", help="list, fetch and verify models"))
    arguments = parser.parse_args(argv)
    return models_cli.run(arguments)


if __name__ == "__main__":
    sys.exit(main())
