"""Sealed events: what the log keeps, what opens and what does not."""

import base64
import hmac
import json
import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import structs

from events.codec import CODEC, Codec, tag_of
from events.comparison import RepliesCompared
from events.comparison import stream_of as comparisons_of
from events.envelope import Recorded, Unknown
from events.errors import CorruptPayload, UnstorableEvent
from events.learner import ConsentGiven, LearnerDescribed, LearnerForgotten, stream_of
from events.lesson import SessionClaimed, SessionEnded, SpeechAssessed, SpeechTranscribed, SpeechUttered, TutorReplied
from events.memory import MemoryEventLog
from events.sealing.codec import SealingCodec
from events.sealing.errors import LearnerForgotten as Forgotten
from events.sealing.keys import KeyRing
from events.sqlite import SQLiteEventLog
from events.unread import unread
from events.values import ComparedReply, Evidence, Scores, Word
from events.verification import verify
from tests.events.destroyed import destroy_and_tell
from tests.events.samples import ENGINE, TickingClock, origin, random_event, started
from tests.fakes.keys import key_ring

SAID = "I was born beside the aquamarine lighthouse"
TRANSCRIBED = SpeechTranscribed(
    turn=1, text=SAID, engine=ENGINE, words=(Word(text="aquamarine", start_ms=0, end_ms=9, confidence=0.5),)
)


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return key_ring(tmp_path)


@pytest.fixture
def codec(keys: KeyRing) -> SealingCodec:
    return SealingCodec(keys)


def recorded(event: Any, version: int = 1, learner: str = "ana", stream: str = "s1") -> Recorded:
    log = MemoryEventLog(clock=TickingClock())
    (made,) = log.append("x", [event], expected_version=0, origin=origin(learner))
    return structs.replace(made, stream=stream, version=version, type=tag_of(event), position=None)


def test_a_sealed_event_reads_as_it_was(codec: SealingCodec) -> None:
    one = recorded(TRANSCRIBED)

    assert codec.decode(codec.encode(one)) == one


def test_nothing_that_was_said_is_in_the_stored_bytes_and_figures_are(codec: SealingCodec) -> None:
    stored = codec.encode(recorded(TRANSCRIBED))

    assert b"aquamarine" not in stored
    assert b"aquamarine" not in base64.b64decode(json.loads(stored)["data"]["sealed"])
    assert json.loads(stored)["data"]["engine"]["latency_ms"] == 12.5
    assert json.loads(stored)["data"]["words"] == []


def test_any_event_reads_as_it_was(codec: SealingCodec) -> None:
    rng = random.Random(11)
    for version in range(1, 400):
        one = recorded(random_event(rng), version=version)
        assert codec.decode(codec.encode(one)) == one


def test_the_layout_is_the_documented_one(codec: SealingCodec, keys: KeyRing, tmp_path: Path) -> None:
    """Opened by hand: HKDF-Expand (RFC 5869) with one block is HMAC-SHA-256(secret, info || 0x01)."""
    data = json.loads(codec.encode(recorded(TRANSCRIBED, version=7)))["data"]
    name, _, master = (tmp_path / "master.keys").read_text().strip().rpartition(":")
    with sqlite3.connect(tmp_path / "keys.sqlite") as raw:
        ((wrapped, wrapped_by),) = raw.execute("SELECT wrapped, master FROM learner_keys WHERE learner='ana'")
    raw.close()
    place = b"colloquy data key 1 of ana"
    secret = AESGCM(base64.b64decode(master)).decrypt(wrapped[:12], wrapped[12:], place)
    sealed = base64.b64decode(data["sealed"])

    personal = AESGCM(hmac.digest(secret, b"colloquy events\x01", "sha256")).decrypt(sealed[:12], sealed[12:], b"7 s1")

    assert (wrapped_by, data["learner_key"]) == (name, 1)
    assert json.loads(personal)["text"] == SAID


def test_no_two_nonces_are_alike(codec: SealingCodec) -> None:
    one = recorded(TRANSCRIBED)

    nonces = {base64.b64decode(json.loads(codec.encode(one))["data"]["sealed"])[:12] for _ in range(500)}

    assert len(nonces) == 500


