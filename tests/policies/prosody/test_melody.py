"""Range and ending of contours that are known."""

import math

import pytest

from events.values import PitchPoint, WordScore
from policies.prosody.melody import ending, range_semitones


def word(start_ms: int, end_ms: int) -> WordScore:
    return WordScore(text="so", start_ms=start_ms, end_ms=end_ms, score=0)


LAST = word(700, 1000)


def contour(*f0_hz: float, start_ms: int = 0) -> tuple[PitchPoint, ...]:
    """Frames of 10 ms."""
    return tuple(PitchPoint(time_ms=start_ms + 10 * index, f0_hz=f0) for index, f0 in enumerate(f0_hz))


def glide(low_hz: float, high_hz: float, points: int = 100, start_ms: int = 0) -> tuple[PitchPoint, ...]:
    """Equal steps of semitones."""
    return contour(
        *(low_hz * (high_hz / low_hz) ** (index / (points - 1)) for index in range(points)), start_ms=start_ms
    )


def test_an_octave_is_twelve_semitones_between_the_5th_and_95th_percentile() -> None:
    assert range_semitones(contour(*[200.0] * 50, *[400.0] * 50)) == pytest.approx(12.0)


def test_too_short_a_contour_has_no_range() -> None:
    assert range_semitones(glide(150, 300, points=19)) is None


def test_four_octave_errors_in_a_hundred_frames_do_not_widen_a_flat_voice() -> None:
    assert range_semitones(contour(*[200.0] * 48, *[400.0] * 4, *[200.0] * 48)) == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("first_hz", "last_hz", "movement"),
    [(200, 150, "fall"), (200, 300, "rise"), (200, 205, "level"), (200, 200, "level")],
)
def test_a_voice_that_moves_at_the_end_is_said_to(first_hz: float, last_hz: float, movement: str) -> None:
    flat = contour(*[200.0] * 65)
    found = ending((*flat, *glide(first_hz, last_hz, 35, start_ms=650)), LAST)
    assert found is not None
    assert found.movement == movement
    assert found.semitones == pytest.approx(12 * math.log2(last_hz / first_hz), abs=0.5)
    assert found.end_ms == 990


@pytest.mark.parametrize(("turn_semitones", "movement"), [(-1.8, "rise"), (1.8, "fall")])
def test_a_small_turn_before_it_does_not_hide_the_last_movement(turn_semitones: float, movement: str) -> None:
    turn_hz = 200 * 2 ** (turn_semitones / 12)
    last_hz = turn_hz * 2 ** (-2 * turn_semitones / 12)
    found = ending(
        (*glide(200, turn_hz, 50, start_ms=400), *glide(turn_hz, last_hz, 30, start_ms=900)), word(700, 1200)
    )
    assert found is not None
    assert found.movement == movement
    assert found.semitones == pytest.approx(-2 * turn_semitones, abs=0.3)


def test_a_voice_that_falls_and_rises_ends_in_a_rise_from_where_it_turned() -> None:
    found = ending((*glide(240, 160, 50, start_ms=400), *glide(160, 220, 30, start_ms=900)), word(700, 1200))
    assert found is not None
    assert found.movement == "rise"
    assert found.start_ms == pytest.approx(900, abs=30)
    assert found.semitones == pytest.approx(12 * math.log2(220 / 160), abs=0.7)


def test_a_wiggle_of_a_semitone_is_no_turn() -> None:
    found = ending((*glide(240, 160, 50, start_ms=400), *glide(160, 168, 30, start_ms=900)), word(700, 1200))
    assert found is not None
    assert found.movement == "fall"


def test_what_follows_the_last_word_is_not_its_ending() -> None:
    found = ending((*glide(200, 150, 60), *glide(150, 300, 40, start_ms=600)), word(300, 595))
    assert found is not None
    assert found.movement == "fall"


def test_an_octave_is_an_error_and_no_movement() -> None:
    assert ending((*contour(*[200.0] * 80), *contour(*[100.0] * 20, start_ms=800)), LAST) is None


def test_a_last_word_without_voice_has_no_ending() -> None:
    assert ending(glide(200, 150), word(1100, 1500)) is None
    assert ending(glide(200, 150, 40), word(370, 1000)) is None  # three frames
    assert ending((), LAST) is None
