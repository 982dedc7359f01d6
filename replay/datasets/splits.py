"""Which learner goes into which split: exact shares in every stratum, and nobody ever moves. Pure.

The learners of a stratum (level of their first session, first language) are taken in the order in which they came into
the log, and dealt out from a deck of a hundred places that holds each split as often as its share says. The deck's
order hangs on the stratum's name alone. A log only grows at its end, so later learners never change the place of an
earlier one, and among any hundred that follow each other the shares are exact; the deck is laid out by a golden-ratio
sequence, so that already few learners are shared out nearly so. To hash learners alone would be as stable, but leave
the shares of small strata to chance.

All learners of the log are dealt out, not only those whom a spec asks for or who agreed: so a learner is in the same
split of every dataset with the same shares, whatever its filters. Who is forgotten takes their first language along,
and could no more be counted: so places are kept in the log (`events.learner.LearnerPlaced`) when a dataset is finished.
"""

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache

from msgspec import Struct

from replay.datasets.rows import SPLITS
from replay.datasets.spec import Splits

PLACES = 100


class Arrival(Struct, frozen=True, kw_only=True):
    """A learner's coming into the log: position of the first session's first event, and what the stratum hangs on.

    ``place`` is the one that an earlier dataset dealt them, None where there was none.
    """

    learner: str
    position: int
    level: str
    first_language: str
    place: int | None = None


def dealt(arrivals: Iterable[Arrival], splits: Splits) -> Iterator[tuple[str, int, str]]:
    """Each learner with their place in the stratum and their split."""
    ordered = sorted(arrivals, key=lambda each: each.position)
    following: dict[tuple[str, str], int] = {}
    for arrival in ordered:
        if arrival.place is not None:
            stratum = (arrival.level, arrival.first_language)
            following[stratum] = max(following.get(stratum, 0), arrival.place + 1)
    for arrival in ordered:
        stratum = (arrival.level, arrival.first_language)
        place = arrival.place
        if place is None:
            place = following.get(stratum, 0)
            following[stratum] = place + 1
        yield arrival.learner, place, _deck(stratum, splits.train, splits.validation)[place % PLACES]


@cache
def _deck(stratum: tuple[str, str], train: int, validation: int) -> tuple[str, ...]:
    """A hundred splits in the stratum's order; place k takes the k-th of equally spread points of the unit interval."""
    start = int.from_bytes(hashlib.sha256("\0".join(stratum).encode()).digest()[:4], "big") % PLACES
    places = ((start + number * _STEP) % PLACES for number in range(PLACES))
    return tuple(
        SPLITS[0] if place < train else SPLITS[1] if place < train + validation else SPLITS[2] for place in places
    )


_STEP = 61
"""Next to 100 / 1.618, and without a factor in common with 100: every place comes once, neighbours lie far apart."""
