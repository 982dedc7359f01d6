"""Feedback that no event holds is refused, and says why."""

from typing import Any

import pytest
from msgspec.structs import replace

from events.values import Evidence, Note, Scores
from policies.feedback.claims import claims_of
from policies.feedback.grounding import claim_fault, evidence_fault, sentence_fault, unfounded
from policies.learner import LearnerHistory
from policies.tutor.context import Sentence, TurnSummary, TutorContext
from policies.tutor.remarks import Finding
from tests.policies.feedback.utterance import PROSODY, TEXT, pronunciation, read_aloud

CONTEXT = TutorContext(
    session="s", turn=2, tutor="joe", goal="", level="A2", mode="sentence", seed=1, exercise=TEXT, said="I sink we lib",
    scores=Scores(total=61.2), prosody=PROSODY, pronunciation=pronunciation(),
    notes=(Note(kind="tense", start=0, end=7, said="we live", better="we lived", message="It is over."),),
    turns=(TurnSummary(said="I sink", replied="Again.", reference=TEXT, total=48.0),),
    history=LearnerHistory(sessions=3, hard_phones=("TH",), hard_words=("think",)),
)  # fmt: skip


def test_claims_that_were_made_from_the_assessment_stand() -> None:
    claims = claims_of(read_aloud())
    assert claims
    assert [claim_fault(claim, pronunciation()) for claim in claims] == [""] * len(claims)


@pytest.mark.parametrize(
    ("planted", "why"),
    [
        ({"place": 9}, "no word number 9"),
        ({"word": "sink"}, "word number 1 is 'think', not 'sink'"),
        ({"phone": "R"}, "'think' has no R from 410 to 510 ms"),
        ({"start_ms": 400}, "'think' has no TH from 400 to 510 ms"),
        ({"score": 3.0}, "scored 20.0, not 3.0"),
        ({"heard": "F"}, "S was heard, not F"),
        ({"word": "here", "place": 4}, "'here' was not said"),
    ],
)
def test_a_false_claim_is_refused_with_what_is_false(planted: dict[str, Any], why: str) -> None:
    claim = claims_of(read_aloud())[0]
    assert why in claim_fault(replace(claim, **planted), pronunciation())
    assert claim_fault(claim, None) != ""


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence(kind="phone", text="TH", start_ms=410, end_ms=510, value=20.0),
        Evidence(kind="word", text="we", start_ms=900, end_ms=1100, value=92.0),
        Evidence(kind="word", text="here", value=0.0),
        Evidence(kind="note", text="we live → we lived"),
        Evidence(kind="pause", text="pause", start_ms=1100, end_ms=1200, value=100.0),
        Evidence(kind="pause", text="longest pause", end_ms=1600, value=100.0),
        Evidence(kind="pause", text="hesitations", end_ms=1600, value=1.0),
        Evidence(kind="pitch", text="F0 range", end_ms=1600, value=20.0),
        Evidence(kind="rate", text="words per minute", end_ms=1600, value=128.4),
        Evidence(kind="content", text="sink"),
        Evidence(kind="history", text="TH"),
        Evidence(kind="history", text="48 → 61", value=61.2),
    ],
    ids=lambda evidence: f"{evidence.kind} {evidence.text}",
)
def test_evidence_stands_as_it_was_logged_and_falls_when_it_is_bent(evidence: Evidence) -> None:
    assert evidence_fault(evidence, CONTEXT) == ""
    bent = replace(evidence, text="zebra → zebras") if evidence.value is None else replace(evidence, value=77.7)
    assert f"no event holds the {evidence.kind}" in evidence_fault(bent, CONTEXT)


def test_evidence_of_an_unknown_kind_is_none() -> None:
    assert "no evidence of kind" in evidence_fault(Evidence(kind="feeling", text="good"), CONTEXT)


def test_praise_and_correction_must_cite_something_and_small_talk_need_not() -> None:
    assert (
        sentence_fault(Sentence(text="Well done.", acts=("praise",)), CONTEXT)
        == "praise or correction that cites nothing"
    )
    assert sentence_fault(Sentence(text="Hello.", acts=("greet",)), CONTEXT) == ""
    invented = Evidence(kind="phone", text="R", start_ms=0, end_ms=90, value=12.0)
    assert sentence_fault(Sentence(text="Mind the R.", acts=("correct",), evidence=(invented,)), CONTEXT) == (
        "no event holds the phone 'R' from 0 to 90 ms of 12"
    )


FINDING = Finding(
    kind="phone_pair",
    slots={"place": "start", "word": "think", "tip": "put the tip of your tongue out", "good": "think", "bad": "sink"},
    evidence=Evidence(kind="phone", text="TH", start_ms=410, end_ms=510, value=20.0),
    weight=0.5,
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("The start of think sounded like sink.", ""),
        ('Your "think" came out as "sink".', ""),
        ("The start of think sounded like tink.", "a sound that was not heard: tink"),
        ('In "three" and "think" the start was not clear.', "a word that no finding tells: three"),
        ("You said think at 140 words a minute.", "a figure that no finding tells: 140"),
    ],
)
def test_a_model_may_tell_what_was_found_and_no_more(text: str, why: str) -> None:
    assert unfounded(text, (FINDING,), "I sink so") == why
