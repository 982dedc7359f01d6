"""What the commands' arguments and exit statuses have in common."""

import argparse
import os
from typing import Any

MOST_DAYS = 36_500
MOST_WORKERS = 64
REFUSED, NOT_THERE = 1, 2
"""Exit statuses of all commands."""


def exit_status(error: Exception) -> int:
    """`NOT_THERE` when what was asked for, or is needed for it, is not there; else it cannot be used: `REFUSED`."""
    return NOT_THERE if getattr(error, "absent", isinstance(error, FileNotFoundError)) else REFUSED


def add_command(commands: Any, name: str, told: str) -> argparse.ArgumentParser:
    """A command that tells what it does in the list of commands and in its own help alike.

    ``commands`` is what `argparse.ArgumentParser.add_subparsers` gives.
    """
    parser: argparse.ArgumentParser = commands.add_parser(name, help=told, description=f"{told[0].upper()}{told[1:]}.")
    return parser


def stream_name(text: str) -> str:
    """A stream or a learner. Raises `argparse.ArgumentTypeError` for what no log can hold: nothing, or bad UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not UTF-8") from error
    if not text.strip() or "\0" in text:
        raise argparse.ArgumentTypeError(f"{text!r} is no name")
    return text


def days(text: str) -> int:
    """A whole number of days, up to a hundred years. Raises `argparse.ArgumentTypeError`."""
    number = _from(0, text)
    if number > MOST_DAYS:
        raise argparse.ArgumentTypeError(f"{text!r} is more than {MOST_DAYS} days")
    return number


def positive(text: str) -> int:
    """A whole number from 1. Raises `argparse.ArgumentTypeError`."""
    return _from(1, text)


def workers(text: str) -> int:
    """Processes to share work out to, 1 to `MOST_WORKERS`. Raises `argparse.ArgumentTypeError`."""
    if not text.isdecimal() or not 1 <= int(text) <= MOST_WORKERS:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no number of workers; give 1 to {MOST_WORKERS} ({os.cpu_count()} cores here)"
        )
    return int(text)


def position(text: str) -> int:
    """A position in the log, or 0 for before the first. Raises `argparse.ArgumentTypeError`."""
    return _from(0, text)


def seconds(text: str) -> float:
    """A time from 0 seconds. Raises `argparse.ArgumentTypeError`."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds; give 0, 2.5, 30 …")
    return number


def _from(least: int, text: str) -> int:
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from {least}")
    return int(text)
