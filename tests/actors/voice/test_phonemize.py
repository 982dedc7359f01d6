import pytest

from actors.ports import EngineInputError
from actors.voice.phonemize import EspeakError, Pronunciation, espeak, pronounce, without_stress


def test_words_are_parted_into_phonemes_with_stress():
    (clause,) = pronounce("Hello world.")
    # Wiktionary: /həˈloʊ/, /wɝld/; eSpeak NG sets the mark before the vowel
    assert clause == Pronunciation((("h", "ə", "l", "ˈoʊ"), ("w", "ˈɜː", "l", "d")), ".")


def test_diphthongs_and_affricates_are_one_phoneme_and_rhotics_two():
    (clause,) = pronounce("choice judge car")
    assert [tuple(map(without_stress, word)) for word in clause.words] == [
        ("tʃ", "ɔɪ", "s"),
        ("dʒ", "ʌ", "dʒ"),
        ("k", "ɑː", "ɹ"),
    ]


def test_t_and_sh_of_two_words_are_no_affricate():
    (clause,) = pronounce("hot shoes")
    assert clause.words[0][-1] == "t"
    assert clause.words[1][0] == "ʃ"


def test_the_accent_is_that_of_the_voice():
    american, british = (pronounce("bath", voice)[0].words[0] for voice in ("en-us", "en-gb-x-rp"))
    assert american == ("b", "ˈæ", "θ")  # Wiktionary: US /bæθ/, RP /bɑːθ/
    assert british == ("b", "ˈɑː", "θ")


def test_each_clause_keeps_its_mark():
    assert [clause.mark for clause in pronounce("Yes, I do! Why")] == [",", "!", ""]


def test_numbers_are_read_out():
    def said(text):
        return [tuple(map(without_stress, word)) for word in pronounce(text)[0].words]

    assert said("42 cats") == said("forty two cats")


def test_what_has_no_sound_is_refused():
    with pytest.raises(EngineInputError):
        pronounce("?!")


def test_an_unknown_voice_is_an_error():
    with pytest.raises(EspeakError, match="xx-none"):
        espeak().phonemes("hello", "xx-none")
