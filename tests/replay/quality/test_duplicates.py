"""Exact and near duplicates of texts and recordings."""

import numpy as np
import pytest

from actors.ports import SAMPLE_RATE_HZ, Audio
from replay.quality.exact import text_hash
from replay.quality.near_audio import NearAudio, fingerprint
from replay.quality.near_texts import NearTexts, signature

LONG = "Yesterday I went to the market with my mother and we bought fresh apples, bread and a little cheese."


def test_texts_differ_by_their_words_only() -> None:
    assert text_hash("It's nice, isn't it?") == text_hash("it’s NICE isn't it")
    assert text_hash("It is nice") != text_hash("It is ice")
    assert text_hash(" … ") == ""


def test_a_text_that_differs_in_a_word_is_near_the_first_like_it() -> None:
    near = NearTexts()
    assert near.add("a", signature("My favourite colour is blue because the sky is blue.")) is None
    assert near.add("b", signature(LONG)) is None
    assert near.add("c", signature(LONG.replace("fresh ", ""))) == "b"
    assert near.add("d", signature(LONG.upper())) == "b"
    assert near.add("e", signature("I did not go to any market, I stayed at home and read.")) is None


def test_a_signature_estimates_the_share_of_shingles_in_common() -> None:
    """Ten and ten shingles of five letters, five of them in both: a Jaccard index of 5/15."""
    one, other = signature("abcdefghijklmn"), signature("fghijklmnopqrs")
    assert one is not None
    assert other is not None
    assert float(np.mean(one == other)) == pytest.approx(1 / 3, abs=3 * np.sqrt(1 / 3 * 2 / 3 / 128))


def test_a_text_without_words_is_near_nothing() -> None:
    near = NearTexts()
    assert signature("?!") is None
    assert near.add("a", None) is None
    assert near.add("b", None) is None


def babble(seed: int, seconds: float = 4.0) -> Audio:
    """Noise through resonances that change each 80 ms, as speech's do; no two seeds alike."""
    random = np.random.default_rng(seed)
    samples = int(seconds * SAMPLE_RATE_HZ)
    piece = SAMPLE_RATE_HZ // 20
    sound = []
    for _ in range(samples // piece + 1):
        spectrum = random.normal(size=piece // 2 + 1) + 1j * random.normal(size=piece // 2 + 1)
        hertz = np.fft.rfftfreq(piece, 1 / SAMPLE_RATE_HZ)
        peaks = random.uniform(300, 2500, 3)
        sound.append(np.fft.irfft(spectrum * sum(np.exp(-(((hertz - peak) / 150) ** 2)) for peak in peaks), piece))
    whole = np.concatenate(sound)[:samples]
    half_scale: Audio = (0.5 * whole / np.abs(whole).max()).astype(np.float32)
    return half_scale


def test_a_recording_is_found_again_softer_noisier_and_cut() -> None:
    first, other = babble(1), babble(2)
    hiss = np.random.default_rng(3).normal(0, 0.1 * np.sqrt(np.mean(first**2)), len(first)).astype(np.float32)
    near = NearAudio()
    assert near.add("a", fingerprint(first)) is None
    assert near.add("b", fingerprint(other)) is None
    assert near.add("softer", fingerprint(0.2 * first)) == "a"
    assert near.add("noisier", fingerprint(first + hiss)) == "a"
    assert near.add("cut", fingerprint(first[SAMPLE_RATE_HZ // 4 :])) == "a"
    assert near.add("c", fingerprint(babble(4))) is None


def test_a_recording_that_holds_another_and_as_much_more_is_no_copy() -> None:
    first = babble(1)
    near = NearAudio()
    near.add("a", fingerprint(first))
    assert near.add("longer", fingerprint(np.concatenate((first, babble(5))))) is None


def test_silence_and_what_is_too_short_are_copies_of_nothing() -> None:
    near = NearAudio()
    for key in "abc":
        assert near.add(key, fingerprint(np.zeros(3 * SAMPLE_RATE_HZ, np.float32))) is None
        assert near.add(key + "short", fingerprint(babble(1, 0.3))) is None
