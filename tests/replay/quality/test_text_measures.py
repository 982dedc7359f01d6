"""Measures of texts, against counts by hand and against sentences of known language."""

import pytest

from replay.quality.language import LanguageIdentifier
from replay.quality.vocabulary import moving_average_ttr, mtld
from replay.quality.wording import filler_ratio, truncated
from replay.quality.words import words_of


def test_words_are_counted_without_case_and_punctuation() -> None:
    assert words_of("I don’t know — it's 3 o'clock, Ｏｋ?") == ("i", "don't", "know", "it's", "3", "o'clock", "ok")


def test_an_apostrophe_belongs_to_a_word_only_inside_it() -> None:
    assert words_of("'Tis the dogs' \"rock 'n' roll\", isn't_it? don''t") == (
        "tis", "the", "dogs", "rock", "n", "roll", "isn't", "it", "don", "t",
    )  # fmt: skip
    assert words_of("dogs' isn't_it") == ("dogs", "isn't", "it")


def test_the_moving_ratio_is_the_mean_over_all_windows() -> None:
    # a b a | b a a | a a c: 2/3, 2/3, and so on by hand: aba 2, baa 2, aac 2.
    assert moving_average_ttr("a b a a c".split(), window=3) == pytest.approx((2 + 2 + 2) / 9)
    assert moving_average_ttr("a b c a a a".split(), window=3) == pytest.approx((3 + 3 + 2 + 1) / 12)


def test_a_text_shorter_than_the_window_has_its_own_ratio() -> None:
    assert moving_average_ttr("yes yes yes no".split()) == pytest.approx(2 / 4)
    assert moving_average_ttr(()) is None


def test_mtld_of_two_words_in_turn_is_one_factor_for_each_three() -> None:
    """a, ab, aba: 2/3 is at most .72, so each third word closes a factor; 60 words are 20 factors, both ways."""
    assert mtld("a b".split() * 30) == pytest.approx(60 / 20)


def test_mtld_counts_what_is_left_by_how_far_it_fell() -> None:
    """After 20 factors of three, two different words are left at a ratio of 1: no part of a factor."""
    assert mtld([*("a b".split() * 30), "c", "d"]) == pytest.approx((62 / 20 + 62 / (20 + 0)) / 2, abs=0.11)


def test_mtld_of_sixty_different_words_is_sixty() -> None:
    assert mtld([f"w{number}" for number in range(60)]) == 60


def test_a_short_text_has_no_mtld() -> None:
    assert mtld(["word"] * 49) is None


def test_filled_pauses_are_counted_among_the_words() -> None:
    assert filler_ratio(words_of("Um, I, uh, like it.")) == pytest.approx(2 / 5)
    assert filler_ratio(()) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("I like it.", 0), ('"Do you?"', 0), ("我喜欢。", 0), ("I like the", 1), ("well, ", 1), ("", None), (" ", None)],
)
def test_a_text_without_a_closing_mark_is_truncated(text: str, expected: float | None) -> None:
    assert truncated(text) == expected


@pytest.fixture(scope="module")
def identifier() -> LanguageIdentifier:
    return LanguageIdentifier()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "yesterday I went to the market with my mother"),
        ("es", "ayer fui al mercado con mi madre"),
        ("de", "gestern bin ich ins Kino gegangen"),
        ("fr", "hier je suis allé au marché"),
        ("it", "ieri sono andato al mare"),
        ("pt", "não entendo a pergunta"),
        ("zh", "昨天我去了市场"),
        ("hi", "मुझे समझ नहीं आया"),
    ],
)
def test_a_sentence_is_probably_in_its_language(identifier: LanguageIdentifier, language: str, text: str) -> None:
    probability = identifier.probability(text, language)
    assert probability is not None
    assert probability > 0.5
    assert identifier.probability(text, f"{language.upper()}-XX") == probability


def test_a_language_of_its_own_is_not_english(identifier: LanguageIdentifier) -> None:
    assert (identifier.probability("ich verstehe das nicht", "en") or 0) < 0.1
    assert identifier.probability("ich verstehe das nicht", "tlh") == 0.0


def test_digits_have_no_language(identifier: LanguageIdentifier) -> None:
    assert identifier.probability("12 : 30", "en") is None
