import struct

import numpy as np
import pytest

from actors.ports import EngineError
from actors.voice.kokoro import FRAME_SAMPLES, LONGEST, Kokoro
from actors.voice.kokoro_symbols import TOKENS, kokoro_symbols
from actors.voice.text import Clause
from policies.tutors import TUTORS, find_tutor


def test_durations_add_up_to_the_audio_to_the_sample(kokoro):
    take = kokoro.synthesise(Clause("This is a test.", "."), find_tutor("maya"), 1.0)
    assert sum(span.samples for span in take.spans) == len(take.audio)
    assert len(take.audio) % FRAME_SAMPLES == 0


def test_words_in_one_breath_join_without_a_pause(kokoro):
    take = kokoro.synthesise(Clause("See you soon.", "."), find_tutor("iris"), 1.0)
    assert [span.ipa for span in take.spans if span.ipa] == ["s", "iː", "j", "uː", "s", "uː", "n"]
    assert not [span for span in take.spans[1:-1] if not span.ipa]


@pytest.mark.parametrize(
    ("ipa", "american", "british"),
    # misaki, EN_PHONES.md: one letter for a diphthong or an affricate; American r-coloured vowels are written out
    [
        ("ˈeɪ", "ˈA", "ˈA"),
        ("aɪ", "I", "I"),
        ("aʊ", "W", "W"),
        ("ɔɪ", "Y", "Y"),
        ("ˈoʊ", "ˈO", None),
        ("əʊ", None, "Q"),
        ("dʒ", "ʤ", "ʤ"),
        ("tʃ", "ʧ", "ʧ"),
        ("ɚ", "əɹ", None),
        ("ˈɜː", "ˈɜɹ", "ˈɜː"),
        ("iː", "i", "iː"),
        ("ɾ", "T", None),
        ("n̩", "ᵊn", "ᵊn"),
        ("eə", None, "ɛː"),
    ],
)
def test_phonemes_are_written_as_kokoro_learnt_them(ipa, american, british):
    if american:
        assert kokoro_symbols(ipa, False) == american
    if british:
        assert kokoro_symbols(ipa, True) == british


def test_every_english_phoneme_has_a_token():
    # The phoneme inventory of eSpeak NG's en-us and en-gb-x-rp (docs/languages/gmw/en.md)
    inventory = (
        "p b t d k ɡ tʃ dʒ f v θ ð s z ʃ ʒ h m n ŋ l ɹ w j ɾ ʔ n̩ i iː ɪ eɪ ɛ æ ɑː ɔː oʊ uː ʊ ʌ ɜː ə ɚ ɐ aɪ aʊ ɔɪ"
    )
    for phoneme in [*inventory.split(), "ɒ", "əʊ", "ɪə", "eə", "ʊə", "ᵻ"]:
        for british in (False, True):
            symbols = kokoro_symbols(phoneme, british)
            assert symbols
            assert all(symbol in TOKENS for symbol in symbols)


def test_every_tutors_voice_is_in_the_store(models):
    for tutor in TUTORS:
        assert (models.path("kokoro-voices") / "voices" / f"{tutor.kokoro_voice}.bin").is_file()


def test_a_missing_or_broken_file_is_told_by_name(tmp_path, models):
    with pytest.raises(EngineError, match=r"kokoro-v1\.0\.int8\.onnx"):
        Kokoro(tmp_path, tmp_path)
    (tmp_path / "kokoro-v1.0.int8.onnx").write_bytes(b"junk" * 100)
    with pytest.raises(EngineError, match="does not load"):
        Kokoro(tmp_path, tmp_path)


def test_a_voice_of_the_wrong_size_is_told(kokoro, tmp_path):
    (tmp_path / "af_heart.bin").write_bytes(struct.pack("<f", 1.0) * 10)
    broken = object.__new__(Kokoro)
    broken.__dict__.update(kokoro.__dict__, _voices=tmp_path)
    with pytest.raises(EngineError, match=r"af_heart\.bin"):
        broken._load_style("af_heart")
    assert kokoro._load_style("af_heart").shape == (LONGEST, 1, 256)
    assert np.isfinite(kokoro._load_style("af_heart")).all()
