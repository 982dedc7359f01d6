"""Blinks, breathing, gaze and head motion as series. Blink rates: Bentivoglio et al. 1997."""

import itertools

import numpy as np
import pytest

from actors.face.motion import BREATH_PERIOD_MS, blink_times, idle_motion, turn_motion

MINUTE = np.arange(1500) * 40.0 + 20


@pytest.mark.parametrize("seed", range(12))
def test_the_eyes_close_8_to_30_times_a_minute_at_irregular_times(seed: int) -> None:
    lids = turn_motion(MINUTE, np.zeros(1500), seed).lids
    closed = lids > 0.9
    blinks = np.flatnonzero(closed & ~np.roll(closed, 1))
    assert 8 <= len(blinks) <= 30
    assert np.std(np.diff(blinks)) > 8


def test_a_blink_is_over_within_a_third_of_a_second() -> None:
    lids = turn_motion(MINUTE, np.zeros(1500), 3).lids
    runs = [len(list(run)) for shut, run in itertools.groupby(lids > 0.1) if shut]
    assert max(runs) <= 8 * 2  # two in a row at most


def test_blink_times_do_not_depend_on_how_far_one_looks() -> None:
    assert list(blink_times(4, 60_000))[:5] == list(blink_times(4, 20_000))[:5]


def test_a_turn_cut_in_two_moves_as_the_whole() -> None:
    whole = turn_motion(MINUTE, np.zeros(1500), 9)
    tail = turn_motion(MINUTE[700:], np.zeros(800), 9)
    for name in ("x", "y", "tilt", "turn", "nod", "breath", "lids", "gaze_x", "gaze_y"):
        assert np.allclose(getattr(whole, name)[700:], getattr(tail, name)), name


def test_the_chest_rises_and_falls_once_a_period() -> None:
    breath = turn_motion(MINUTE, np.zeros(1500), 1).breath
    tops = np.flatnonzero((breath[1:-1] > breath[:-2]) & (breath[1:-1] >= breath[2:]))
    assert len(tops) == round(60_000 / BREATH_PERIOD_MS)
    assert breath.min() < 0.02
    assert breath.max() > 0.98


def test_speech_moves_the_head_and_ends_where_it_began() -> None:
    openness = np.zeros(100)
    openness[40:52] = 1.0
    speaking, silent = turn_motion(MINUTE[:100], openness, 2), turn_motion(MINUTE[:100], np.zeros(100), 2)
    moved = np.abs(speaking.y - silent.y)
    assert moved[40:52].max() > 0.5
    assert moved[[0, -1]].max() < 1e-9


def test_the_idle_motion_ends_as_it_begins() -> None:
    times = np.arange(201) * 40.0
    motion = idle_motion(times, 8000.0, 11)
    for name in ("x", "y", "tilt", "turn", "nod", "breath", "lids", "gaze_x", "gaze_y"):
        series = getattr(motion, name)
        assert abs(series[0] - series[-1]) < 1e-6, name
