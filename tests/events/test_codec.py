import math
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from events.codec import Codec, Place, decode, encode, tag_of
from events.envelope import Recorded, Unknown
from events.errors import CorruptPayload, UnstorableEvent
from events.lesson import LessonEvent, SessionEnded, SpeechAssessed, SpeechTranscribed, TurnFailed, TutorHeard
from events.values import PitchPoint, Prosody, Scores, Word
from tests.events.samples import ENGINE, random_event


def recorded(event: LessonEvent | Unknown, **changes: Any) -> Recorded:
    fields: dict[str, Any] = {
        "id": "01936f0a-0000-7000-8000-000000000000",
        "stream": "s1",
        "version": 3,
        "type": tag_of(event),
        "time": datetime(2026, 11, 2, 9, 30, 0, 250000, tzinfo=UTC),
        "causation": "c",
        "correlation": "r",
        "tenant": "local",
        "learner": "ana",
        "producer": "host",
        "event": event,
    }
    return Recorded(**(fields | changes))


def stored(type: str, data: str, version: int = 3) -> bytes:
    return (
        f'{{"id":"i","stream":"s1","version":{version},"type":"{type}","time":"2026-11-02T09:30:00Z","causation":"c",'
        f'"correlation":"r","tenant":"local","learner":"ana","producer":"host","data":{data}}}'
    ).encode()


def test_the_stored_form_is_the_documented_json_object() -> None:
    assert encode(recorded(SessionEnded(reason="idle"))) == (
        b'{"id":"01936f0a-0000-7000-8000-000000000000","stream":"s1","version":3,"type":"session.ended.v1",'
        b'"time":"2026-11-02T09:30:00.250000Z","causation":"c","correlation":"r","tenant":"local","learner":"ana",'
        b'"producer":"host","data":{"type":"session.ended.v1","reason":"idle"}}'
    )


def test_any_event_survives_the_round_trip_and_encodes_to_the_same_bytes_again() -> None:
    rng = random.Random(1)
    for _ in range(400):
        before = recorded(random_event(rng))
        data = encode(before)
        after = decode(data)
        assert after == before
        assert encode(after) == data


def test_the_position_is_the_stores_and_is_not_encoded() -> None:
    event = SessionEnded(reason="idle")

    assert encode(recorded(event, position=8)) == encode(recorded(event))
    assert decode(encode(recorded(event)), position=9).position == 9


def test_an_unknown_type_is_read_and_written_back_byte_for_byte() -> None:
    data = stored("music.played.v1", '{"type": "music.played.v1" , "bars":[1.50, null]}')

    read = decode(data)

    assert read.event == Unknown(tag="music.played.v1", payload=b'{"type": "music.played.v1" , "bars":[1.50, null]}')
    assert b'{"type": "music.played.v1" , "bars":[1.50, null]}' in encode(read)
    assert decode(encode(read)) == read


def test_fields_of_a_newer_program_are_ignored() -> None:
    data = stored("session.ended.v1", '{"type":"session.ended.v1","reason":"idle","mood":"fine"}')

    assert decode(data.replace(b'"id":', b'"trace":{"a":[1]},"id":')).event == SessionEnded(reason="idle")


@pytest.mark.parametrize(
    "mangled",
    [
        lambda data: data.replace(b',"data":', b', "data" : '),
        lambda data: data.replace(b',"data":', b',"data": ')[:-1] + b" }",
        lambda data: data[:-1] + b',"trace":{"a":[1]}}',
        lambda data: data.replace(b'"id":', b'"trace":{"a":1,"data":{"b":2}},"id":'),
    ],
)
def test_an_event_is_read_however_another_program_lays_its_json_out(mangled: Callable[[bytes], bytes]) -> None:
    data = stored("session.ended.v1", '{"type":"session.ended.v1","reason":"idle"}')
    unknown = stored("music.played.v1", '{"type":"music.played.v1","bars":[1.50]}')

    assert decode(mangled(data)) == decode(data)
    assert decode(mangled(unknown)) == decode(unknown)


