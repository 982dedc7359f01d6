"""Voice where the text has none."""

import numpy as np
import pytest

from actors.pronunciation.features import Placed
from actors.pronunciation.phones import NUMBER, PHONES, SILENCE
from actors.pronunciation.surplus import SHORTEST_FRAMES, Surplus, surplus

AA = NUMBER["AA"]
PLACED = Placed(phones=np.array([AA, AA]), words=np.array([0, 1]), spans=np.array([(100, 110), (200, 210)]))
"""Two words of a phone, with 100 frames before, between and after them."""
FRAMES = 310


def voiced(*stretches: tuple[int, int]) -> np.ndarray:
    """Log posteriors: a vowel in these frames and in the words, silence elsewhere."""
    found = np.full((FRAMES, len(PHONES)), -9.0, np.float32)
    found[:, NUMBER[SILENCE]] = -0.01
    for start, end in (*stretches, (100, 110), (200, 210)):
        found[start:end, [NUMBER[SILENCE], AA]] = -9.0, -0.01
    return found


def test_between_words_is_silence() -> None:
    assert surplus(voiced(), PLACED) == ()


@pytest.mark.parametrize(("at", "word"), [(20, -1), (130, 0), (230, 1)])
def test_voice_outside_of_words_is_told_after_the_word_before_it(at: int, word: int) -> None:
    assert surplus(voiced((at, at + SHORTEST_FRAMES)), PLACED) == (Surplus(word, at, at + SHORTEST_FRAMES),)


def test_a_short_sound_is_no_surplus() -> None:
    assert surplus(voiced((130, 130 + SHORTEST_FRAMES - 1)), PLACED) == ()


def test_pieces_of_voice_in_one_place_count_together() -> None:
    assert surplus(voiced((120, 140), (160, 175)), PLACED) == (Surplus(0, 120, 175),)


def test_scattered_sounds_in_a_long_gap_do_not_count_together() -> None:
    assert surplus(voiced((0, 20), (60, 80)), PLACED) == ()


def test_a_pause_inside_a_word_is_not_outside_of_words() -> None:
    one = Placed(phones=np.array([AA, AA]), words=np.array([0, 0]), spans=np.array([(100, 110), (200, 210)]))
    assert surplus(voiced((120, 180)), one) == ()
