"""What a turn shows beside its scores: sounds to work on, and what the scores rest on."""

import pytest
from msgspec import UNSET
from msgspec.structs import replace
from playwright.sync_api import Page

from projections.messages import Message, ProsodyMessage
from tests.edge.page.conftest import Open, until
from tests.fakes import canned_lesson as canned
from tests.fakes.lesson_server import FakeLessonServer

RECORDING = {"name": "me.flac", "mimeType": "audio/flac", "buffer": canned.sound(0)}


def _spoken(start_lesson: Open, **choices: object) -> Page:
    page = start_lesson(talking="hold", **choices)
    page.set_input_files("input[type=file]", RECORDING)
    page.wait_for_selector(".advice li")
    return page


def test_a_learner_reads_which_sound_was_heard_where_and_hears_it_with_words_to_practise(
    server: FakeLessonServer, start_lesson: Open
) -> None:
    server.video = False
    page = _spoken(start_lesson)
    first = page.locator(".advice li").first
    assert first.locator(".advice-text").inner_text() == "‘theatre’: the TH sounded like S, 0.96–1.08 s"
    assert first.locator(".tag").inner_text().startswith("21")
    assert "between your teeth" in first.locator(".tip").inner_text()
    assert "think\n–\nsink" in first.locator(".pair").inner_text()
    with page.expect_request("**/api/v1/blobs/*"):
        first.get_by_role("button", name="Hear yourself say ‘theatre’, 0.96–1.08 s").press("Enter")
    with page.expect_request("**/speak") as asked:
        first.get_by_role("button", name="Hear the tutor say ‘sink’").click()
    assert asked.value.post_data_json["text"] == "sink"


def test_the_language_is_chosen_at_the_start_and_holds_for_tips_of_words_too(
    server: FakeLessonServer, open_page: Open
) -> None:
    server.video = False
    page = open_page(talking="hold")
    page.wait_for_selector("#language option[value=vi]", state="attached")
    page.select_option("#language", "vi")
    page.click(".start-button")
    until(page, "colloquy.lesson?.session")
    page.set_input_files("input[type=file]", RECORDING)
    page.wait_for_selector(".advice li")
    assert "âm TH nghe giống S" in page.locator(".advice-text").first.inner_text()
    assert page.locator(".advice-text").first.get_attribute("lang") == "vi"
    page.click(".word[aria-label^='theatre']")
    page.wait_for_selector(".word-details .tip [lang=vi]:has-text('đầu lưỡi')")


def test_the_scores_open_into_a_picture_of_the_turn_and_what_each_rests_on(
    server: FakeLessonServer, start_lesson: Open
) -> None:
    server.video = False
    page = _spoken(start_lesson)
    page.locator(".score-basis summary").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".score-basis dt")
    told = page.inner_text(".score-basis dl")
    for part in (
        "Speed: 129 words a minute",
        "Pauses: 1, 0.5 s in all",
        "Not clear yet: TH (theatre)",
        "I go yesterday",
    ):
        assert part in told
    assert page.locator(".turn-picture svg").count() >= 2  # 4 seconds do not fit into one line
    assert "theatre 52" in (page.locator(".turn-picture svg").first.get_attribute("aria-label") or "")
    boxes = page.locator(".turn-picture .picture-box[data-band=weak]").count()
    assert boxes == 2 + 3 + 1  # the, theatre; DH, TH and TH of with; ER
    until(page, "document.querySelector('.picture-wave')?.getAttribute('d')?.length > 500")
    assert page.locator(".pitch-line").count() > 3


def test_the_tutors_melody_of_the_sentence_lies_behind_the_learners_in_its_register(
    server: FakeLessonServer, start_lesson: Open
) -> None:
    server.video = False
    page = _spoken(start_lesson)
    page.click(".score-basis summary")
    page.wait_for_selector(".turn-picture .pitch-tutor", state="attached")
    assert page.inner_text(".turn-picture .key-tutor") == f"{page.evaluate(TITLE)} saying it, in your rhythm"
    told = " ".join(page.locator(".turn-picture svg").evaluate_all("(all) => all.map((one) => one.ariaLabel)"))
    assert "’s: lower on with" in told  # where the tutor's voice goes up and the learner's does not
    assert told.count("’s: much the same") == page.locator(".turn-picture svg").count() - 1
    # but for "with" it is the learner's melody an octave lower: moved up, the two lie on each other
    own, theirs = page.evaluate(HEIGHTS)
    assert own == pytest.approx(theirs, abs=3)


TITLE = "document.querySelector('.said-tutor .who').textContent"
HEIGHTS = """
["pitch-line", "pitch-tutor"].map((name) => {
  const first = [...document.querySelectorAll(`.turn-picture svg:first-of-type .${name}`)];
  const heights = first.flatMap((line) => [...(line.points ?? [])]).map(({ y }) => y);
  return heights.reduce((sum, y) => sum + y, 0) / heights.length;
})
"""
"""Mean height (CSS pixels) of each voice's line in the first chart."""


def test_without_the_tutors_melody_the_picture_tells_of_the_learners_alone(
    server: FakeLessonServer, start_lesson: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_both = canned.assessed

    def assessed(turn: int, seq: int) -> tuple[Message, ...]:
        prosody, analysis = with_both(turn, seq)
        assert isinstance(prosody, ProsodyMessage)
        return replace(prosody, prosody=replace(prosody.prosody, tutor_contour=UNSET)), analysis

    monkeypatch.setattr(canned, "assessed", assessed)
    server.video = False
    page = _spoken(start_lesson)
    page.click(".score-basis summary")
    page.wait_for_selector(".turn-picture .pitch-line", state="attached")
    assert page.locator(".pitch-tutor, .pitch-tutor-dot, .key-tutor").count() == 0
    assert "melody" not in (page.locator(".turn-picture svg").first.get_attribute("aria-label") or "")


@pytest.mark.parametrize("width", [390, 360])
def test_on_a_phone_nothing_of_it_is_cut_off(server: FakeLessonServer, start_lesson: Open, width: int) -> None:
    server.video = False
    page = _spoken(start_lesson, width=width, height=844)
    page.click(".score-basis summary")
    page.wait_for_selector(".score-basis dt")
    beyond = "(place) => [...place.querySelectorAll('*')].some((one) => one.getBoundingClientRect().right > innerWidth)"
    assert page.locator(".conversation").evaluate(beyond) is False
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    lines = page.locator(".turn-picture svg").count()
    assert 2 <= lines <= 4


def test_a_past_lesson_is_asked_for_its_feedback_once_for_all_turns(
    server: FakeLessonServer, start_lesson: Open
) -> None:
    server.video = False
    page = _spoken(start_lesson)
    page.set_input_files("input[type=file]", RECORDING)
    until(page, "colloquy.lesson.turns[2]?.analysis")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/feedback?" in request.url else None)
    page.goto(f"{server.url}/#/history/session-1")
    until(page, "document.querySelectorAll('.advice li').length === 6")
    assert len(asked) == 1
    assert "turn=" not in asked[0]


def test_a_typed_turn_and_another_sentence_have_nothing_to_show(server: FakeLessonServer, start_lesson: Open) -> None:
    server.video = False
    page = start_lesson(talking="hold")
    page.click("text=Type")
    page.fill("#typed", "I saw a play.")
    page.keyboard.press("Enter")
    until(page, "colloquy.lesson.turns[1]?.sentences.length === 2")
    assert page.locator(".advice:visible, .score-basis").count() == 0
