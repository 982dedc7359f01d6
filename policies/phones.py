"""What learners say instead of an English phone, and how to get from one to the other. Scores nothing.

Phones are ARPAbet without stress. After Swan & Smith, Learner English (2001), for the substitutions, and Celce-Murcia,
Brinton & Goodwin, Teaching Pronunciation (2010), for the articulation. Words to practise with: minimal_pairs.toml.
"""

import tomllib
from functools import cache
from importlib import resources

from msgspec import convert

IPA = {
    "AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "aʊ", "AY": "aɪ", "B": "b", "CH": "tʃ", "D": "d", "DH": "ð",
    "EH": "ɛ", "ER": "ɝ", "EY": "eɪ", "F": "f", "G": "ɡ", "HH": "h", "IH": "ɪ", "IY": "i", "JH": "dʒ", "K": "k",
    "L": "l", "M": "m", "N": "n", "NG": "ŋ", "OW": "oʊ", "OY": "ɔɪ", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ",
    "T": "t", "TH": "θ", "UH": "ʊ", "UW": "u", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ",
}  # fmt: skip
"""How a dictionary for learners writes each phone."""

VOWELS = frozenset("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split())
VOICED = {"B": "P", "D": "T", "G": "K", "V": "F", "DH": "TH", "Z": "S", "ZH": "SH", "JH": "CH"}
"""Voiced consonants and their voiceless twins."""

_TONGUE_OUT = "put the tip of your tongue between your teeth"
_SUBSTITUTIONS = {
    ("TH", "S"): f"{_TONGUE_OUT} and blow softly",
    ("TH", "T"): f"{_TONGUE_OUT} and let the air flow",
    ("TH", "F"): f"{_TONGUE_OUT}; your lip stays away from your teeth",
    ("DH", "D"): f"{_TONGUE_OUT} and use your voice",
    ("DH", "Z"): f"{_TONGUE_OUT} and use your voice",
    ("DH", "L"): f"{_TONGUE_OUT} and let the air flow over it",
    ("V", "W"): "let your top teeth touch your lip, and use your voice",
    ("V", "B"): "let your top teeth touch your lip; do not close your lips",
    ("V", "F"): "let your top teeth touch your lip, and use your voice",
    ("W", "V"): "make your lips round; your teeth do not touch them",
    ("R", "L"): "pull your tongue back; it touches nothing",
    ("L", "R"): "touch behind your top teeth with your tongue",
    ("L", "N"): "touch behind your top teeth; let the air out at the sides, not your nose",
    ("N", "L"): "touch behind your top teeth, and let the air out through your nose",
    ("N", "NG"): "bring the tip of your tongue up behind your top teeth",
    ("NG", "N"): "hum at the back; the tip of your tongue stays down",
    ("M", "N"): "close your lips",
    ("SH", "S"): "make your lips round and pull your tongue back a little",
    ("S", "SH"): "smile a little and bring your tongue forward",
    ("CH", "SH"): "stop the air first, then let it go",
    ("JH", "Y"): "stop the air first, then let it go with your voice",
    ("P", "B"): "do not use your voice; push out some air",
    ("HH", "F"): "open your mouth and just breathe out",
    ("IY", "IH"): "smile and make it long",
    ("IH", "IY"): "make it short and relaxed",
    ("IH", "EH"): "close your mouth a little more",
    ("EH", "AE"): "close your mouth a little more",
    ("AE", "EH"): "open your mouth wider",
    ("AE", "AH"): "open your mouth wider and smile a little",
    ("AH", "AA"): "make it short, with your mouth nearly closed",
    ("AH", "AE"): "relax your mouth and make it short",
    ("UH", "UW"): "make it short and relaxed",
    ("UW", "UH"): "make your lips very round and make it long",
    ("EY", "EH"): "make it longer and end with a smile",
    ("OW", "AO"): "make it longer and close your lips at the end",
    ("ER", "AH"): "pull your tongue back while you say it",
}  # fmt: skip


def substitution_tip(phone: str, heard: str) -> str:
    """What to do to say ``phone`` and not ``heard``, in words for an A2 learner; "" when there is no advice."""
    known = _SUBSTITUTIONS.get((phone, heard))
    if known:
        return known
    if VOICED.get(phone) == heard:
        return "use your voice: feel your throat move"
    if VOICED.get(heard) == phone:
        return "do not use your voice: only air"
    return ""


def minimal_pair(phone: str, heard: str) -> tuple[str, str] | None:
    """Two words that only these phones tell apart, the one with ``phone`` first; None when we know none."""
    return _confused().get((phone, heard))


def pair_without(phone: str) -> tuple[str, str] | None:
    """A word that ends in this consonant, and the word that is left without it; None when we know none."""
    return _dropped().get(phone)


@cache
def _pairs() -> dict[str, dict[str, tuple[str, str]]]:
    text = resources.files("policies").joinpath("minimal_pairs.toml").read_text(encoding="utf-8")
    return convert(tomllib.loads(text), dict[str, dict[str, tuple[str, str]]])


@cache
def _confused() -> dict[tuple[str, str], tuple[str, str]]:
    """Each pair both ways round."""
    both: dict[tuple[str, str], tuple[str, str]] = {}
    for phones, (first, second) in _pairs()["confused"].items():
        one, other = phones.split()
        both[one, other], both[other, one] = (first, second), (second, first)
    return both


@cache
def _dropped() -> dict[str, tuple[str, str]]:
    return _pairs()["dropped"]
