"""Which syllable of a word is stressed: by the digits of its phones, else by eSpeak NG, which marks it in its IPA.

The CMU dictionary that comes with PocketSphinx has no digits. Of the 848 words of two and more syllables that have
CMUdict's in speechocean762's training split, eSpeak NG counts as many syllables in 761, and stresses the same in 750.
"""

from collections.abc import Sequence

from actors.assessment.lexicon import arpabet
from actors.ports import EngineError
from actors.pronunciation.phones import plain
from policies.phones import VOWELS

PRIMARY = "ˈ"


def stressed_syllable(word: str, phones: Sequence[str]) -> int | None:
    """Counted from 0 over the vowels of ``phones``; None of a word of one syllable, and where nobody tells."""
    vowels = [phone for phone in phones if plain(phone) in VOWELS]
    if len(vowels) < 2:
        return None
    marked = [index for index, phone in enumerate(vowels) if phone.endswith("1")]
    if marked:
        return marked[0] if len(marked) == 1 else None
    return _by_espeak(word, len(vowels))


def _by_espeak(word: str, syllables: int) -> int | None:
    """None where it counts other syllables than there are."""
    from actors.voice.phonemize import pronounce

    try:
        said = [atom for clause in pronounce(word) for spoken in clause.words for atom in spoken]
    except EngineError:
        return None
    count, stressed = 0, []
    for atom in said:
        vowels = sum(phone in VOWELS for phone in arpabet((atom,)))
        if vowels and PRIMARY in atom:
            stressed.append(count)
        count += vowels
    return stressed[0] if count == syllables and len(stressed) == 1 else None
