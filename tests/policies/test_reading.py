import pytest

from policies.reading import letters, read

TEXT = letters("She opened the door and looked around the bathroom")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("It's 3:05!", "its three zero five"), ("  Hello,\nWORLD… ", "hello world"), ("😀", ""), ("Café", "café")],
)
def test_only_what_sounds_is_kept(text: str, expected: str) -> None:
    assert letters(text) == expected


@pytest.mark.parametrize(
    ("heard", "unread_letters"),
    [("she opened the", 36), ("she opened the door", 31), (TEXT, 0), ("", 50)],
)
def test_what_is_unread_is_counted_in_letters(heard: str, unread_letters: int) -> None:
    assert len(TEXT) == 50
    assert read(heard, TEXT).unread == pytest.approx(unread_letters / 50)


def test_misheard_words_hardly_move_the_place() -> None:
    reading = read(letters("she open the dog and"), TEXT)
    assert abs(reading.unread - (50 - len("she opened the door and")) / 50) <= 0.08
    assert reading.mismatch < 0.3


def test_the_ending_tells_the_last_word_from_another() -> None:
    assert read(letters("she opened the door and looked around the bathroom"), TEXT).ending == 1.0
    assert read(letters("she opened the door and looked around the door"), TEXT).ending < 0.5


def test_something_else_altogether_is_a_mismatch() -> None:
    assert read(letters("my uncle's fish sing quietly"), TEXT).mismatch > 0.5


def test_a_reference_of_ten_thousand_words_is_no_burden() -> None:
    reference = letters("word " * 10_000)
    assert read(letters("word " * 200), reference).unread == pytest.approx(1 - 200 / 10_000, abs=0.001)


def test_no_reference_leaves_nothing_unread() -> None:
    assert read("anything", "").unread == 0.0
