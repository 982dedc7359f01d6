"""How well scores agree with people: the figures that are published for speechocean762. Trains nothing."""

from collections.abc import Callable, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from training_actors.pronunciation.rated import RatedUtterance

Values = NDArray[np.float64]

POOR_BELOW = 1.0
"""Mean accuracy (0..2) of the experts below which a phone counts as mispronounced."""
THRESHOLDS = np.linspace(0.2, 1.9, 86)


class Judged(Struct, frozen=True, kw_only=True):
    """What the network says of an utterance: phones (n,) 0..2, words (w, 3) and utterance (4,) 0..10.

    ``said`` (w,) and ``matches``: the log odds that each word, and that the text at all, was said.
    """

    phones: Values
    words: Values
    utterance: Values
    said: Values
    matches: float


class Agreement(Struct, frozen=True, kw_only=True):
    """Pearson correlations with the ratings, and how mispronounced phones are found (area under the ROC, best F1).

    ``threshold`` is the score below which a phone is called mispronounced for that F1, `POOR_BELOW` where none is.
    """

    utterances: int
    accuracy: float
    fluency: float
    prosodic: float
    total: float
    word_accuracy: float
    word_stress: float
    word_total: float
    phones: float
    auc: float
    f1: float
    threshold: float


def agreement(utterances: Sequence[RatedUtterance], judged: Sequence[Judged]) -> Agreement:
    """Over all utterances together, as the published figures are."""
    phones, accuracies = _phones(utterances, judged)
    f1, threshold = max((_f1(accuracies < POOR_BELOW, phones < limit), float(limit)) for limit in THRESHOLDS)
    threshold = threshold if f1 else POOR_BELOW
    words = np.concatenate([one.words for one in judged])
    rated = [word for one in utterances for word in one.words]
    whole = np.stack([one.utterance for one in judged])
    return Agreement(
        utterances=len(utterances),
        accuracy=pearson(whole[:, 0], [one.accuracy for one in utterances]),
        fluency=pearson(whole[:, 1], [one.fluency for one in utterances]),
        prosodic=pearson(whole[:, 2], [one.prosodic for one in utterances]),
        total=pearson(whole[:, 3], [one.total for one in utterances]),
        word_accuracy=pearson(words[:, 0], [word.accuracy for word in rated]),
        word_stress=pearson(words[:, 1], [word.stress for word in rated]),
        word_total=pearson(words[:, 2], [word.total for word in rated]),
        phones=pearson(phones, list(accuracies)),
        auc=area(accuracies < POOR_BELOW, -phones),
        f1=f1,
        threshold=threshold,
    )


def of_group(
    utterances: Sequence[RatedUtterance], judged: Sequence[Judged], wanted: Callable[[RatedUtterance], bool]
) -> Agreement:
    """The same over some of the utterances."""
    pairs = [(one, said) for one, said in zip(utterances, judged, strict=True) if wanted(one)]
    return agreement([one for one, _ in pairs], [said for _, said in pairs])


def pearson(scores: Values, ratings: Sequence[float | None]) -> float:
    """Where there is a rating; NaN when either does not vary."""
    known = np.array([np.nan if rating is None else rating for rating in ratings], np.float64)
    there = ~np.isnan(known)
    if there.sum() < 2 or scores[there].std() == 0 or known[there].std() == 0:
        return float("nan")
    return float(np.corrcoef(scores[there], known[there])[0, 1])


def _phones(utterances: Sequence[RatedUtterance], judged: Sequence[Judged]) -> tuple[Values, Values]:
    scores = np.concatenate([one.phones for one in judged])
    ratings = [phone.accuracy for one in utterances for word in one.words for phone in word.phones]
    known = np.array([np.nan if rating is None else rating for rating in ratings], np.float64)
    return scores[~np.isnan(known)], known[~np.isnan(known)]


def _f1(poor: NDArray[np.bool_], called: NDArray[np.bool_]) -> float:
    both = float((poor & called).sum())
    return 2 * both / max(1.0, float(poor.sum() + called.sum()))


def area(positive: NDArray[np.bool_], scores: Values) -> float:
    """Area under the ROC curve by ranks (Mann & Whitney 1947); NaN without both kinds."""
    from scipy.stats import rankdata

    count, others = int(positive.sum()), int((~positive).sum())
    if not count or not others:
        return float("nan")
    return float((rankdata(scores)[positive].sum() - count * (count + 1) / 2) / (count * others))
