"""`make bench`: every measurement, one after the other. ``ARGS="turns log"`` names some of them."""

import sys
from collections.abc import Callable

from bench import (
    alignment,
    assessment,
    datasets,
    endpointing,
    face,
    formats,
    importing,
    log,
    pitch,
    projections,
    pronunciation,
    prosody,
    quality,
    rebuild,
    relay,
    sealing,
    sessions,
    turns,
    wer,
)

BENCHES: dict[str, Callable[[], object]] = {
    "turns": turns.main,
    "wer": wer.main,
    "endpointing": endpointing.main,
    "alignment": alignment.main,
    "assessment": assessment.main,
    "face": face.main,
    "quality": quality.main,
    "formats": formats.main,
    "datasets": datasets.main,
    "importing": importing.main,
    "log": log.main,
    "pitch": pitch.main,
    "projections": projections.main,
    "pronunciation": pronunciation.main,
    "prosody": prosody.main,
    "rebuild": rebuild.main,
    "relay": relay.main,
    "sealing": sealing.main,
    "sessions": sessions.main,
}


def main(names: list[str]) -> int:
    """Run the named benches, all if none is named."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"there is no bench {unknown[0]!r}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    for name in names or BENCHES:
        print(f"\n== {name}", flush=True)
        sys.argv = [f"bench.{name}"]
        try:
            BENCHES[name]()
        except SystemExit as left:  # one that lacks its recordings says so, and the others go on
            print(left)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
