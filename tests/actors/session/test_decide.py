"""Given events, when a command comes, then these events follow or this refusal."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from actors.session.commands import Claim, End, Hear, Rate, Record, Retry, Start, Utter
from actors.session.decide import decide
from actors.session.errors import BadCommand, SessionEnded, TurnOutOfOrder, UnknownTurn
from actors.session.state import SessionState, evolve, initial
from actors.session.work import Assess, Render, Reply, Speak, Transcribe, Work, outstanding
from events import lesson
from events.lesson import LessonEvent
from events.values import Blob, EngineUse, Phoneme, Scores
from policies.versions import VERSIONS

USE = EngineUse(kind="asr", name="test", version="1")
BLOB = Blob(sha256="0" * 64, media_type="audio/flac", size_bytes=1)
STARTED = lesson.SessionStarted(
    session="s", learner="ana", tutor="joe", goal="talk", level="A2", mode="conversation", seed=1
)
CLAIMED = lesson.SessionClaimed(epoch=1, host="h1")


def uttered(turn: int, **fields: object) -> lesson.SpeechUttered:
    event = lesson.SpeechUttered(turn=turn, source="microphone", endpoint="silence", audio=BLOB)
    return replace(event, **fields)


def transcribed(turn: int) -> lesson.SpeechTranscribed:
    return lesson.SpeechTranscribed(turn=turn, text="hello", engine=USE)


def assessed(turn: int) -> lesson.SpeechAssessed:
    return lesson.SpeechAssessed(turn=turn, scores=Scores())


def replied(turn: int, sentence: int, *, last: bool, exercise: str = "") -> lesson.TutorReplied:
    text = f"Sentence {sentence}."
    return lesson.TutorReplied(turn=turn, sentence=sentence, text=text, engine=USE, last=last, exercise=exercise)


def spoken(turn: int, segment: int, sentence: int, *, start_ms: int = 0, last: bool = False) -> lesson.TutorSpoken:
    return lesson.TutorSpoken(
        turn=turn,
        segment=segment,
        sentence=sentence,
        text="Good morning to you",
        voice="joe",
        audio=BLOB,
        sample_rate_hz=24_000,
        start_ms=start_ms,
        duration_ms=1000,
        engine=USE,
        phonemes=(Phoneme(ipa="ə", start_ms=0, end_ms=800), Phoneme(ipa="", start_ms=800, end_ms=1000)),
        last=last,
    )


def rendered(turn: int, segment: int, fragment: int, *, last: bool) -> lesson.TutorRendered:
    return lesson.TutorRendered(
        turn=turn,
        segment=segment,
        fragment=fragment,
        init=BLOB,
        media=BLOB,
        start_ms=0,
        duration_ms=500,
        look="joe",
        emotion="neutral",
        engine=USE,
        last=last,
    )


def given(*events: LessonEvent, command: str = "") -> SessionState:
    state = initial()
    for version, event in enumerate(events, 1):
        state = evolve(state, event, version=version, command=command)
    return state


GREETED = (STARTED, CLAIMED, replied(0, 0, last=True), spoken(0, 0, 0, last=True), rendered(0, 0, 0, last=True))


def test_a_session_starts_once() -> None:
    started = decide(initial(), Start(id="c1", started=STARTED))
    assert started == (STARTED,)
    with pytest.raises(BadCommand):
        decide(given(STARTED), Start(id="c2", started=STARTED))


@pytest.mark.parametrize(
    "field",
    [
        {"level": "Z9"},
        {"mode": "singing"},
        {"tutor": "nobody"},
        {"learner": ""},
        {"learner": "a\0b"},
        {"endpointing": "never"},
    ],
)
def test_a_start_with_a_field_out_of_range_is_refused_by_name(field: dict[str, str]) -> None:
    with pytest.raises(BadCommand, match=next(iter(field))):
        decide(initial(), Start(id="c1", started=replace(STARTED, **field)))


def test_a_reference_of_ten_thousand_words_is_refused() -> None:
    with pytest.raises(BadCommand, match="limit"):
        decide(initial(), Start(id="c1", started=replace(STARTED, exercise="word " * 10_000)))


def test_a_repeated_command_gives_no_event() -> None:
    state = given(STARTED, CLAIMED)
    state = evolve(state, uttered(1), version=3, command="c1")
    assert decide(state, Utter(id="c1", uttered=uttered(2))) == ()


def test_each_claim_takes_the_next_epoch() -> None:
    assert decide(given(STARTED, CLAIMED), Claim(id="c", host="h2")) == (
        lesson.SessionClaimed(epoch=2, host="h2", policies=VERSIONS),
    )


def test_an_utterance_must_be_the_next_turn() -> None:
    state = given(*GREETED)
    assert decide(state, Utter(id="c", uttered=uttered(1))) == (uttered(1),)
    with pytest.raises(TurnOutOfOrder, match="next turn is 1"):
        decide(state, Utter(id="c", uttered=uttered(2)))


def test_an_ended_session_refuses_speech_but_takes_a_late_end() -> None:
    state = given(*GREETED, lesson.SessionEnded(reason="learner"))
    with pytest.raises(SessionEnded):
        decide(state, Utter(id="c", uttered=uttered(1)))
    assert decide(state, End(id="d")) == ()


def test_what_was_heard_is_cut_at_the_interruption() -> None:
    """Half of the sounding 800 ms is half of the 16 letters: the words that begin before letter 8."""
    state = given(*GREETED)
    (heard,) = decide(state, Hear(id="c", turn=0, heard_ms=400, interrupted=True))
    assert heard == lesson.TutorHeard(turn=0, heard_ms=400, text="Good morning", interrupted=True)


def test_more_than_the_turn_lasts_cannot_have_been_heard() -> None:
    (heard,) = decide(given(*GREETED), Hear(id="c", turn=0, heard_ms=99_999, interrupted=False))
    assert heard == lesson.TutorHeard(turn=0, heard_ms=1000, text="Good morning to you", interrupted=False)


def test_stars_out_of_range_and_unknown_turns_are_refused() -> None:
    state = given(*GREETED)
    with pytest.raises(BadCommand, match="1 to 5"):
        decide(state, Rate(id="c", turn=0, stars=6))
    with pytest.raises(UnknownTurn):
        decide(state, Rate(id="c", turn=7, stars=3))


def test_a_retried_sentence_is_asked_again() -> None:
    state = given(
        replace(STARTED, mode="sentence"),
        CLAIMED,
        replied(0, 0, last=True, exercise="I like tea."),
        uttered(1, reference="I like tea."),
        transcribed(1),
        assessed(1),
        replied(1, 0, last=True, exercise="She likes tea."),
    )
    assert state.exercise == "She likes tea."
    (retried,) = decide(state, Retry(id="c", turn=1))
    state = evolve(state, retried, version=8)
    assert (state.exercise, state.retry_of) == ("I like tea.", 1)
    assert state.pending == "She likes tea."
    again = (uttered(2, reference="I like tea."), transcribed(2), assessed(2))
    for version, event in enumerate([*again, replied(2, 0, last=True, exercise="She likes tea.")], 9):
        state = evolve(state, event, version=version)
    assert (state.exercise, state.pending) == ("She likes tea.", "")


def test_the_exercise_that_waits_outlasts_a_second_retry_and_ends_when_it_is_retried_itself() -> None:
    state = given(
        replace(STARTED, mode="sentence"),
        CLAIMED,
        replied(0, 0, last=True, exercise="One."),
        uttered(1, reference="One."),
        replied(1, 0, last=True, exercise="Two."),
        uttered(2, reference="Two."),
        replied(2, 0, last=True, exercise="Three."),
    )
    for version, turn in enumerate((1, 2), 20):
        state = evolve(state, lesson.TurnRetried(turn=turn), version=version)
        assert state.pending == "Three."
    state = evolve(state, uttered(3, reference="Three."), version=30)
    state = evolve(state, lesson.TurnRetried(turn=3), version=31)
    assert (state.exercise, state.pending) == ("Three.", "")


def test_a_failed_stage_is_tried_again_after_a_retry() -> None:
    failed = lesson.TurnFailed(turn=1, stage="transcribe", code="engine_failed", message="gone")
    state = given(*GREETED, uttered(1), failed)
    assert outstanding(state) == ()
    state = evolve(state, lesson.TurnRetried(turn=1), version=8)
    assert outstanding(state) == (Transcribe(1),)


@pytest.mark.parametrize(
    ("events", "work"),
    [
        ((STARTED,), (Reply(0),)),
        ((STARTED, replied(0, 0, last=False)), (Reply(0), Speak(0, 0))),
        ((STARTED, replied(0, 0, last=True)), (Speak(0, 0),)),
        ((STARTED, replied(0, 0, last=True), spoken(0, 0, 0, last=True)), (Render(0, 0),)),
        (GREETED, ()),
        ((*GREETED, uttered(1)), (Transcribe(1),)),
        ((*GREETED, uttered(1), transcribed(1)), (Assess(1),)),
        ((*GREETED, uttered(1), transcribed(1), assessed(1)), (Reply(1),)),
        ((*GREETED, uttered(1), uttered(2)), (Transcribe(1), Transcribe(2))),
        ((*GREETED, uttered(1), lesson.SessionEnded(reason="learner")), ()),
        (
            (STARTED, replied(0, 0, last=False), lesson.TutorHeard(turn=0, heard_ms=0, text="", interrupted=True)),
            (),
        ),
    ],
)
def test_outstanding_work_follows_from_the_events(events: tuple[LessonEvent, ...], work: tuple[Work, ...]) -> None:
    assert outstanding(given(*events)) == work


@pytest.mark.parametrize(
    "late",
    [
        lambda: transcribed(1),
        lambda: replied(0, 0, last=True),
        lambda: spoken(0, 0, 0),
        lambda: rendered(0, 0, 0, last=True),
        lambda: rendered(0, 1, 0, last=True),
        lambda: lesson.TurnFailed(turn=0, stage="speak", code="x", message="y"),
    ],
)
def test_an_answer_that_nobody_waits_for_is_dropped(late: Callable[[], LessonEvent]) -> None:
    assert decide(given(*GREETED), Record(id="", event=late())) == ()


def test_a_second_transcript_of_the_same_turn_is_dropped() -> None:
    state = given(*GREETED, uttered(1), transcribed(1))
    assert decide(state, Record(id="", event=transcribed(1))) == ()
    assert outstanding(state) == (Assess(1),)
