"""How far the pronunciation scorer agrees with experts, on speechocean762's training split (``../shared/data``).

``python -m bench.assessment --n 250``: Pearson's r for utterances, words and phones, AUC for mispronounced phones,
failures and seconds, on speakers whom the calibration never saw. ``--fit`` first
fits ``calibration.json`` anew on the others.
"""

import argparse
import json
import random
import re
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
import soundfile
from numpy.typing import NDArray

from actors.assessment.calibration import (
    Calibration,
    Linear,
    calibration,
    clipped,
    grouped,
    phone_features,
    utterance_features,
    word_features,
)
from actors.assessment.goodness import PhoneEvidence
from actors.assessment.praat import PraatProsodyAnalyser
from actors.assessment.sphinx import SphinxPronunciationScorer
from actors.ports import Audio, EngineError, SpeechRecogniser
from events.lesson import SpeechTranscribed
from events.values import EngineUse, PhoneScore, Pronunciation, Prosody, Word
from policies.scores import combine

CORPUS = Path("../shared/data/speechocean762-train")
TABLE = Path("actors/assessment/calibration.json")
HELD_OUT_SPEAKERS = 25
SEED = 762
PENALTY = 10.0
MISPRONOUNCED_BELOW = 1.0
"""Mean of the experts' 0..2."""

PHONE_STRETCH, WORD_STRETCH, UTTERANCE_STRETCH = 2.0, 1.6, 1.3

Row = dict[str, Any]
Answer = TypeVar("Answer")
Values = NDArray[np.float64]


def utterances(corpus: Path) -> tuple[list[Row], list[Row]]:
    """The corpus cut by speaker: to fit on, to test on; each in a random order that is always the same."""
    rows = [json.loads(line) for line in (corpus / "utterances.jsonl").read_text("utf-8").splitlines()]
    speakers = sorted({row["speaker"] for row in rows})
    order = random.Random(SEED)
    order.shuffle(rows)
    held_out = set(order.sample(speakers, HELD_OUT_SPEAKERS))
    fit = [row for row in rows if row["speaker"] not in held_out]
    return fit, [row for row in rows if row["speaker"] in held_out]


def audio_of(corpus: Path, row: Row) -> Audio:
    """The recording, 16 kHz mono."""
    samples, _ = soundfile.read(corpus / row["audio"], dtype="float32")
    return np.asarray(samples, np.float32)


def expert_phones(row: Row, evidence: Sequence[PhoneEvidence]) -> list[float | None]:
    """For each phone of the evidence the experts' mean, None where their phones are others."""
    found: list[float | None] = [None] * len(evidence)
    for index, rows in grouped(evidence).items():
        word = row["words"][index]
        accuracy = word["phones_accuracy"]
        theirs = [re.sub(r"\d", "", phone) for phone in word["phones"]]
        if not accuracy or len(accuracy) != len(theirs):
            continue
        ours = [evidence[one].phone for one in rows]
        for a, b, size in SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks():
            for step in range(size):
                found[rows[a + step]] = accuracy[b + step]
    return found


def fit(scorer: SphinxPronunciationScorer, corpus: Path, rows: Sequence[Row]) -> Calibration:
    """A calibration from the experts' judgements of ``rows``; every word is taken as said."""
    judged: list[tuple[Row, tuple[PhoneEvidence, ...]]] = []
    for row in rows:
        expected = scorer.words(row["text"])
        _, evidence = scorer.examine(audio_of(corpus, row), expected, [True] * len(expected))
        if len(expected) == len(row["words"]) and evidence:
            judged.append((row, evidence))
    draft = _fit_phones(judged)
    draft = _fit_words(draft, judged)
    return _fit_utterances(draft, judged)


def _fit_phones(judged: Sequence[tuple[Row, tuple[PhoneEvidence, ...]]]) -> Calibration:
    names = sorted({one.phone for _, evidence in judged for one in evidence})
    column = {name: index for index, name in enumerate(names)}
    blocks, targets = [], []
    for row, evidence in judged:
        block = np.zeros((len(evidence), 2 * len(names)))
        for index, one in enumerate(evidence):
            block[index, column[one.phone]] = 1.0
            block[index, len(names) + column[one.phone]] = clipped(one.path)
        blocks.append(np.hstack([block, phone_features(evidence)]))
        targets.append(np.array([np.nan if y is None else 50 * y for y in expert_phones(row, evidence)]))
    features, target = np.vstack(blocks), np.concatenate(targets)
    known = ~np.isnan(target)
    centre = float(target[known].mean())
    mean = features[known].mean(axis=0) * (np.arange(features.shape[1]) >= len(names))
    weights = _monotone((features - mean)[known], target[known] - centre, free=len(names))
    slopes, shared = weights[len(names) : 2 * len(names)], weights[2 * len(names) :]
    return Calibration(
        fitted_on=f"speechocean762 train, {len(judged)} utterances",
        phone_offsets={name: round(float(weights[column[name]]), 3) for name in names},
        phone_slopes={name: round(float(slopes[column[name]]), 3) for name in names},
        phone=Linear(
            bias=round(centre - float(mean @ weights), 3),
            weights=_rounded(shared),
            centre=round(centre, 2),
            stretch=PHONE_STRETCH,
        ),
        word=Linear(bias=0.0, weights=(0.5, 0.5), centre=0.0),
        utterance=Linear(bias=0.0, weights=(0.0,) * 6, centre=0.0),
    )


