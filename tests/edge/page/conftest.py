"""A browser with a recording for a microphone, and the page over a canned server."""

import json
import os
import shutil
import time
import wave
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.fakes.lesson_server import FakeLessonServer

MICROPHONE_HZ = 16_000
SPEECH_FROM_S = 2.8
SPEECH_S = 1.6
TONE_HZ = 220.0
PATIENCE_S = 30.0
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)

Open = Callable[..., Page]


def until(page: Page, expression: str) -> None:
    """Wait until the page's expression holds. The page's own policy forbids Playwright's way, which evaluates text."""
    patience = time.monotonic() + PATIENCE_S
    while not page.evaluate(expression):
        if time.monotonic() > patience:
            pytest.fail(f"never became true: {expression}; window.colloquy: {page.evaluate(STATE)}")
        page.wait_for_timeout(30)


STATE = "JSON.stringify({...Object.fromEntries(['route','lesson','audio','video'].map((key) => [key, colloquy[key]]))})"


def chromium_path() -> str | None:
    """The browser on this machine; None when there is none."""
    return os.environ.get("COLLOQUY_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def in_sync(drifts_ms: Sequence[float]) -> bool:
    """Whether picture and sound belong together: they meet within a frame, and mostly stay within 125 ms.

    The latter is ITU-R BT.1359's limit of what is noticed; a machine that is busy with other tests reads late, too.
    """
    return bool(drifts_ms) and min(drifts_ms) <= 40 and median(drifts_ms) <= 125


@pytest.fixture(scope="session")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Silence, a hum in syllables from `SPEECH_FROM_S`, silence."""
    path = tmp_path_factory.mktemp("microphone") / "hum.wav"
    times = np.arange(round(SPEECH_S * MICROPHONE_HZ)) / MICROPHONE_HZ
    hum = 0.3 * np.sin(2 * np.pi * TONE_HZ * times) * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * times))
    whole = np.concatenate([np.zeros(round(SPEECH_FROM_S * MICROPHONE_HZ)), hum, np.zeros(8 * MICROPHONE_HZ)])
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(MICROPHONE_HZ)
        file.writeframes((whole * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="module")
def browser(microphone: Path) -> Iterator[Browser]:
    """Chromium; its microphone plays the recording from the moment at which the page opens it.

    A module's, not the session's: Playwright keeps an event loop running in this thread until it is closed.
    """
    found = chromium_path()
    if found is None:
        pytest.skip("no Chromium: `apt-get install chromium`, or name one in COLLOQUY_CHROMIUM")
    with sync_playwright() as playwright:
        flags = [*FLAGS, f"--use-file-for-fake-audio-capture={microphone}%noloop"]
        launched = playwright.chromium.launch(executable_path=found, args=flags)
        yield launched
        launched.close()


@pytest.fixture
def server() -> Iterator[FakeLessonServer]:
    with FakeLessonServer() as running:
        yield running


@pytest.fixture
def open_page(browser: Browser, server: FakeLessonServer) -> Iterator[Open]:
    """Opens the page with the choices of `colloquy.choices`; fails the test on an error that the page logs."""
    faults: list[str] = []
    contexts = []

    def note(message: ConsoleMessage) -> None:
        expected = "sessions/nosuch" in message.location["url"]  # 404 is how the server says that it has no such lesson
        if message.type == "error" and not expected:
            faults.append(message.text)

    def opened(path: str = "/", width: int = 1280, height: int = 800, **choices: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, permissions=["microphone"])
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: faults.append(str(error)))
        chosen = json.dumps(json.dumps(choices))
        page.add_init_script(
            f"localStorage.getItem('colloquy.choices') ?? localStorage.setItem('colloquy.choices', {chosen})"
        )
        page.goto(server.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def start_lesson(open_page: Open) -> Open:
    """Opens the page and starts a lesson in it."""

    def started(**choices: object) -> Page:
        page = open_page(**choices)
        page.click(".start-button")
        until(page, "colloquy.lesson?.session")
        return page

    return started
