"""Learners are shared out exactly, stratum by stratum, and never move."""

import random
from collections import Counter

from msgspec.structs import replace

from replay.datasets.spec import Splits
from replay.datasets.splits import Arrival, dealt

LEVELS = ("A1", "A2", "B1")
LANGUAGES = ("zh", "es")


def arrivals(count: int, seed: int = 1) -> list[Arrival]:
    """Learners of six strata, in no order."""
    rng = random.Random(seed)
    return [
        Arrival(
            learner=f"learner-{number}",
            position=10 * number + 1,
            level=rng.choice(LEVELS),
            first_language=rng.choice(LANGUAGES),
        )
        for number in range(count)
    ]


def splits_of(found: list[Arrival]) -> dict[str, str]:
    return {learner: split for learner, _, split in dealt(found, Splits())}


def test_every_hundred_learners_of_a_stratum_are_shared_out_exactly() -> None:
    same = [Arrival(learner=f"l{n}", position=n, level="A2", first_language="zh") for n in range(1, 301)]

    splits = [split for _, _, split in dealt(same, Splits())]

    for start in (0, 37, 200):
        assert Counter(splits[start : start + 100]) == {"train": 70, "validation": 15, "test": 15}


def test_few_learners_of_a_stratum_are_shared_out_nearly_so() -> None:
    for level in "ABCDEFGH":
        some = [Arrival(learner=f"l{n}", position=n, level=level, first_language="") for n in range(1, 21)]
        counts = Counter(split for _, _, split in dealt(some, Splits()))
        assert 13 <= counts["train"] <= 15
        assert 2 <= counts["validation"] <= 4
        assert 2 <= counts["test"] <= 4


def test_each_stratum_has_its_shares() -> None:
    found = arrivals(1_200)
    splits = splits_of(found)

    for level in LEVELS:
        for language in LANGUAGES:
            own = [each.learner for each in found if (each.level, each.first_language) == (level, language)]
            train = sum(splits[learner] == "train" for learner in own) / len(own)
            assert abs(train - 0.7) < 0.02


def test_a_learner_never_changes_split_as_the_log_grows() -> None:
    found = arrivals(500)
    random.Random(2).shuffle(found)
    first = sorted(found, key=lambda each: each.position)
    grown = splits_of(found)

    for size in (1, 10, 123, 499):
        assert splits_of(first[:size]).items() <= grown.items()


def test_other_shares_are_kept_as_well() -> None:
    same = [Arrival(learner=f"l{n}", position=n, level="A2", first_language="zh") for n in range(1, 101)]

    assert Counter(split for _, _, split in dealt(same, Splits(train=90, validation=0, test=10))) == {
        "train": 90,
        "test": 10,
    }


def test_nobody_moves_when_another_of_the_stratum_can_no_more_be_counted() -> None:
    found = arrivals(300)
    places = {learner: place for learner, place, _ in dealt(found, Splits())}
    before = splits_of(found)
    gone = {"learner-3", "learner-77", "learner-299"}
    kept = [replace(each, place=places[each.learner]) for each in found]
    # Who is forgotten has no first language any more, and so belongs to another stratum.
    after = splits_of([replace(each, first_language="") if each.learner in gone else each for each in kept])

    assert {name: split for name, split in after.items() if name not in gone} == {
        name: split for name, split in before.items() if name not in gone
    }


def test_new_learners_are_dealt_what_follows_the_places_kept() -> None:
    old = [Arrival(learner=f"l{n}", position=n, level="A2", first_language="zh", place=n - 1) for n in range(1, 51)]
    new = [Arrival(learner=f"l{n}", position=n, level="A2", first_language="zh") for n in range(51, 101)]

    assert [place for _, place, _ in dealt([*new, *old], Splits())] == list(range(100))