@pytest.mark.parametrize("moved", [{"stream": "s2"}, {"version": 2}])
def test_a_ciphertext_moved_to_another_place_does_not_open(codec: SealingCodec, moved: dict[str, Any]) -> None:
    stored = json.loads(codec.encode(recorded(TRANSCRIBED))) | moved

    with pytest.raises(CorruptPayload, match="another place"):
        codec.decode(json.dumps(stored).encode())


def test_a_changed_ciphertext_does_not_open(codec: SealingCodec) -> None:
    stored = json.loads(codec.encode(recorded(TRANSCRIBED)))
    sealed = bytearray(base64.b64decode(stored["data"]["sealed"]))
    sealed[-1] ^= 1
    stored["data"]["sealed"] = base64.b64encode(sealed).decode()

    with pytest.raises(CorruptPayload, match="has been changed"):
        codec.decode(json.dumps(stored).encode())


def test_another_learners_key_does_not_open_it(codec: SealingCodec, keys: KeyRing) -> None:
    keys.for_writing("ben")
    stored = json.loads(codec.encode(recorded(TRANSCRIBED))) | {"learner": "ben"}

    with pytest.raises(CorruptPayload):
        codec.decode(json.dumps(stored).encode())


def test_a_payload_written_by_another_hand_opens_too(codec: SealingCodec) -> None:
    """Order and spaces of JSON mean nothing."""
    one = recorded(TRANSCRIBED)
    stored = json.loads(codec.encode(one))
    stored["data"] = dict(reversed(stored["data"].items()))

    assert codec.decode(json.dumps(stored, indent=1).encode()) == one


def test_what_is_read_of_an_event_in_part_is_what_was_sealed(codec: SealingCodec) -> None:
    """Whether a field is personal as a whole, holds something personal, or is not read."""
    cited = Evidence(kind="word", text="aquamarine")
    replied = TutorReplied(turn=1, sentence=0, text=SAID, engine=ENGINE, evidence=(cited,), exercise="say it")
    stored = codec.encode(recorded(replied))

    in_part = codec.leaving((unread(TutorReplied, "evidence"),)).decode(stored).event
    nearly = codec.leaving((unread(TutorReplied, "text"),)).decode(stored).event

    assert isinstance(in_part, TutorReplied)
    assert (in_part.text, in_part.exercise) == (SAID, "say it")
    assert isinstance(nearly, TutorReplied)
    assert (nearly.evidence, nearly.exercise) == ((cited,), "say it")


def test_said_words_cannot_pass_for_a_seal(codec: SealingCodec) -> None:
    sly = SpeechTranscribed(turn=1, text='","learner_key":9,"sealed":"', engine=ENGINE)
    before = recorded(sly)

    assert codec.decode(CODEC.encode(before)) == before
    assert codec.decode(codec.encode(before)) == before


def test_what_was_stored_before_there_were_keys_is_read_as_it_is(codec: SealingCodec) -> None:
    one = recorded(TRANSCRIBED)

    assert codec.decode(CODEC.encode(one)) == one


def test_of_a_forgotten_learner_the_figures_are_left(codec: SealingCodec, keys: KeyRing) -> None:
    stored = codec.encode(recorded(TRANSCRIBED))
    keys.destroy("ana")

    found = codec.decode(stored)

    assert found.forgotten
    assert found.event == SpeechTranscribed(turn=1, text="", engine=ENGINE)


def test_events_of_a_forgotten_learner_with_nothing_personal_say_so_too(codec: SealingCodec, keys: KeyRing) -> None:
    stored = codec.encode(recorded(SessionEnded(reason="idle")))
    keys.destroy("ana")

    assert codec.decode(stored).forgotten


def test_unsealed_events_of_a_forgotten_learner_read_as_empty(codec: SealingCodec, keys: KeyRing) -> None:
    stored = CODEC.encode(recorded(TRANSCRIBED))
    keys.destroy("ana")

    found = codec.decode(stored)

    assert (found.forgotten, found.event) == (True, SpeechTranscribed(turn=1, text="", engine=ENGINE))