def _fit_words(draft: Calibration, judged: Sequence[tuple[Row, tuple[PhoneEvidence, ...]]]) -> Calibration:
    features, target = [], []
    for row, evidence in judged:
        phones = draft.phones(evidence)
        for index, rows in grouped(evidence).items():
            features.append(word_features(phones[rows]))
            target.append(10 * row["words"][index]["total"])
    return msgspec.structs.replace(draft, word=_linear(np.array(features), np.array(target), WORD_STRETCH))


def _fit_utterances(draft: Calibration, judged: Sequence[tuple[Row, tuple[PhoneEvidence, ...]]]) -> Calibration:
    features, target = [], []
    for row, evidence in judged:
        phones = draft.phones(evidence)
        words = np.array(list(draft.words(evidence, phones).values()))
        features.append(utterance_features(evidence, phones, words))
        target.append(10 * row["total"])
    table, truth = np.array(features), np.array(target)
    rising = [0, 1, 2, 3]  # the last two columns are about haste and length, of which less is better
    return msgspec.structs.replace(draft, utterance=_linear(table, truth, UTTERANCE_STRETCH, rising))


def _linear(features: Values, target: Values, stretch: float, rising: Sequence[int] | None = None) -> Linear:
    scale = features.std(axis=0) + 1e-9
    columns = range(features.shape[1])
    bias = np.ones((len(features), 1))
    order = [i for i in columns if rising is not None and i not in rising]
    order += [i for i in columns if i not in order]
    weights = _monotone(
        np.hstack([bias, features[:, order] / scale[order]]),
        target,
        1 + len(features[0]) - len([i for i in columns if rising is None or i in rising]),
    )
    by_column = np.zeros(len(order))
    by_column[order] = weights[1:] / scale[order]
    centre = round(float(target.mean()), 2)
    return Linear(bias=round(float(weights[0]), 3), weights=_rounded(by_column), centre=centre, stretch=stretch)


def _monotone(features: Values, target: Values, free: int) -> Values:
    """Ridge regression whose weights after the first ``free`` are not negative (the worst is dropped until none is)."""
    kept = list(range(features.shape[1]))
    while True:
        part = features[:, kept]
        weights = np.linalg.solve(part.T @ part + PENALTY * np.eye(len(kept)), part.T @ target)
        negative = [place for place, column in enumerate(kept) if column >= free and weights[place] < 0]
        if not negative:
            whole = np.zeros(features.shape[1])
            whole[kept] = weights
            return whole
        kept.pop(min(negative, key=lambda place: float(weights[place])))


def _rounded(values: Values) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values)


def report(
    scorer: SphinxPronunciationScorer, corpus: Path, rows: Sequence[Row], recogniser: SpeechRecogniser | None = None
) -> dict[str, float]:
    """Agreement with the experts over ``rows``, through the public methods; without a recogniser's words if None."""
    analyser = PraatProsodyAnalyser()
    pairs: dict[str, list[tuple[float, float]]] = {}
    seconds: dict[str, list[float]] = {"pronunciation": [], "prosody": []}
    failures, left_out, foreign = 0, 0, []
    for row, other in zip(rows, [*rows[1:], *rows[:1]], strict=True):
        audio = audio_of(corpus, row)
        words = recogniser.transcribe(audio).words if recogniser else ()
        try:
            said, took = _timed(partial(scorer.score, audio, row["text"], words))
        except EngineError as error:
            failures += 1
            print(f"failed: {row['id']}: {error}")
            continue
        prosody, took_prosody = _timed(partial(analyser.analyse, audio, spoken_words(said)))
        seconds["pronunciation"].append(took)
        seconds["prosody"].append(took_prosody)
        left_out += sum(not word.spoken for word in said.words)
        if other["text"] != row["text"]:
            foreign.append(scorer.score(audio, other["text"], words).score)
        for kind, ours, theirs in _compared(row, said, prosody):
            pairs.setdefault(kind, []).append((ours, theirs))
    figures: dict[str, float] = {f"{kind} r": _pearson(points) for kind, points in pairs.items()}
    figures["phone AUC"] = _auc(pairs["phone"])
    figures |= {"recordings": len(rows), "failures": failures, "words": len(pairs["word"]), "words left out": left_out}
    figures |= {"score of another's text, p50": statistics.median(foreign), "p90": float(np.quantile(foreign, 0.9))}
    for stage, taken in seconds.items():
        figures |= {f"{stage} s p50": statistics.median(taken), f"{stage} s p95": float(np.quantile(taken, 0.95))}
    return figures


