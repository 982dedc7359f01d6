"""What was heard beside what was to be said."""

import math

import pytest

from actors.pronunciation.recognition import miscues, recognised, spoken_forms, told_already
from events.values import Miscue, Word

TEXT = ("the", "cat", "sat")


def heard(*texts: str, confidence: float = 0.9) -> tuple[Word, ...]:
    """Words of 100 ms, one after the other."""
    return tuple(
        Word(text=f" {text}", start_ms=100 * place, end_ms=100 * place + 100, confidence=confidence)
        for place, text in enumerate(texts)
    )


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Don’t!", ("don't",)),
        ("'Tis", ("tis",)),
        ("well-known", ("well", "known")),
        ("0", ("zero",)),
        ("15", ("fifteen",)),
        ("20", ("twenty",)),
        ("42", ("forty", "two")),
        ("123", ("one", "two", "three")),
        ("07", ("zero", "seven")),
        ("…", ()),
    ],
)
def test_a_written_word_is_known_by_the_words_that_are_said(written: str, said: tuple[str, ...]) -> None:
    assert spoken_forms(written) == said


def test_a_word_is_as_alike_as_its_letters_are_to_those_heard_in_its_place() -> None:
    found = recognised(("the", "cat"), heard("The", "hat."))
    assert found.heard == (1.0, pytest.approx(2 * 2 / 6))  # "at" of two words of three letters each
    assert found.length == 1.0
    assert found.log_confidence == pytest.approx(math.log(0.9))


def test_a_number_in_figures_is_heard_when_its_words_are() -> None:
    assert recognised(("21", "cats"), heard("twenty-one", "cats")).heard == (1.0, 1.0)


def test_of_silence_nothing_is_alike_and_nothing_is_sure() -> None:
    found = recognised(TEXT, ())
    assert found.heard == (0.0, 0.0, 0.0)
    assert found.length == 0.0
    assert found.log_confidence == pytest.approx(math.log(1e-4))


def test_a_word_neither_said_nor_replaced_is_an_omission() -> None:
    assert miscues(TEXT, (True, False, True), heard("the", "sat")) == (Miscue(kind="omission", word=1),)


def test_a_word_heard_in_the_place_of_one_not_said_is_a_substitution_with_its_time() -> None:
    (found,) = miscues(TEXT, (True, False, True), heard("the", "dog", "sat"))
    assert found == Miscue(kind="substitution", word=1, heard="dog", start_ms=100, end_ms=200)


def test_a_word_that_was_said_is_no_miscue_whatever_was_heard() -> None:
    assert miscues(TEXT, (True, True, True), heard("the", "dog", "sat")) == ()


def test_a_word_put_in_is_told_after_the_word_before_it() -> None:
    (found,) = miscues(TEXT, (True, True, True), heard("the", "big", "cat", "sat"))
    assert found == Miscue(kind="insertion", word=0, heard="big", start_ms=100, end_ms=200)


def test_a_word_put_in_before_the_first_stands_at_minus_one() -> None:
    (found,) = miscues(TEXT, (True, True, True), heard("well", "the", "cat", "sat"))
    assert (found.kind, found.word) == ("insertion", -1)


def test_a_phrase_said_twice_is_a_repetition() -> None:
    (found,) = miscues(TEXT, (True, True, True), heard("the", "cat", "the", "cat", "sat"))
    assert (found.kind, found.heard) == ("repetition", "the cat")


def test_a_sentence_read_twice_and_misheard_twice_is_a_repetition() -> None:
    once = ("she", "turns", "round", "as", "the", "intern")
    text = ("she", "turned", "round", "as", "they", "entered")
    (found,) = miscues(text, (True,) * 6, heard(*once, *once))
    assert (found.kind, found.word, found.heard) == ("repetition", 5, "she turns round as the intern")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (("costs", "one", "million", "dollars"), ("costs", "1,000,000", "dollars")),
        (("a", "hundred", "thousand", "people"), ("100,000", "people")),
    ],
)
def test_a_long_number_in_figures_is_nothing_put_in(text: tuple[str, ...], words: tuple[str, ...]) -> None:
    assert miscues(text, (True,) * len(text), heard(*words)) == ()


def test_a_number_put_in_is_told_once() -> None:
    (found,) = miscues(("the", "cat"), (True, True), heard("the", "25", "cat"))
    assert (found.kind, found.heard) == ("insertion", "25")


def test_a_sentence_in_less_time_than_anybody_can_say_it_was_not_put_in() -> None:
    again = tuple(
        Word(text=text, start_ms=300 + 20 * place, end_ms=320 + 20 * place, confidence=0.9)
        for place, text in enumerate(TEXT)
    )
    assert miscues(TEXT, (True,) * 3, (*heard(*TEXT), *again)) == ()


def test_what_was_heard_stands_for_one_word_only_and_without_its_full_stop() -> None:
    found = miscues(("go", "the", "quick", "brown"), (True, False, False, False), heard("go", "caught."))
    assert [(one.kind, one.word, one.heard) for one in found] == [
        ("substitution", 1, "caught"),
        ("omission", 2, ""),
        ("omission", 3, ""),
    ]


def test_one_word_heard_as_three_is_nothing_put_in() -> None:
    assert miscues(("an", "accident"), (True, True), heard("an", "ax", "he", "dent")) == ()


def test_what_the_recogniser_is_not_sure_of_is_not_told_as_put_in() -> None:
    unsure = heard("the", "big", "cat", "sat", confidence=0.4)
    assert miscues(TEXT, (True, True, True), unsure) == ()


def test_of_a_text_nobody_said_every_word_is_told_once_in_order() -> None:
    found = miscues(TEXT, (False, False, False), ())
    assert [(one.kind, one.word) for one in found] == [("omission", 0), ("omission", 1), ("omission", 2)]


@pytest.mark.parametrize(
    ("told", "already"),
    [
        (Miscue(kind="repetition", word=-1, heard="once upon a time", start_ms=400, end_ms=1360), True),
        (Miscue(kind="substitution", word=3, heard="responsibility", start_ms=1000, end_ms=2400), True),
        (Miscue(kind="insertion", word=0, heard="um", start_ms=100, end_ms=300), False),
        (Miscue(kind="omission", word=3), False),
    ],
)
def test_what_was_said_besides_is_not_told_twice(told: Miscue, already: bool) -> None:
    besides = Miscue(kind="insertion", word=3, start_ms=1360, end_ms=2320)
    assert told_already(besides, [told]) is already
