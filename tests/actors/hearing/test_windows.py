from itertools import pairwise

import numpy as np

from actors.hearing.windows import cuts, trimmed

WINDOW = 512


def test_a_recording_that_is_short_enough_is_one_piece() -> None:
    assert cuts(np.ones(10, np.float32), 10 * WINDOW, 28.0) == ((0, 10 * WINDOW),)


def test_a_cut_lies_in_the_middle_of_the_pause() -> None:
    # 40 s of speech with one pause of half a second, at 20.0 s (window 625) to 20.5 s.
    probabilities = np.ones(1250, np.float32)
    probabilities[625:641] = 0.0
    (first, cut), (then, end) = cuts(probabilities, 1250 * WINDOW, 28.0)
    assert (first, then, end) == (0, cut, 1250 * WINDOW)
    assert 625 * WINDOW <= cut <= 641 * WINDOW


def test_speech_without_a_pause_is_cut_all_the_same_and_nothing_is_lost() -> None:
    spans = cuts(np.ones(1875, np.float32), 1875 * WINDOW, 28.0)
    assert spans[0][0] == 0
    assert spans[-1][1] == 1875 * WINDOW
    assert all(end == start for (_, end), (start, _) in pairwise(spans))
    assert all(0 < end - start <= 28 * 16_000 for start, end in spans)


def test_a_word_loses_the_silence_at_its_edges_but_for_one_window() -> None:
    # Speech in windows 10..19 (320 to 640 ms); a word from 0 to 1 s keeps 288 to 672 ms.
    probabilities = np.zeros(40, np.float32)
    probabilities[10:20] = 0.9
    start_s, end_s = trimmed(0.0, 1.0, probabilities)
    assert round(start_s, 3) == 0.288
    assert round(end_s, 3) == 0.672


def test_a_word_in_which_no_speech_was_found_keeps_its_times() -> None:
    assert trimmed(0.2, 0.6, np.zeros(40, np.float32)) == (0.2, 0.6)
