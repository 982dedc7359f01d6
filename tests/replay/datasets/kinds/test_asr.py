"""Rows of recordings and what was said in them."""

from events.lesson import SpeechUttered
from replay.datasets.kinds.asr import rows
from replay.datasets.kinds.kind import Dropped
from replay.datasets.logged import Known, logged
from replay.datasets.rows import Row
from tests.replay.datasets.lessons import Lessons

ANA = Known(learner="ana", consent="consent-1", split="train", first_language="es", age_group="adult")


def rows_of(lessons: Lessons, stream: str) -> list[Row | Dropped]:
    session = logged(ANA, lessons.log.read(stream), ended=True)
    assert session is not None
    return list(rows(session))


def test_an_utterance_gives_its_recording_and_its_transcript(lessons: Lessons) -> None:
    lessons.hold("s1", "ana", *lessons.said("ana", 1, "i like tea"))

    (row,) = rows_of(lessons, "s1")

    assert isinstance(row, Row)
    assert (row.id, row.kind, row.learner, row.split) == ("asr/s1/1", "asr", "ana", "train")
    assert row.audio is not None
    assert lessons.blobs.of("ana").get(row.audio.blob.sha256) == b"i like tea"
    columns = row.columns
    assert (columns["text"], columns["text_from"], columns["confidence"]) == ("i like tea", "transcript", 0.9)
    assert (columns["duration_s"], columns["speech_start_ms"], columns["speech_end_ms"]) == (1.7, 200, 1_100)
    assert columns["words"][1] == {"text": "like", "start_ms": 500, "end_ms": 800, "confidence": 0.9}
    assert (columns["level"], columns["first_language"], columns["age_group"]) == ("A2", "es", "adult")
    assert (columns["tutor"], columns["mode"], columns["corpus"]) == ("iris", "conversation", "")


def test_a_row_names_the_events_that_it_was_made_from(lessons: Lessons) -> None:
    lessons.hold("s1", "ana", *lessons.said("ana", 1, "i like tea"))

    (row,) = rows_of(lessons, "s1")

    assert isinstance(row, Row)
    recorded = lessons.log.read("s1")
    assert row.lineage.stream == "s1"
    assert row.lineage.events == (recorded[1].id, recorded[2].id)
    assert row.lineage.types == ("speech.uttered.v1", "speech.transcribed.v1")
    assert row.lineage.engines == ("asr whisper 1.2 ab",)
    assert row.lineage.consent == "consent-1"


def test_a_text_that_was_to_be_read_goes_before_a_transcript(lessons: Lessons) -> None:
    uttered = SpeechUttered(
        turn=1, source="upload", endpoint="client", audio=lessons.recording("ana"), reference="WE CALL IT BEAR",
        sample_rate_hz=16_000, duration_ms=2_000,
    )  # fmt: skip
    lessons.hold("s1", "ana", uttered)

    (row,) = rows_of(lessons, "s1")

    assert isinstance(row, Row)
    assert (row.columns["text"], row.columns["text_from"]) == ("WE CALL IT BEAR", "reference")
    assert row.columns["confidence"] is None
    assert row.lineage.types == ("speech.uttered.v1",)


def test_what_was_typed_not_heard_or_empty_is_told_apart(lessons: Lessons) -> None:
    typed = SpeechUttered(turn=1, source="typed", endpoint="typed", text="hello")
    unheard = SpeechUttered(turn=2, source="microphone", endpoint="silence", audio=lessons.recording("ana"))
    lessons.hold("s1", "ana", typed, unheard, *lessons.said("ana", 3, ""))

    assert rows_of(lessons, "s1") == [Dropped("typed"), Dropped("not_transcribed"), Dropped("no_words")]


def test_what_a_corpus_says_was_said_goes_before_all(lessons: Lessons) -> None:
    uttered = SpeechUttered(
        turn=1, source="corpus", endpoint="file", audio=lessons.recording("ana"), text="we call it a bear",
        reference="WE CALL IT BEAR", sample_rate_hz=16_000, duration_ms=2_000,
    )  # fmt: skip
    lessons.hold("s1", "ana", uttered)

    (row,) = rows_of(lessons, "s1")

    assert isinstance(row, Row)
    assert (row.columns["text"], row.columns["text_from"]) == ("we call it a bear", "human")
