"""Words of a text and how they are said."""

from pathlib import Path

import pytest

from actors.assessment.lexicon import Lexicon, arpabet, bundled_dictionary
from actors.ports import EngineError, EngineInputError


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon(bundled_dictionary())


def said(lexicon: Lexicon, text: str) -> list[str]:
    """First pronunciation of each word, phones joined by spaces."""
    return [" ".join(word.pronunciations[0]) for word in lexicon.words(text)]


def test_words_of_the_dictionary_have_all_their_pronunciations(lexicon: Lexicon) -> None:
    (word,) = lexicon.words("either")
    assert set(word.pronunciations) == {("IY", "DH", "ER"), ("AY", "DH", "ER")}


def test_punctuation_is_left_out_and_apostrophes_and_case_are_kept_as_written(lexicon: Lexicon) -> None:
    words = lexicon.words("“Don’t worry,” said Ann's – friend!")
    assert [word.text for word in words] == ["Don't", "worry", "said", "Ann's", "friend"]


def test_numbers_are_read_out(lexicon: Lexicon) -> None:
    assert said(lexicon, "21 3:30") == ["T W EH N T IY W AH N", "TH R IY TH ER T IY"]


def test_a_word_that_the_dictionary_lacks_is_said_as_its_spelling_suggests(lexicon: Lexicon) -> None:
    # a made-up word, read as any English speaker would read it
    assert said(lexicon, "blimfing") == ["B L IH M F IH NG"]


def test_parts_of_a_hyphenated_word_are_said_after_each_other(lexicon: Lexicon) -> None:
    assert said(lexicon, "dog-house") == ["D AO G HH AW S"]


def test_accents_do_not_matter(lexicon: Lexicon) -> None:
    assert said(lexicon, "café") == said(lexicon, "cafe")


@pytest.mark.parametrize(("ipa", "phones"), [
    (("h", "ə", "l", "ˈoʊ"), ("HH", "AH", "L", "OW")),
    (("b", "ˈɜː", "d"), ("B", "ER", "D")),
    (("tʃ", "ˈaɪ", "l", "d"), ("CH", "AY", "L", "D")),
    (("f", "ˈɪ", "ə"), ("F", "IH", "AH")),
    (("l", "ˈɪ", "ɾ", "əl"), ("L", "IH", "T", "AH", "L")),
    (("ʔ", "ˈʌ"), ("AH",)),
])  # fmt: skip
def test_ipa_becomes_arpabet(ipa: tuple[str, ...], phones: tuple[str, ...]) -> None:
    assert arpabet(ipa) == phones


@pytest.mark.parametrize("text", ["", "   ", "…!?", "😀 😀 😀", "你好", "привет мир", "hello 世界", "b" * 60])
def test_what_cannot_be_said_in_english_is_refused(lexicon: Lexicon, text: str) -> None:
    with pytest.raises(EngineInputError) as refused:
        lexicon.words(text)
    assert refused.value.code == "reference_unpronounceable"
    assert not refused.value.retryable


def test_an_emoji_among_words_is_passed_over(lexicon: Lexicon) -> None:
    assert [word.text for word in lexicon.words("I am happy 😀 today")] == ["I", "am", "happy", "today"]


@pytest.mark.parametrize("text", ["word " * 10_000, "a " * 201, "x" * 3_000])
def test_a_text_that_is_too_long_is_refused_with_its_limit(lexicon: Lexicon, text: str) -> None:
    with pytest.raises(EngineInputError, match="200 words") as refused:
        lexicon.words(text)
    assert refused.value.code == "reference_too_long"


def test_no_dictionary_is_an_engine_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="cannot be read"):
        Lexicon(tmp_path / "none.dict")
