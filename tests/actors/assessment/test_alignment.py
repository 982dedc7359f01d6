"""Alignment on likelihoods made by hand, where the right answer can be read off."""

import numpy as np
import pytest
from numpy.typing import NDArray

from actors.assessment.alignment import GARBAGE, Segment, align, best_single_phone

SIL, A, B, C = range(4)
GOOD, BAD = -1.0, -20.0


def frames(*spans: tuple[int, int]) -> NDArray[np.float32]:
    """(phone, length) after each other: in each span that phone fits well in all its states, others badly."""
    rows = [
        np.where(np.arange(4)[:, None] == phone, GOOD, BAD) * np.ones((4, 3)) for phone, n in spans for _ in range(n)
    ]
    return np.array(rows, np.float32)


def aligned(likelihoods: NDArray[np.float32], *words: tuple[tuple[int, ...], ...]) -> tuple[Segment, ...] | None:
    """With garbage four nats below the best phone of each frame, at a cost of 10 to enter."""
    garbage = likelihoods.max(axis=(1, 2)) - 4.0
    return align(likelihoods, words, (SIL,), garbage=garbage, garbage_cost=[10.0] * len(words))


def test_phones_lie_where_they_fit_and_silence_is_passed_over() -> None:
    found = aligned(frames((SIL, 5), (A, 6), (B, 4), (SIL, 9), (C, 7), (SIL, 3)), ((A, B),), ((C,),))
    assert found == (
        Segment(word=0, phone=A, start=5, end=11),
        Segment(word=0, phone=B, start=11, end=15),
        Segment(word=1, phone=C, start=24, end=31),
    )


def test_words_may_follow_each_other_without_a_silence_and_fill_the_recording() -> None:
    found = aligned(frames((A, 4), (B, 5)), ((A,),), ((B,),))
    assert found == (Segment(word=0, phone=A, start=0, end=4), Segment(word=1, phone=B, start=4, end=9))


def test_of_two_pronunciations_the_one_that_was_said_is_taken() -> None:
    found = aligned(frames((A, 6), (C, 6)), ((A, B), (A, C)))
    assert found is not None
    assert [segment.phone for segment in found] == [A, C]


def test_a_word_that_was_not_said_is_garbage_and_its_neighbours_keep_their_places() -> None:
    found = aligned(frames((A, 8), (SIL, 8), (C, 8)), ((A,),), ((B, B, B),), ((C,),))
    assert found is not None
    assert [(segment.word, segment.phone) for segment in found] == [(0, A), (1, GARBAGE), (2, C)]
    assert found[0].end >= 7
    assert found[2].start <= 17


def test_something_else_said_in_a_words_place_is_garbage_too() -> None:
    found = aligned(frames((A, 8), (B, 30), (A, 8)), ((A,),), ((C,),), ((A,),))
    assert found is not None
    assert found[1] == Segment(word=1, phone=GARBAGE, start=8, end=38)


def test_too_few_frames_for_the_words_give_no_alignment() -> None:
    assert aligned(frames((A, 5)), ((A,),), ((B,),)) is None


def test_the_best_single_phone_passes_its_three_states_in_order() -> None:
    likelihoods = np.full((6, 2, 3), BAD, np.float32)
    likelihoods[[0, 1], 0, 0] = likelihoods[[2, 3], 0, 1] = likelihoods[[4, 5], 0, 2] = GOOD  # in order
    likelihoods[[0, 1], 1, 2] = likelihoods[[2, 3], 1, 1] = likelihoods[[4, 5], 1, 0] = GOOD  # backwards
    scores = best_single_phone(likelihoods, [(0, 6)])[0]
    assert scores[0] == pytest.approx(6 * GOOD)
    # backwards only the middle can be had: two good frames out of six
    assert scores[1] == pytest.approx(2 * GOOD + 4 * BAD)


def test_phones_of_one_state_may_be_as_short_as_a_frame() -> None:
    found = aligned(frames((A, 1), (B, 1), (SIL, 2), (C, 3))[:, :, :1], ((A, B),), ((C,),))
    assert found == (
        Segment(word=0, phone=A, start=0, end=1),
        Segment(word=0, phone=B, start=1, end=2),
        Segment(word=1, phone=C, start=4, end=7),
    )
