"""Personal data is put out of texts; learners' ordinary sentences stay as they are."""

import json
from pathlib import Path

import pytest

from replay.quality.personal import scrub

CORPUS = Path(__file__).parents[4] / "shared/data/speechocean762-train/utterances.jsonl"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("My name is Ana Lopez and I like tea.", "My name is [NAME] and I like tea."),
        ("my name's lucy", "my name's [NAME]"),
        ("MY NAME IS TOM", "MY NAME IS [NAME]"),
        ("Dr. Smith met Mr Brown.", "Dr. [NAME] met Mr [NAME]."),
        ("Write to ana.lopez+en@mail.example.com today.", "Write to [EMAIL] today."),
        ("it is ana dot lopez at gmail dot com", "it is [EMAIL]"),
        ("Call 415-555-2671 or +44 20 7946 0958.", "Call [PHONE] or [PHONE]."),
        ("my number is 13812345678", "my number is [PHONE]"),
        ("it is one three eight, one two three four five", "it is [PHONE]"),
        ("Card 4111 1111 1111 1111, please.", "Card [CARD], please."),
        ("amex 378282246310005", "amex [CARD]"),
        ("DE89 3704 0044 0532 0130 00", "[IBAN]"),
        ("I live at 12 Baker Street.", "I live at [ADDRESS]"),
        ("350 5th Avenue, New York", "[ADDRESS], New York"),
        ("i live at 221b old kent road", "i live at 221b old kent road"),  # "old" might be any road's
        ("I live at 12 Baker ſtreet", "I live at [ADDRESS]"),  # an old s: `str.lower` leaves it as it is
        ("my SSN is 536-90-4399", "my SSN is [ID_NUMBER]"),
    ],
)
def test_what_tells_who_someone_is_is_replaced_by_its_kind(text: str, clean: str) -> None:
    assert scrub(text).text == clean


@pytest.mark.parametrize(
    "text",
    [
        "In 1998 and 2003 we had 1500000 people.",
        "I am 25 years old and it is 3 30 pm.",
        "I walked 2 miles down the road.",
        "There are 12 new streets.",
        "One two three four five six seven eight nine.",
        "nine eight seven six five four three two one zero",
        "Look at this dot.",
        "Call me later, my name is not easy.",
        "I am Chinese and I'm happy.",
        "Order 4111 1111 1111 1112 came.",  # no card: its check digit is wrong
        "It cost 1,250,000 dollars in 2,024 shops.",
        "The score was 21-19 21-15 22-20.",
    ],
)
def test_ordinary_sentences_with_numbers_and_names_of_things_stay(text: str) -> None:
    assert scrub(text).text == text


def test_known_names_are_taken_wherever_they_stand() -> None:
    assert scrub("Then Ana said: ana, wait! Banana.", names=("Ana",)).text == "Then [NAME] said: [NAME], wait! Banana."


def test_findings_name_kind_and_place_in_the_text_as_it_was() -> None:
    text = "Call 415-555-2671 or write to a@b.example"
    assert [(item.kind, text[item.start : item.end]) for item in scrub(text).found] == [
        ("phone", "415-555-2671"),
        ("email", "a@b.example"),
    ]


def test_a_scrubbed_text_stays_as_it_is() -> None:
    once = scrub("My name is Ana, 415-555-2671, 12 Baker Street, a@b.example").text
    assert scrub(once).text == once


def test_nothing_is_found_in_the_sentences_of_real_learners() -> None:
    if not CORPUS.exists():
        pytest.skip(f"no speechocean762 at {CORPUS}: its 2,500 sentences are the false positives' test")
    sentences = [json.loads(line)["text"] for line in CORPUS.read_text().splitlines()]
    assert len(sentences) == 2500
    shapes = [shape for text in sentences for shape in (text, text.lower(), text.capitalize())]
    assert [shape for shape in shapes if scrub(shape).found] == []
