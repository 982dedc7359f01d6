"""A lesson through gateway and host, with engines that answer at once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from msgspec import UNSET

from actors.hearing.decode import encode_flac
from actors.hearing.errors import AudioError
from actors.ports import EngineError
from actors.session.commands import End, Hear, Start
from actors.session.errors import NotYourSession, SessionEnded, SessionFenced, SessionNotFound, TurnOutOfOrder
from events import lesson
from events.errors import LogUnavailable
from events.lesson import LessonEvent
from events.values import Break
from projections.messages import ErrorMessage
from tests.actors.hosting.room import Room, chunks_of, silence, speech


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    room = Room(tmp_path)
    yield room
    room.hosts.kill()


def kinds(events: list[LessonEvent]) -> list[str]:
    return [str(event.__struct_config__.tag) for event in events]


async def test_the_tutor_greets_with_voice_and_face(room: Room) -> None:
    await room.start()
    order = kinds(room.events())
    assert order[:4] == ["session.started.v1", "session.claimed.v1", "tutor.replied.v1", "tutor.replied.v1"]
    assert "tutor.spoken.v2" in order
    assert "tutor.rendered.v1" in order


async def test_an_utterance_is_understood_judged_answered_spoken_and_drawn(room: Room) -> None:
    await room.start()
    await room.say(1)
    await room.answered(1)
    events = [event for event in room.events() if getattr(event, "turn", 0) == 1]
    order = kinds(events)
    assert order[:3] == ["speech.uttered.v1", "speech.transcribed.v1", "speech.assessed.v2"]
    transcribed = next(e for e in events if isinstance(e, lesson.SpeechTranscribed))
    assert transcribed.text == "i like"
    replies = [e.text for e in events if isinstance(e, lesson.TutorReplied)]
    assert replies == ["You said: i like.", "What is question 1?"]
    segments = [e for e in events if isinstance(e, lesson.TutorSpoken)]
    assert segments[1].start_ms == segments[0].duration_ms
    drawn = sum(e.duration_ms for e in events if isinstance(e, lesson.TutorRendered))
    assert drawn == sum(segment.duration_ms for segment in segments)


async def test_of_a_given_sentence_the_breaks_and_the_expected_ending_are_told(room: Room) -> None:
    await room.start()
    await room.gateway.audio("s1", "ana", 1, 0, chunks_of(speech(1.0)))
    await room.gateway.end_recording("s1", "ana", "end-1", 1, reference="I see. Do you?")
    await room.answered(1)
    assessed = next(e for e in room.events() if isinstance(e, lesson.SpeechAssessed))
    assert assessed.prosody is not None
    # the scorer has a gap of 10 ms after every word, and the full stop wants a pause
    assert assessed.prosody.breaks == (Break(kind="missing", after_word=1, start_ms=190, end_ms=200, silence_ms=10),)
    assert assessed.prosody.expected_ending == "rise"


async def test_free_speech_has_no_text_to_be_measured_by(room: Room) -> None:
    await room.start()
    await room.say(1)
    await room.answered(1)
    assessed = next(e for e in room.events() if isinstance(e, lesson.SpeechAssessed))
    assert assessed.prosody is not None
    assert assessed.prosody.breaks is assessed.prosody.expected_ending is UNSET


async def test_a_typed_utterance_needs_no_audio(room: Room) -> None:
    await room.start()
    await room.gateway.type_text("s1", "ana", "t1", 1, "I like tea")
    await room.answered(1)
    assert ("asr", "transcribe") not in room.engines.calls
    replied = next(e for e in room.events() if isinstance(e, lesson.TutorReplied) and e.turn == 1)
    assert replied.text == "You said: I like tea."


async def test_an_uploaded_file_is_known_by_its_content(room: Room) -> None:
    await room.start()
    samples = np.frombuffer(speech(1.0), "<i2")
    flac = encode_flac(samples, 16_000)
    await room.gateway.audio("s1", "ana", 1, 0, [flac[:5000], flac[5000:]], "file")
    await room.gateway.end_recording("s1", "ana", "e1", 1)
    await room.answered(1)
    uttered = next(e for e in room.events() if isinstance(e, lesson.SpeechUttered))
    assert (uttered.source, uttered.sample_rate_hz) == ("upload", 16_000)


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "empty_audio"), (b"This is no sound at all." * 50, "not_audio")],
)
async def test_a_file_that_is_no_audio_is_refused_and_the_lesson_goes_on(room: Room, data: bytes, code: str) -> None:
    await room.start()
    await room.gateway.audio("s1", "ana", 1, 0, [data], "file")
    with pytest.raises(AudioError) as refused:
        await room.gateway.end_recording("s1", "ana", "e1", 1)
    assert refused.value.code == code
    await room.say(1)
    await room.answered(1)


async def test_a_recording_that_is_cancelled_while_it_ends_is_dropped_with_a_typed_error(room: Room) -> None:
    await room.start()
    await room.gateway.audio("s1", "ana", 1, 0, chunks_of(speech(20.0)))
    ending = asyncio.create_task(room.gateway.end_recording("s1", "ana", "e1", 1))
    await asyncio.sleep(0)
    await room.gateway.cancel_recording("s1", "ana", 1)
    with pytest.raises(AudioError) as refused:
        await ending
    assert refused.value.code == "cancelled"
    await room.say(1)
    await room.answered(1)


async def test_silence_is_refused_and_the_turn_stays_open(room: Room) -> None:
    await room.start()
    await room.gateway.audio("s1", "ana", 1, 0, chunks_of(silence(2.0)))
    with pytest.raises(AudioError) as refused:
        await room.gateway.end_recording("s1", "ana", "e1", 1)
    assert refused.value.code == "silent_audio"
    await room.say(1)
    await room.answered(1)


async def test_repeated_chunks_are_passed_over_and_a_gap_is_told(room: Room) -> None:
    await room.start()
    chunks = chunks_of(speech(1.0))
    await room.gateway.audio("s1", "ana", 1, 0, chunks[:4])
    assert (await room.gateway.audio("s1", "ana", 1, 2, chunks[2:5])).next_chunk == 5
    assert (await room.gateway.audio("s1", "ana", 1, 8, chunks[8:])).next_chunk == 5
    with pytest.raises(AudioError, match="Chunk 5 is missing") as refused:
        await room.gateway.end_recording("s1", "ana", "e1", 1)
    assert refused.value.code == "chunk_out_of_order"
    await room.gateway.audio("s1", "ana", 1, 5, chunks[5:])
    await room.gateway.end_recording("s1", "ana", "e1", 1)
    await room.answered(1)
    uttered = next(e for e in room.events() if isinstance(e, lesson.SpeechUttered))
    assert uttered.duration_ms == 1000


async def test_chunks_that_are_held_back_come_with_the_end(room: Room) -> None:
    await room.start()
    chunks = chunks_of(speech(1.0))
    await room.gateway.audio("s1", "ana", 1, 0, chunks[:4])
    assert not room.gateway.hold("s1", 1, 8, chunks[8:]), "there is a gap before them"
    assert room.gateway.hold("s1", 1, 4, chunks[4:])
    await room.gateway.end_recording("s1", "ana", "e1", 1)
    await room.answered(1)
    uttered = next(e for e in room.events() if isinstance(e, lesson.SpeechUttered))
    assert uttered.duration_ms == 1000
    assert not room.gateway.hold("s1", 2, 3, chunks[3:4]), "the beginning has not passed this door"


async def test_the_endpointer_closes_an_utterance_by_itself(room: Room) -> None:
    await room.start(endpointing="auto")
    await room.gateway.audio("s1", "ana", 1, 0, chunks_of(speech(1.2) + silence(3.0)))
    await room.answered(1)
    uttered = next(e for e in room.events() if isinstance(e, lesson.SpeechUttered))
    assert uttered.endpoint == "silence"


async def test_sound_that_goes_on_after_the_end_begins_no_turn_again(room: Room) -> None:
    await room.start(endpointing="auto")
    chunks = chunks_of(speech(1.2) + silence(6.0))
    for number, chunk in enumerate(chunks):
        accepted = await room.gateway.audio("s1", "ana", 1, number, [chunk])
        assert accepted.turn == 2 or accepted.next_chunk == number + 1
        await asyncio.sleep(0.002)
    await room.answered(1)
    assert sum(isinstance(e, lesson.SpeechUttered) for e in room.events()) == 1


async def test_typing_takes_the_turn_of_an_unfinished_utterance(room: Room) -> None:
    await room.start(endpointing="auto")
    await room.gateway.audio("s1", "ana", 1, 0, chunks_of(speech(0.5)))
    await room.gateway.type_text("s1", "ana", "t1", 1, "I type instead")
    await room.answered(1)
    uttered = [e for e in room.events() if isinstance(e, lesson.SpeechUttered)]
    assert [e.source for e in uttered] == ["typed"]


async def test_a_refused_chunk_does_not_stand_in_the_way_of_the_next_recording(room: Room) -> None:
    await room.start()
    with pytest.raises(AudioError, match="whole number"):
        await room.gateway.audio("s1", "ana", 1, 0, [b"\x01\x02\x03"])
    await room.say(1)
    await room.answered(1)


async def test_recordings_one_upon_the_other_are_all_understood(room: Room) -> None:
    await room.start()
    room.engines.delay_s = 0.02
    for turn in (1, 2, 3):
        await room.say(turn)
    await room.answered(3)
    await room.until("s1", lambda events: sum(isinstance(e, lesson.SpeechAssessed) for e in events) == 3)
    assert not [e for e in room.events() if isinstance(e, lesson.TurnFailed)]


async def test_what_was_begun_on_a_refused_recording_is_no_answer_to_another_utterance(room: Room) -> None:
    await room.start()
    room.log.full = True
    with pytest.raises(LogUnavailable):
        await room.say(1)
    room.log.full = False
    await room.gateway.type_text("s1", "ana", "t1", 1, "I like green tea.")
    await room.answered(1)
    transcribed = [e.text for e in room.events() if isinstance(e, lesson.SpeechTranscribed)]
    assert transcribed == ["I like green tea."]


async def test_a_full_disk_in_the_middle_of_a_turn_is_told_and_waited_for(room: Room) -> None:
    await room.start()
    room.engines.delay_s = 0.05
    await room.gateway.type_text("s1", "ana", "t1", 1, "hello")
    room.log.full = True
    await asyncio.sleep(0.3)
    calls = len(room.engines.calls)
    heard = await room.gateway.poll("s1", "ana", 0, 0, 0.0)
    errors = [message for message in heard.transient if isinstance(message, ErrorMessage)]
    assert [(error.code, error.retryable) for error in errors] == [("log_unavailable", True)]
    assert len(room.engines.calls) - calls < 5
    room.log.full = False
    await room.answered(1)


async def test_an_utterance_ends_at_the_limit(room: Room) -> None:
    await room.start()
    await room.gateway.audio("s1", "ana", 1, 0, chunks_of(speech(61.0)))
    await room.answered(1)
    uttered = next(e for e in room.events() if isinstance(e, lesson.SpeechUttered))
    assert uttered.endpoint == "limit"


async def test_commands_repeat_without_harm(room: Room) -> None:
    await room.start()
    await room.say(1)
    await room.answered(1)
    before = len(room.events())
    await room.gateway.end_recording("s1", "ana", "end-1", 1)
    await room.gateway.start(Start(id="start-s1", started=room.events()[0]))  # type: ignore[arg-type]
    assert len(room.events()) == before


async def test_another_learner_is_kept_out(room: Room) -> None:
    await room.start()
    with pytest.raises(NotYourSession):
        await room.gateway.poll("s1", "bob", 0, 0, 0.0)
    with pytest.raises(SessionNotFound):
        await room.gateway.poll("s2", "ana", 0, 0, 0.0)


async def test_a_turn_from_the_future_is_refused(room: Room) -> None:
    await room.start()
    with pytest.raises(TurnOutOfOrder):
        await room.gateway.audio("s1", "ana", 5, 0, [b"\0\0"])


async def test_an_interruption_stops_the_tutor(room: Room) -> None:
    await room.start()
    room.engines.delay_s = 0.05
    await room.gateway.type_text("s1", "ana", "t1", 1, "hello")
    await room.until("s1", lambda events: any(isinstance(e, lesson.TutorSpoken) and e.turn == 1 for e in events))
    await room.gateway.submit("s1", "ana", Hear(id="i1", turn=1, heard_ms=40, interrupted=True))
    await asyncio.sleep(0.3)
    after = [type(e) for e in room.events()]
    assert after[-1] is lesson.TutorHeard


async def test_an_engine_that_fails_is_told_and_the_lesson_goes_on(room: Room) -> None:
    await room.start()
    room.engines.faults["voice"] = EngineError("no voice today")
    await room.gateway.type_text("s1", "ana", "t1", 1, "hello")
    await room.until("s1", lambda events: any(isinstance(e, lesson.TurnFailed) for e in events))
    failed = next(e for e in room.events() if isinstance(e, lesson.TurnFailed))
    assert (failed.stage, failed.message, failed.retryable) == ("speak", "no voice today", True)
    del room.engines.faults["voice"]
    await room.gateway.type_text("s1", "ana", "t2", 2, "hello again")
    await room.answered(2)


async def test_an_engine_that_judges_badly_costs_only_its_own_part(room: Room) -> None:
    await room.start()
    room.engines.faults["pronunciation"] = EngineError("no dictionary")
    await room.say(1)
    await room.answered(1)
    assessed = next(e for e in room.events() if isinstance(e, lesson.SpeechAssessed))
    assert assessed.pronunciation is None
    assert assessed.prosody is not None
    assert [(use.kind, use.degraded, use.reason) for use in assessed.engines if use.degraded] == [
        ("pronunciation", True, "no dictionary")
    ]


async def test_an_ended_session_takes_no_more_speech(room: Room) -> None:
    await room.start()
    await room.gateway.submit("s1", "ana", End(id="x"))
    with pytest.raises(SessionEnded):
        await room.gateway.type_text("s1", "ana", "t1", 1, "hello")


async def test_a_host_that_lost_its_session_is_fenced(room: Room) -> None:
    await room.start()
    first = room.hosts.host
    second = room.hosts.make()
    await second.poll("s1", "ana", 0, 0, 0.0)
    with pytest.raises(SessionFenced):
        await first.submit("s1", "ana", End(id="x"))
    assert not any(isinstance(e, lesson.SessionEnded) for e in room.events())


async def test_an_utterance_survives_the_death_of_its_host(room: Room) -> None:
    await room.start()
    chunks = chunks_of(speech(1.0))
    await room.gateway.audio("s1", "ana", 1, 0, chunks[:5])
    room.hosts.kill()
    await room.gateway.audio("s1", "ana", 1, 5, chunks[5:])
    room.hosts.kill()
    await room.gateway.end_recording("s1", "ana", "e1", 1)
    await room.answered(1)
    uttered = [e for e in room.events() if isinstance(e, lesson.SpeechUttered)]
    assert [e.duration_ms for e in uttered] == [1000]


async def test_an_idle_session_is_passivated_and_comes_back(room: Room) -> None:
    await room.start()
    await asyncio.sleep(0.05)
    room.hosts.host._idle_s = 0.0
    assert await room.hosts.host.sweep() == 1
    assert await room.hosts.host.held() == 0
    await room.say(1)
    await room.answered(1)
