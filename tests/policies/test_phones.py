"""Advice on sounds: every phone has a symbol, every pair of words differs in just that phone."""

from pathlib import Path

import pytest

from policies.phones import (
    _SUBSTITUTIONS,
    IPA,
    VOICED,
    _confused,
    _dropped,
    minimal_pair,
    pair_without,
    substitution_tip,
)


def pronunciations(word: str) -> list[tuple[str, ...]]:
    """Of the CMU dictionary, that PocketSphinx carries."""
    import pocketsphinx

    lines = Path(str(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))).read_text("ascii").splitlines()
    return [tuple(line.split()[1:]) for line in lines if line.split(" ")[0].partition("(")[0] == word]


def test_the_39_phones_of_english_have_a_symbol_each() -> None:
    assert len(IPA) == 39
    assert len(set(IPA.values())) == 39


@pytest.mark.parametrize(("phone", "heard"), sorted(_confused()))
def test_a_minimal_pair_differs_in_that_phone_alone(phone: str, heard: str) -> None:
    pair = minimal_pair(phone, heard)
    assert pair is not None
    first, second = (pronunciations(word) for word in pair)
    assert any(
        len(one) == len(other) and [(a, b) for a, b in zip(one, other, strict=True) if a != b] == [(phone, heard)]
        for one in first
        for other in second
    )


@pytest.mark.parametrize("phone", sorted(_dropped()))
def test_a_pair_for_a_lost_consonant_differs_in_that_one_at_the_end(phone: str) -> None:
    pair = pair_without(phone)
    assert pair is not None
    whole, without = (pronunciations(word) for word in pair)
    assert any(one == (*other, phone) for one in whole for other in without)


def test_every_confusion_that_has_a_tip_of_its_own_has_a_pair() -> None:
    assert set(_SUBSTITUTIONS) <= set(_confused())
    assert pair_without("TH") == ("teeth", "tea")
    assert pair_without("IY") is None


@pytest.mark.parametrize(("phone", "heard"), sorted(VOICED.items()))
def test_voiced_and_voiceless_twins_are_told_apart_by_the_voice(phone: str, heard: str) -> None:
    assert "voice" in substitution_tip(phone, heard)
    assert "not" in substitution_tip(heard, phone) or (heard, phone) in _SUBSTITUTIONS


def test_there_is_no_advice_where_none_would_help() -> None:
    assert substitution_tip("M", "UW") == ""
    assert minimal_pair("M", "UW") is None
