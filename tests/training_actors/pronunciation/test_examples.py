import numpy as np

from training_actors.pronunciation.examples import rated_targets
from training_actors.pronunciation.rated import RatedUtterance


def test_the_raters_mean_is_taught_where_their_own_ratings_are_known() -> None:
    utterance = RatedUtterance(
        id="u", learner="l", age_group="adult", text="", words=(), recording=b"", completeness=1.0,
        accuracy=8.0, fluency=7.0, prosodic=None, total=6.0, accuracy_each=(8.0, 8.0, 5.0), total_each=(6.0, 7.0),
    )  # fmt: skip
    np.testing.assert_array_equal(rated_targets(utterance).utterance, np.float32([7.0, 7.0, np.nan, 6.5]))
