"""Which inputs are taken from a log, and what is known of who said them."""

from pathlib import Path

import pytest

from events.blobs import BlobStore
from events.envelope import Origin
from events.learner import ConsentGiven, ConsentWithdrawn, LearnerDescribed, LearnerForgotten, stream_of
from events.lesson import SessionStarted, SpeechRated, SpeechUttered, TutorReplied
from events.memory import MemoryEventLog
from events.values import EngineUse
from replay.counterfactual.inputs import Chosen, choose
from replay.counterfactual.query import parse_query
from replay.counterfactual.values import UNKNOWN, Exchange, Recording, Traits
from tests.events.samples import origin
from tests.projections.histories import started
from tests.replay.counterfactual.lessons import noise, record


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


def imported(
    log: MemoryEventLog, blobs: BlobStore, learner: str, age_group: str, totals: tuple[float | None, ...]
) -> None:
    """A corpus session with a recording for each total of its raters (0..10)."""
    session = f"corpus-{learner}"
    whose = Origin(learner=learner, causation="", correlation="", producer="import")
    described = LearnerDescribed(age_group=age_group, first_language="zh", corpus="corpus")
    log.append(stream_of(learner), [described], expected_version=0, origin=whose)
    events: list[SessionStarted | SpeechUttered | SpeechRated] = [
        SessionStarted(
            session=session, learner=learner, tutor="", goal="", level="", mode="corpus", seed=0, client="import"
        )
    ]
    for turn, total in enumerate(totals, 1):
        audio = blobs.put(noise(2), "audio/flac")
        events.append(
            SpeechUttered(
                turn=turn, source="corpus", endpoint="file", audio=audio, reference="WE CALL", duration_ms=1000
            )
        )
        if total is not None:
            events.append(SpeechRated(turn=turn, rater="experts", total=total))
    log.append(session, events, expected_version=0, origin=whose)


def chosen(log: MemoryEventLog, kind: str, query: str = "all", *, limit: int = 0, seed: int = 0) -> Chosen:
    return choose(log, kind, parse_query(query), position=log.head(), limit=limit, seed=seed)


def test_an_imported_recording_brings_its_reference_rating_and_who_said_it(blobs: BlobStore) -> None:
    log = MemoryEventLog()
    imported(log, blobs, "kim", "child", (7.5, None))
    cases = sorted(chosen(log, "pronunciation").cases, key=lambda case: case.turn)
    prompts = [case.prompt for case in cases]
    assert all(isinstance(prompt, Recording) for prompt in prompts)
    assert [prompt.rated for prompt in prompts if isinstance(prompt, Recording)] == [75.0, None]
    assert [prompt.reference for prompt in prompts if isinstance(prompt, Recording)] == ["WE CALL"] * 2
    assert {case.traits for case in cases} == {
        Traits(level=UNKNOWN, age_group="child", first_language="zh", client="import")
    }
    assert [case.logged for case in cases] == [None, None]
    assert [len(case.events) for case in cases] == [2, 1]  # the rating is one of the events that it rests on


def test_a_query_takes_sessions_and_others_are_not_looked_at(blobs: BlobStore) -> None:
    log = MemoryEventLog()
    imported(log, blobs, "kim", "child", (7.5,))
    record(log, blobs, "ana", (3,), level="B1")
    assert {case.learner for case in chosen(log, "asr", "mode=corpus").cases} == {"kim"}
    assert {case.learner for case in chosen(log, "asr", "level=B1").cases} == {"ana"}


def test_the_choice_is_the_same_in_another_log_that_holds_the_same_sessions(blobs: BlobStore) -> None:
    def choice(seed: int) -> list[tuple[str, int]]:
        log = MemoryEventLog()
        imported(log, blobs, "kim", "child", (7.5,) * 30)
        return [(case.session, case.turn) for case in chosen(log, "asr", limit=6, seed=seed).cases]

    assert choice(1) == choice(1)
    assert choice(1) != choice(2)


def test_what_was_typed_is_left_out_and_counted() -> None:
    log = MemoryEventLog()
    events = [
        SessionStarted(session="s", learner="ana", tutor="", goal="", level="A1", mode="sentence", seed=0),
        SpeechUttered(turn=1, source="typed", endpoint="typed", text="hello"),
    ]
    log.append("s", events, expected_version=0, origin=origin())
    assert chosen(log, "asr").left_out == (("it was typed", 1),)


def test_whoever_withdrew_or_was_forgotten_since_is_left_out(blobs: BlobStore) -> None:
    log = MemoryEventLog()
    for learner in ("kim", "lee", "mia", "noa"):
        imported(log, blobs, learner, "adult", (5.0,))
    position = log.head()

    def tell(learner: str, *events: ConsentGiven | ConsentWithdrawn | LearnerForgotten) -> None:
        stream = stream_of(learner)
        whose = Origin(learner=learner, causation="", correlation="", producer="test")
        log.append(stream, events, expected_version=len(log.read(stream)), origin=whose)

    tell("kim", ConsentWithdrawn(purpose="analytics"))
    tell("lee", LearnerForgotten(generation=1))
    tell("mia", ConsentWithdrawn(purpose="analytics"), ConsentGiven(purpose="analytics"))
    tell("noa", ConsentWithdrawn(purpose="training"))
    found = choose(log, "asr", parse_query("all"), position=position, limit=0, seed=0)
    assert {case.learner for case in found.cases} == {"mia", "noa"}
    assert found.left_out == (
        ("session: the learner has been forgotten", 1),
        ("session: the learner withdrew from analytics", 1),
    )


def test_a_tutor_is_told_what_was_known_from_earlier_lessons_and_nothing_of_later_ones(blobs: BlobStore) -> None:
    log = MemoryEventLog()
    engine = EngineUse(kind="tutor", name="rules", version="1")
    for number in range(3):
        greeting = TutorReplied(turn=0, sentence=0, text="Hello.", engine=engine, last=True)
        start = started("ana", f"s{number}")
        log.append(f"s{number}", [start, greeting], expected_version=0, origin=origin("ana"))
    prompts = {case.session: case.prompt for case in chosen(log, "tutor").cases}
    sessions = {
        name: prompt.context.history.sessions for name, prompt in prompts.items() if isinstance(prompt, Exchange)
    }
    assert sessions == {"s0": 0, "s1": 1, "s2": 2}
