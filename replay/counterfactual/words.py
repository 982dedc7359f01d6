"""Word errors after Whisper's English normaliser on both sides, as `bench.asr` counts them."""

from functools import lru_cache
from typing import Any

from replay.errors import LibraryMissing


def errors_and_words(reference: str, said: str) -> tuple[float, float] | None:
    """Substitutions, deletions and insertions, and the words of the reference; None when that has no word.

    Raises `LibraryMissing`.
    """
    expected, found = normal(reference), normal(said)
    if not expected:
        return None
    counted = _jiwer().process_words(expected, found)
    errors = counted.substitutions + counted.deletions + counted.insertions
    return float(errors), float(len(expected.split()))


@lru_cache(maxsize=65_536)
def normal(text: str) -> str:
    """The text without case, punctuation, fillers; numbers as digits, contractions spelled out."""
    normalised: str = _normaliser()(text)
    return normalised.strip()


@lru_cache(maxsize=1)
def _normaliser() -> Any:
    try:
        from whisper_normalizer.english import EnglishTextNormalizer
    except ImportError as error:
        raise LibraryMissing("whisper-normalizer", "The word error rate") from error
    return EnglishTextNormalizer()


@lru_cache(maxsize=1)
def _jiwer() -> Any:
    try:
        import jiwer
    except ImportError as error:
        raise LibraryMissing("jiwer", "the word error rate") from error
    return jiwer


def aligned(reference: str, said: str) -> tuple[tuple[str, str, str], ...]:
    """Stretches of both texts side by side: equal, substitute, insert or delete, what was expected, what was said."""
    expected, found = normal(reference).split(), normal(said).split()
    counted = _jiwer().process_words(" ".join(expected), " ".join(found))
    return tuple(
        (
            chunk.type,
            " ".join(expected[chunk.ref_start_idx : chunk.ref_end_idx]),
            " ".join(found[chunk.hyp_start_idx : chunk.hyp_end_idx]),
        )
        for chunk in counted.alignments[0]
    )
