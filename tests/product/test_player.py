"""The player of past lessons in a real browser, over a lesson that was held with the real engines.

With COLLOQUY_SCREENSHOTS=DIR its pictures are left there.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import soundfile
from playwright.sync_api import Browser, Page, sync_playwright

from edge.client import LessonClient
from tests.edge.page.conftest import FLAGS, chromium_path, in_sync, until
from tests.product.conftest import Product
from tests.product.pictures import picture

SAID = "My brother go to the park every day."
LEARNER = "watched"
PAUSE_MS = 4_000
"""The longest silence that the player keeps."""


@pytest.fixture(scope="module")
def session(product: Product, say_to_file: Callable[[str], Path]) -> str:
    """A lesson of one spoken turn, over since; the answer to it was cut off after 1.5 s."""

    async def hold() -> str:
        client = LessonClient(product.url, LEARNER)
        await client.start(tutor="maya", level="A2", mode="conversation", endpointing="manual")
        await client.until_answered(0)
        await client.command("heard", turn=0, heard_ms=60_000)
        pcm, _ = soundfile.read(say_to_file(SAID), dtype="int16")
        await client.say(1, [pcm.astype("<i2").tobytes()])
        await client.until_answered(1)
        await client.command("interrupt", turn=1, heard_ms=1_500)
        await client.command("end_session")
        await client.until("progress", stage="ended")
        await client.close()
        return client.session

    return asyncio.run(hold())


@pytest.fixture(scope="module")
def browser(session: str) -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium: `apt-get install chromium`, or name one in COLLOQUY_CHROMIUM")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def player(product: Product, browser: Browser, session: str) -> Iterator[tuple[Page, list[str]]]:
    """The page at the session's player, and its faults."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page, faults = context.new_page(), list[str]()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.add_init_script(f"localStorage.setItem('colloquy.learner', {json.dumps(json.dumps(LEARNER))})")
    page.goto(f"{product.url}/#/history")
    page.click(".session-card")
    page.click("text=Watch it again")
    until(page, "colloquy.player")
    yield page, faults
    context.close()


def at(page: Page) -> dict[str, Any]:
    state: dict[str, Any] = page.evaluate("colloquy.player")
    return state


def go_to(page: Page, type: str, nth: int = 0) -> None:
    if not page.evaluate("document.querySelector('.events').open"):
        page.click(".events summary")
    page.locator(".event-list button", has_text=type).nth(nth).click()


def test_it_opens_at_the_beginning_and_plays_by_key_with_voice_and_face_in_sync(
    player: tuple[Page, list[str]],
) -> None:
    page, faults = player
    assert (at(page)["ms"], at(page)["playing"]) == (0, False)
    page.keyboard.press("Space")
    until(page, "colloquy.player.showing && colloquy.player.videoMs > 500")
    assert not page.evaluate("document.querySelector('video.speaking').muted")
    assert page.evaluate("document.querySelector('video.speaking').webkitAudioDecodedByteCount") > 0
    drifts = []
    while len(drifts) < 10 and (state := at(page))["playing"]:
        if state["showing"]:
            drifts.append(abs(state["ms"] - state["sound"]["startMs"] + state["sound"]["fromMs"] - state["videoMs"]))
        page.wait_for_timeout(40)
    assert in_sync(drifts)
    page.keyboard.press("Space")
    stood = at(page)["ms"]
    page.wait_for_timeout(200)
    assert (at(page)["ms"], at(page)["playing"]) == (stood, False)
    assert faults == []


def test_moving_shows_the_lesson_as_it_was_at_that_moment(player: tuple[Page, list[str]]) -> None:
    page, faults = player
    go_to(page, "speech.uttered")
    assert "transcription" not in at(page)["lesson"]["turns"][1]
    assert "park" not in page.inner_text(".conversation")
    go_to(page, "speech.transcribed")
    assert "park" in page.inner_text(".conversation")
    assert page.locator(".conversation .gauge").count() == 0
    go_to(page, "speech.assessed")
    assert page.locator(".conversation .gauge").count() >= 4
    assert page.locator(".word").count() == len(SAID.split())
    go_to(page, "session.started")
    assert at(page)["lesson"]["turns"] == []
    assert page.inner_text(".conversation").strip() == ""
    assert faults == []


def test_the_tutors_reasons_are_there_and_their_evidence_can_be_heard(player: tuple[Page, list[str]]) -> None:
    page, faults = player
    page.keyboard.press("End")
    until(page, "colloquy.player.lesson.ended")
    why = page.locator(".reasons").last
    assert "says it right" in why.inner_text()
    assert "go → goes" in why.inner_text()
    page.locator(".said-learner >> text=Listen").click()
    until(page, "colloquy.player.sound?.kind === 'learner' && colloquy.player.voiceMs > 300")
    assert page.evaluate("document.querySelector('.player audio').webkitAudioDecodedByteCount") > 0
    page.keyboard.press("k")
    assert at(page)["playing"] is False
    assert faults == []


