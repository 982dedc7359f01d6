"""`python -m edge serve` runs the product; `python -m edge practise FILE...` talks to it with recordings."""

import argparse
import math
import sys

from edge.practise import practise
from edge.serve import serve
from policies.tutor.topics import named, topics


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and run it; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m edge", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    _serve_arguments(commands.add_parser("serve", help="run the server"))
    _practise_arguments(commands.add_parser("practise", help="play recordings through a server"))
    parsed = parser.parse_args(arguments)
    return serve(parsed) if parsed.command == "serve" else practise(parsed)


def _serve_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)


def _practise_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="recordings: WAV, FLAC, Ogg, WebM, MP3, M4A")
    parser.add_argument("--text", default="", type=_sentence, help="the sentence that the recordings should say")
    parser.add_argument("--mode", choices=("conversation", "sentence"), default="conversation")
    parser.add_argument("--tutor", default="joe", help="see /api/v1/tutors")
    parser.add_argument("--level", default="A2", choices=("A1", "A2", "B1", "B2", "C1"))
    parser.add_argument(
        "--topic",
        default="",
        type=_topic,
        help=f"one of {_topics()}, or words that tell which ('my holiday'); words that point to none are refused",
    )
    parser.add_argument(
        "--learner",
        default="practice",
        metavar="PSEUDONYM",
        help="who speaks (practice): a pseudonym, never a real name, for it stays in the log in the clear for ever",
    )
    parser.add_argument("--hands-free", action="store_true", help="let the server find the end of each utterance")
    parser.add_argument(
        "--speed",
        type=_speed,
        default=1.0,
        help="how fast recordings are said and replies heard out: 1 is real time (default), 2 twice as fast, 0 as fast"
        " as it goes; times practised in the log then are those of the recordings, not of the clock",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--out", metavar="DIR", help="leave the tutor's reply to each file there as WAV and MP4")
    parser.add_argument("--server", default="", metavar="URL", help="a running server; one is started if none is named")


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 <= speed < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is no speed; give 0 or more")
    return speed


def _sentence(text: str) -> str:
    return " ".join(text.split())


def _topic(name: str) -> str:
    if name and named(name) is None:
        raise argparse.ArgumentTypeError(f"there is no topic {name!r}; choose from {_topics()}, or leave it out")
    return name


def _topics() -> str:
    return ", ".join(topic.name for topic in topics())


if __name__ == "__main__":
    sys.exit(main())
