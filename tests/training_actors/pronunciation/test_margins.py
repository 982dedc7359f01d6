import numpy as np
import pytest
from msgspec import structs

from training_actors.pronunciation.evaluation import Judged
from training_actors.pronunciation.margins import margins
from training_actors.pronunciation.rated import RatedUtterance

UNRATED = RatedUtterance(
    id="u", learner="l", age_group="adult", text="", words=(), recording=b"", accuracy=None, fluency=None,
    prosodic=None, completeness=None, total=None,
)  # fmt: skip


def rated(count: int, seed: int) -> tuple[list[RatedUtterance], list[Judged]]:
    """Poor readings are judged with a deviation of 2, good ones of .5."""
    rng = np.random.default_rng(seed)
    scores = rng.uniform(2, 9, (count, 4))
    ratings = scores + rng.normal(0, np.where(scores < 5.5, 2.0, 0.5))
    utterances = [
        structs.replace(UNRATED, **dict(zip(("accuracy", "fluency", "prosodic", "total"), row.tolist(), strict=True)))
        for row in ratings
    ]
    nothing = np.zeros(0)
    return utterances, [
        Judged(phones=nothing, words=np.zeros((0, 3)), utterance=row, said=nothing, matches=0.0) for row in scores
    ]


def test_four_of_five_new_ratings_lie_within_the_margin_and_it_is_wider_where_errors_are() -> None:
    learnt = margins(*rated(4000, seed=0))
    utterances, judged = rated(4000, seed=1)
    within = [
        abs(one.total - said.utterance[3]) <= learnt[3].of(float(said.utterance[3]))
        for one, said in zip(utterances, judged, strict=True)
        if one.total is not None
    ]
    assert np.mean(within) == pytest.approx(0.8, abs=0.02)
    # the 80 % quantile of |N(0, s)| is 1.28 s
    assert learnt[3].of(3.0) == pytest.approx(2.56, abs=0.25)
    assert learnt[3].of(9.9) == pytest.approx(0.64, abs=0.07)


def test_a_few_ratings_give_one_margin_and_too_few_none() -> None:
    assert [len(one.widths) for one in margins(*rated(60, seed=0))] == [1, 1, 1, 1]
    assert margins(*rated(39, seed=0)) == ()
    assert margins([UNRATED] * 100, rated(100, seed=0)[1]) == ()


@pytest.mark.parametrize(("quarters", "bands"), [((10, 10, 10, 10), 1), ((3, 10, 10, 10), 2), ((3, 5, 10, 10), 3)])
def test_where_many_scores_are_the_same_there_are_fewer_bands(quarters: tuple[int, ...], bands: int) -> None:
    utterances, judged = rated(400, seed=0)
    scores = np.repeat(quarters, 100)
    told = [structs.replace(one, utterance=np.full(4, float(score))) for one, score in zip(judged, scores, strict=True)]
    assert [len(one.widths) for one in margins(utterances, told)] == [bands] * 4
    assert all(len(one.bounds) == bands - 1 for one in margins(utterances, told))


def test_a_band_that_holds_too_few_joins_its_neighbour() -> None:
    utterances, judged = rated(400, seed=0)
    tops = [
        structs.replace(one, utterance=np.full(4, 3.0 if number == 0 else 10.0)) for number, one in enumerate(judged)
    ]
    assert [(one.bounds, len(one.widths)) for one in margins(utterances, tops)] == [((), 1)] * 4
