"""Stressed syllables as the CMU dictionary has them."""

import pytest

from actors.pronunciation.lexical_stress import stressed_syllable


@pytest.mark.parametrize(
    ("word", "phones", "syllable"),
    [
        ("about", "AH0 B AW1 T", 1),
        ("elephant", "EH1 L AH0 F AH0 N T", 0),
        ("understand", "AH2 N D ER0 S T AE1 N D", 2),
        ("about", "AH B AW T", 1),
        ("elephant", "EH L AH F AH N T", 0),
        ("Understand", "AH N D ER S T AE N D", 2),
        ("banana", "B AH N AE N AH", 1),
        ("tea", "T IY1", None),  # one syllable
        ("every", "EH V ER IY", None),  # eSpeak NG says it in two
        ("uhhuh", "AH1 HH AH1", None),  # two stresses
    ],
)
def test_a_words_stress_is_that_of_its_digits_or_of_espeak(word: str, phones: str, syllable: int | None) -> None:
    assert stressed_syllable(word, phones.split()) == syllable
