"""What is personal is taken out of events whole, and figures stay."""

import json
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from events.archive import read_archive
from events.codec import EVENT_TYPES
from events.lesson import SpeechAssessed, SpeechTranscribed, TutorReplied
from events.sealing.personal import KEPT, PERSONAL, PersonalPart, merged, personal_part
from events.upcasters import UPCASTERS
from events.values import Evidence, Note, PhoneScore, Pronunciation, Prosody, Scores, Word, WordScore
from tests.events.samples import ENGINE, random_event

GOLDEN = Path(__file__).parents[2] / "golden" / "logs" / "every-type-v1.jsonl"

ASSESSED = SpeechAssessed(
    turn=3,
    scores=Scores(total=71.5, grammar=60.0),
    prosody=Prosody(duration_ms=2000, speaking_ms=1500, f0_mean_hz=180.0),
    pronunciation=Pronunciation(
        reference="three thieves",
        score=64.0,
        completeness=100.0,
        words=(
            WordScore(
                text="three",
                start_ms=0,
                end_ms=300,
                score=55.0,
                phones=(PhoneScore(phone="TH", start_ms=0, end_ms=90, score=31.0, heard="T"),),
            ),
        ),
    ),
    notes=(Note(kind="tense", start=0, end=2, said="goed", better="went", message="went, not goed", rule="PAST"),),
)


def test_every_type_says_what_is_personal_in_it() -> None:
    tags = {str(kind.__struct_config__.tag) for kind in EVENT_TYPES}
    assert tags | UPCASTERS.keys() == PERSONAL.keys() | KEPT


def test_every_path_names_a_field() -> None:
    for kind in EVENT_TYPES:
        personal_part(kind)


def test_of_an_assessment_the_figures_stay_and_the_words_go() -> None:
    part = personal_part(SpeechAssessed)
    assert part is not None

    taken, left = part.split(ASSESSED)

    assert json.loads(msgspec.json.encode(left)) == {
        **json.loads(msgspec.json.encode(ASSESSED)),
        "pronunciation": {"reference": "", "score": 64.0, "completeness": 100.0, "words": []},
        "notes": [{"kind": "tense", "start": 0, "end": 2, "said": "", "better": "", "message": "", "rule": "PAST"}],
    }
    assert msgspec.json.decode(taken)["notes"] == [{"said": "goed", "better": "went", "message": "went, not goed"}]
    assert part.join(left, taken) == ASSESSED


def test_of_a_reply_the_evidence_keeps_its_place_and_figure() -> None:
    evidence = Evidence(kind="word", text="thieves", start_ms=300, end_ms=900, value=41.0)
    reply = TutorReplied(turn=3, sentence=0, text="Say thieves again.", engine=ENGINE, evidence=(evidence,))
    part = personal_part(TutorReplied)
    assert part is not None

    _, left = part.split(reply)

    assert isinstance(left, TutorReplied)
    assert (left.text, left.engine) == ("", ENGINE)
    assert left.evidence == (Evidence(kind="word", text="", start_ms=300, end_ms=900, value=41.0),)


def test_an_event_with_nothing_personal_in_it_is_left_as_it_is() -> None:
    silent = SpeechTranscribed(turn=1, text="", engine=ENGINE)
    part = personal_part(SpeechTranscribed)
    assert part is not None

    assert part.split(silent) == (b"", silent)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_taken_out_can_be_put_back(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(50):
        event = random_event(rng)
        part = personal_part(type(event))
        if part is not None:
            taken, left = part.split(event)
            assert (part.join(left, taken) if taken else left) == event


def test_no_text_of_a_lesson_is_left_in_any_event() -> None:
    """Every text of the golden log that is not a name, a code or an id must be gone."""
    plain = {"session", "learner", "tutor", "level", "mode", "endpointing", "language", "host", "source", "endpoint"}
    plain |= {"engine", "engines", "audio", "init", "media", "emotion", "acts", "voice", "look", "stage", "code"}
    plain |= {"reason", "kind", "rule", "prosody", "scores"}
    for recorded in read_archive(GOLDEN):
        part = personal_part(type(recorded.event))
        left = part.split(recorded.event)[1] if part is not None else recorded.event
        assert _texts(msgspec.to_builtins(left), plain) == []


def _texts(value: Any, plain: set[str]) -> list[str]:
    if isinstance(value, dict):
        return [text for key, each in value.items() if key not in plain | {"type"} for text in _texts(each, plain)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each, plain)]
    return [value] if isinstance(value, str) and value else []


class Letter(Struct, frozen=True, kw_only=True, tag="letter.v1"):
    text: str = ""
    place: str = ""


def test_a_field_that_became_personal_later_is_kept_from_before() -> None:
    earlier, today = PersonalPart(Letter, ["text"]), PersonalPart(Letter, ["text", "place"])
    letter = Letter(text="dear", place="Rome")

    taken, left = earlier.split(letter)

    assert today.join(left, taken) == letter


def test_plain_values_are_merged_as_deep_as_they_go() -> None:
    payload = {"type": "t", "turn": 1, "text": "", "words": [], "notes": [{"kind": "a", "said": ""}], "p": {"s": 1}}
    part = {"text": "hi", "words": [{"text": "hi"}], "notes": [{"said": "x"}], "p": {"words": ["w"]}}

    assert merged(payload, part) == {
        "type": "t",
        "turn": 1,
        "text": "hi",
        "words": [{"text": "hi"}],
        "notes": [{"kind": "a", "said": "x"}],
        "p": {"s": 1, "words": ["w"]},
    }


def test_words_are_taken_with_their_times() -> None:
    word = Word(text="hello", start_ms=10, end_ms=200, confidence=0.9)
    part = personal_part(SpeechTranscribed)
    assert part is not None

    _, left = part.split(SpeechTranscribed(turn=1, text="hello", engine=ENGINE, words=(word,), confidence=0.8))

    assert left == SpeechTranscribed(turn=1, text="", engine=ENGINE, confidence=0.8)
