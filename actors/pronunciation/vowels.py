"""How long, high and loud the vowels of a word are: what its stress is judged by. Judges nothing."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from actors.assessment.tracks import Tracks
from policies.phones import VOWELS
from policies.prosody.phrasing import Placed
from policies.prosody.stress import Vowel


class PlacedPhone(Placed, Protocol):
    """A phone (ARPAbet without stress) where it was said."""

    @property
    def phone(self) -> str: ...


def vowels(phones: Sequence[PlacedPhone], tracks: Tracks) -> tuple[Vowel, ...]:
    """The vowels among the phones of a word."""
    return tuple(_vowel(one, tracks) for one in phones if one.phone in VOWELS)


def _vowel(phone: PlacedPhone, tracks: Tracks) -> Vowel:
    start_s, end_s = phone.start_ms / 1000, phone.end_ms / 1000
    f0 = tracks.f0_hz[(tracks.f0_times_s >= start_s) & (tracks.f0_times_s <= end_s)]
    voiced = f0[f0 > 0]
    levels = tracks.levels_db[(tracks.level_times_s >= start_s) & (tracks.level_times_s <= end_s)]
    return Vowel(
        phone=phone.phone,
        start_ms=phone.start_ms,
        end_ms=phone.end_ms,
        f0_hz=round(float(np.median(voiced)), 1) if len(voiced) else None,
        level_db=round(float(levels.max()), 1) if len(levels) else None,
    )
