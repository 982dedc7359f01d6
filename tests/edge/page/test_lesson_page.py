"""A lesson in the browser: microphone, voice, face, feedback, and what happens when something is in the way."""

import itertools
from typing import Any

import msgspec
import numpy as np
import pytest
from playwright.sync_api import Page
from starlette.websockets import WebSocket

from projections.messages import AnalysisMessage, ErrorMessage, Message
from tests.edge.page.conftest import MICROPHONE_HZ, TONE_HZ, Open, in_sync, until
from tests.fakes import canned_lesson as canned
from tests.fakes.lesson_server import FakeLessonServer

TURN_MS = 2 * canned.SEGMENT_MS


def drifts(page: Page, samples: int = 15) -> list[float]:
    """How far the video is from the sound, ms, while it is shown."""
    found: list[float] = []
    while len(found) < samples:
        video, audio = page.evaluate("[colloquy.video, colloquy.audio]")
        if not audio["speaking"]:
            break
        if video["showing"]:
            found.append(abs(video["driftMs"]))
        page.wait_for_timeout(40)
    return found


def test_a_learner_speaks_and_gets_an_answer_and_scored_words(server: FakeLessonServer, start_lesson: Open) -> None:
    canned.drawn(server.tutor)  # drawn ahead, as a real server has it by the time the voice sounds
    page = start_lesson(talking="auto")
    until(page, "colloquy.video.showing")
    assert in_sync(drifts(page))
    until(page, "colloquy.lesson.turns[1]?.analysis")
    assert server.chunks[1] == list(range(len(server.chunks[1])))
    assert server.of("end_recording") == []
    spectrum = np.abs(np.fft.rfft(np.frombuffer(server.pcm[1], dtype="<i2").astype(np.float64)))
    assert abs(spectrum.argmax() * MICROPHONE_HZ / len(server.pcm[1]) * 2 - TONE_HZ) < 8

    page.locator(".word[aria-label^='theatre']").focus()
    page.keyboard.press("Enter")
    assert "heard “s”" in page.inner_text(".word-details")
    assert page.locator(".word[aria-label='evening: left out']").count() == 1
    assert page.locator(".notes").inner_text().startswith("I go yesterday")
    assert page.locator(".gauge").count() == 6
    until(page, "!colloquy.audio.speaking")
    until(page, "colloquy.lesson.turns[1].heardMs")
    assert [(command["turn"], command["heard_ms"]) for command in server.of("heard")] == [(0, TURN_MS), (1, TURN_MS)]


def test_a_broken_connection_loses_no_chunk_and_doubles_no_message(
    server: FakeLessonServer, start_lesson: Open
) -> None:
    server.video = False
    server.cut()
    page = start_lesson(talking="auto")
    until(page, "colloquy.lesson.turns[1]?.sentences.length === 2")
    assert len(server.of("resume")) == 1
    assert server.chunks[1] == list(range(len(server.chunks[1])))
    assert len(server.chunks[1]) > 15
    assert page.locator(".turn").count() == 2
    assert page.locator(".said-learner:visible").count() == 1


def test_a_reload_brings_the_conversation_back_in_silence(server: FakeLessonServer, start_lesson: Open) -> None:
    page = start_lesson(talking="hold")
    page.click("text=Type")
    page.fill("#typed", "I saw a play.")
    page.keyboard.press("Enter")
    until(page, "colloquy.lesson.turns[1]?.sentences.length === 2")
    page.reload()
    until(page, "colloquy.connected && colloquy.lesson.turns[1]?.sentences.length === 2")
    assert page.locator(".plain-sentence").inner_text() == "I saw a play."
    assert server.of("resume")[-1]["last_seq"] == -1
    assert page.evaluate("colloquy.audio.speaking") is False


def test_escape_silences_the_tutor_and_says_how_much_was_heard(server: FakeLessonServer, start_lesson: Open) -> None:
    page = start_lesson(talking="hold")
    until(page, "colloquy.audio.ms > 300")
    page.keyboard.press("Escape")
    assert page.evaluate("colloquy.audio.speaking") is False
    until(page, "colloquy.lesson.turns[0].heardMs")
    (interrupt,) = server.of("interrupt")
    assert interrupt["turn"] == 0
    assert 300 < interrupt["heard_ms"] < TURN_MS
    assert server.of("heard") == []