def test_text_that_looks_like_json_stays_text() -> None:
    event = SessionEnded(reason='a"}},"data":{"type":"session.ended.v1"}}')
    odd = recorded(event, producer='b,"data":{"c', learner='","data":')

    assert decode(encode(odd)) == odd


@pytest.mark.parametrize("type", ["session.ended.v1", "music.played.v1"])
def test_every_byte_that_is_lost_or_added_at_the_end_is_noticed(type: str) -> None:
    data = stored(type, f'{{"type":"{type}","reason":"idle"}}')

    for damaged in (data[:-1], data[:-2], data[:-1] + b"x", data + b"}", data[:-2] + b",}}"):
        with pytest.raises(CorruptPayload):
            decode(damaged)


def test_a_field_that_an_older_program_did_not_write_gets_its_default() -> None:
    data = stored("turn.failed.v1", '{"type":"turn.failed.v1","turn":2,"stage":"asr","code":"timeout","message":"m"}')

    assert decode(data).event == TurnFailed(turn=2, stage="asr", code="timeout", message="m", retryable=True)


@pytest.mark.parametrize(
    ("type", "data", "path"),
    [
        ("session.ended.v1", '{"type":"session.ended.v1","reason":3}', "$.data.reason"),
        ("session.ended.v1", '{"type":"session.ended.v1"}', "$.data"),
        ("session.ended.v1", '{"type":"session.started.v1","reason":"idle"}', "$.data.type"),
        ("session.ended.v1", "[]", "$.data"),
        (
            "speech.transcribed.v1",
            '{"type":"speech.transcribed.v1","turn":1,"text":"","engine":{"kind":"a","name":"b","version":"c"},'
            '"words":[{"text":"a","start_ms":0,"end_ms":1,"confidence":1},{"text":"b","start_ms":"x"}]}',
            "$.data.words[1].start_ms",
        ),
    ],
)
def test_a_damaged_payload_names_stream_version_and_path(type: str, data: str, path: str) -> None:
    with pytest.raises(CorruptPayload) as caught:
        decode(stored(type, data, version=7))

    assert (caught.value.stream, caught.value.version, caught.value.path) == ("s1", 7, path)
    assert path in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"{", b"nonsense", b"\xff\xfe", b"[]", b'{"id":"x"}'])
def test_a_damaged_envelope_is_a_typed_error(data: bytes) -> None:
    with pytest.raises(CorruptPayload):
        decode(data)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(CorruptPayload) as caught:
        decode(stored("session.ended.v1", '{"reason":"idle"}').replace(b"09:30:00Z", b"09:30:00"))

    assert caught.value.path == "$.time"


def test_a_reader_of_the_whole_log_gets_a_damaged_event_with_its_fault() -> None:
    data = stored("session.ended.v1", '{"type":"session.ended.v1","reason":3}')
    place = Place(stream="s1", version=3, type="session.ended.v1", position=12)

    kept = Codec().decode_or_keep(data, place)

    assert (kept.learner, kept.position, kept.type) == ("ana", 12, "session.ended.v1")
    assert isinstance(kept.event, Unknown)
    assert kept.event.payload == b'{"type":"session.ended.v1","reason":3}'
    assert "$.data.reason" in kept.event.fault


def test_a_damaged_envelope_leaves_its_place_in_the_store() -> None:
    place = Place(stream="s1", version=3, type="session.ended.v1", position=12)

    kept = Codec().decode_or_keep(b"\x00\x01", place)

    assert (kept.stream, kept.version, kept.position, kept.learner) == ("s1", 3, 12, "")
    assert isinstance(kept.event, Unknown)
    assert kept.event.payload == b"\x00\x01"
    assert kept.event.fault