def test_the_answer_ends_where_it_was_cut_off_and_the_speed_hurries_the_clock(
    player: tuple[Page, list[str]],
) -> None:
    page, faults = player
    sounds = page.evaluate(
        """async () => {
             const { layOut } = await import('/static/replay_timeline.js');
             const id = location.hash.split('/')[2];
             const where = `/api/v1/speech-practice/sessions/${id}/replay?learner=watched`;
             return layOut((await (await fetch(where)).json()).events).sounds;
           }"""
    )
    answer = [sound for sound in sounds if sound["kind"] == "tutor" and sound["turn"] == 1]
    assert sum(sound["endMs"] - sound["startMs"] for sound in answer) == 1_500
    assert all(one["endMs"] <= other["startMs"] for one, other in pairwise(sounds))
    page.select_option(".player select", "4")
    page.keyboard.press("Home")
    page.keyboard.press("k")
    until(page, "colloquy.player.ms >= colloquy.player.endMs")
    assert (at(page)["playing"], at(page)["speed"], at(page)["lesson"]["ended"]) == (False, 4, True)
    assert faults == []


def test_time_is_laid_out_without_long_silence_and_with_no_voice_over_another(player: tuple[Page, list[str]]) -> None:
    """By hand: the voice from .06 to 3.06 s; the learner's 2 s, stored at 60 s, come 4 s of silence after it."""
    page, _ = player
    layout = page.evaluate(
        """async () => {
             const { layOut } = await import('/static/replay_timeline.js');
             const event = (version, at_ms, message) => ({ version, at_ms, type: 't', messages: [message] });
             return layOut([
               event(1, 0, { type: 'tutor_audio', turn: 0, start_ms: 0, duration_ms: 3000 }),
               event(2, 60000, { type: 'progress', stage: 'uttered', turn: 1, audio: 'x', duration_ms: 2000 }),
               event(3, 60010, { type: 'tutor_audio', turn: 1, start_ms: 0, duration_ms: 1000 }),
               event(4, 60020, { type: 'tutor_audio', turn: 1, start_ms: 1000, duration_ms: 500 }),
               event(5, 60500, { type: 'progress', stage: 'uttered', turn: 2, audio: 'y', duration_ms: 700 }),
             ]);
           }"""
    )
    spans = [(sound["kind"], sound["startMs"], sound["endMs"]) for sound in layout["sounds"]]
    uttered = 3_060 + PAUSE_MS + 2_000
    answered = uttered + 10 + 60
    assert spans == [
        ("tutor", 60, 3_060),
        ("learner", uttered - 2_000, uttered),
        ("tutor", answered, answered + 1_500),
        ("learner", answered + 1_500, answered + 2_200),
    ]
    assert layout["cutMs"] == 60_000 - uttered
    assert layout["endMs"] == answered + 2_200


def test_a_recording_that_is_gone_is_told_plainly_and_the_rest_goes_on(
    product: Product, player: tuple[Page, list[str]], session: str
) -> None:
    page, faults = player
    page.reload()
    until(page, "colloquy.player")
    page.route("**/api/v1/blobs/**", lambda route: route.fulfill(status=410, json={
        "code": "blob_expired", "message": "recording 1f was deleted on 2026-11-21",
    }))  # fmt: skip
    page.keyboard.press("End")
    page.locator(".said-learner >> text=Listen").click()
    page.wait_for_selector("text=Not to be heard: recording 1f was deleted")
    until(page, "!colloquy.player.playing")
    assert at(page)["lesson"]["turns"][1]["uttered"]
    page.unroute("**/api/v1/blobs/**")
    faults[:] = [fault for fault in faults if "410" not in fault]
    assert faults == []


def test_an_address_with_a_moment_opens_there(product: Product, player: tuple[Page, list[str]], session: str) -> None:
    page, faults = player
    page.goto(f"{product.url}/#/start")
    page.goto(f"{product.url}/replay/{session}?at=7&learner={LEARNER}")
    until(page, "colloquy.player?.version === 7")
    assert page.url.endswith(f"#/replay/{session}/7/{LEARNER}")
    until(page, "document.querySelector('.stage.has-idle')")
    page.click(".events summary")
    page.locator(".event-list button", has_text="tutor.spoken").filter(has_text="turn 1").first.click()
    page.click(".events summary")
    page.keyboard.press("k")
    until(page, "colloquy.player.showing && colloquy.player.sound.turn === 1 && colloquy.player.videoMs > 300")
    page.keyboard.press("k")
    picture(page, "player")
    assert faults == []
