"""Rebuilds that leave fields unread give what reading all of them gives."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from events.codec import CODEC
from events.envelope import Unknown
from events.learner import LearnerForgotten
from events.lesson import (
    LessonEvent,
    SessionEnded,
    SpeechAssessed,
    SpeechTranscribed,
    SpeechUttered,
    TurnFailed,
    TutorHeard,
    TutorReplied,
    TutorSpoken,
)
from events.log import EventLog
from events.sealing.codec import SealingCodec
from events.sqlite import SQLiteEventLog
from events.unread import unread
from events.values import (
    Blob,
    EngineUse,
    Evidence,
    Note,
    Phoneme,
    PhoneScore,
    PitchPoint,
    Pronunciation,
    Prosody,
    Scores,
    Viseme,
    Word,
    WordScore,
)
from projections.catalogue import PROJECTIONS
from projections.progress import PROGRESS
from projections.rebuild import compare
from projections.runner import ProjectionRunner
from projections.sqlite import SQLiteViewStore
from projections.views import ViewStore
from tests.events.samples import origin
from tests.fakes.keys import key_ring
from tests.projections.histories import DailyClock, started
from tests.projections.stores import run_all

WORD = Word(text="thin", start_ms=0, end_ms=90, confidence=1)
AUDIO = Blob(sha256="0" * 64, media_type="audio/flac", size_bytes=9)


def engine(kind: str) -> EngineUse:
    return EngineUse(kind=kind, name=f"an {kind} engine", version="1", latency_ms=12.5)


def lesson(learner: str, session: str) -> list[LessonEvent]:
    """Events with something in every field that some fold leaves unread."""
    phones = (
        PhoneScore(phone="TH", start_ms=0, end_ms=90, score=40),
        PhoneScore(phone="IH", start_ms=90, end_ms=99, score=80),
    )
    words = (WordScore(text="Thin", start_ms=0, end_ms=99, score=60, phones=phones),)
    return [
        replace(started(learner, session), topic="tea", exercise="a cup", client="page"),
        SpeechUttered(turn=1, source="microphone", endpoint="silence", audio=AUDIO, reference="thin", duration_ms=900),
        SpeechTranscribed(
            turn=1,
            text="thin tea",
            engine=engine("asr"),
            words=(Word(text="thin", start_ms=0, end_ms=9, confidence=1),),
        ),
        SpeechAssessed(
            turn=1,
            scores=Scores(total=61.5, fluency=70),
            prosody=Prosody(duration_ms=900, speaking_ms=800, contour=(PitchPoint(time_ms=10, f0_hz=120),)),
            pronunciation=Pronunciation(reference="thin", score=60, completeness=100, words=words),
            notes=(Note(kind="article", start=0, end=1, said="a", better="the", message="Say: the."),),
            engines=(engine("prosody"), engine("pronunciation")),
        ),
        TutorReplied(
            turn=1, sentence=0, text="Thin?", engine=engine("tutor"), evidence=(Evidence(kind="phone", text="TH"),)
        ),
        TutorSpoken(
            turn=1,
            segment=0,
            sentence=0,
            text="Thin?",
            voice="af",
            audio=AUDIO,
            sample_rate_hz=24_000,
            start_ms=0,
            duration_ms=400,
            engine=engine("voice"),
            phonemes=(Phoneme(ipa="θ", start_ms=0, end_ms=9),),
            visemes=(Viseme(viseme="TH", start_ms=0, end_ms=9),),
        ),
        TutorHeard(turn=1, heard_ms=400, text="Thin?"),
        TurnFailed(turn=1, stage="voice", code="timeout", message="too slow"),
        SessionEnded(reason="learner"),
    ]


def fill(log: EventLog, *learners: str, first: int) -> None:
    for number, learner in enumerate(learners, first):
        log.append(f"s{number}", lesson(learner, f"s{number}"), expected_version=0, origin=origin(learner))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ViewStore]:
    opened = SQLiteViewStore(tmp_path / "views.sqlite", PROJECTIONS)
    yield opened
    opened.close()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SQLiteEventLog]:
    with SQLiteEventLog(tmp_path / "log.sqlite", clock=DailyClock()) as opened:
        yield opened


def folded(log: SQLiteEventLog, store: ViewStore) -> None:
    run_all(ProjectionRunner(log, store, PROJECTIONS, owner="the same"))


def test_a_rebuild_is_equal_to_what_was_folded_from_whole_events(log: SQLiteEventLog, store: ViewStore) -> None:
    fill(log, "ana", "ben", "ana", first=0)
    folded(log, store)

    for projection in PROJECTIONS:
        assert compare(log, store, projection).differing == ()
        assert store.parked(projection.name) == ()


def test_a_rebuild_is_equal_when_events_are_sealed_and_a_learner_is_forgotten(tmp_path: Path, store: ViewStore) -> None:
    path, keys, clock = tmp_path / "log.sqlite", key_ring(tmp_path), DailyClock()
    with SQLiteEventLog(path, clock=clock, codec=CODEC) as before_there_were_keys:
        fill(before_there_were_keys, "ana", "ben", first=0)
    with SQLiteEventLog(path, clock=clock, codec=SealingCodec(keys)) as log:
        fill(log, "ana", "ben", first=2)
        folded(log, store)
        for projection in PROJECTIONS:
            assert compare(log, store, projection).differing == ()

        keys.destroy("ana")
        log.append("learner:ana", [LearnerForgotten(generation=1)], expected_version=0, origin=origin("ana"))
        folded(log, store)
    with SQLiteEventLog(path, clock=clock, codec=SealingCodec(key_ring(tmp_path))) as log:
        for projection in PROJECTIONS:
            assert compare(log, store, projection).differing == ()
            assert store.parked(projection.name) == ()


@pytest.mark.parametrize("version", [1, 2])
def test_an_event_that_is_damaged_where_a_rebuild_need_not_look_waits_in_it_all_the_same(
    log: SQLiteEventLog, store: ViewStore, version: int
) -> None:
    fill(log, "ana", "ben", first=0)
    tag = f"speech.assessed.v{version}"
    damaged = b'{"type":"%b","turn":2,"scores":{},"prosody":{"duration_ms":"long"}}' % tag.encode()
    log.append("s0", [Unknown(tag=tag, payload=damaged)], expected_version=9, origin=origin("ana"))
    fill(log, "ana", "ben", first=2)
    folded(log, store)
    assert [each.key for each in store.parked("progress")] == ["ana"]

    for projection in PROJECTIONS:
        assert compare(log, store, projection).differing == ()


def test_a_fold_that_looks_at_what_it_left_unread_is_not_given_something_empty(
    log: SQLiteEventLog, store: ViewStore
) -> None:
    fill(log, "ana", "ben", first=0)
    folded(log, store)
    careless = replace(PROGRESS, unread=(unread(SpeechAssessed, "scores"),))

    rebuilt = compare(log, store, careless)

    assert rebuilt.differing == ("ana", "ben")
