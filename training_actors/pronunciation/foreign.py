"""Another's sentence for each utterance: what a scorer must not score."""

from collections.abc import Sequence

import numpy as np

from training_actors.pronunciation.rated import RatedUtterance


def foreign_texts(utterances: Sequence[RatedUtterance], seed: int) -> list[tuple[str, ...]]:
    """For each utterance the words of another one that says something else; repeatable by ``seed``.

    An utterance keeps its text where there is no other.
    """
    rng = np.random.default_rng(seed)
    texts = [tuple(word.text for word in one.words) for one in utterances]
    found = []
    for own in texts:
        others = [texts[number] for number in rng.integers(len(texts), size=20)]
        found.append(next((other for other in others if _plain(other) != _plain(own)), own))
    return found


def _plain(text: Sequence[str]) -> str:
    return " ".join(text).lower()
