"""The word list that views and tutor share. Expected levels are those of the list itself, cefrpy 1.0.3."""

from projections.cefr import LONGEST, level_named


def test_a_greeting_and_other_everyday_words_that_the_list_lacks_have_a_level_too() -> None:
    assert [level_named(word) for word in ("hello", "o'clock", "website")] == ["A1", "A1", "A2"]


def test_words_have_their_level_and_unknown_ones_none() -> None:
    assert [level_named(word) for word in ("the", "tea", "kettle", "journey")] == ["A1", "A1", "B1", "A2"]
    assert [level_named(word) for word in ("", "don't", "xqzt", "x" * (LONGEST + 1), "naïve", "чай", "茶")] == [""] * 7
