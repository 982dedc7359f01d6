"""Words put into texts that were read, or in the place of others: to be found unsaid although the rest is right."""

import random
from collections.abc import Sequence

from msgspec import structs

from actors.pronunciation.recognition import spoken_forms
from training_actors.pronunciation.rated import RatedPhone, RatedUtterance, RatedWord, unrated

SHORTEST = 3
"""Words of a text from which one may be replaced, not only put in."""


def with_added(
    utterance: RatedUtterance, words: Sequence[RatedWord], rng: random.Random
) -> tuple[RatedUtterance, tuple[bool, ...]]:
    """The utterance with one of ``words`` that it does not hold put in or in another's place, and which were said.

    The ratings of the other words stand, the whole has none.
    """
    own = {form for word in utterance.words for form in spoken_forms(word.text)}
    others = [word for word in rng.sample(words, min(len(words), 50)) if not own.intersection(spoken_forms(word.text))]
    if not others:
        return utterance, (True,) * len(utterance.words)
    strange = _unrated_word(others[0])
    changed = list(utterance.words)
    place = rng.randrange(len(changed))
    if len(changed) >= SHORTEST and rng.random() < 0.5:
        changed[place] = strange
    else:
        changed.insert(place, strange)
    return structs.replace(unrated(utterance), words=tuple(changed)), tuple(word is not strange for word in changed)


def _unrated_word(word: RatedWord) -> RatedWord:
    return RatedWord(text=word.text, phones=tuple(RatedPhone(phone=phone.phone) for phone in word.phones))
