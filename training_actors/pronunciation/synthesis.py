"""Speech whose phones nobody has to label: Kokoro speaks ARPAbet and tells how long each symbol takes.

A model that only ever hears words said well takes the word for the sound. So in most sentences some phones are
replaced, dropped or put in on purpose, mostly as learners do it, and the labels say what was really spoken.
"""

import random
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.signal import resample_poly

from actors.ports import SAMPLE_RATE_HZ
from actors.pronunciation.phones import PHONES, SILENCE
from actors.voice.kokoro import LEAD_SAMPLES, LONGEST, Kokoro
from actors.voice.kokoro import SAMPLE_RATE_HZ as KOKORO_RATE_HZ
from policies.phones import VOWELS

SYMBOLS = {
    "AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "W", "AY": "I", "B": "b", "CH": "ʧ", "D": "d", "DH": "ð",
    "EH": "ɛ", "ER": "əɹ", "EY": "A", "F": "f", "G": "ɡ", "HH": "h", "IH": "ɪ", "IY": "i", "JH": "ʤ", "K": "k",
    "L": "l", "M": "m", "N": "n", "NG": "ŋ", "OW": "O", "OY": "Y", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ", "T": "t",
    "TH": "θ", "UH": "ʊ", "UW": "u", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ",
}  # fmt: skip
"""How Kokoro writes each phone, one or two of its symbols."""

REDUCED, STRESSED_ER, STRESS = "ə", "ɜɹ", "ˈ"

CONFUSED = {
    "TH": "S T F", "DH": "D Z L", "V": "W F B", "W": "V", "R": "L W", "L": "R N W", "N": "L NG", "NG": "N", "Z": "S",
    "S": "SH TH", "SH": "S", "ZH": "SH JH", "JH": "ZH CH D", "CH": "SH JH", "IH": "IY EH", "IY": "IH", "EH": "AE EY IH",
    "AE": "EH AA AY", "AA": "AO AH", "AO": "OW AA", "AH": "AA AE", "UH": "UW", "UW": "UH", "EY": "EH AY", "OW": "AO",
    "AY": "AE EY", "AW": "AO AA", "OY": "AO", "ER": "AH R", "P": "B", "B": "P", "T": "D", "D": "T", "K": "G", "G": "K",
    "F": "V HH", "HH": "F", "M": "N", "Y": "IY",
}  # fmt: skip
"""What learners of English often say instead (Swan & Smith 2001, Learner English, over all first languages)."""

INSERTED = ("AH", "IH", "S", "T", "N")
SENTENCES_CHANGED = 0.6
PHONES_CHANGED = (0.08, 0.15, 0.3)
PHONES_PLANTED = (0.0, 0.05, 0.1, 0.2)
RIGHT, WRONG = 2.0, 0.25
"""On the experts' scale, on which they hardly ever give 0."""
RATES = (0.65, 1.15)
ENGLISH_VOICES, CHINESE_VOICES = 0.7, 0.17
"""Shares of sentences; the rest is spoken by voices of Kokoro's other languages."""


class TimedPhone(Struct, frozen=True, kw_only=True):
    """A spoken phone, ``start`` and ``end`` in samples at 16 kHz."""

    phone: str
    start: int
    end: int


class Labelled(Struct, frozen=True, kw_only=True):
    """Synthetic speech at 16 kHz and what is spoken in it; between phones there is silence."""

    samples: NDArray[np.float32]
    phones: tuple[TimedPhone, ...]


def spoken(
    kokoro: Kokoro, voices: Sequence[str], words: Sequence[Sequence[str]], rng: random.Random, *, slips: bool = True
) -> Labelled:
    """Words (phones without stress) as one of the ``voices`` says them, perhaps with slips. Repeatable by ``rng``."""
    said = _with_slips(words, rng) if slips else [list(word) for word in words]
    return _spoken(kokoro, voices, said, rng)


def planted(
    kokoro: Kokoro, voices: Sequence[str], words: Sequence[Sequence[str]], rng: random.Random
) -> tuple[NDArray[np.float32], tuple[tuple[float | None, ...], ...]]:
    """Words said with slips that are known: samples at 16 kHz, and of each phone the accuracy 0..2 that it deserves.

    No word is dropped whole. None where it is not known: beside what was put in.
    """
    share = rng.choice(PHONES_PLANTED)
    said, accuracies = [], []
    for word in words:
        slipped = [_slipped(phone, share, rng) for phone in word]
        if not any(slipped):
            slipped = [(phone,) for phone in word]
        said.append([other for others in slipped for other in others])
        accuracies.append(tuple(_accuracy(phone, others) for phone, others in zip(word, slipped, strict=True)))
    return _spoken(kokoro, voices, said, rng).samples, tuple(accuracies)