def test_with_headphones_a_learner_cuts_in_by_speaking(server: FakeLessonServer, start_lesson: Open) -> None:
    server.video = False
    server.greeting = canned.GREETING * 6
    page = start_lesson(talking="auto", headphones=True)
    until(page, "colloquy.talking")
    until(page, "colloquy.lesson.turns[0].heardMs")
    assert server.of("interrupt")[0]["heard_ms"] < 6 * TURN_MS
    until(page, "colloquy.lesson.turns[1]?.analysis")


def test_holding_the_space_key_records_until_it_is_let_go(server: FakeLessonServer, start_lesson: Open) -> None:
    page = start_lesson(talking="hold")
    page.click(".talk")
    until(page, "colloquy.microphone === 'on'")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.down("Space")
    page.wait_for_timeout(500)
    page.keyboard.up("Space")
    until(page, "colloquy.lesson.turns[1]?.analysis")
    assert server.of("start_session")[0]["endpointing"] == "manual"
    assert [command["turn"] for command in server.of("end_recording")] == [1]
    assert len(server.chunks[1]) >= 3


def test_turning_the_microphone_off_in_mid_sentence_ends_the_sentence(
    server: FakeLessonServer, start_lesson: Open
) -> None:
    server.video = False
    page = start_lesson(talking="auto", headphones=True)
    until(page, "colloquy.lesson.turns[1]?.partial")
    page.click(".talk")
    until(page, "colloquy.lesson.turns[1]?.analysis")
    assert [command["turn"] for command in server.of("end_recording")] == [1]
    assert server.of("cancel_recording") == []
    assert page.evaluate("[colloquy.talking, colloquy.microphone]") == [False, "off"]


@pytest.mark.parametrize("width", [390, 360])
def test_on_a_phone_the_controls_names_keep_apart_and_no_key_is_named(
    server: FakeLessonServer, start_lesson: Open, width: int
) -> None:
    server.video = False
    page = start_lesson(talking="auto", width=width, height=844)
    until(page, "colloquy.microphone === 'on'")
    boxes = [name.bounding_box() for name in page.locator(".control span").all()]
    assert len(boxes) == 4
    for left, right in itertools.pairwise(box for box in boxes if box):
        assert left["x"] + left["width"] < right["x"]
    assert "Esc" not in page.inner_text(".talk-hint")


def test_without_video_the_mouth_is_drawn_from_visemes(server: FakeLessonServer, start_lesson: Open) -> None:
    server.video = False
    page = start_lesson(talking="hold")
    until(page, "colloquy.audio.ms > 200")
    assert page.locator("canvas.mouth").is_visible()
    until(page, "!colloquy.audio.speaking")
    until(page, "document.querySelector('canvas.mouth').hidden")  # with the next frame drawn


def test_a_recording_is_uploaded_and_a_fault_is_a_notice_to_dismiss(
    server: FakeLessonServer, start_lesson: Open
) -> None:
    server.video = False
    page = start_lesson(talking="hold", mode="sentence", text="I went to the theatre.")
    assert page.inner_text(".exercise-text") == "I went to the theatre."
    page.set_input_files("input[type=file]", {"name": "me.txt", "mimeType": "audio/flac", "buffer": b"not a sound"})
    page.wait_for_selector("text=This is no audio")
    page.set_input_files("input[type=file]", {"name": "me.flac", "mimeType": "audio/flac", "buffer": canned.sound(0)})
    until(page, "colloquy.lesson.turns[1]?.analysis")
    assert server.files[1] == canned.sound(0)
    page.click("text=Type")
    page.fill("#typed", "fail")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Say it once more")
    assert page.locator(".notice").count() == 1  # the first went with the turn that succeeded
    assert page.locator("text=Try again").count() == 0  # nothing was said that could be tried again
    page.locator(".notice [aria-label=Dismiss]").press("Enter")
    assert page.locator(".notice").count() == 0
    page.click("text=End lesson")
    page.wait_for_selector(".summary")
    assert server.of("end_session")
    page.goto(f"{server.url}/#/history/session-1")
    page.wait_for_selector(".word")
    assert page.inner_text("h1").startswith("Guided sentences with Maya, ")
    assert "2026" in page.inner_text("h1")
    assert page.locator("text=Listen").count() == 1
    assert page.locator("text=Retry").count() == 0


