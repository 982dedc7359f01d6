"""Whose text is given to whom."""

import pytest
from msgspec import structs

from training_actors.pronunciation.foreign import strangers
from training_actors.pronunciation.rated import RatedUtterance, RatedWord

UNRATED = RatedUtterance(
    id="u", learner="l", age_group="adult", text="", words=(), recording=b"", accuracy=None, fluency=None,
    prosodic=None, completeness=None, total=None,
)  # fmt: skip


def saying(text: str) -> RatedUtterance:
    return structs.replace(UNRATED, words=(RatedWord(text=text, phones=(), accuracy=None, stress=None, total=None),))


@pytest.mark.parametrize("drilled", [10, 190, 199])
def test_everybody_gets_another_text_however_often_one_is_said(drilled: int) -> None:
    texts = ["drill"] * drilled + [f"text {number}" for number in range(200 - drilled)]
    found = strangers([saying(text) for text in texts], seed=0)
    assert all(texts[own] != texts[other] for own, other in enumerate(found))


def test_where_all_say_the_same_everybody_keeps_their_own() -> None:
    assert strangers([saying("drill")] * 3, seed=0) == [0, 1, 2]