@pytest.mark.parametrize("huge", [2**64, 2**200, -(2**63) - 1])
def test_a_whole_number_of_any_size_is_kept_and_hides_no_other_fault(huge: int) -> None:
    kept = recorded(TutorHeard(turn=1, heard_ms=huge, text="null"))
    assert decode(encode(kept)).event == kept.event

    word = Word(text="null", start_ms=huge, end_ms=1, confidence=math.nan)
    with pytest.raises(UnstorableEvent) as caught:
        encode(recorded(SpeechTranscribed(turn=1, text="", engine=ENGINE, words=(word,))))
    assert caught.value.path == "$.words[0].confidence"


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_refused_with_its_path(number: float) -> None:
    words = (
        Word(text="null", start_ms=0, end_ms=1, confidence=1.0),
        Word(text="b", start_ms=1, end_ms=2, confidence=number),
    )
    transcribed = SpeechTranscribed(turn=1, text="null b", engine=ENGINE, words=words)
    with pytest.raises(UnstorableEvent) as caught:
        encode(recorded(transcribed))
    assert caught.value.path == "$.words[1].confidence"

    prosody = Prosody(duration_ms=1, speaking_ms=1, contour=(PitchPoint(time_ms=0, f0_hz=number),))
    with pytest.raises(UnstorableEvent) as caught:
        encode(recorded(SpeechAssessed(turn=1, scores=Scores(), prosody=prosody)))
    assert caught.value.path == "$.prosody.contour[0].f0_hz"


def test_text_that_is_not_unicode_is_refused() -> None:
    with pytest.raises(UnstorableEvent):
        encode(recorded(SessionEnded(reason="\ud800")))
    with pytest.raises(UnstorableEvent):
        encode(recorded(SessionEnded(reason="idle"), learner="\udfff"))


class Greeted(msgspec.Struct, frozen=True, kw_only=True, tag="tutor.greeted.v2"):
    """An invented event whose third shape is today's."""

    words: tuple[str, ...]
    heard_ms: int


def split_text(payload: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "tutor.greeted.v1", {"words": payload["text"].split(), "heard_s": payload["heard_s"]}


def seconds_to_ms(payload: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "tutor.greeted.v2", {"words": payload["words"], "heard_ms": round(payload["heard_s"] * 1000)}


CHAIN = {"tutor.greeted.v0": split_text, "tutor.greeted.v1": seconds_to_ms}


def test_upcasters_are_chained_up_to_todays_type() -> None:
    codec = Codec((Greeted,), CHAIN)

    old = codec.decode(stored("tutor.greeted.v0", '{"type":"tutor.greeted.v0","text":"good day","heard_s":1.25}'))
    middle = codec.decode(stored("tutor.greeted.v1", '{"type":"tutor.greeted.v1","words":["hi"],"heard_s":2}'))

    assert old.event == Greeted(words=("good", "day"), heard_ms=1250)  # type: ignore[comparison-overlap]
    assert middle.event == Greeted(words=("hi",), heard_ms=2000)  # type: ignore[comparison-overlap]
    assert old.type == middle.type == "tutor.greeted.v2"


def test_an_upcaster_that_meets_a_damaged_payload_is_a_typed_error() -> None:
    with pytest.raises(CorruptPayload) as caught:
        Codec((Greeted,), CHAIN).decode(stored("tutor.greeted.v0", '{"type":"tutor.greeted.v0"}'))

    assert (caught.value.stream, caught.value.version) == ("s1", 3)


def test_upcasters_in_a_ring_end() -> None:
    ring = {"a.v1": lambda payload: ("b.v1", payload), "b.v1": lambda payload: ("a.v1", payload)}

    assert isinstance(Codec((Greeted,), ring).decode(stored("a.v1", "{}")).event, Unknown)


@pytest.mark.parametrize("tag", ["tutor.spoken.v1", "tutor.spoken.v2"])
def test_an_event_that_is_nested_too_deep_stops_no_reader(tag: str) -> None:
    data = stored(tag, f'{{"new":{"[" * 100_000}{"]" * 100_000}}}')

    kept = Codec().decode_or_keep(data, Place(stream="s1", version=3, type=tag, position=12))

    assert (kept.stream, kept.position, kept.type) == ("s1", 12, tag)
    assert isinstance(kept.event, Unknown)
    assert "recursion" in kept.event.fault
