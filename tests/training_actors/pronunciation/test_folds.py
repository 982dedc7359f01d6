from training_actors.pronunciation.folds import folds
from training_actors.pronunciation.rated import RatedUtterance


def rated(learner: str, total: float | None, age_group: str = "adult") -> RatedUtterance:
    return RatedUtterance(
        id=f"{learner}/{total}",
        learner=learner,
        age_group=age_group,
        text="",
        words=(),
        recording=b"",
        accuracy=None,
        fluency=None,
        prosodic=None,
        completeness=None,
        total=total,
    )


def test_every_learner_is_in_one_fold_and_folds_are_of_equal_size() -> None:
    utterances = [rated(f"l{number}", total) for number in range(20) for total in (5.0, 6.0)]
    found = folds(utterances, 5, 0)
    assert sorted(found) == sorted({one.learner for one in utterances})
    assert [list(found.values()).count(fold) for fold in range(5)] == [4] * 5


def test_good_and_poor_speakers_of_both_ages_are_dealt_out_evenly() -> None:
    utterances = [rated(f"{group}{total}", float(total), group) for group in ("adult", "child") for total in range(10)]
    found = folds(utterances, 2, 0)
    for fold in (0, 1):
        inside = [one for one in utterances if found[one.learner] == fold]
        assert [one.age_group for one in inside].count("child") == 5
        assert 4.0 <= sum(one.total or 0 for one in inside) / 10 <= 5.0


def test_a_seed_gives_the_same_folds_again_and_a_learner_without_a_total_has_one_too() -> None:
    utterances = [rated(f"l{number}", None if number == 3 else number / 10) for number in range(12)]
    assert folds(utterances, 3, 7) == folds(utterances, 3, 7)
    assert folds(utterances, 3, 7)["l3"] in (0, 1, 2)
