"""A learner who says other sounds than those of the sentence, and what the real product tells them of it.

With COLLOQUY_SCREENSHOTS=DIR the pictures of the README are left there.
"""

from collections.abc import Callable, Iterator
from math import log2
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.edge.page.conftest import FLAGS, chromium_path, until
from tests.product.conftest import Product
from tests.product.pictures import picture

SENTENCE = "My brother thinks it is very cold this winter."
SAID = "My bruzzer sinks. Eat ease. Belly code. Zees veenter."
"""The same, with a B for the V of "very" and an L for its R, among others."""

HOLD = """localStorage.getItem("colloquy.choices") ?? localStorage.setItem("colloquy.choices", '{"talking": "hold"}')"""


@pytest.fixture
def page(product: Product) -> Iterator[Page]:
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium: `apt-get install chromium`, or name one in COLLOQUY_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
        context.add_init_script(HOLD)  # else the browser's own microphone, which beeps, cuts in on the tutor
        yield context.new_page()
        browser.close()


def test_planted_errors_are_told_with_word_sound_and_place_and_are_heard_again(
    product: Product, say_to_file: Callable[..., Path], page: Page
) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    _greeted(page, product)
    page.set_input_files("input[type=file]", say_to_file(SAID, tutor="maya", rate=0.8))
    page.wait_for_selector(".advice li", timeout=60_000)
    until(page, "colloquy.lesson.turns[1].sentences.some((sentence) => sentence?.last)")

    told = page.locator(".advice-text").all_inner_texts()
    assert any(line.startswith(("‘very’: the V sounded like B", "‘very’: the R sounded like L")) for line in told)
    with page.expect_request("**/api/v1/blobs/*"):
        page.click(".advice [aria-label^='Hear yourself']")
    page.click(".score-basis summary")
    page.wait_for_selector(".score-basis dt")
    until(page, "document.querySelector('.picture-wave').getAttribute('d')?.length > 500")
    assert "words a minute" in page.inner_text(".score-basis dl")
    assert faults == []
    picture(page, "evidence", top=".advice")


def test_the_tutors_melody_of_the_sentence_lies_on_that_of_a_learner_who_says_it_alike(
    product: Product, say_to_file: Callable[..., Path], page: Page
) -> None:
    _greeted(page, product)
    # the same voice as the tutor's, but a third higher, faster, and without the words that introduce the sentence
    page.set_input_files("input[type=file]", say_to_file(SENTENCE, tutor="maya", rate=1.1))
    until(page, "colloquy.lesson.turns[1]?.analysis")
    until(page, "colloquy.lesson.turns[1].sentences.some((sentence) => sentence?.last)")
    page.click(".score-basis summary")
    until(page, "document.querySelector('.picture-wave')?.getAttribute('d')?.length > 500")

    prosody = page.evaluate("colloquy.lesson.turns[1].prosody")
    own, theirs = prosody["contour"], prosody["tutor_contour"]
    assert median(_semitones(own)) - median(_semitones(theirs)) > 4  # as each voice was: the page moves it
    apart = _apart(own, theirs)
    assert len(apart) > 30
    assert median(map(abs, apart)) < 1.5  # semitones: what a listener just tells apart ('t Hart 1981)
    assert page.locator(".turn-picture .pitch-tutor").count() > 3
    assert page.inner_text(".turn-picture .key-tutor") == "Joe saying it, in your rhythm"
    picture(page, "melody", top=".turn-picture")


def _greeted(page: Page, product: Product) -> None:
    """A guided lesson whose tutor has said the sentence."""
    page.goto(product.url)
    page.check("input[name=tutor][value=joe]", force=True)
    page.check("input[name=mode][value=sentence]", force=True)
    page.fill("[name=text]", SENTENCE)
    page.click(".start-button")
    until(page, "colloquy.audio?.speaking")
    until(page, "colloquy.lesson.turns[0].segments.some((segment) => segment?.last)")
    page.keyboard.press("Escape")


def _semitones(contour: list[dict[str, float]]) -> list[float]:
    return [12 * log2(point["f0_hz"]) for point in contour]


def _apart(own: list[dict[str, float]], theirs: list[dict[str, float]]) -> list[float]:
    """Semitones between the two where both are voiced at the same time, each from its own median."""
    heights = dict(zip((point["time_ms"] for point in own), _semitones(own), strict=True))
    middle, their_middle = median(heights.values()), median(_semitones(theirs))
    pairs = [
        (min(heights, key=lambda time_ms, at=point["time_ms"]: abs(time_ms - at)), point["time_ms"], height)
        for point, height in zip(theirs, _semitones(theirs), strict=True)
    ]
    return [(height - their_middle) - (heights[near] - middle) for near, at, height in pairs if abs(near - at) <= 15]
