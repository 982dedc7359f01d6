"""A voice's pitch laid into a learner's words."""

from itertools import pairwise

import pytest

from events.values import PhoneScore, PitchPoint, WordScore
from policies.prosody.laying import SaidPhone, Span, beside, warped

SPOKEN = (((100, 200),), ((200, 300),), ((300, 400),))
UNSAID: tuple[Span, ...] = ()


def contour(*points: tuple[int, float]) -> tuple[PitchPoint, ...]:
    return tuple(PitchPoint(time_ms=time_ms, f0_hz=f0_hz) for time_ms, f0_hz in points)


def word(*edges: int) -> tuple[Span, ...]:
    """A word whose phones lie between these times (ms)."""
    return tuple(pairwise(edges))


def test_a_point_lies_in_the_learners_word_where_it_lay_in_ours() -> None:
    words = (word(1000, 1400), word(1500, 1600), word(1600, 1800))
    ours = contour((100, 200.0), (125, 210.0), (250, 220.0), (400, 230.0))
    # a quarter into the first word, half into the second, the end of the third
    assert warped(ours, SPOKEN, words) == contour((1000, 200.0), (1100, 210.0), (1550, 220.0), (1800, 230.0))


def test_what_lies_before_and_after_all_words_is_left_out() -> None:
    words = (word(0, 100), word(100, 200), word(200, 300))
    assert warped(contour((50, 200.0), (401, 200.0)), SPOKEN, words) == ()


def test_a_word_that_was_not_said_takes_its_pitch_with_it() -> None:
    words = (word(0, 100), UNSAID, word(150, 250))
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


def test_a_word_whose_place_in_ours_is_not_known_is_laid_between_those_beside_it() -> None:
    words = (word(0, 100), word(100, 200), word(300, 400))
    assert warped(contour((250, 1.0)), (SPOKEN[0], (), SPOKEN[2]), words) == contour((200, 1.0))


@pytest.mark.parametrize("spoken", [(), (((0, 100),),)])
def test_without_times_of_every_word_there_is_nothing_to_lay(spoken: tuple[tuple[Span, ...], ...]) -> None:
    assert warped(contour((50, 200.0)), spoken, (word(0, 100), word(100, 200))) == ()


def test_where_nothing_was_said_there_is_nothing_to_lay() -> None:
    assert warped(contour((150, 200.0)), SPOKEN, (UNSAID,) * 3) == ()


def scored(text: str, phones: str, start_ms: int, *, spoken: bool = True) -> WordScore:
    """A word whose phones last 200 ms each; one that was not said has none, as the scorers have it."""
    if not spoken:
        return WordScore(text=text, start_ms=0, end_ms=0, score=0.0, spoken=False)
    names = phones.split()
    each = tuple(
        PhoneScore(phone=name, start_ms=start_ms + 200 * k, end_ms=start_ms + 200 * k + 200, score=80.0)
        for k, name in enumerate(names)
    )
    return WordScore(text=text, start_ms=start_ms, end_ms=each[-1].end_ms, score=80.0, phones=each)


def voiced(phones: str) -> list[SaidPhone]:
    """A voice whose phones last 100 ms each."""
    return [SaidPhone(name, 100 * k, 100 * k + 100) for k, name in enumerate(phones.split())]


MIDDLES = contour(*((100 * k + 50, 100.0 + k) for k in range(12)))
"""A point in the middle of each phone of such a voice."""


def test_the_text_is_found_behind_what_introduces_it() -> None:
    words = (scored("red", "R EH D", 1000), scored("tea", "T IY", 1800))
    # "Say: red tea", whose R is the fourth phone
    assert beside(MIDDLES, voiced("S EY R EH D T IY"), words) == contour(
        (1100, 102.0), (1300, 103.0), (1500, 104.0), (1900, 105.0), (2100, 106.0)
    )


def test_a_word_that_the_learner_left_out_is_left_out_of_the_melody_too() -> None:
    words = (scored("red", "R EH D", 0), scored("hot", "", 0, spoken=False), scored("tea", "T IY", 600))
    laid = beside(MIDDLES, voiced("R EH D HH AA T T IY"), words)
    assert [point.f0_hz for point in laid] == [100.0, 101.0, 102.0, 106.0, 107.0]
    assert [point.time_ms for point in laid] == [100, 300, 500, 700, 900]


def test_an_accent_without_an_r_is_laid_by_the_whole_word() -> None:
    words = (scored("the", "DH AH", 0), scored("car", "K AA R", 400), scored("is", "IH Z", 1000))
    laid = beside(MIDDLES, voiced("DH AH K AA IH Z"), words)
    # two phones of 100 ms where the learner has three of 200: a quarter and three quarters into the word
    assert [point.time_ms for point in laid] == [100, 300, 550, 850, 1100, 1300]


def test_beside_another_sentence_there_is_nothing() -> None:
    assert beside(MIDDLES, voiced("HH AW AA R Y UW"), (scored("tea", "T IY", 0), scored("pot", "P AA T", 400))) == ()


def test_nobody_has_said_a_text_of_no_words() -> None:
    assert beside(MIDDLES, voiced("R EH D"), ()) == ()
    assert beside(MIDDLES, (), (scored("tea", "T IY", 0),)) == ()
