"""How far our F0 contour agrees with Praat's own, on learners' recordings (``../shared/data``).

``python -m bench.pitch --n 50``: of children and of adults, beside Praat's scripts with De Looze & Rauzy's range and
with Praat's default one of 75 to 600 Hz: the share of our voiced frames that Praat calls voiced too, and of these that
within 1 % and that an octave apart.
"""

import argparse
import json
from pathlib import Path

from actors.assessment.praat import PraatProsodyAnalyser
from bench.asr import CORPUS, DATA, recordings
from bench.machine import machine
from tests.praat import DEFAULT, TWO_PASSES, Agreement, agreement, by_praat

SEED = 2009
SCRIPTS = {"De Looze & Rauzy": TWO_PASSES, "75-600 Hz": DEFAULT}
ADULT_FROM = 18


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=50)
    parser.add_argument("--data", type=Path, default=DATA)
    arguments = parser.parse_args()
    try:
        chosen = recordings(arguments.data, arguments.n, seed=SEED)
    except FileNotFoundError as error:
        raise SystemExit(f"no recordings of learners here ({error.filename}); name their folder with --data") from error
    ages = _ages(arguments.data / CORPUS)
    print(f"{machine()}; {len(chosen)} recordings")
    print(f"{'Praat with':18} {'speakers':9} {'frames':>7} {'voiced too':>11} {'within 1 %':>11} {'octave off':>11}")
    found: dict[tuple[str, str], Agreement] = {}
    for recording in chosen:
        ours = PraatProsodyAnalyser().analyse(recording.audio, ()).contour
        group = "adults" if ages[recording.id] >= ADULT_FROM else "children"
        for name, script in SCRIPTS.items():
            one = agreement(ours, by_praat(recording.audio, script))
            for speakers in (group, "all"):
                found[name, speakers] = found.get((name, speakers), Agreement()) + one
    for (name, speakers), sums in sorted(found.items()):
        print(
            f"{name:18} {speakers:9} {sums.ours:7,} {sums.both / sums.ours:11.2%} {sums.close / sums.both:11.2%}"
            f" {sums.octave / sums.both:11.2%}"
        )


def _ages(corpus: Path) -> dict[str, int]:
    rows = map(json.loads, (corpus / "utterances.jsonl").read_text("utf-8").splitlines())
    return {row["id"]: row["age"] for row in rows}


if __name__ == "__main__":
    main()
