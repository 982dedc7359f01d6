"""What the formats of speech corpora ask of a row: who spoke which words, and when each."""

from typing import Any

from msgspec import Struct

from replay.datasets.rows import Row


class SpokenWord(Struct, frozen=True, kw_only=True):
    """A word and its time in seconds from the start of the recording."""

    text: str
    start_s: float
    duration_s: float
    score: float | None = None


def text_of(row: Row) -> str:
    """The words of the recording, on one line."""
    return " ".join(str(row.columns["text"]).split())


def speaker_of(row: Row) -> str:
    """Who speaks: the tutor's voice where the row names one, else the learner (a pseudonym)."""
    return str(row.columns.get("voice") or row.learner)


def words_of(row: Row) -> tuple[SpokenWord, ...]:
    """The words whose times are known; none where the row does not tell them."""
    words: Any = row.columns.get("words") or ()
    return tuple(
        SpokenWord(
            text=word["text"],
            start_s=word["start_ms"] / 1000,
            duration_s=(word["end_ms"] - word["start_ms"]) / 1000,
            score=word.get("confidence", word.get("score")),
        )
        for word in words
        if "start_ms" in word and word["end_ms"] > word["start_ms"]
    )


def language_of(row: Row, otherwise: str) -> str:
    """The language of the row (BCP 47), the dataset's where it does not say."""
    return str(row.columns.get("language") or otherwise)
