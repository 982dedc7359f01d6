"""The views around the lesson: start, history, progress; and what holds for all of them."""

import itertools
import re
from pathlib import Path

import pytest

from edge.app import STATIC
from policies.tutors import TUTORS
from tests.edge.page.conftest import Open, until
from tests.fakes.lesson_answers import PROGRESS
from tests.fakes.lesson_server import FakeLessonServer

NARROWEST_PHONE_PX = 360
AA_CONTRAST = 4.5
PAIRS = (
    *(("ink", ground) for ground in ("paper", "card", "raised", "primary-soft", "accent-soft")),
    *(("muted", ground) for ground in ("paper", "card", "raised")),
    *((band, f"{band}-soft") for band in ("good", "fair", "weak", "missed")),
    *((band, "card") for band in ("good", "fair", "weak", "missed", "primary")),
    ("on-primary", "primary"), ("on-record", "record"), ("primary-deep", "primary-soft"), ("fair", "accent-soft"),
    ("weak", "accent-soft"), ("good", "accent-soft"), ("primary", "paper"),
)  # fmt: skip


def test_the_page_says_what_is_loading_and_starts_as_soon_as_it_is_ready(
    server: FakeLessonServer, open_page: Open
) -> None:
    server.ready = False
    server.video = False
    page = open_page(talking="hold")
    page.wait_for_selector(".readiness-head")
    assert "Fetching kokoro (164 of 310 MB)" in page.inner_text(".readiness")
    assert page.evaluate("document.querySelector('.readiness progress').value") == 0.53
    page.click(".start-button")
    assert server.of("start_session") == []
    server.ready = True
    until(page, "colloquy.lesson?.session")


def test_while_the_face_loads_each_tutor_is_an_initial_and_no_portrait_is_asked_for(
    server: FakeLessonServer, open_page: Open
) -> None:
    server.ready = False
    page = open_page()
    page.wait_for_selector(".tutor-card .picture")
    page.hover(".tutor-card >> nth=1")  # where its clip would play
    asked = server.asked
    page.wait_for_timeout(2600)
    initials = page.locator(".tutor-card .picture").evaluate_all("(all) => all.map((one) => one.dataset.initial)")
    assert initials == [tutor.title[0] for tutor in TUTORS]
    assert page.locator(".picture img:visible").count() == 0
    assert server.drawn == 0
    assert server.asked - asked <= 3  # one hand asks for the whole page, every 1.2 s
    assert "Ready" not in page.inner_text(".hello")

    server.face = True
    page.wait_for_selector(".hello .picture img")
    until(page, f"document.querySelectorAll('.tutor-card .picture img:not([hidden])').length === {len(TUTORS)}")
    assert "Ready" not in page.inner_text(".hello")
    server.ready = True
    page.wait_for_selector(".hello >> text=Ready when you are.")
    assert server.drawn <= len(TUTORS) + 1


def test_a_degraded_engine_is_named_with_its_reason(server: FakeLessonServer, open_page: Open) -> None:
    server.degraded = True
    page = open_page()
    page.click(".stand-ins summary")
    assert "Piper stands in: Kokoro needs 1.6 s" in page.inner_text(".stand-ins")


def test_choices_and_theme_outlast_a_reload(open_page: Open) -> None:
    page = open_page()
    page.check("input[name=tutor][value=leo]", force=True)
    page.check("input[name=level][value=B2]", force=True)
    page.click(".theme-place button")
    page.click(".theme-place button")
    page.reload()
    page.wait_for_selector("input[name=tutor]:checked", state="attached")
    assert page.evaluate("document.querySelector('input[name=tutor]:checked').value") == "leo"
    assert page.evaluate("document.querySelector('input[name=level]:checked').value") == "B2"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_progress_shows_streak_trend_and_weak_areas(open_page: Open) -> None:
    page = open_page("/#/progress")
    page.wait_for_selector(".tiles")
    text = page.inner_text("main")
    for part in ("days in a row", "longest 11", "as in think", "comfortable", "Articles (a, an, the)"):
        assert part in text
    page.click("text=The figures as a table")
    assert page.locator("tbody tr").count() == 12