def _accuracy(phone: str, said: tuple[str, ...]) -> float | None:
    if said == (phone,):
        return RIGHT
    return None if phone in said else WRONG


def _spoken(kokoro: Kokoro, voices: Sequence[str], said: list[list[str]], rng: random.Random) -> Labelled:
    voice, rate = _voice(voices, rng), rng.uniform(*RATES)
    symbols, owners = _symbols(said, rng)
    audio, counts = kokoro.sound(symbols, voice, rate)
    samples = resample_poly(audio, SAMPLE_RATE_HZ // 8000, KOKORO_RATE_HZ // 8000).astype(np.float32)
    return Labelled(samples=samples, phones=_timed(said, owners, counts))


def _with_slips(words: Sequence[Sequence[str]], rng: random.Random) -> list[list[str]]:
    share = rng.choice(PHONES_CHANGED) if rng.random() < SENTENCES_CHANGED else 0.0
    said = [[other for phone in word for other in _slipped(phone, share, rng)] for word in words]
    return [word for word in said if word] or [list(words[0])]


def _slipped(phone: str, share: float, rng: random.Random) -> tuple[str, ...]:
    if rng.random() >= share:
        return (phone,)
    kind = rng.random()
    if kind < 0.6:
        return (rng.choice(CONFUSED[phone].split()),)
    if kind < 0.75:
        return (rng.choice([other for other in PHONES if other != SILENCE]),)
    if kind < 0.88:
        return ()
    return (phone, rng.choice(INSERTED))


def _voice(voices: Sequence[str], rng: random.Random) -> str:
    kind = rng.random()
    letters = "ab" if kind < ENGLISH_VOICES else "z" if kind < ENGLISH_VOICES + CHINESE_VOICES else "efhijp"
    return rng.choice([voice for voice in voices if voice[0] in letters] or list(voices))


def _symbols(words: list[list[str]], rng: random.Random) -> tuple[list[str], list[int]]:
    """Kokoro's symbols of a sentence, and for each the number of the phone that it belongs to (-1: none)."""
    symbols: list[str] = []
    owners: list[int] = []
    number = 0
    for index, word in enumerate(words):
        if index:
            pause = rng.choice(("  ", " ", " ", " ", ", ")) if rng.random() < 0.3 else " "
            symbols += pause
            owners += [-1] * len(pause)
        stressed = _stressed(word, rng)
        for place in range(len(word)):
            written = _written(word, place, stressed)
            if place == stressed and (len(word) > 2 or rng.random() < 0.5):
                written = STRESS + written
            symbols += written
            owners += [number] * len(written)
            number += 1
    return [*symbols[: LONGEST - 1], "."], [*owners[: LONGEST - 1], -1]


def _stressed(word: list[str], rng: random.Random) -> int:
    """The place of the vowel that carries the stress, mostly the first; -1 without one."""
    vowels = [place for place, phone in enumerate(word) if phone in VOWELS]
    if not vowels:
        return -1
    return rng.choice(vowels) if rng.random() < 0.4 else vowels[0]


def _written(word: list[str], place: int, stressed: int) -> str:
    phone = word[place]
    if phone == "AH" and place != stressed and sum(other in VOWELS for other in word) > 1:
        return REDUCED
    return STRESSED_ER if phone == "ER" and place == stressed else SYMBOLS[phone]


def _timed(words: list[list[str]], owners: list[int], counts: list[int]) -> tuple[TimedPhone, ...]:
    phones = [phone for word in words for phone in word]
    ends = np.cumsum(counts) - LEAD_SAMPLES
    spans: dict[int, tuple[int, int]] = {}
    for place, owner in enumerate(owners):
        if owner >= 0:
            start, end = int(ends[place]), int(ends[place + 1])
            spans[owner] = (spans[owner][0] if owner in spans else start, end)
    scale = SAMPLE_RATE_HZ / KOKORO_RATE_HZ
    return tuple(
        TimedPhone(phone=phones[owner], start=max(0, round(start * scale)), end=max(0, round(end * scale)))
        for owner, (start, end) in spans.items()
    )
