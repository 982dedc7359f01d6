"""Kokoro's symbols: its token numbers, and how eSpeak NG's IPA is written in them.

Token numbers: the vocab of config.json in https://huggingface.co/hexgrad/Kokoro-82M (Apache-2.0). The way of writing
is that of misaki, the phonemiser of its training (https://github.com/hexgrad/misaki, EN_PHONES.md and espeak.py,
Apache-2.0): diphthongs and affricates are one symbol each, American vowels carry no length.
"""

from functools import lru_cache

TOKENS = {
    ";": 1, ":": 2, ",": 3, ".": 4, "!": 5, "?": 6, "—": 9, "…": 10, '"': 11, "(": 12, ")": 13, "“": 14, "”": 15,
    " ": 16, "\u0303": 17, "ʣ": 18, "ʥ": 19, "ʦ": 20, "ʨ": 21, "ᵝ": 22, "\uab67": 23,
    "A": 24, "I": 25, "O": 31, "Q": 33, "S": 35, "T": 36, "W": 39, "Y": 41, "ᵊ": 42,
    "a": 43, "b": 44, "c": 45, "d": 46, "e": 47, "f": 48, "h": 50, "i": 51, "j": 52, "k": 53, "l": 54, "m": 55,
    "n": 56, "o": 57, "p": 58, "q": 59, "r": 60, "s": 61, "t": 62, "u": 63, "v": 64, "w": 65, "x": 66, "y": 67,
    "z": 68, "ɑ": 69, "ɐ": 70, "ɒ": 71, "æ": 72, "β": 75, "ɔ": 76, "ɕ": 77, "ç": 78, "ɖ": 80, "ð": 81, "ʤ": 82,
    "ə": 83, "ɚ": 85, "ɛ": 86, "ɜ": 87, "ɟ": 90, "ɡ": 92, "ɥ": 99, "ɨ": 101, "ɪ": 102, "ʝ": 103, "ɯ": 110,
    "ɰ": 111, "ŋ": 112, "ɳ": 113, "ɲ": 114, "ɴ": 115, "ø": 116, "ɸ": 118, "θ": 119, "œ": 120, "ɹ": 123, "ɾ": 125,
    "ɻ": 126, "ʁ": 128, "ɽ": 129, "ʂ": 130, "ʃ": 131, "ʈ": 132, "ʧ": 133, "ʊ": 135, "ʋ": 136, "ʌ": 138, "ɣ": 139,
    "ɤ": 140, "χ": 142, "ʎ": 143, "ʒ": 147, "ʔ": 148, "ˈ": 156, "ˌ": 157, "ː": 158, "ʰ": 162, "ʲ": 164, "↓": 169,
    "→": 171, "↗": 172, "↘": 173, "ᵻ": 177,
}  # fmt: skip
"""The number of each symbol; 0 pads both ends."""

_BOTH = (
    ("eɪ", "A"), ("aɪ", "I"), ("ɔɪ", "Y"), ("aʊ", "W"), ("tʃ", "ʧ"), ("dʒ", "ʤ"),
    ("r", "ɹ"), ("x", "k"), ("ç", "k"), ("ɐ", "ə"), ("ɬ", "l"), ("ʔ", "t"), ("ʲ", ""), ("\u0303", ""),
)  # fmt: skip
_AMERICAN = (("oʊ", "O"), ("ɜː", "ɜɹ"), ("ɚ", "əɹ"), ("ɪə", "iə"), ("ː", ""), ("ɾ", "T"), ("o", "ɔ"), ("e", "A"))
_BRITISH = (("eə", "ɛː"), ("iə", "ɪə"), ("əʊ", "Q"), ("ɚ", "ə"), ("o", "ɔ"), ("e", "A"))
_SYLLABIC = "\u0329"


@lru_cache(maxsize=2048)
def kokoro_symbols(phoneme: str, british: bool) -> str:
    """One phoneme of eSpeak NG, stress marks included, as Kokoro writes it; "" if it has no sign for it."""
    said = phoneme
    for ipa, symbol in (*_BOTH, *(_BRITISH if british else _AMERICAN)):
        said = said.replace(ipa, symbol)
    if _SYLLABIC in said:
        said = "ᵊ" + said.replace(_SYLLABIC, "")
    return "".join(symbol for symbol in said if symbol in TOKENS)
