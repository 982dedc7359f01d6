"""Breaks of a reading whose words and pauses are given."""

from events.values import Break, Pause, WordScore
from policies.prosody.phrasing import breaks


def word(text: str, start_ms: int, end_ms: int) -> WordScore:
    return WordScore(text=text, start_ms=start_ms, end_ms=end_ms, score=0)


def pause(start_ms: int, end_ms: int) -> Pause:
    return Pause(start_ms=start_ms, end_ms=end_ms)


WORDS = (word("the", 0, 200), word("old", 600, 900), word("man", 900, 1200), word("and", 1600, 1800))
NO_MARKS = ("",) * 4


def test_a_pause_between_two_words_of_a_clause_is_unexpected() -> None:
    found = breaks(WORDS, [pause(220, 580)], NO_MARKS)
    assert found == (Break(kind="unexpected", after_word=0, start_ms=220, end_ms=580, silence_ms=360),)


def test_a_pause_before_a_conjunction_is_not() -> None:
    assert breaks(WORDS, [pause(1220, 1580)], NO_MARKS) == ()


def test_a_pause_at_a_mark_is_not() -> None:
    assert breaks(WORDS, [pause(220, 580)], (",", "", "", "")) == ()


def test_a_pause_where_our_voice_breaks_too_is_not() -> None:
    assert breaks(WORDS, [pause(220, 580)], NO_MARKS, {0}) == ()


def test_a_pause_belongs_between_the_words_even_where_they_were_placed_over_it() -> None:
    stretched = (word("the", 0, 590), word("old", 590, 900))
    (found,) = breaks(stretched, [pause(350, 640)], ("", ""))
    assert (found.kind, found.after_word) == ("unexpected", 0)


def test_a_pause_inside_a_word_is_told_as_such_once() -> None:
    words = (word("the", 0, 200), word("yesterday", 200, 1200), word("old", 1200, 1500))
    found = breaks(words, [pause(500, 800)], ("", "", ""))
    assert found == (Break(kind="inside_word", after_word=1, start_ms=500, end_ms=800, silence_ms=300),)


def test_a_mark_without_silence_is_a_missing_break_with_the_silence_that_there_is() -> None:
    words = (word("Well", 0, 300), word("no", 340, 600))
    assert breaks(words, [], (".", "")) == (
        Break(kind="missing", after_word=0, start_ms=300, end_ms=340, silence_ms=40),
    )


def test_a_short_silence_keeps_a_mark() -> None:
    assert breaks((word("Well", 0, 300), word("no", 400, 600)), [], (".", "")) == ()


def test_a_comma_is_missed_only_where_our_voice_breaks_too() -> None:
    words = (word("Well", 0, 300), word("no", 340, 600))
    assert breaks(words, [], (",", "")) == ()
    assert [one.kind for one in breaks(words, [], (",", ""), {0})] == ["missing"]
    assert breaks(words, [], ("", ""), {0}) == ()


def test_where_words_were_left_out_nothing_is_missing_and_a_mark_between_them_allows_the_pause() -> None:
    words = (word("Well", 0, 300), word("no", 0, 0), word("sir", 800, 1200))
    assert breaks(words, [], (".", "", "")) == ()
    assert breaks(words, [pause(310, 790)], ("", ",", "")) == ()


def test_pauses_before_the_first_word_and_after_the_last_are_none_of_the_text() -> None:
    assert breaks((word("no", 1000, 1300),), [pause(300, 900), pause(1400, 1900)], ("",)) == ()


def test_of_a_text_that_was_not_said_there_are_no_breaks() -> None:
    assert breaks((word("no", 0, 0),), [pause(300, 900)], ("",)) == ()
