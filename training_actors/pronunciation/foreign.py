"""Another's sentence for each utterance: what a scorer must not score."""

from collections.abc import Sequence

import numpy as np

from training_actors.pronunciation.rated import RatedUtterance

TRIES = 20


def strangers(utterances: Sequence[RatedUtterance], seed: int) -> list[int]:
    """For each utterance the number of another one that says something else; repeatable by ``seed``.

    An utterance keeps its own number where there is no other text.
    """
    rng = np.random.default_rng(seed)
    texts = [" ".join(word.text for word in one.words).lower() for one in utterances]
    found = []
    for own, text in enumerate(texts):
        others = [int(number) for number in rng.integers(len(texts), size=TRIES)]
        drawn = next((other for other in others if texts[other] != text), None)
        if drawn is None and (rest := [number for number, other in enumerate(texts) if other != text]):
            drawn = rest[int(rng.integers(len(rest)))]
        found.append(own if drawn is None else drawn)
    return found
