"""What texts ask of the voice."""

import pytest

from policies.prosody.text import FALL, RISE, expected_movement, marks_after


@pytest.mark.parametrize(
    ("text", "movement"),
    [
        ("I like tea.", FALL),
        ("Sit down!", FALL),
        ("Do it now.", FALL),
        ("Where do you live?", FALL),
        ("What's your name?", FALL),
        ("Do you like tea?", RISE),
        ("Aren’t they coming?", RISE),
        ("“Is it late?”", RISE),
        ("Would you like tea or coffee?", FALL),  # a choice
        ("Hello! Are you ready?", RISE),
        ("Are you ready? I am.", FALL),
        ("Dr. Smith is here.", FALL),
        ("Do you know Mr. Smith?", RISE),
        ("Are you Dr. Who?", RISE),
        ("Where does J. Brown live?", FALL),
        ("No. Is it yours?", RISE),
        ("“Stop.” Do you hear?", RISE),
        ("You like tea?", ""),
        ("Really?", ""),
        ("WE CALL IT BEAR", FALL),  # as speechocean762 has its texts, without marks
        ("DO YOU LIKE FISH", RISE),
        ("DO IT NOW", FALL),
        ("IS IT YOURS", RISE),
        ("HOW OLD ARE YOU", FALL),
        ("", ""),
        ("?!", ""),
    ],
)
def test_a_text_ends_as_such_sentences_usually_do(text: str, movement: str) -> None:
    assert expected_movement(text) == movement


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("Well, I see.", (",", "", ".")),
        ("He said, “No!” and left", ("", ",", "!", "", "")),
        ("Dr. Smith met J. Brown", ("", "", "", "", "")),
        ("No. I don't.", (".", "", ".")),
        ("Room no. 5 is free", ("", "", "", "", "")),
        ("I came – and won", ("", "–", "", "")),
        ("He and I. Then you", ("", "", ".", "", "")),
        ("wait... what?!", (".", "?")),
        ("a well-known man", ("", "", "")),
        ("It costs 1,000 dollars", ("", "", "", "")),
    ],
)
def test_marks_are_told_after_the_words_that_they_follow(text: str, marks: tuple[str, ...]) -> None:
    words = [token for token in text.split() if any(character.isalnum() for character in token)]
    assert marks_after(text, words) == marks


def test_a_sign_that_is_a_word_of_its_own_is_counted_as_one() -> None:
    assert marks_after("Tom & Ann, yes", ["Tom", "&", "Ann,", "yes"]) == ("", "", ",", "")


def test_a_text_with_other_words_has_no_marks() -> None:
    assert marks_after("Well, no", ["well", "I", "know"]) == ("", "", "")
