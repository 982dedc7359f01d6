"""Figures of phones laid by hand into posteriors that know nothing: each of 40 phones has 1/40."""

import math

import numpy as np
import pytest
from msgspec import structs

from actors.pronunciation.features import Placed, Recognised, phone_features, utterance_features, word_features
from actors.pronunciation.inputs import scoring_inputs
from actors.pronunciation.listening import WordProbability
from actors.pronunciation.phones import NUMBER, PHONES

UNKNOWING = np.full((14, len(PHONES)), -math.log(40), np.float32)
PLACED = Placed(
    phones=np.array([NUMBER["K"], NUMBER["AE"], NUMBER["T"], NUMBER["AY"]]),
    words=np.array([0, 0, 0, 1]),
    spans=np.array([[2, 4], [4, 7], [7, 9], [12, 13]]),
)
HEARD = Recognised(heard=(1.0, 0.5), log_confidence=-0.25, length=1.5)


def test_pauses_lie_between_the_end_of_a_phone_and_the_start_of_the_next() -> None:
    assert PLACED.pauses.tolist() == [0, 0, 3]
    assert PLACED.word_count == 2


def test_posteriors_that_know_nothing_give_no_margin() -> None:
    figures = phone_features(UNKNOWING, PLACED)
    assert figures.shape == (4, 15 + 40)
    assert figures[:, :3] == pytest.approx(-math.log(40))  # mean, best and worst frame
    assert figures[:, 3:6] == pytest.approx(0.0)  # over the best other phone
    assert figures[:, 7:9] == pytest.approx(1 / 40)  # posteriors of the phone and of silence
    assert figures[:, 9:49] == pytest.approx(-math.log(40))


def test_a_certain_phone_has_a_margin_over_all_others() -> None:
    certain = UNKNOWING.copy()
    certain[12, NUMBER["AY"]] = 0.0
    assert phone_features(certain, PLACED)[3, 3:6] == pytest.approx(math.log(40))


def test_lengths_are_told_by_themselves_and_beside_the_median_with_the_pauses_around() -> None:
    timing = phone_features(UNKNOWING, PLACED)[:, -6:]
    assert timing[:, 0] == pytest.approx(np.log([2, 3, 2, 1]))
    assert timing[:, 1] == pytest.approx(np.log([1, 1.5, 1, 0.5]))  # the median is 2
    assert timing[:, 2].tolist() == [0, 0, 0, 1]  # 3 frames before the last phone are a pause, 2 before the first none
    assert timing[:, 3] == pytest.approx([0.2, 0, 0, 0.3])
    assert timing[:, 4].tolist() == [0, 0, 1, 0]
    assert timing[:, 5] == pytest.approx([0, 0, 0.3, 0.1])


def test_a_word_is_told_by_its_tokens_and_what_was_heard() -> None:
    likely = WordProbability(total=-2.0, worst=-1.5, alone=-6.0, tokens=2)
    figures = word_features([likely], HEARD, 2)
    assert figures[0] == pytest.approx([math.log(3), math.log(2), math.log(2.5), 4.0, 2, 1.0])
    assert figures[1] == pytest.approx([0, 0, 0, 0, 0, 0.5])


def test_an_utterance_is_told_by_its_rates_pauses_and_what_was_understood() -> None:
    figures = utterance_features(UNKNOWING, PLACED, (), HEARD)
    assert figures.shape == (20,)
    assert figures[0] == pytest.approx(4 / 11 * 50)  # phones a second from the first frame to the last
    assert figures[1] == pytest.approx(4 / 8 * 50)  # without the pause
    assert figures[2] == pytest.approx(3 / 11)
    assert figures[3] == 0  # no pause longer than 10 frames
    assert figures[4] == pytest.approx(math.log(4))
    assert figures[10:13] == pytest.approx([0.3, 2 / 50, 1 / 50])  # longest pause, silence before and after
    assert figures[16:20] == pytest.approx([-0.25, 0.75, 0.5, 1.5])


def test_the_network_sees_frames_from_the_first_phone_to_the_last() -> None:
    frames = np.arange(14 * 4, dtype=np.float32).reshape(14, 4)
    inputs = scoring_inputs(frames, UNKNOWING, PLACED, (), HEARD)
    assert inputs.frames.shape == (11, 4)
    assert inputs.frames.mean(axis=1) == pytest.approx(0.0, abs=1e-5)
    assert inputs.spans.tolist() == [[0, 2], [2, 5], [5, 7], [10, 11]]
    assert inputs.sound[0].tolist() == [10, 11, 12, 13]  # the mean of the rows that begin with 8 and 12


def test_what_sounds_around_the_phones_is_the_mean_of_all_frames_outside_them() -> None:
    frames = np.zeros((14, 4), np.float32)
    frames[[0, 1, 13]] = [[3.0], [6.0], [9.0]]  # the phones lie in 2 to 12
    assert scoring_inputs(frames, UNKNOWING, PLACED, (), HEARD).around_sound.tolist() == [6, 6, 6, 6]


def test_where_phones_fill_the_recording_its_edges_stand_for_what_is_around() -> None:
    frames = np.arange(11 * 4, dtype=np.float32).reshape(11, 4)
    filling = structs.replace(PLACED, spans=PLACED.spans - 2)
    assert scoring_inputs(frames, UNKNOWING[:11], filling, (), HEARD).around_sound.tolist() == [20, 21, 22, 23]


def test_places_in_a_word_are_first_inside_and_last_and_one_alone_is_first() -> None:
    inputs = scoring_inputs(np.ones((14, 4), np.float32), UNKNOWING, PLACED, (), HEARD)
    assert inputs.place_in_word.tolist() == [1, 2, 3, 1]
    assert inputs.word_length.tolist() == [3, 3, 3, 1]
