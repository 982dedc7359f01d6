"""What is left of scores when words were not said."""

import numpy as np
import pytest

from actors.pronunciation.lowering import lowered

FIGURES = np.array([8.0, 6.0, 7.0, 9.0])


def test_of_a_text_that_was_read_whole_nothing_is_taken() -> None:
    assert lowered(FIGURES, 1.0, read=True).tolist() == FIGURES.tolist()


def test_a_few_words_cost_accuracy_and_total_a_little_and_flow_and_melody_nothing() -> None:
    assert lowered(FIGURES, 0.81, read=True) == pytest.approx([8 * 0.81**0.25, 6, 7, 9 * 0.81**0.25])


def test_of_a_text_that_was_hardly_begun_little_is_left() -> None:
    """Of three tenths of a third of the words."""
    root = (1 / 3) ** 0.25
    assert lowered(FIGURES, 0.1, read=True) == pytest.approx([8 * 0.3 * root, 6 * 0.3, 7 * 0.3, 9 * 0.3 * root])
    assert lowered(FIGURES, 0.0, read=True).tolist() == [0.0] * 4


def test_of_a_text_that_was_not_read_only_the_share_of_its_words_counts() -> None:
    assert lowered(FIGURES, 0.5, read=False).tolist() == [4.0, 3.0, 3.5, 4.5]