def test_others_are_read_as_before(codec: SealingCodec, keys: KeyRing) -> None:
    ben = recorded(TRANSCRIBED, learner="ben", stream="s2")
    stored = codec.encode(ben)
    codec.encode(recorded(TRANSCRIBED))
    keys.destroy("ana")

    assert codec.decode(stored) == ben


def test_an_old_session_of_a_forgotten_learner_cannot_go_on(codec: SealingCodec, keys: KeyRing) -> None:
    codec.encode(recorded(started()))
    keys.destroy("ana")

    for event in (TRANSCRIBED, SessionClaimed(epoch=2, host="h")):
        with pytest.raises(Forgotten):
            codec.encode(recorded(event, version=2))


def test_it_cannot_go_on_under_the_new_key_of_one_who_came_back(codec: SealingCodec, keys: KeyRing) -> None:
    old = codec.encode(recorded(started()))
    destroy_and_tell(keys, "ana")
    again = recorded(started(session="s9"), stream="s9")

    assert codec.decode(codec.encode(again)) == again
    assert codec.decode(codec.encode(recorded(TRANSCRIBED, version=2, stream="s9"))).event == TRANSCRIBED
    with pytest.raises(Forgotten):
        codec.encode(recorded(TRANSCRIBED, version=2))
    elsewhere = SealingCodec(keys)
    elsewhere.decode(old)
    with pytest.raises(Forgotten):
        elsewhere.encode(recorded(TRANSCRIBED, version=2))


def test_what_must_be_known_of_the_forgotten_is_in_the_clear(codec: SealingCodec, keys: KeyRing) -> None:
    consent = recorded(ConsentGiven(purpose="recordings"), stream=stream_of("ana"))
    stored = codec.encode(consent)
    keys.destroy("ana")
    forgotten = recorded(LearnerForgotten(generation=1), version=2, stream=stream_of("ana"))

    assert codec.decode(stored) == consent
    assert codec.decode(codec.encode(forgotten)) == forgotten


def test_who_a_learner_was_is_forgotten_and_told_anew_of_one_who_came_back(codec: SealingCodec, keys: KeyRing) -> None:
    child = LearnerDescribed(age_group="child", gender="female", first_language="zh", corpus="c", licence="MIT")
    before = codec.encode(recorded(child, stream=stream_of("ana")))
    assert b"child" not in before
    destroy_and_tell(keys, "ana")
    codec.encode(recorded(started(), stream="s2"))  # ana came back
    again = recorded(structs.replace(child, age_group="adult"), version=3, stream=stream_of("ana"))

    left = codec.decode(before)
    assert (left.event, left.forgotten) == (LearnerDescribed(corpus="c", licence="MIT"), True)
    assert codec.decode(codec.encode(again)) == again


def test_of_a_comparison_of_the_forgotten_the_engines_and_the_verdict_stay_and_the_replies_go(
    codec: SealingCodec, keys: KeyRing
) -> None:
    one, other = (ComparedReply(text=f"{SAID}, {end}", engine=ENGINE) for end in ("you say?", "I see."))
    compared = RepliesCompared(session="s1", turn=2, preferred="b", judge="teacher", a=one, b=other)
    before = recorded(compared, stream=comparisons_of("s1"))
    stored = codec.encode(before)
    assert codec.decode(stored) == before
    assert b"aquamarine" not in stored

    keys.destroy("ana")

    left = codec.decode(stored)
    empty = ComparedReply(text="", engine=ENGINE)
    assert (left.event, left.forgotten) == (structs.replace(compared, a=empty, b=empty), True)


def test_a_type_unknown_here_is_sealed_as_a_whole(codec: SealingCodec, keys: KeyRing) -> None:
    payload = b'{"type":"dance.danced.v1",  "song":"aquamarine"}'
    one = recorded(Unknown(tag="dance.danced.v1", payload=payload))

    stored = codec.encode(one)

    assert b"aquamarine" not in stored
    assert codec.decode(stored) == one
    keys.destroy("ana")
    assert codec.decode(stored).event == Unknown(tag="dance.danced.v1", payload=b'{"forgotten":true}')


