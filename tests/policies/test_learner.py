from datetime import date
from functools import reduce

from events.lesson import SpeechAssessed
from events.values import Scores
from policies.learner import LearnerHistory, history_of
from projections.progress import evolve, initial
from tests.projections.histories import assessed, note, recorded, started, uttered


def test_a_new_learner_has_an_empty_history() -> None:
    assert history_of(initial(), date(2026, 11, 2)) == LearnerHistory()


def test_the_history_names_the_weakest_first_and_leaves_out_what_is_said_well() -> None:
    events = [started(), uttered(), *(assessed(total=60, phones=(("S", 80), ("TH", 30), ("M", 95))) for _ in range(3))]
    notes = SpeechAssessed(turn=1, scores=Scores(), notes=(note("article"), note("tense"), note("tense")))
    view = reduce(evolve, map(recorded, [*events, notes]), initial())

    assert history_of(view, date(2026, 11, 3)) == LearnerHistory(
        sessions=1,
        streak_days=1,
        weak_phones=("TH", "S"),
        weak_words=("think",),
        hard_phones=("TH",),
        slips=(("tense", 2), ("article", 1)),
        average_total=60.0,
    )
    assert history_of(view, date(2026, 11, 5)).streak_days == 0


def test_only_what_is_below_seventy_on_average_is_called_hard() -> None:
    means = (("V", 81.8), ("TH", 69.9), ("R", 70.0))
    view = reduce(evolve, map(recorded, [started(), uttered(), *(assessed(phones=means) for _ in range(3))]), initial())

    history = history_of(view, date(2026, 11, 3))
    assert history.weak_phones == ("TH", "R", "V")
    assert history.hard_phones == ("TH",)
    assert (history.weak_words, history.hard_words) == (("think",), ())
