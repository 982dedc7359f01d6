"""Our voice's pitch in a learner's register."""

import pytest

from actors.pronunciation.explanation import moved
from events.values import PitchPoint


def contour(*points: tuple[int, float]) -> tuple[PitchPoint, ...]:
    return tuple(PitchPoint(time_ms=time_ms, f0_hz=f0_hz) for time_ms, f0_hz in points)


def test_an_octave_lower_is_twelve_semitones_up() -> None:
    points, semitones = moved(contour((0, 90.0), (1, 100.0), (2, 150.0)), contour((0, 180.0), (5, 200.0), (9, 210.0)))
    assert semitones == pytest.approx(12.0)
    assert [point.f0_hz for point in points] == pytest.approx([180.0, 200.0, 300.0])


def test_beside_a_voice_without_pitch_ours_is_left_where_it_is() -> None:
    assert moved(contour((0, 90.0)), ()) == (contour((0, 90.0)), 0.0)
