"""Ratings by people beside the recordings that they heard."""

from events.lesson import SpeechRated, SpeechUttered
from events.values import PhoneRating, WordRating
from replay.datasets.kinds.pronunciation import PRONUNCIATION
from tests.replay.datasets.kinds.rows import drops_in, rows_in
from tests.replay.datasets.lessons import Lessons


def recorded(lessons: Lessons, turn: int, reference: str) -> SpeechUttered:
    return SpeechUttered(
        turn=turn, source="corpus", endpoint="file", audio=lessons.recording("ana"), reference=reference,
        sample_rate_hz=16_000, duration_ms=2_000,
    )  # fmt: skip


def test_a_rated_recording_is_a_row_with_words_and_phones(lessons: Lessons) -> None:
    word = WordRating(text="BEAR", accuracy=6.0, phones=(PhoneRating(phone="EH0", accuracy=1.0, heard="IY"),))
    rating = SpeechRated(turn=1, rater="experts", accuracy=8.0, total=7.0, words=(word,), total_each=(7.0, 6.0, 8.0))
    lessons.hold("s1", "ana", recorded(lessons, 1, "WE CALL IT BEAR"), rating)

    (row,) = rows_in(lessons, PRONUNCIATION)

    columns = row.columns
    assert (columns["text"], columns["accuracy"], columns["total"], columns["fluency"]) == (
        "WE CALL IT BEAR",
        8.0,
        7.0,
        None,
    )
    assert columns["words"][0]["phones"][0] == {"phone": "EH0", "accuracy": 1.0, "heard": "IY"}
    assert list(columns["total_each"]) == [7.0, 6.0, 8.0]
    assert row.lineage.types == ("speech.uttered.v1", "speech.rated.v1")
    assert row.quality["total"] == 7.0


def test_what_nobody_rated_or_was_free_speech_is_counted(lessons: Lessons) -> None:
    free = SpeechRated(turn=2, rater="teacher", total=5.0)
    lessons.hold("s1", "ana", recorded(lessons, 1, "HELLO"), recorded(lessons, 2, ""), free)

    assert drops_in(lessons, PRONUNCIATION) == ["not_rated", "no_reference"]
