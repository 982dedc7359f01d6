"""Phones of a voice and of a text, each beside the other."""

import pytest

from policies.prosody.phone_matching import matched


@pytest.mark.parametrize(
    ("said", "wanted", "places"),
    [
        ("R EH D", "R EH D", (0, 1, 2)),
        ("S EY R EH D N AW", "R EH D", (2, 3, 4)),  # more before and after
        ("K AA", "K AA R", (0, 1, None)),  # no R at the end
        ("B AE TH", "B AA TH", (0, 1, 2)),  # another vowel
        ("S IH AH T", "S IH T", (0, 1, 3)),  # one more
        ("T IY AND T IY", "T IY", (3, 4)),  # said twice: the last
        ("S T AA P", "IH S T AA P", (None, 0, 1, 2, 3)),
        ("", "T IY", (None, None)),
        ("T IY", "", ()),
    ],
)
def test_each_phone_of_a_text_has_its_place_in_what_was_said(
    said: str, wanted: str, places: tuple[int | None, ...]
) -> None:
    assert matched(said.split(), wanted.split()) == places


def test_a_vowel_never_stands_for_a_consonant() -> None:
    assert matched(("AA",), ("T",)) == (None,)


def test_words_that_are_left_out_of_a_text_cost_nothing_where_they_are() -> None:
    said, wanted = "R EH D HH AA T B L UW T IY".split(), "R EH D T IY".split()
    assert matched(said, wanted, left_out=(3,)) == (0, 1, 2, 9, 10)
