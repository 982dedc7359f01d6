"""From a text to words with their pronunciations in ARPAbet: the CMU dictionary, and eSpeak NG for what it lacks.

Numbers, abbreviations and unknown names are pronounced too. What cannot be English speech is refused by name.
"""

import re
import unicodedata
from pathlib import Path

from msgspec import Struct

from actors.ports import EngineError, EngineInputError

MOST_WORDS = 200
LONGEST_WORD = 40
MOST_CHARACTERS = 2_000
"""Two hundred words, a minute of fast speech, have about 1,200; a longer text is refused before it is looked at."""

ARPABET_OF_IPA = {
    "ɑ": "AA", "ɑː": "AA", "ɒ": "AA", "æ": "AE", "a": "AE", "aː": "AA", "ʌ": "AH", "ə": "AH", "ɐ": "AH",
    "ɔ": "AO", "ɔː": "AO", "o": "OW", "oː": "AO", "aʊ": "AW", "aɪ": "AY", "ɛ": "EH", "e": "EH", "eː": "EY", "ɛː": "EH",
    "ɜ": "ER", "ɜː": "ER", "ɚ": "ER", "eɪ": "EY", "ɪ": "IH", "ᵻ": "IH", "i": "IY", "iː": "IY", "oʊ": "OW", "əʊ": "OW",
    "ɔɪ": "OY", "ʊ": "UH", "u": "UW", "uː": "UW", "b": "B", "tʃ": "CH", "d": "D", "ð": "DH", "f": "F", "ɡ": "G",
    "g": "G", "h": "HH", "dʒ": "JH", "k": "K", "l": "L", "ɫ": "L", "m": "M", "n": "N", "ŋ": "NG", "p": "P", "ɹ": "R",
    "r": "R", "s": "S", "ʃ": "SH", "t": "T", "ɾ": "T", "θ": "TH", "v": "V", "w": "W", "ʍ": "W", "j": "Y", "z": "Z",
    "ʒ": "ZH", "x": "K", "ç": "HH", "ɬ": "L", "ɲ": "N",
}  # fmt: skip
"""eSpeak NG's en-us phonemes, length marks kept; what stands for two phones is in the next table."""

PAIRS_OF_IPA = {
    "iə": ("IY", "AH"), "ɪə": ("IH", "AH"), "ʊə": ("UH", "AH"), "eə": ("EH", "AH"), "n̩": ("AH", "N"), "l̩": ("AH", "L"),
    "m̩": ("AH", "M"), "əl": ("AH", "L"), "aɪə": ("AY", "AH"), "aɪɚ": ("AY", "ER"),
}  # fmt: skip

_EDGES = re.compile(r"^[^\w$£€#]+|[^\w%]+$")
_DASHES = re.compile(r"[-‐‑‒–—/]+")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'"})


class Pronounceable(Struct, frozen=True, kw_only=True):
    """A word as written and the ways to say it, each a tuple of ARPAbet phones without stress."""

    text: str
    pronunciations: tuple[tuple[str, ...], ...]


class Lexicon:
    """The CMU dictionary that PocketSphinx carries. Loads in about 0.1 s; lines are parsed when asked for."""

    def __init__(self, dictionary: Path) -> None:
        """Raises `EngineError` when the file cannot be read."""
        try:
            lines = dictionary.read_text("ascii").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise EngineError(f"the dictionary {dictionary} cannot be read: {error}") from error
        self._lines = dict(line.split(" ", 1) for line in lines if " " in line)

    def words(self, text: str) -> tuple[Pronounceable, ...]:
        """The words of ``text`` with their pronunciations.

        Raises `EngineInputError`: ``reference_too_long`` above 200 words, ``reference_unpronounceable`` when a word is
        not in Latin letters or figures, or when there is none (emoji, punctuation).
        """
        if len(text) > MOST_CHARACTERS or len(text.split()) > MOST_WORDS:
            raise EngineInputError(
                "reference_too_long", f"the text has more than {MOST_WORDS} words: practise it in parts"
            )
        written = [word for raw in text.translate(_QUOTES).split() if (word := _EDGES.sub("", raw))]
        spoken = [word for word in written if any(character.isalnum() for character in word)]
        if not spoken:
            raise EngineInputError("reference_unpronounceable", "the text holds no word: give an English sentence")
        return tuple(Pronounceable(text=word, pronunciations=self.pronunciations(word)) for word in spoken)

    def pronunciations(self, word: str) -> tuple[tuple[str, ...], ...]:
        """Every pronunciation of one word, the commonest first."""
        key = _plain(word)
        if found := self._look_up(key):
            return found
        parts = [part for part in _DASHES.split(key) if part]
        if len(parts) > 1 and all(part.isalpha() for part in parts):
            return (tuple(phone for part in parts for phone in self.pronunciations(part)[0]),)
        return (_by_espeak(key),)

    def _look_up(self, key: str) -> tuple[tuple[str, ...], ...]:
        found = []
        for name in (key, f"{key}(2)", f"{key}(3)", f"{key}(4)"):
            if (line := self._lines.get(name)) is None:
                break
            found.append(tuple(line.split()))
        return tuple(found)


def bundled_dictionary() -> Path:
    """The dictionary inside PocketSphinx."""
    import pocketsphinx

    return Path(str(pocketsphinx.get_model_path("en-us"))) / "cmudict-en-us.dict"


def arpabet(phonemes: tuple[str, ...]) -> tuple[str, ...]:
    """ARPAbet without stress for eSpeak NG's IPA phonemes; marks without a sound of their own are passed over."""
    phones: list[str] = []
    for phoneme in phonemes:
        bare = phoneme.strip("ˈˌˑʲʰ ")
        if bare in PAIRS_OF_IPA:
            phones += PAIRS_OF_IPA[bare]
        elif known := ARPABET_OF_IPA.get(bare) or ARPABET_OF_IPA.get(bare.rstrip("ː\u0303\u0329")):
            phones.append(known)
    return tuple(phones)


def _plain(word: str) -> str:
    """Lower case, accents off ("café" is said as "cafe"). Raises `EngineInputError` for other scripts."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(c))
    foreign = next((c for c in plain if c.isalnum() and not c.isascii()), "")
    if foreign or len(plain) > LONGEST_WORD:
        raise EngineInputError(
            "reference_unpronounceable", f"{word[:LONGEST_WORD]!r} cannot be said in English: write the text in English"
        )
    return plain


def _by_espeak(word: str) -> tuple[str, ...]:
    from actors.voice.phonemize import pronounce

    clauses = pronounce(word)
    phones = arpabet(tuple(phoneme for clause in clauses for said in clause.words for phoneme in said))
    if not phones:
        raise EngineInputError("reference_unpronounceable", f"no one can say {word!r}: write the text in English")
    return phones