def test_a_refused_microphone_is_explained_with_the_way_out(server: FakeLessonServer, open_page: Open) -> None:
    server.video = False
    page = open_page(talking="auto")
    page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError') } }"
    )
    page.click(".start-button")
    page.wait_for_selector("text=The browser does not let this page use the microphone")
    assert "type or upload" in page.inner_text(".notice")
    assert page.get_attribute(".talk", "aria-label") == "Turn the microphone on"


def _typed(page: Page, text: str) -> None:
    if not page.locator("#typed").is_visible():
        page.click("text=Type")
    page.fill("#typed", text)
    page.keyboard.press("Enter")


def test_a_typed_turn_has_no_empty_gauge_and_is_not_counted_as_spoken(
    server: FakeLessonServer, start_lesson: Open
) -> None:
    server.video = False
    page = start_lesson(talking="hold")
    until(page, "colloquy.audio.ms > 100")
    _typed(page, "I saw a play.")
    until(page, "colloquy.lesson.turns[1]?.sentences.length === 2")
    assert page.locator(".gauge").count() == 0
    assert "You cut in" not in page.inner_text(".transcript")
    page.click("text=End lesson")
    page.wait_for_selector(".summary")
    assert "You typed once." in page.inner_text(".summary")
    assert "Well done" not in page.inner_text(".summary")


