"""Events of the first versions become today's, whole, sealed or damaged."""

import json
import re
from pathlib import Path

import msgspec
import pytest

from events.codec import CODEC
from events.errors import CorruptPayload
from events.lesson import SpeechAssessed, TutorSpoken
from events.named import NamedPitchPoint, named_prosody, named_visemes, named_words
from events.upcasters import lifted
from events.values import PhoneScore, PitchPoint, Viseme

LESSON = Path(__file__).parents[1] / "golden" / "lessons" / "first-lesson-v1" / "log.jsonl"


def stored(tag: str) -> bytes:
    """The first event of a type in a lesson that was held before its second version."""
    return next(line for line in LESSON.read_bytes().splitlines() if json.loads(line)["type"] == tag)


def test_an_assessment_of_the_first_version_keeps_its_points_and_phones() -> None:
    line = stored("speech.assessed.v1")
    then, event = json.loads(line)["data"], CODEC.decode(line).event
    assert isinstance(event, SpeechAssessed)
    assert event.prosody is not None
    assert event.pronunciation is not None
    assert [{"time_ms": one.time_ms, "f0_hz": one.f0_hz} for one in event.prosody.contour] == then["prosody"]["contour"]
    assert json.loads(msgspec.json.encode(named_words(event.pronunciation.words))) == then["pronunciation"]["words"]


def test_speech_of_the_first_version_keeps_its_phonemes_and_mouth_shapes() -> None:
    line = stored("tutor.spoken.v1")
    then, event = json.loads(line)["data"], CODEC.decode(line).event
    assert isinstance(event, TutorSpoken)
    assert [[one.ipa, one.start_ms, one.end_ms] for one in event.phonemes] == [
        [one["ipa"], one["start_ms"], one["end_ms"]] for one in then["phonemes"]
    ]
    assert json.loads(msgspec.json.encode(named_visemes(event.visemes))) == then["visemes"]


def test_an_event_is_written_in_its_newest_version() -> None:
    recorded = CODEC.decode(stored("tutor.spoken.v1"))
    data = json.loads(CODEC.encode(recorded))["data"]
    assert data["type"] == "tutor.spoken.v2"
    assert data["phonemes"][1] == ["h", 20, 100]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b'"time_ms":279,', b"", "missing required field `time_ms` at `$.data.prosody.contour[0]`"),
        (b'"f0_hz":187.7', b'"f0_hz":"high"', "got `str` at `$.data.prosody.contour[0].f0_hz`"),
        (b'"contour":[', b'"contour":[7,', "got `int` at `$.data.prosody.contour[0]`"),
        (b'"contour":[', b'"contour":[[279,187.7],', "got `array` at `$.data.prosody.contour[0]`"),
        (b'"contour":[', b'"contour":{},"was":[', "got `object` at `$.data.prosody.contour`"),
        (b'"phones":[', b'"phones":null,"was":[', "got `null` at `$.data.pronunciation.words[0].phones`"),
        (b'"data":{"type":"speech.assessed.v1"', b'"data":{"type":"speech.assessed.v2"', "at `$.data.type`"),
    ],
    ids=["a field is missing", "of another type", "no object", "by place", "no array", "null", "of another version"],
)
def test_a_damaged_event_of_the_first_version_is_told_with_the_place_of_its_fault(
    old: bytes, new: bytes, fault: str
) -> None:
    line = stored("speech.assessed.v1")
    assert old in line
    with pytest.raises(CorruptPayload, match=re.escape(fault)) as refused:
        CODEC.decode(line.replace(old, new, 1))
    assert refused.value.version == 21


def test_what_holds_events_is_lifted_with_them() -> None:
    spoken = {"type": "tutor.spoken.v1", "phonemes": [{"ipa": "h", "start_ms": 0, "end_ms": 9}], "visemes": []}
    assert lifted({"turns": [{"spoken": [spoken], "type": "turn"}]}) == {
        "turns": [{"spoken": [{"type": "tutor.spoken.v2", "phonemes": [["h", 0, 9]], "visemes": []}], "type": "turn"}]
    }


def test_values_by_place_may_gain_fields_at_their_end() -> None:
    assert msgspec.json.decode(b'["AH",0,90,40.5]', type=PhoneScore).heard == ""
    assert msgspec.json.decode(b'["aa",0,40,0.5,"new"]', type=Viseme) == Viseme(
        viseme="aa", start_ms=0, end_ms=40, weight=0.5
    )


def test_a_value_with_names_is_the_value() -> None:
    event = CODEC.decode(stored("speech.assessed.v1")).event
    assert isinstance(event, SpeechAssessed)
    assert event.prosody is not None
    named = named_prosody(event.prosody).contour[0]
    assert isinstance(named, NamedPitchPoint)
    assert isinstance(named, PitchPoint)
    assert json.loads(msgspec.json.encode(named)) == {"time_ms": 279, "f0_hz": 187.7}
