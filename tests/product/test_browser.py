"""A learner in a real browser with a recording for a microphone, and the real product behind the page.

With COLLOQUY_SCREENSHOTS=DIR the pictures of the README are left there.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from events.__main__ import main as events
from events.location import DataFolder
from events.opening import open_existing_log
from tests.edge.page.conftest import FLAGS, chromium_path, in_sync, until
from tests.product.conftest import Product
from tests.product.pictures import picture

SENTENCE = "I would like a cup of tea."
GREETING_S = 8.0
"""Silence before the speech: time for the greeting to begin and be stopped."""


@pytest.fixture(scope="module")
def browser(say_to_file: Callable[..., Path]) -> Iterator[Browser]:
    """Chromium whose microphone is silent, says the sentence, and is silent again."""
    recording = say_to_file(SENTENCE, before_s=GREETING_S, after_s=60.0)
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium: `apt-get install chromium`, or name one in COLLOQUY_CHROMIUM")
    with sync_playwright() as playwright:
        flags = [*FLAGS, f"--use-file-for-fake-audio-capture={recording}%noloop"]
        launched = playwright.chromium.launch(executable_path=path, args=flags)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def lesson(product: Product, browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """A guided lesson in which the learner has said the sentence and heard the answer; and the page's faults."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, permissions=["microphone"])
    page, faults = context.new_page(), list[str]()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(product.url)
    until(page, "![...document.querySelectorAll('.picture img')].some((image) => image.hidden)")
    picture(page, "start")
    _start(page)
    until(page, "colloquy.audio?.speaking")
    page.keyboard.press("Escape")
    until(page, "colloquy.lesson.turns[1]?.analysis")
    until(page, "colloquy.video.showing")
    yield page, faults
    context.close()


def _start(page: Page) -> None:
    page.check("input[name=tutor][value=maya]", force=True)
    page.check("input[name=mode][value=sentence]", force=True)
    page.fill("[name=text]", SENTENCE)
    page.click(".start-button")
    until(page, "colloquy.lesson?.session")


def test_a_spoken_sentence_is_understood_scored_and_answered_by_voice_and_face(lesson: tuple[Page, list[str]]) -> None:
    page, faults = lesson
    state = page.evaluate("colloquy.lesson.turns[1]")
    assert "cup of tea" in state["transcription"]["text"].lower()
    assert state["analysis"]["scores"]["pronunciation"] > 50
    drifts = []
    while len(drifts) < 10 and page.evaluate("colloquy.audio.speaking"):
        if page.evaluate("colloquy.video.showing"):
            drifts.append(abs(page.evaluate("colloquy.video.driftMs")))
        page.wait_for_timeout(50)
    assert in_sync(drifts)
    assert faults == []


def test_words_open_their_sounds_by_key(lesson: tuple[Page, list[str]]) -> None:
    page, _ = lesson
    page.locator(".word").nth(5).focus()
    page.keyboard.press("Enter")
    assert page.inner_text(".word-details")
    picture(page, "lesson")


def test_the_conversation_is_there_after_a_reload(lesson: tuple[Page, list[str]]) -> None:
    page, faults = lesson
    page.reload()
    until(page, "colloquy.lesson?.turns[1]?.analysis")
    assert "cup of tea" in page.inner_text("main").lower()
    assert faults == []


def test_progress_shows_the_lesson(lesson: tuple[Page, list[str]]) -> None:
    page, faults = lesson
    page.click("nav >> text=Progress")
    page.wait_for_selector("main >> text=/days? in a row/")
    picture(page, "progress")
    page.click("nav >> text=Lessons")
    page.wait_for_selector("main >> text=Maya")
    assert faults == []


def test_a_learner_who_is_forgotten_sees_the_lesson_end_and_nothing_of_it_again(
    product: Product, lesson: tuple[Page, list[str]]
) -> None:
    page, faults = lesson
    page.go_back()
    page.go_back()
    until(page, "colloquy.lesson?.turns[1]?.analysis")
    session = page.evaluate("colloquy.lesson.session")
    with open_existing_log(DataFolder(product.data)) as log:
        learner = log.read(session)[0].learner

    assert events(["forget", learner, "--yes"], DataFolder(product.data)) == 0

    page.wait_for_selector("main >> text=This lesson is over")
    page.go_back()
    page.go_forward()
    page.wait_for_selector("main >> text=This lesson is over")
    assert "cup of tea" not in page.inner_text("main").lower()
    assert faults == []
