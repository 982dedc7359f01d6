"""A learner who says other sounds than those of the sentence, and what the real product tells them of it.

With COLLOQUY_SCREENSHOTS=DIR the pictures of the README are left there.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.edge.page.conftest import FLAGS, chromium_path, until
from tests.product.conftest import Product
from tests.product.pictures import picture

SENTENCE = "My brother thinks it is very cold this winter."
SAID = "My bruzzer sinks. Eat ease. Belly code. Zees veenter."
"""The same, with a B for the V of "very" and an L for its R, among others."""


@pytest.fixture
def page(product: Product) -> Iterator[Page]:
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium: `apt-get install chromium`, or name one in COLLOQUY_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB").new_page()
        browser.close()


def test_planted_errors_are_told_with_word_sound_and_place_and_are_heard_again(
    product: Product, say_to_file: Callable[..., Path], page: Page
) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(product.url)
    page.check("input[name=tutor][value=joe]", force=True)
    page.check("input[name=mode][value=sentence]", force=True)
    page.fill("[name=text]", SENTENCE)
    page.click(".start-button")
    until(page, "colloquy.audio?.speaking")
    page.keyboard.press("Escape")
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
