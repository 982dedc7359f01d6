"""Which letters of a word stand for which phone."""

import pytest

from policies.feedback.spelling import letters_of


@pytest.mark.parametrize(
    ("word", "phones", "spelled"),
    [
        ("think", "TH IH NG K", "th i n k"),
        ("They", "DH EY", "th ey"),
        ("knight", "N AY T", "kn igh t"),
        ("comfortable", "K AH M F ER T AH B AH L", "c o m f or t a b - l"),
        ("make", "M EY K", "m a k"),
        ("sheep", "SH IY P", "sh ee p"),
        ("nation", "N EY SH AH N", "n a ti o n"),
        ("use", "Y UW Z", "- u s"),
        ("box", "B AA K S", "b o x -"),
        ("I'm", "AY M", "i m"),
        ("bird", "B ER D", "b ir d"),
        ("watched", "W AA CH T", "w a tch ed"),
        ("phone", "F OW N", "ph o n"),
        ("rice", "R AY S", "r i c"),
        ("question", "K W EH S CH AH N", "q u e s t io n"),
    ],
)
def test_each_phone_has_its_letters(word: str, phones: str, spelled: str) -> None:
    own = tuple(phones.split())
    assert [letters_of(word, own, index) or "-" for index in range(len(own))] == spelled.split()


def test_a_word_that_is_not_spelled_as_it_sounds_still_gives_letters_of_its_own() -> None:
    assert letters_of("zx", ("AY", "M", "OW"), 2) in ("", "x", "z", "zx")
    assert letters_of("3", ("TH", "R", "IY"), 0) == ""