def test_a_program_that_does_not_know_a_type_reads_all_of_it(codec: SealingCodec, keys: KeyRing) -> None:
    stored = codec.encode(recorded(TRANSCRIBED))
    older = SealingCodec(keys, types=[SessionEnded])

    event = older.decode(stored).event

    assert isinstance(event, Unknown)
    assert json.loads(event.payload)["text"] == SAID
    assert json.loads(event.payload).keys() == json.loads(CODEC.encode(recorded(TRANSCRIBED)))["data"].keys()


def test_an_upcaster_is_given_the_personal_part_too(codec: SealingCodec, keys: KeyRing) -> None:
    def lift(content: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return "session.ended.v1", {"reason": content["text"].upper()}

    stored = codec.encode(recorded(TRANSCRIBED))
    newer = SealingCodec(keys, upcasters={"speech.transcribed.v1": lift})

    assert newer.decode(stored).event == SessionEnded(reason=SAID.upper())


@pytest.mark.parametrize(
    "event",
    [
        SpeechTranscribed(
            turn=1, text="x", engine=ENGINE, words=(Word(text="a", start_ms=0, end_ms=1, confidence=float("nan")),)
        ),
        SpeechAssessed(turn=1, scores=Scores(total=float("inf"))),
        SpeechTranscribed(turn=1, text="\ud800", engine=ENGINE),
    ],
)
def test_what_json_cannot_keep_is_refused_inside_and_outside_of_the_seal(codec: SealingCodec, event: Any) -> None:
    with pytest.raises(UnstorableEvent):
        codec.encode(recorded(event))


def test_without_a_learner_nothing_is_sealed(codec: SealingCodec, tmp_path: Path) -> None:
    one = recorded(TRANSCRIBED, learner="")

    assert codec.encode(one) == CODEC.encode(one)
    assert list(tmp_path.iterdir()) == []


def test_a_forgotten_event_keeps_its_mark_in_a_copy(codec: SealingCodec, keys: KeyRing) -> None:
    events = [TRANSCRIBED, Unknown(tag="t.v1", payload=b'{"type":"t.v1"}')]
    stored = [codec.encode(recorded(event)) for event in events]
    keys.destroy("ana")
    for each in stored:
        found = codec.decode(each)
        for copy in (Codec(), codec):
            assert copy.decode(copy.encode(found)) == found


def test_a_lost_key_is_a_fault_of_the_event_and_stops_no_reader(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with SQLiteEventLog(tmp_path / "log.sqlite", codec=SealingCodec(key_ring(tmp_path / "a"))) as log:
        log.append("s1", [started(), TRANSCRIBED], expected_version=0, origin=origin())
    with SQLiteEventLog(tmp_path / "log.sqlite", codec=SealingCodec(key_ring(tmp_path / "b"))) as log:
        (first, _) = log.tail(0, limit=10)
        with pytest.raises(CorruptPayload, match="not in the key store"):
            log.read("s1")

    assert isinstance(first.event, Unknown)
    assert "not in the key store" in first.event.fault


def test_a_sealed_log_is_sound_before_and_after_its_learner_is_forgotten(tmp_path: Path) -> None:
    keys = key_ring(tmp_path)
    with SQLiteEventLog(tmp_path / "log.sqlite", codec=SealingCodec(keys)) as log:
        uttered = SpeechUttered(turn=1, source="typed", endpoint="typed", text=SAID)
        log.append("s1", [started(), uttered, TRANSCRIBED], expected_version=0, origin=origin())
        log.append("s2", [started("ben")], expected_version=0, origin=origin("ben"))

        assert list(verify(log, None)) == []  # type: ignore[arg-type]  # there are no blobs
        keys.destroy("ana")
        assert list(verify(log, None)) == []  # type: ignore[arg-type]
        assert [each.forgotten for each in log.tail(0, limit=9)] == [True, True, True, False]
