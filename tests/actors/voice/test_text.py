from itertools import pairwise

import pytest

from actors.ports import EngineInputError
from actors.voice.text import FEWEST_WORDS, Clause, breaths, clauses, clean, spoken_form


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**Hello**, _you_! 😀", "Hello, you!"),
        ("# Title\n- one\n- two", "Title one two"),
        ("See [this page](https://example.org/a_b) now.", "See this page now."),
        ("It’s “fine” – really…", 'It\'s "fine" — really…'),
        ("Say `cat` <b>now</b>", "Say cat now"),
        ("café naïve", "café naïve"),
        ("你好 hello", "hello"),
        ("a\x00b\tc\n\nd", "a b c d"),
    ],
)
def test_clean_text_is_what_can_be_said(written, shown):
    assert clean(written) == shown


@pytest.mark.parametrize("text", ["", " ", "😀", "...", "**", "你好", "\x00"])
def test_text_that_says_nothing_is_refused(text):
    with pytest.raises(EngineInputError, match="letters or digits") as refused:
        clean(text)
    assert not refused.value.retryable


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("Yes, I do. Why? Well!", ",.?!"),
        ("Mr. Smith met Dr. Jones.", "."),
        ("It costs $3.50 at 3:30.", "."),
        ("I came at 5 p.m. today.", "."),
        ("We left at 5 p.m. Then it rained.", ".."),
        ("One — two; three: four… five", "—;:…"),
        ('"Stop!" he said.', "!."),
    ],
)
def test_clauses_end_at_pauses_and_nowhere_else(text, marks):
    found = clauses(text)
    assert "".join(clause.mark for clause in found) == marks
    assert " ".join(clause.text for clause in found) == text


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Dr. Jones and Mrs. Lee", "Doctor Jones and Missis Lee"),
        ("fruit, e.g. apples", "fruit, for example apples"),
        ("It costs $3.50.", "It costs 3 dollars and 50 cents."),
        ("£1", "1 pound"),
        ("€2.01", "2 euros and 1 cent"),
        ("$5 million", "5 million dollars"),
        ("in 1999", "in 19 99"),
        ("in 1905", "in 19 oh 5"),
        ("in 1900", "in 19 hundred"),
        ("in 2005", "in 2005"),
        ("in 2024", "in 20 24"),
        ("1950s music", "19 50s music"),
        ("at 3:05", "at 3 oh 5"),
        ("at 10:00", "at 10 o'clock"),
        ("at 3:30", "at 3 30"),
        ("the U.S. team", "the U S team"),
        ("10,000 people", "10,000 people"),
        ("no. It is not", "no. It is not"),
        ("see no. 5", "see number 5"),
    ],
)
def test_figures_and_abbreviations_are_read_out(written, said):
    assert spoken_form(written) == said


def test_a_short_sentence_is_one_breath():
    assert breaths("How are you today?") == (Clause("How are you today?", "?"),)


def test_a_breath_ends_at_punctuation_or_before_a_conjunction():
    found = breaths("I like your story, but what happened to the dog when it came home?")
    assert found == (
        Clause("I like your story,", ","),
        Clause("but what happened to the dog", ""),
        Clause("when it came home?", "?"),
    )


def test_no_breath_is_shorter_than_three_words():
    text = "Well, yes, and no, but I think so, because, as you know, it is late, and so on, right?"
    found = breaths(text)
    assert all(len(breath.text.split()) >= FEWEST_WORDS for breath in found)
    assert " ".join(breath.text for breath in found) == text


def test_a_long_breath_is_cut_even_without_punctuation():
    text = " ".join(f"word{index}" for index in range(200))
    found = breaths(text, longest=30)
    assert all(len(breath.text.split()) <= 30 for breath in found)
    assert " ".join(breath.text for breath in found) == text


def test_each_breath_leaves_time_to_make_the_next_one():
    text = "I saw him there, and then we went home, and she cooked a very good dinner for us all, and it was late."
    sizes = [len(breath.text.split()) for breath in breaths(text)]
    assert sizes[0] == 4
    assert all(later <= max(2 * earlier, 10) for earlier, later in pairwise(sizes))
