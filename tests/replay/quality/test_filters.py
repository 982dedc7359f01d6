"""Filters keep, drop and say why; impossible ones are refused."""

import msgspec
import pytest

from replay.quality.errors import ImpossibleFilter, UnknownMeasure
from replay.quality.filters import Filter, check, judge

CLEAR = Filter(measure="snr_db", at_least=15)
SPOKEN = Filter(measure="speech_ratio", at_least=0.2, at_most=0.9)


def test_a_row_within_all_bounds_stays() -> None:
    verdict = judge((CLEAR, SPOKEN), {"snr_db": 15.0, "speech_ratio": 0.9})
    assert verdict.keep
    assert not verdict.reason


@pytest.mark.parametrize(
    ("quality", "cause", "reason"),
    [
        ({"snr_db": 8.21, "speech_ratio": 0.5}, "snr_db below 15", "snr_db 8.21 is below 15"),
        ({"snr_db": 20.0, "speech_ratio": 0.95}, "speech_ratio above 0.9", "speech_ratio 0.95 is above 0.9"),
        ({"snr_db": float("nan"), "speech_ratio": 0.5}, "snr_db below 15", "snr_db nan is below 15"),
        ({"snr_db": 1.0, "speech_ratio": 0.0}, "snr_db below 15", "snr_db 1 is below 15"),
    ],
)
def test_the_first_filter_that_drops_a_row_says_why(quality: dict[str, float], cause: str, reason: str) -> None:
    verdict = judge((CLEAR, SPOKEN), quality)
    assert not verdict.keep
    assert (verdict.cause, verdict.reason) == (cause, reason)


def test_a_row_that_lacks_the_measure_is_dropped_and_says_so() -> None:
    assert judge((CLEAR,), {}).reason == "snr_db is not measured in such a row"
    assert judge((CLEAR,), {"snr_db": None}).reason == "snr_db could not be measured"
    assert judge((CLEAR,), {}).cause == "snr_db missing"


def test_a_row_that_lacks_the_measure_stays_where_the_filter_allows_it() -> None:
    assert judge((Filter(measure="snr_db", at_least=15, missing="keep"),), {}).keep


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (Filter(measure="snr_db"), "has no bound"),
        (Filter(measure="snr_db", at_least=30, at_most=10), "nothing is both"),
        (Filter(measure="speech_ratio", at_least=1.5), "keeps nothing: it is from 0 to 1 (share)"),
        (Filter(measure="rating", at_most=0), "keeps nothing: it is from 1 to 5 (stars)"),
        (Filter(measure="snr_db", at_least=float("nan")), "keeps nothing"),
    ],
)
def test_a_filter_that_can_keep_nothing_is_refused(wrong: Filter, told: str) -> None:
    with pytest.raises(ImpossibleFilter) as caught:
        check((wrong,))
    assert told in str(caught.value)


def test_an_unknown_measure_names_the_nearest() -> None:
    with pytest.raises(UnknownMeasure, match="did you mean 'loudness_lufs'"):
        check((Filter(measure="loudness_luf", at_least=-30),))


def test_an_unknown_field_of_a_filter_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="at_lest"):
        msgspec.toml.decode('measure = "snr_db"\nat_lest = 3', type=Filter)


def test_bounds_at_the_ends_of_a_range_are_possible() -> None:
    check((Filter(measure="speech_ratio", at_least=1.0), Filter(measure="degraded", at_most=0)))
