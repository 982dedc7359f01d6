"""What recognition benches share: random learners' recordings, word error rate, and timed runs.

WER is counted over all words of all recordings together, after Whisper's own English normaliser on both sides (case,
punctuation, spelled numbers, contractions).
"""

import json
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import jiwer
import soundfile
from msgspec import Struct
from whisper_normalizer.english import EnglishTextNormalizer

from actors.ports import SAMPLE_RATE_HZ, Audio

DATA = Path("../shared/data")
CORPUS = "speechocean762-train"
SEED = 2021


class Recording(Struct, frozen=True, kw_only=True):
    """A learner's recording and what it should say."""

    id: str
    text: str
    audio: Audio

    @property
    def duration_s(self) -> float:
        return len(self.audio) / SAMPLE_RATE_HZ


class Recognition(Struct, frozen=True, kw_only=True):
    """What an engine made of the recordings, and the seconds that each took."""

    engine: str
    texts: tuple[str, ...]
    seconds: tuple[float, ...]

    @property
    def median_s(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p95_s(self) -> float:
        return quantile(self.seconds, 0.95)


def recordings(data: Path, count: int, *, seed: int = SEED) -> tuple[Recording, ...]:
    """A random sample, always the same for a seed. Raises FileNotFoundError when the corpus is not there."""
    corpus = data / CORPUS
    rows = [json.loads(line) for line in (corpus / "utterances.jsonl").read_text("utf-8").splitlines()]
    chosen = random.Random(seed).sample(rows, min(count, len(rows)))
    return tuple(
        Recording(id=row["id"], text=row["text"], audio=soundfile.read(corpus / row["audio"], dtype="float32")[0])
        for row in chosen
    )


def recognise(engine: str, transcribe: Callable[[Audio], str], samples: Sequence[Recording]) -> Recognition:
    """Run an engine over the recordings, one after the other, after one call that warms it up."""
    transcribe(samples[0].audio)
    texts, seconds = zip(*_timed(transcribe, samples), strict=True)
    return Recognition(engine=engine, texts=texts, seconds=seconds)


def error_rate(samples: Sequence[Recording], texts: Sequence[str]) -> float:
    """Word error rate of ``texts`` against what the recordings should say; 1.0 is as many errors as words."""
    normalise = EnglishTextNormalizer()
    return float(jiwer.wer([normalise(sample.text) for sample in samples], [normalise(text) for text in texts]))


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which this share of all values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _timed(transcribe: Callable[[Audio], str], samples: Sequence[Recording]) -> Iterator[tuple[str, float]]:
    for sample in samples:
        start = time.perf_counter()
        text = transcribe(sample.audio)
        yield text, time.perf_counter() - start
