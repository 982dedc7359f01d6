"""How a recording is laid out on a page: lines of a few seconds, as systems of a score. Draws nothing."""

from collections.abc import Sequence
from itertools import pairwise

from actors.pronunciation.judgement import JudgedWord, Judgement

LONGEST_MS = 4_000
MARGIN_MS = 200

Span = tuple[int, int]
"""First and last ms."""


def systems(judgement: Judgement, duration_ms: int) -> tuple[Span, ...]:
    """The stretches that are drawn, each in a line of its own of `LONGEST_MS` or little more.

    Together they hold all words and miscues; they are parted between words, where there is a place for it.
    """
    edges = [edge for word in judgement.words if word.said for edge in (word.start_ms, word.end_ms)]
    edges += [edge for miscue in judgement.miscues if miscue.end_ms for edge in (miscue.start_ms, miscue.end_ms)]
    start = max(0, min(edges, default=0) - MARGIN_MS)
    end = min(duration_ms, max(edges, default=duration_ms) + MARGIN_MS)
    count = max(1, -(-(end - start) // LONGEST_MS))
    gaps = _gaps([word for word in judgement.words if word.said])
    cuts = [start]
    for number in range(1, count):
        wanted = start + (end - start) * number // count
        nearest = min(gaps, key=lambda gap: abs(gap - wanted), default=wanted)
        cuts.append(nearest if abs(nearest - wanted) < LONGEST_MS // 4 and nearest > cuts[-1] else wanted)
    return tuple(zip(cuts, [*cuts[1:], max(end, start + 1)], strict=True))


def _gaps(words: Sequence[JudgedWord]) -> list[int]:
    """The middle between each word and the next."""
    return [(one.end_ms + other.start_ms) // 2 for one, other in pairwise(words)]


def levels(labels: Sequence[Span], count: int) -> tuple[int | None, ...]:
    """The first of ``count`` lines where each label has room, None where none has; labels in order of place, as wide
    as they are drawn."""
    taken = [-(10**9)] * count
    found = []
    for start, end in labels:
        level = next((level for level in range(count) if taken[level] <= start), None)
        if level is not None:
            taken[level] = end
        found.append(level)
    return tuple(found)