def test_a_different_sentence_is_shown_as_heard_without_scores(
    server: FakeLessonServer, start_lesson: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.video = False
    assessed = canned.assessed

    def other(turn: int, seq: int) -> tuple[Message, ...]:
        prosody, analysis = assessed(turn, seq)
        assert isinstance(analysis, AnalysisMessage)
        scores = msgspec.structs.replace(analysis.scores, completeness=12.0)
        return prosody, msgspec.structs.replace(analysis, scores=scores, reference="She sells sea shells.")

    monkeypatch.setattr(canned, "assessed", other)
    page = start_lesson(talking="hold", mode="sentence", text="She sells sea shells.")
    page.set_input_files("input[type=file]", {"name": "me.flac", "mimeType": "audio/flac", "buffer": canned.sound(0)})
    page.wait_for_selector("text=That was a different sentence")
    assert page.inner_text(".plain-sentence") == canned.TEXT
    assert page.locator(".gauge, .word").count() == 0


def test_a_lessons_average_counts_only_what_was_spoken_and_scored(
    server: FakeLessonServer, start_lesson: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Totals 76 and 40, and another sentence with 1: the mean is (76 + 40) / 2 = 58."""
    server.video = False
    assessed = canned.assessed

    def judged(turn: int, seq: int) -> tuple[Message, ...]:
        prosody, analysis = assessed(turn, seq)
        assert isinstance(analysis, AnalysisMessage)
        total, completeness = {1: (76.0, 90.0), 2: (1.0, 12.0), 3: (40.0, 40.0)}[turn]
        scores = msgspec.structs.replace(analysis.scores, total=total, completeness=completeness)
        return prosody, msgspec.structs.replace(analysis, scores=scores)

    monkeypatch.setattr(canned, "assessed", judged)
    page = start_lesson(talking="hold", mode="sentence", text="She sells sea shells.")
    recording = {"name": "me.flac", "mimeType": "audio/flac", "buffer": canned.sound(0)}
    for turn in (1, 2, 3):
        page.set_input_files("input[type=file]", recording)
        until(page, f"colloquy.lesson.turns[{turn}]?.analysis")
    page.click("text=End lesson")
    page.wait_for_selector(".summary")
    assert page.get_attribute(".summary .gauge", "aria-label") == "Average: 58 of 100, needs work"
    typed = "{typed: 'She sells.', analysis: {scores: {total: 10}}}"
    assert page.evaluate(f"import('/static/turn_parts.js').then(({{totalOf}}) => totalOf({typed}))") is None


def test_after_the_tutors_goodbye_ending_the_lesson_stands_out(
    server: FakeLessonServer, start_lesson: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.video = False
    page = start_lesson(talking="hold")
    assert page.locator("button.primary:has-text('End lesson')").count() == 0
    reply = canned.reply
    monkeypatch.setattr(
        canned, "reply", lambda *args, **named: msgspec.structs.replace(reply(*args, **named), acts=("close",))
    )
    _typed(page, "Goodbye!")
    page.wait_for_selector("button.primary:has-text('End lesson')")


def test_a_turn_out_of_order_is_settled_without_a_word_to_the_learner(
    server: FakeLessonServer, start_lesson: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.video = False
    page = start_lesson(talking="hold")
    answer = server._command

    async def refused(websocket: WebSocket, command: dict[str, Any]) -> None:
        if command["type"] == "rate":
            error = ErrorMessage(
                seq=1, part=-1, code="turn_out_of_order", message="Turn 1 cannot be said now.", retryable=True
            )
            await websocket.send_text(msgspec.json.encode(error).decode())
        else:
            await answer(websocket, command)

    monkeypatch.setattr(server, "_command", refused)
    _typed(page, "I saw a play.")
    page.click("[aria-label='4 of 5 stars']")
    until(page, "colloquy.connected && true")
    _typed(page, "It was good.")
    until(page, "colloquy.lesson.turns[2]?.sentences.length === 2")
    assert server.of("resume")
    assert page.locator(".notice").count() == 0


def test_a_rating_is_there_again_after_a_reload_and_when_the_lesson_is_over(
    server: FakeLessonServer, start_lesson: Open
) -> None:
    server.video = False
    page = start_lesson(talking="hold")
    _typed(page, "I saw a play.")
    page.click("[aria-label='4 of 5 stars']")
    while not server.of("rate"):
        page.wait_for_timeout(20)
    page.reload()
    page.wait_for_selector("[aria-label='4 of 5 stars'][aria-pressed='true']")
    assert page.locator(".star.is-on").count() == 4
    page.click("text=End lesson")
    page.wait_for_selector("[aria-label='You gave 4 of 5 stars']")


def test_a_guided_sentence_is_skipped_by_a_button_which_is_no_attempt(
    server: FakeLessonServer, start_lesson: Open
) -> None:
    server.video = False
    page = start_lesson(talking="hold", mode="sentence", text="She sells sea shells.")
    until(page, "colloquy.lesson.turns[0]?.sentences.length === 2")
    server.exercise = "The ship has left."
    page.focus("button:has-text('Slowly')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=The ship has left.")
    assert [(command["turn"], command["text"]) for command in server.of("type_text")] == [(1, "Next sentence, please.")]
    assert page.inner_text(".said-learner:visible") == "You asked for the next sentence."
    assert page.evaluate("document.activeElement.ariaLabel") == "Next sentence"
    page.reload()
    page.wait_for_selector("text=You asked for the next sentence.")
    page.click("text=End lesson")
    assert "You have not said anything." in page.inner_text(".summary")


def test_free_conversation_has_no_sentence_to_skip(server: FakeLessonServer, start_lesson: Open) -> None:
    server.video = False
    server.exercise = "She sells sea shells."
    page = start_lesson(talking="hold")
    page.wait_for_selector(".exercise")
    assert page.locator(".exercise button:visible").all_inner_texts() == ["Listen", "Slowly"]


def test_the_summary_keeps_its_buttons_together_and_on_a_wide_screen_beside_its_words(
    server: FakeLessonServer, start_lesson: Open
) -> None:
    server.video = False
    page = start_lesson(talking="hold")
    page.set_input_files("input[type=file]", {"name": "me.flac", "mimeType": "audio/flac", "buffer": canned.sound(0)})
    until(page, "colloquy.lesson.turns[1]?.analysis")
    _typed(page, "I saw a play.")
    until(page, "colloquy.lesson.turns[2]?.sentences.length === 2")
    page.click("text=End lesson")
    page.wait_for_selector("text=You spoke once and typed once. All of it is saved.")
    words, progress, again = _boxes(page)
    assert words["y"] < progress["y"] + progress["height"] / 2 < words["y"] + words["height"]
    assert words["x"] + words["width"] <= progress["x"]
    for width in (1280, 1000, 390):
        page.set_viewport_size({"width": width, "height": 800})
        _, progress, again = _boxes(page)
        assert progress["y"] == again["y"]


def _boxes(page: Page) -> list[dict[str, float]]:
    places = (".summary-words", ".summary a:has-text('My progress')", ".summary a:has-text('New lesson')")
    script = "(element) => element.getBoundingClientRect().toJSON()"
    return [page.locator(place).evaluate(script) for place in places]
