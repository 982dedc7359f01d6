"""Our voice's pitch laid into a learner's words."""

from itertools import pairwise

import pytest

from actors.pronunciation.explanation import moved, warped
from actors.pronunciation.judgement import JudgedPhone, JudgedWord
from events.values import PitchPoint


def contour(*points: tuple[int, float]) -> tuple[PitchPoint, ...]:
    return tuple(PitchPoint(time_ms=time_ms, f0_hz=f0_hz) for time_ms, f0_hz in points)


def word(*edges: int, said: bool = True) -> JudgedWord:
    """A word whose phones lie between these times (ms)."""
    phones = tuple(JudgedPhone(phone="AA", start_ms=start, end_ms=end) for start, end in pairwise(edges))
    return JudgedWord(text="la", phones=phones, said=said, start_ms=edges[0], end_ms=edges[-1])


SPOKEN = (((100, 200),), ((200, 300),), ((300, 400),))


def test_a_point_lies_in_the_learners_word_where_it_lay_in_ours() -> None:
    words = (word(1000, 1400), word(1500, 1600), word(1600, 1800))
    ours = contour((100, 200.0), (125, 210.0), (250, 220.0), (400, 230.0))
    # a quarter into the first word, half into the second, the end of the third
    assert warped(ours, SPOKEN, words) == contour((1000, 200.0), (1100, 210.0), (1550, 220.0), (1800, 230.0))


def test_what_lies_before_and_after_all_words_is_left_out() -> None:
    words = (word(0, 100), word(100, 200), word(200, 300))
    assert warped(contour((50, 200.0), (401, 200.0)), SPOKEN, words) == ()


def test_a_word_that_was_not_said_takes_its_pitch_with_it() -> None:
    words = (word(0, 100), word(0, 0, said=False), word(150, 250))
    assert warped(contour((150, 1.0), (250, 2.0), (350, 3.0)), SPOKEN, words) == contour((50, 1.0), (200, 3.0))


def test_within_a_word_a_point_lies_in_the_phone_where_it_lay_in_ours() -> None:
    # the first phone is twice as long as ours, the second as long
    ours = contour((100, 200.0), (150, 210.0), (200, 220.0), (250, 230.0))
    laid = warped(ours, (((100, 200), (200, 250)),), (word(1000, 1200, 1250),))
    assert laid == contour((1000, 200.0), (1100, 210.0), (1200, 220.0), (1250, 230.0))


def test_a_word_said_with_other_phones_than_ours_is_laid_as_a_whole() -> None:
    ours = contour((100, 200.0), (150, 210.0), (200, 220.0))
    laid = warped(ours, (((100, 110), (110, 200)),), (word(1000, 1200),))
    assert laid == contour((1000, 200.0), (1100, 210.0), (1200, 220.0))


@pytest.mark.parametrize("spoken", [(), (((0, 100),),)])
def test_without_times_of_every_word_there_is_nothing_to_lay(spoken: tuple[tuple[tuple[int, int], ...], ...]) -> None:
    assert warped(contour((50, 200.0)), spoken, (word(0, 100), word(100, 200))) == ()


def test_where_nothing_was_said_there_is_nothing_to_lay() -> None:
    assert warped(contour((150, 200.0)), SPOKEN, (word(0, 0, said=False),) * 3) == ()


def test_an_octave_lower_is_twelve_semitones_up() -> None:
    points, semitones = moved(contour((0, 90.0), (1, 100.0), (2, 150.0)), contour((0, 180.0), (5, 200.0), (9, 210.0)))
    assert semitones == pytest.approx(12.0)
    assert [point.f0_hz for point in points] == pytest.approx([180.0, 200.0, 300.0])


def test_beside_a_voice_without_pitch_ours_is_left_where_it_is() -> None:
    assert moved(contour((0, 90.0)), ()) == (contour((0, 90.0)), 0.0)
