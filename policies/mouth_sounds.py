"""What the mouth does for each IPA symbol: viseme, how far, and how strongly it holds. Knows no times.

Symbols are those of eSpeak NG (en-us, en-gb and the other languages of the tutor's voices) and the shorthand letters
of Kokoro's phonemiser, misaki (https://github.com/hexgrad/misaki/blob/main/EN_PHONES.md): A I O W Y Q ʤ ʧ ᵊ ᵻ T.
The viseme of each English phoneme is that of the Oculus viseme reference; vowels follow the IPA chart (open: aa, mid
front: E, close front: ih, mid back rounded: oh, close rounded: ou).
"""

import unicodedata
from functools import lru_cache

from msgspec import Struct, structs


class MouthSound(Struct, frozen=True, kw_only=True):
    """One mouth shape of a phoneme.

    ``weight`` (0..1) is how far it is formed, ``dominance`` (0..1) how little its neighbours change it, ``share`` its
    part of the phoneme's time relative to the other shapes of the same phoneme.
    """

    viseme: str
    weight: float = 1.0
    dominance: float = 1.0
    share: float = 1.0
    vowel: bool = False


_CONSONANTS = (
    # viseme, weight, dominance, symbols
    ("PP", 1.0, 1.0, "p b m ɓ ɱ"),
    ("FF", 1.0, 1.0, "f v ʋ β ɸ"),
    ("TH", 1.0, 0.75, "θ ð"),
    ("DD", 0.9, 0.5, "t d ɾ T ʈ ɖ c ɟ ɗ"),
    ("kk", 0.85, 0.35, "k ɡ g ŋ x ɣ q χ ʁ ɴ ɢ"),
    ("CH", 1.0, 0.85, "ʃ ʒ ʧ ʤ ɕ ʑ ʂ ʐ tʃ dʒ tɕ dʑ ʨ ʥ tʂ dʐ"),
    ("SS", 1.0, 0.7, "s z ts dz ʦ ʣ"),
    ("nn", 0.9, 0.45, "n l ɲ ʎ ɫ ɭ ɳ"),
    ("RR", 0.9, 0.65, "ɹ r ɻ ʀ ɽ"),
    ("ou", 0.85, 0.8, "w ʍ ɥ"),
    ("ih", 0.65, 0.4, "j"),
    ("kk", 0.5, 0.1, "h ɦ ʔ ħ"),
)

_VOWELS = (
    ("aa", 1.0, "ɑ a ɐ"),
    ("aa", 0.9, "æ"),
    ("aa", 0.75, "ʌ"),
    ("aa", 0.85, "ɒ"),
    ("E", 1.0, "ɛ e"),
    ("E", 0.9, "œ"),
    ("E", 0.55, "ə ɘ ɵ ɤ"),
    ("E", 0.35, "ᵊ"),
    ("E", 0.7, "ɜ"),
    ("RR", 0.9, "ɝ ɚ"),
    ("ih", 1.0, "i"),
    ("ih", 0.8, "ɪ ᵻ ɨ"),
    ("oh", 1.0, "ɔ o"),
    ("ou", 1.0, "u ʉ ɯ"),
    ("ou", 0.95, "y ø"),
    ("ou", 0.75, "ʊ ʏ"),
)

_SHORTHAND = {"A": "eɪ", "I": "aɪ", "O": "oʊ", "W": "aʊ", "Y": "ɔɪ", "Q": "əʊ"}

_GLIDES = frozenset("ɪiʊuyʏ")


@lru_cache(maxsize=1)
def _table() -> dict[str, MouthSound]:
    table: dict[str, MouthSound] = {}
    for viseme, weight, dominance, symbols in _CONSONANTS:
        for symbol in symbols.split():
            table[symbol] = MouthSound(viseme=viseme, weight=weight, dominance=dominance)
    for viseme, weight, symbols in _VOWELS:
        for symbol in symbols.split():
            table[symbol] = MouthSound(viseme=viseme, weight=weight, vowel=True, share=2.0)
    return table


@lru_cache(maxsize=1024)
def sounds_of(ipa: str) -> tuple[MouthSound, ...]:
    """The mouth shapes of one phoneme in order; empty for silence, punctuation and symbols that name no sound.

    A diphthong gives two: the first element three fifths of the time, the glide two. A length mark lengthens what it
    follows. Marks of stress, tone, nasalisation and tie bars do not change the lips.
    """
    table = _table()
    symbols = _plain(ipa)
    sounds: list[MouthSound] = []
    at = 0
    while at < len(symbols):
        size = 2 if symbols[at : at + 2] in table else 1
        symbol = symbols[at : at + size]
        at += size
        sound = table.get(symbol)
        if sound is None:
            if symbol == "ː" and sounds:
                sounds[-1] = structs.replace(sounds[-1], share=sounds[-1].share * 1.6)
        elif sounds and sounds[-1].vowel and symbol in _GLIDES:
            first = structs.replace(sounds[-1], share=3.0)
            sounds[-1:] = [first, structs.replace(sound, share=2.0)]
        else:
            sounds.append(sound)
    return tuple(sounds)


def _plain(ipa: str) -> str:
    """Expand the shorthand and drop combining marks."""
    expanded = "".join(_SHORTHAND.get(letter, letter) for letter in ipa)
    decomposed = unicodedata.normalize("NFD", expanded.replace("ç", "ʃ"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
