"""What `practise` prints of a lesson."""

import io
from typing import Any

import msgspec
from rich.console import Console

from edge.lesson_view import LessonView
from events.values import Break, Ending, Prosody

WORDS = [{"text": "small", "score": 0.0, "phones": []}, {"text": "boat", "score": 91.0, "phones": []}]


def analysis(total: float, completeness: float | None) -> dict[str, Any]:
    scores = {"total": total, "pronunciation": total, "fluency": None, "completeness": completeness}
    return {"type": "analysis_complete", "part": 1, "scores": scores, "words": WORDS, "notes": [], "engines": []}


def prosody(figures: Prosody) -> dict[str, Any]:
    return {"type": "prosody_features", "part": 0, "prosody": msgspec.to_builtins(figures)}


def printed(*messages: dict[str, Any]) -> str:
    text = io.StringIO()
    view = LessonView(Console(file=text, width=200), as_json=False)
    for message in messages:
        view.message(message)
    return text.getvalue()


def test_another_sentence_than_the_one_asked_is_not_scored() -> None:
    text = printed(analysis(1.0, 39.9))
    assert "another sentence: not scored" in text
    assert "small" not in text
    assert "total" not in text


def test_the_sentence_asked_is_scored_word_by_word() -> None:
    assert "total 72, pronunciation 72, completeness 40" in printed(analysis(72.0, 40.0))
    assert "small 0  boat 91" in printed(analysis(72.0, 40.0))


def test_free_speech_has_no_sentence_to_miss() -> None:
    assert "boat 91" in printed(analysis(72.0, None))


def test_breaks_and_the_ending_are_told_where_they_are_known() -> None:
    ending = Ending(start_ms=400, end_ms=800, semitones=3.25, movement="rise")
    missing = Break(kind="missing", after_word=0, start_ms=300, end_ms=320, silence_ms=20)
    plain = Prosody(duration_ms=900, speaking_ms=800, f0_mean_hz=200.0)
    beside = Prosody(duration_ms=900, speaking_ms=800, hesitations=1, ending=ending, breaks=(missing, missing))
    line = "0 pauses, 1 hesitation, 2 breaks not as the text has them, rise at the end (+3.2 semitones)"
    assert line in printed(prosody(beside))
    assert "F0 200.0 Hz, 0 pauses, 0 hesitations\n" in printed(prosody(plain))


def test_a_file_of_what_is_printed_holds_no_empty_line() -> None:
    text = io.StringIO()
    view = LessonView(Console(file=text, width=40), as_json=False)
    view.recording("me.wav", 1.5, "Say this.")
    view.sent(1.0)
    view.message({"type": "transcription", "final": True, "text": "Say this."})
    assert text.getvalue().splitlines()[1:] == ["Asked for  Say this.", " You said  Say this."]
