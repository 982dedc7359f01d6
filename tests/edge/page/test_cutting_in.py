"""When the page says that the learner cut the tutor short, and when it does not."""

from playwright.sync_api import Page

from tests.edge.page.conftest import Open, until
from tests.fakes import canned_lesson as canned
from tests.fakes.lesson_server import FakeLessonServer


def told_a_long_greeting(server: FakeLessonServer, start_lesson: Open) -> Page:
    """A lesson whose tutor has spoken for more than a second and is not done."""
    server.video = False
    server.greeting = canned.GREETING * 6
    page = start_lesson(talking="hold")
    until(page, "colloquy.audio.ms > 1200")
    return page


def test_a_learner_who_ends_the_lesson_while_the_tutor_speaks_has_not_cut_in(
    server: FakeLessonServer, start_lesson: Open
) -> None:
    page = told_a_long_greeting(server, start_lesson)
    page.click("text=End lesson")
    until(page, "colloquy.lesson.turns[0].heardMs >= 1000 && colloquy.lesson.ended")
    page.wait_for_selector(".summary")
    assert "You cut in" not in page.inner_text(".transcript")
    page.goto(f"{server.url}/#/history/session-1")
    page.wait_for_selector(".reply")
    assert "You cut in" not in page.inner_text(".transcript")


def test_a_learner_who_speaks_on_before_the_tutor_is_done_has_cut_in(
    server: FakeLessonServer, start_lesson: Open
) -> None:
    page = told_a_long_greeting(server, start_lesson)
    page.keyboard.press("Escape")
    until(page, "colloquy.lesson.turns[0].heardMs >= 1000")
    assert "You cut in" not in page.inner_text(".transcript")
    page.set_input_files("input[type=file]", {"name": "me.flac", "mimeType": "audio/flac", "buffer": canned.sound(0)})
    page.wait_for_selector("text=You cut in after")
