"""The mouth's course over a timeline and its outlines."""

import numpy as np
import pytest

from actors.face.mouth import PARAMETERS, REST, SHAPES, course, lips
from events.values import Viseme
from policies.visemes import VISEMES

LOWER = PARAMETERS.index("lower")


def area(shape: np.ndarray) -> float:
    x, y = shape[:, 0], shape[:, 1]
    return float(abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2)


def test_there_is_a_shape_for_every_viseme() -> None:
    assert set(SHAPES) == set(VISEMES)
    assert len(set(SHAPES.values())) == 15


def test_a_held_shape_is_reached_and_weight_opens_it_in_part() -> None:
    full, half = (
        course((Viseme(viseme="aa", start_ms=0, end_ms=400, weight=weight),), np.array([200.0]))[0]
        for weight in (1.0, 0.5)
    )
    assert np.allclose(full, SHAPES["aa"])
    assert np.allclose(half, (REST + np.array(SHAPES["aa"])) / 2)


def test_between_two_shapes_the_mouth_moves_without_delay() -> None:
    visemes = (Viseme(viseme="E", start_ms=0, end_ms=400), Viseme(viseme="aa", start_ms=400, end_ms=800))
    lower = course(visemes, np.array([300.0, 400.0, 500.0]))[:, LOWER]
    middle = (SHAPES["E"][LOWER] + SHAPES["aa"][LOWER]) / 2
    assert lower[0] == pytest.approx(SHAPES["E"][LOWER])
    assert lower[1] == pytest.approx(middle, abs=1.0)
    assert lower[2] == pytest.approx(SHAPES["aa"][LOWER])


@pytest.mark.parametrize("contact", ["PP", "FF"])
def test_a_contact_of_60_ms_is_whole_in_at_least_one_frame_wherever_frames_fall(contact: str) -> None:
    visemes = (
        Viseme(viseme="aa", start_ms=0, end_ms=400),
        Viseme(viseme=contact, start_ms=400, end_ms=460),
        Viseme(viseme="aa", start_ms=460, end_ms=900),
    )
    for phase in range(40):
        shapes = course(visemes, np.arange(phase, 900, 40.0))
        assert np.abs(shapes - np.array(SHAPES[contact])).max(axis=1).min() < 1e-6


def test_no_visemes_are_closed_lips() -> None:
    assert np.allclose(course((), np.array([20.0, 60.0])), REST)


def test_closed_lips_leave_no_opening_and_open_ones_do() -> None:
    openings = {
        name: area(lips(np.array(values), smile=5.0, upper_size=8.0, lower_size=11.0).opening)
        for name, values in SHAPES.items()
    }
    assert openings["sil"] == pytest.approx(0)
    assert openings["PP"] == pytest.approx(0)
    assert openings["aa"] == max(openings.values())
    assert min(value for name, value in openings.items() if name not in {"sil", "PP"}) > 100


def test_outlines_are_symmetric() -> None:
    for values in SHAPES.values():
        for shape in (lips(np.array(values), smile=3.0, upper_size=8.0, lower_size=11.0).upper,):
            assert shape[:, 0].min() == pytest.approx(-shape[:, 0].max())
