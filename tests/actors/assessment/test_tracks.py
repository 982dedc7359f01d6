"""Clear voice in tracks that are given."""

import numpy as np
import pytest

from actors.assessment.praat import PraatProsodyAnalyser
from actors.assessment.tracks import Tracks, clear_contour

FRAMES = 100
TIMES_S = np.arange(FRAMES) / 100


def tracks(f0_hz: list[float], levels_db: list[float]) -> Tracks:
    return Tracks(
        f0_times_s=TIMES_S,
        f0_hz=np.array(f0_hz, float),
        level_times_s=TIMES_S,
        levels_db=np.array(levels_db, float),
    )


def spans(found: Tracks) -> list[int]:
    return [point.time_ms for point in clear_contour(found)]


def test_voice_that_dies_away_is_not_clear() -> None:
    assert spans(tracks([200.0] * 100, [70.0] * 60 + [49.0] * 40)) == list(range(0, 600, 10))


def test_a_jump_parts_the_voice_and_what_is_short_is_left_out() -> None:
    # five frames an octave higher are an error of the tracker
    assert spans(tracks([200.0] * 60 + [400.0] * 5 + [200.0] * 35, [70.0] * 100)) == [
        *range(0, 600, 10),
        *range(650, 1000, 10),
    ]


def test_unvoiced_frames_are_no_voice() -> None:
    assert spans(tracks([0.0] * 50 + [200.0] * 50, [70.0] * 100)) == list(range(500, 1000, 10))
    assert spans(tracks([0.0] * 100, [70.0] * 100)) == []


@pytest.mark.parametrize("seconds", [0.0, 0.1, 1.0])
def test_silence_has_no_tracks(seconds: float) -> None:
    assert PraatProsodyAnalyser().tracks(np.zeros(round(seconds * 16_000), np.float32)) is None
