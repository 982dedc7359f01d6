"""Texts that are the same to the word."""

import hashlib

from replay.quality.words import words_of


def text_hash(text: str) -> str:
    """SHA-256 of the words alone: capitals, punctuation and spaces do not tell texts apart. "" of no words."""
    words = words_of(text)
    return hashlib.sha256(" ".join(words).encode()).hexdigest() if words else ""
