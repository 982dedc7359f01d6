"""The shipped table gives scores within bounds, and better evidence never gives a worse one."""

import random

import msgspec
import pytest

from actors.assessment.calibration import calibration
from actors.assessment.goodness import PhoneEvidence

PHONES = sorted(calibration().phone_offsets)


def evidence(rng: random.Random, words: int = 4) -> list[PhoneEvidence]:
    """Phones with ratios as learners have them."""
    return [
        PhoneEvidence(
            word=word,
            phone=rng.choice(PHONES),
            start=10 * (3 * word + place),
            end=10 * (3 * word + place) + rng.randint(3, 10),
            path=-rng.uniform(0, 12),
            rival=-rng.uniform(0, 8),
            posterior=-rng.uniform(0, 12),
            silence=rng.uniform(-12, 5),
        )
        for word in range(words)
        for place in range(3)
    ]


def test_the_table_has_every_phone_of_english() -> None:
    assert len(PHONES) == 39


@pytest.mark.parametrize("seed", range(20))
def test_scores_lie_between_0_and_100(seed: int) -> None:
    table, found = calibration(), evidence(random.Random(seed))
    phones = table.phones(found)
    words = table.words(found, phones)
    assert ((phones >= 0) & (phones <= 100)).all()
    assert sorted(words) == [0, 1, 2, 3]
    assert all(0 <= score <= 100 for score in words.values())
    assert 0 <= table.total(found, phones) <= 100


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("ratio", ["path", "rival", "posterior", "silence"])
def test_a_phone_that_fits_better_never_lowers_a_score(seed: int, ratio: str) -> None:
    table, rng = calibration(), random.Random(seed)
    worse = evidence(rng)
    place = rng.randrange(len(worse))
    better = list(worse)
    better[place] = msgspec.structs.replace(worse[place], **{ratio: getattr(worse[place], ratio) + 2})
    before, after = table.phones(worse), table.phones(better)
    assert (after >= before - 1e-9).all()
    words_before, words_after = table.words(worse, before), table.words(better, after)
    assert all(words_after[word] >= words_before[word] - 1e-9 for word in words_before)
    assert table.total(better, after) >= table.total(worse, before) - 1e-9
