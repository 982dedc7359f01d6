"""Rows that are there twice, to the letter or to the sample."""

import hashlib

from actors.ports import Audio
from replay.quality.words import words_of


def text_hash(text: str) -> str:
    """SHA-256 of the words alone: capitals, punctuation and spaces do not tell texts apart. "" of no words."""
    words = words_of(text)
    return hashlib.sha256(" ".join(words).encode()).hexdigest() if words else ""


def audio_hash(audio: Audio) -> str:
    """SHA-256 of the samples as 16-bit integers, whatever file they came in."""
    return hashlib.sha256((audio.clip(-1, 1) * 32767).round().astype("<i2").tobytes()).hexdigest()


class Twice:
    """Finds what has been there before. Keeps 32 bytes and a key for each different hash."""

    def __init__(self) -> None:
        self._first: dict[bytes, str] = {}

    def add(self, key: str, digest: str) -> str | None:
        """The key of the first row with this hash, None when this is the first (or has nothing: "")."""
        if not digest:
            return None
        first = self._first.setdefault(bytes.fromhex(digest), key)
        return None if first == key else first
