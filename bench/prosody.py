"""How far what is found of the prosody goes with experts' ratings, on learners' recordings (``../shared/data``).

``python -m bench.prosody --n 100``: of so many random recordings, Pearson's r of unexpected breaks a word, rate and
range with the experts' fluency and prosody, the fluency by the number of breaks, and how those end that should fall. Of
words whose stress experts objected to (also those in ``--stress N`` recordings more) and of others, the verdicts.
The model was trained on these recordings, and its doubt is one witness of a wrong stress: expect less on others.
"""

import argparse
import json
import os
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from actors.ports import EngineError
from actors.pronunciation.assessor import Assessor, Examined
from actors.pronunciation.commands import equipment
from actors.pronunciation.manifest import Ask
from bench.asr import CORPUS, DATA
from bench.machine import machine
from policies.prosody.phrasing import MISSING
from policies.prosody.text import FALL

SEED = 762
OBJECTED_BELOW = 10.0
"""The median of the experts' stress of a word, of whom each gave 10 or 5."""
MOST_BREAKS = 3

Row = dict[str, Any]
Pair = tuple[Row, Examined]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--stress", type=int, default=50)
    parser.add_argument("--data", type=Path, default=DATA)
    arguments = parser.parse_args()
    corpus: Path = arguments.data / CORPUS
    if not corpus.is_dir():
        raise SystemExit(f"no recordings of learners in {corpus}: name the folder above it with --data")
    rows = [json.loads(line) for line in (corpus / "utterances.jsonl").read_text("utf-8").splitlines()]
    random.Random(SEED).shuffle(rows)
    chosen = rows[: arguments.n]
    objected = [row for row in rows[arguments.n :] if any(_objected(word) for word in row["words"])]
    print(f"{machine()}; {len(chosen)} recordings, and {len(objected[: arguments.stress])} for stress")
    with Assessor(equipment(None, threads=os.cpu_count() or 1)) as assessor:
        heard = list(_examined(assessor, corpus, chosen))
        _breaks(heard)
        _endings(heard)
        _stress([*heard, *_examined(assessor, corpus, objected[: arguments.stress])])


def _examined(assessor: Assessor, corpus: Path, rows: Sequence[Row]) -> Iterator[Pair]:
    """Those in which something of the text was said."""
    for number, row in enumerate(rows):
        phones = tuple(tuple(word["phones"]) for word in row["words"])
        ask = Ask(number=number, id=row["id"], audio=corpus / row["audio"], text=row["text"], phones=phones)
        try:
            found = assessor.examine(ask)
        except EngineError as error:
            print(f"{row['id']}: {error}")
            continue
        if any(word.said for word in found.judgement.words):
            yield row, found


def _breaks(heard: Sequence[Pair]) -> None:
    fluency = np.array([row["fluency"] for row, _ in heard])
    prosodic = np.array([row["prosodic"] for row, _ in heard])
    counts = np.array([sum(one.kind != MISSING for one in found.intonation.breaks) for _, found in heard])
    said = np.array([sum(word.said for word in found.judgement.words) for _, found in heard])
    figures = {
        "unexpected breaks a word": counts / said,
        "words a minute": np.array([found.prosody.words_per_minute or np.nan for _, found in heard]),
        "range in semitones": np.array([found.intonation.range_semitones or np.nan for _, found in heard]),
    }
    for name, values in figures.items():
        known = ~np.isnan(values)
        r = [float(np.corrcoef(values[known], rated[known])[0, 1]) for rated in (fluency, prosodic)]
        print(f"{name:26} r with fluency {r[0]:5.2f}, with prosody {r[1]:5.2f}")
    for count in range(MOST_BREAKS + 1):
        these = fluency[counts == count if count < MOST_BREAKS else counts >= count]
        if len(these):
            more = " or more" if count == MOST_BREAKS else ""
            print(f"{count}{more} unexpected breaks: {len(these)} recordings, fluency {these.mean():.1f}")


def _endings(heard: Sequence[Pair]) -> None:
    told = Counter(
        found.intonation.ending.movement if found.intonation.ending else "not told"
        for _, found in heard
        if found.intonation.expected_ending == FALL
    )
    print(f"endings that should fall: {_shares(told)}")


def _stress(heard: Sequence[Pair]) -> None:
    verdicts: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for row, found in heard:
        for one in found.intonation.stress:
            verdicts[_objected(row["words"][one.word])][one.verdict] += 1
    print(f"stress that experts objected to: {_shares(verdicts[True])}")
    print(f"stress of other words:           {_shares(verdicts[False])}")


def _objected(word: Row) -> bool:
    return float(word["stress"]) < OBJECTED_BELOW


def _shares(told: Counter[str]) -> str:
    whole = told.total()
    return f"{whole}: " + ", ".join(f"{name} {count / whole:.0%}" for name, count in told.most_common())


if __name__ == "__main__":
    main()