def spoken_words(said: Pronunciation) -> tuple[Word, ...]:
    """The reference's words where the alignment found them, for the rate and the pauses."""
    return tuple(
        Word(text=word.text, start_ms=word.start_ms, end_ms=word.end_ms, confidence=1.0) for word in said.words
    )


def _compared(row: Row, said: Pronunciation, prosody: Prosody) -> Iterator[tuple[str, float, float]]:
    """Kind, our figure and the experts' for everything that both have judged in one recording."""
    transcript = SpeechTranscribed(
        turn=1, text=row["text"].lower(), engine=EngineUse(kind="asr", name="text", version="1"), confidence=1.0
    )
    scores = combine(prosody=prosody, pronunciation=said, notes=None, transcript=transcript)
    yield "utterance", said.score, row["total"]
    figures = {"fluency": scores.fluency, "prosodic": scores.prosody, "total": scores.total}
    yield from ((f"combined {kind}", ours, row[kind]) for kind, ours in figures.items() if ours is not None)
    for word, theirs in zip(said.words, row["words"], strict=True):
        yield "word", word.score, theirs["total"]
        yield from (("phone", ours, truth) for ours, truth in _phone_pairs(word.phones, theirs))


def _timed(work: Callable[[], Answer]) -> tuple[Answer, float]:
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def _phone_pairs(phones: Sequence[PhoneScore], theirs: Row) -> list[tuple[float, float]]:
    accuracy = theirs["phones_accuracy"]
    names = [re.sub(r"\d", "", phone) for phone in theirs["phones"]]
    if not accuracy or len(accuracy) != len(names):
        return []
    blocks = SequenceMatcher(None, [one.phone for one in phones], names, autojunk=False).get_matching_blocks()
    return [(phones[a + i].score, accuracy[b + i]) for a, b, size in blocks for i in range(size)]


def _pearson(points: Sequence[tuple[float, float]]) -> float:
    return float(np.corrcoef(np.array(points).T)[0, 1])


def _auc(points: Sequence[tuple[float, float]]) -> float:
    """How often a mispronounced phone has a lower score than a good one (ties by rank, chance is .5)."""
    scores = np.array([score for score, _ in points])
    bad = np.array([truth < MISPRONOUNCED_BELOW for _, truth in points])
    order = np.sort(scores[~bad])
    above = len(order) - np.searchsorted(order, scores[bad], side="right")
    ties = np.searchsorted(order, scores[bad], side="right") - np.searchsorted(order, scores[bad], side="left")
    return float((above + ties / 2).mean() / len(order))


def main() -> None:
    """Fit if asked, then report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=250, help="recordings to test on")
    parser.add_argument("--fit", type=int, metavar="N", help="fit the calibration on N recordings first")
    parser.add_argument("--recogniser", type=Path, metavar="FOLDER", help="use the words of a Whisper in this folder")
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    arguments = parser.parse_args()
    if not arguments.corpus.is_dir():
        raise SystemExit(f"no corpus in {arguments.corpus}: give the folder of speechocean762 with --corpus")
    to_fit, to_test = utterances(arguments.corpus)
    scorer, took = _timed(SphinxPronunciationScorer)
    print(f"loaded in {took:.2f} s")
    recogniser = _recogniser(arguments.recogniser) if arguments.recogniser else None
    if arguments.fit:
        table = fit(scorer, arguments.corpus, to_fit[: arguments.fit])
        TABLE.write_bytes(msgspec.json.format(msgspec.json.encode(table), indent=1) + b"\n")
        calibration.cache_clear()
    for name, figure in report(scorer, arguments.corpus, to_test[: arguments.n], recogniser).items():
        print(f"{name:28} {figure:.3f}" if isinstance(figure, float) else f"{name:28} {figure}")


def _recogniser(folder: Path) -> SpeechRecogniser:
    from actors.hearing.whisper import WhisperRecogniser
    from actors.hearing.whisper_model import LoadedWhisper

    return WhisperRecogniser(LoadedWhisper(folder))


if __name__ == "__main__":
    main()
