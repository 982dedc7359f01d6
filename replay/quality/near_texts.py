"""Texts that say nearly the same, by MinHash of their shingles and locality-sensitive hashing (datasketch).

Broder, "On the resemblance and containment of documents", 1997; Leskovec, Rajaraman & Ullman, "Mining of massive
datasets", chapter 3. Shingles are five characters: a learner's sentence has too few words for shingles of words.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from replay.errors import LibraryMissing
from replay.quality.words import words_of

SHINGLE_CHARACTERS = 5
PERMUTATIONS = 128
"""So an estimate's standard error is at most .044 (.5 / sqrt(128))."""
SEED = 1
SCHEME = "affine32"
THRESHOLD = 0.8
_WIDER = 0.75

Signature = NDArray[np.uint32]


def signature(text: str) -> Signature | None:
    """The 128 least hashes of a text's shingles; the same on every machine. None of no words. 0.2 ms a sentence.

    Raises LibraryMissing without datasketch.
    """
    plain = " ".join(words_of(text))
    if not plain:
        return None
    last = max(len(plain) - SHINGLE_CHARACTERS, 0)
    shingles = {plain[start : start + SHINGLE_CHARACTERS].encode() for start in range(last + 1)}
    made = _datasketch().MinHash(num_perm=PERMUTATIONS, seed=SEED, scheme=SCHEME)
    made.update_batch(sorted(shingles))
    hashes: Signature = made.hashvalues
    return hashes


class NearTexts:
    """Finds a text that resembles an earlier one. Keeps some 4 kB for each text that is not a copy."""

    def __init__(self, threshold: float = THRESHOLD) -> None:
        self._threshold = threshold
        self._library = _datasketch()
        # The index alone misses half of what lies at its threshold: it searches wider, and the estimate decides.
        self._index = self._library.MinHashLSH(threshold=_WIDER * threshold, num_perm=PERMUTATIONS)
        self._kept: dict[str, tuple[int, Signature]] = {}

    def add(self, key: str, hashes: Signature | None) -> str | None:
        """The key of the earliest text that this one resembles, else None; then it is one to compare with."""
        if hashes is None:
            return None
        made = self._library.MinHash(num_perm=PERMUTATIONS, seed=SEED, scheme=SCHEME, hashvalues=hashes)
        near = [self._kept[other][0] for other in self._index.query(made) if self._alike(hashes, other)]
        if near:
            return self._key_at(min(near))
        self._index.insert(key, made)
        self._kept[key] = (len(self._kept), hashes)
        return None

    def _alike(self, hashes: Signature, other: str) -> bool:
        """Whether the share of equal hashes, which estimates the Jaccard index, reaches the threshold."""
        return float(np.mean(hashes == self._kept[other][1])) >= self._threshold

    def _key_at(self, number: int) -> str:
        return next(key for key, (at, _) in self._kept.items() if at == number)


def _datasketch() -> Any:
    try:
        import datasketch
    except ImportError as error:
        raise LibraryMissing("datasketch", "Finding near duplicates of texts") from error
    return datasketch
