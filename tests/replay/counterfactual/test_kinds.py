"""Runs of the other kinds, on the golden lesson and on scores by hand."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from actors.chain import EngineChain
from actors.settings import read_settings
from events.archive import read_archive
from events.blobs import BlobStore
from events.lesson import LessonEvent, SpeechAssessed, SpeechTranscribed, SpeechUttered, TutorReplied, TutorSpoken
from events.memory import MemoryEventLog
from events.values import EngineUse, Pronunciation, Scores, WordScore
from replay.counterfactual.comparison import Comparison
from replay.counterfactual.folder import Plan, RunFolder
from replay.counterfactual.inputs import choose
from replay.counterfactual.query import parse_query
from replay.counterfactual.run import Finished, Means, Source, run
from replay.counterfactual.values import Line, Replied
from replay.counterfactual.worker import Load, only
from tests.events.samples import origin
from tests.fakes.swapped import Here, swapped
from tests.projections.histories import started
from tests.replay.counterfactual.lessons import WHISPER, noise

GOLDEN = Path(__file__).parents[2] / "golden" / "lessons" / "first-lesson-v1" / "log.jsonl"
GOP = EngineUse(kind="pronunciation", name="gop", version="1", latency_ms=40.0)
RULES = EngineUse(kind="tutor", name="rules", version="1", latency_ms=2.0)
PIPER = EngineUse(kind="voice", name="piper", version="1", latency_ms=100.0)


def golden() -> MemoryEventLog:
    """The golden lesson in a log of its own: a greeting and three answers of the rules."""
    log = MemoryEventLog()
    recorded = list(read_archive(GOLDEN))
    log.append(recorded[0].stream, [each.event for each in recorded], expected_version=0, origin=origin("golden"))
    return log


def ran(kind: str, engine: str, source: Source, out: Path, *, load: Load | None = None) -> Finished:
    plan = Plan(kind=kind, candidates=(engine,), baseline=engine, query="all", position=source.log.head())
    with RunFolder(out) as folder:
        return run(folder.begin(plan), source, Means(crew=partial(Here, load or partial(swapped, out))), folder)


def shown(comparison: Comparison) -> dict[str, tuple[float | None, float | None]]:
    """Baseline and candidate of each metric."""
    return {each.name: (each.baseline.value, each.candidate.value) for each in comparison.measured}


def test_todays_rules_give_the_golden_lessons_replies(tmp_path: Path) -> None:
    settings = read_settings({"COLLOQUY_DATA": str(tmp_path)})
    source = Source(log=golden(), blobs=BlobStore(tmp_path / "blobs"))

    def real(kind: str, name: str) -> EngineChain:
        return only(settings, kind, name)

    (comparison,) = ran("tutor", "rules", source, tmp_path / "out", load=real).result.comparisons
    changed = {each.name: each.value.value for each in comparison.contrasted}
    assert changed == {"changed": 0.0, "acts": 0.0}
    assert comparison.metric("asks").baseline.value == 1.0  # each of its four replies ends with a question
    assert comparison.metric("repeats").candidate.value == 0.0
    # "Hello and welcome, I'm Maya. …" 6 + 7 + 7 words; 9 + 6 + 7; 8 + 6; 6 + 6 + 5.
    assert comparison.metric("words").baseline.value == pytest.approx((5 + 7 + 7 + 10 + 6 + 7 + 8 + 6 + 6 + 6 + 5) / 4)


def test_another_tutor_is_told_apart_and_its_refused_sentences_are_counted(tmp_path: Path) -> None:
    source = Source(log=golden(), blobs=BlobStore(tmp_path / "blobs"))
    finished = ran("tutor", "tutor", source, tmp_path / "out")
    (comparison,) = finished.result.comparisons
    assert {each.name: each.value.value for each in comparison.contrasted}["changed"] == 1.0
    reply = finished.pairs["tutor"][0].candidate.outcome
    assert isinstance(reply, Replied)
    assert [said.acts for said in reply.sentences] == [("react",), ("ask",)]


def test_a_reply_that_was_cut_short_is_left_out(tmp_path: Path) -> None:
    log = MemoryEventLog()
    events = [started(), TutorReplied(turn=0, sentence=0, text="Hello.", engine=RULES)]
    log.append("s1", events, expected_version=0, origin=origin())
    chosen = choose(log, "tutor", parse_query("all"), position=log.head(), limit=0, seed=0)
    assert chosen.cases == ()
    assert chosen.left_out == (("the reply was cut short", 1),)


def said(turn: int, text: str, score: float | None, blobs: BlobStore) -> Sequence[LessonEvent]:
    """An utterance of 1.5 s in free speech, and what it scored in the lesson."""
    word = WordScore(text=text, start_ms=0, end_ms=1, score=score or 0)
    scored = Pronunciation(reference=text, score=score or 0, completeness=100, words=(word,))
    audio = blobs.put(noise(3), "audio/flac")
    return (
        SpeechUttered(turn=turn, source="microphone", endpoint="silence", audio=audio, duration_ms=1500),
        SpeechTranscribed(turn=turn, text=text, engine=WHISPER),
        SpeechAssessed(
            turn=turn,
            scores=Scores(),
            pronunciation=None if score is None else scored,
            engines=(GOP,) if score is not None else (),
        ),
    )


def test_scores_are_set_against_the_logged_ones(tmp_path: Path) -> None:
    log, blobs = MemoryEventLog(), BlobStore(tmp_path / "blobs")
    for learner, score in (("ana", 65.0), ("ben", 85.0)):
        events = [started(learner, learner), *said(1, "hello", score, blobs)]
        log.append(learner, events, expected_version=0, origin=origin(learner))
    (comparison,) = ran("pronunciation", "scorer", Source(log=log, blobs=blobs), tmp_path / "out").result.comparisons
    figures = shown(comparison)
    assert figures["score"] == (75.0, 75.0)  # the fake gives everybody 75
    assert figures["pcc"] == (None, None)  # nobody rated them
    assert figures["latency_ms"][0] == 40.0
    contrasts = {each.name: each.value.value for each in comparison.contrasted}
    assert contrasts["apart"] == 10.0
    assert contrasts["r"] is None  # equal scores agree with nothing


def spoken(text: str, blobs: BlobStore) -> Sequence[LessonEvent]:
    """A sentence of the greeting in two segments of a second each, which the judge hears as two words and two."""
    audio = blobs.put(noise(2), "audio/flac")
    segments = [
        TutorSpoken(
            turn=0, segment=index, sentence=0, text=text, voice="joe", audio=audio, sample_rate_hz=16_000,
            start_ms=1000 * index, duration_ms=1000, engine=PIPER, rate=0.9, sentence_end=index == 1,
        )
        for index in range(2)
    ]  # fmt: skip
    return TutorReplied(turn=0, sentence=0, text=text, engine=RULES, last=True), *segments


def test_a_voice_is_measured_by_length_time_and_what_is_understood_of_it(tmp_path: Path) -> None:
    log, blobs = MemoryEventLog(), BlobStore(tmp_path / "blobs")
    events = [started(), *spoken("I like my small", blobs)]
    log.append("s1", events, expected_version=0, origin=origin())
    (case,) = choose(log, "voice", parse_query("all"), position=log.head(), limit=0, seed=0).cases
    assert isinstance(case.prompt, Line)
    assert (case.prompt.text, case.prompt.tutor, case.prompt.rate) == ("I like my small", "iris", 0.9)
    finished = ran("voice", "hum", Source(log=log, blobs=blobs), tmp_path / "out")
    figures = shown(finished.result.comparisons[0])
    # The hum lasts 40 ms a letter, 15 letters: .6 s, of which the judge hears one word, "i": three of four are missing.
    assert figures["duration_s"] == (2.0, 0.6)
    assert figures["wer"] == (0.0, 0.75)
    assert figures["first_ms"][0] == 100.0
    assert figures["latency_ms"][0] == 200.0
    assert figures["rtf"][0] == 0.1