def test_progress_without_a_turn_says_that_there_is_nothing_yet(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a lesson that was opened and left without a word."""
    nobody = {"total": None, "pronunciation": None, "fluency": None, "prosody": None, "grammar": None}
    for name, value in {
        "sessions": 1, "minutes": 0.0, "turns": 0, "averages": nobody, "weak_phones": [], "weak_words": [], "slips": [],
        "days": [{"day": "2026-11-21", "sessions": 1, "minutes": 0.0, "turns": 0, **nobody}],
    }.items():  # fmt: skip
        monkeypatch.setitem(PROGRESS, name, value)
    page = open_page("/#/progress")
    page.wait_for_selector(".tiles")
    average, trend = page.locator(".card").all_inner_texts()[:2]
    assert "Nothing yet" in average
    assert "Nothing yet" in trend
    assert page.locator("svg.trend").count() == 0


def test_the_scores_of_a_single_day_stand_above_each_other_each_with_its_name(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Overall and Sounds are as good as equal: their names keep apart all the same."""
    scores = {"total": 70.4, "pronunciation": 70.0, "fluency": 66.0, "prosody": 20.0, "grammar": 20.0}
    monkeypatch.setitem(PROGRESS, "days", [{"day": "2026-11-21", "sessions": 1, "minutes": 4.0, "turns": 6, **scores}])
    page = open_page("/#/progress", width=NARROWEST_PHONE_PX)
    page.wait_for_selector("svg.trend")
    dots = page.locator(".trend-dot")
    assert len({dot.get_attribute("cx") for dot in dots.all()}) == 1
    assert dots.count() == 5
    names = page.locator(".trend-name text")
    assert names.all_text_contents() == ["Overall 70", "Sounds 70", "Fluency 66", "Melody 20", "Grammar 20"]
    boxes = [name.bounding_box() for name in names.all()]
    for above, below in itertools.pairwise(box for box in boxes if box):
        assert above["y"] + above["height"] <= below["y"] + 4  # a line's box is higher than its letters
    assert all(box and box["x"] + box["width"] <= NARROWEST_PHONE_PX for box in boxes)


@pytest.mark.parametrize("route", ["lesson", "history"])
def test_a_lesson_that_the_server_does_not_have_is_said_to_be_missing(open_page: Open, route: str) -> None:
    page = open_page(f"/#/{route}/nosuch")
    page.wait_for_selector("text=This lesson is not here")
    assert page.locator(".talk, .stage").count() == 0
    assert page.locator(".notice").count() == 0
    assert "start_session" not in page.inner_text("body")
    page.click("main >> text=Start a lesson")
    page.wait_for_selector(".start-form")


def test_a_last_lesson_that_is_gone_is_offered_no_more(open_page: Open) -> None:
    page = open_page()
    page.evaluate("localStorage.setItem('colloquy.session', '\"nosuch\"')")
    page.reload()
    page.click("text=Continue your last lesson")
    page.click("main >> text=Start a lesson")
    page.wait_for_selector(".start-form")
    assert page.locator("text=Continue your last lesson").count() == 0


def test_past_lessons_are_listed_newest_first(open_page: Open) -> None:
    page = open_page("/#/history")
    page.wait_for_selector(".session-card")
    assert page.locator(".session-card").first.inner_text().startswith("Conversation with Maya")


@pytest.mark.parametrize("route", ["start", "history", "progress"])
def test_a_view_fits_the_narrowest_phone(open_page: Open, route: str) -> None:
    page = open_page(f"/#/{route}", width=NARROWEST_PHONE_PX, height=740)
    page.wait_for_selector(
        {"start": "input[name=tutor]", "history": ".session-card", "progress": ".tiles"}[route], state="attached"
    )
    assert page.evaluate("document.documentElement.scrollWidth") == NARROWEST_PHONE_PX


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844), (NARROWEST_PHONE_PX, 640)])
def test_a_lesson_can_be_started_without_scrolling_and_nothing_is_seen_through_the_button(
    open_page: Open, width: int, height: int
) -> None:
    page = open_page(width=width, height=height)
    page.wait_for_selector("input[name=tutor]", state="attached")
    button = page.locator(".start-button").bounding_box()
    assert button
    assert button["y"] + button["height"] <= height
    page.locator("#learner").evaluate("(field) => { field.closest('details').open = true; field.focus(); }")
    bar, field = page.locator(".start-bar").bounding_box(), page.locator("#learner").bounding_box()
    assert bar
    assert field
    assert bar["y"] + bar["height"] <= field["y"]
    assert page.locator(".start-bar").evaluate("(bar) => getComputedStyle(bar).backgroundImage") == "none"


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_pair_of_text_and_ground_keeps_the_contrast_of_wcag_aa(theme: int) -> None:
    palette = {name: values[theme] for name, values in _palette(STATIC / "styles" / "colours.css").items()}
    short = {
        (text, ground): round(_contrast(palette[text], palette[ground]), 2)
        for text, ground in PAIRS
        if _contrast(palette[text], palette[ground]) < AA_CONTRAST
    }
    assert short == {}


def _palette(path: Path) -> dict[str, tuple[str, str]]:
    pattern = r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)"
    return {name: (light, dark) for name, light, dark in re.findall(pattern, path.read_text())}


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
