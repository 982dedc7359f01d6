"""The lesson's WebSocket: order, resume, and every kind of bad input."""

import asyncio
import base64
import json
from typing import Any

import pytest
import websockets

from edge.client import LessonClient
from events.lesson import SpeechUttered
from replay.sessions.session import frames_of
from tests.actors.hosting.room import chunks_of, silence, speech
from tests.fakes.server import LessonServer

MANUAL = {"tutor": "joe", "endpointing": "manual"}


async def say(client: LessonClient, turn: int, pcm: bytes) -> None:
    await client.say(turn, chunks_of(pcm))


async def test_a_lesson_comes_in_order_and_is_the_replay_of_its_log(client: LessonClient, server: LessonServer) -> None:
    await client.start(**MANUAL)
    await client.until_answered(0)
    await say(client, 1, speech(1.0))
    await client.until_answered(1)
    kinds = [message["type"] for message in client.messages if message["part"] >= 0 and message.get("turn") == 1]
    assert kinds[:4] == ["progress", "transcription", "prosody_features", "analysis_complete"]
    assert {"tutor_reply", "tutor_audio", "visemes", "tutor_video"} <= set(kinds)
    recorded = server.log.read(client.session)
    assert tuple(client.frames) == frames_of(recorded, server.blobs.get)[: len(client.frames)]


async def test_a_client_that_comes_back_gets_what_it_missed_and_nothing_twice(
    client: LessonClient, server: LessonServer
) -> None:
    await client.start(**MANUAL)
    await client.until_answered(0)
    for number, chunk in enumerate(chunks_of(speech(1.0))):
        await client.send_chunk(1, number, chunk)
    await client.command("end_recording", turn=1)
    for _ in range(40):
        await client.receive()
        await client.close()
        await client.resume()
        if client.answered(1):
            break
    recorded = server.log.read(client.session)
    assert tuple(client.frames) == frames_of(recorded, server.blobs.get)[: len(client.frames)]
    assert client.answered(1)


async def test_a_resumed_utterance_goes_on_with_the_wanted_chunk(client: LessonClient) -> None:
    await client.start(**MANUAL)
    await client.until_answered(0)
    chunks = chunks_of(speech(1.0))
    for number, chunk in enumerate(chunks[:4]):
        await client.send_chunk(1, number, chunk)
    await client.until("progress", stage="listening", next_chunk=4)
    await client.close()
    await client.resume()
    resumed = client.messages[-1]
    assert (resumed["turn"], resumed["next_chunk"]) == (1, 4)
    for number, chunk in enumerate(chunks[4:], 4):
        await client.send_chunk(1, number, chunk)
    await client.command("end_recording", turn=1)
    await client.until_answered(1)
    uttered = next(message for message in client.messages if message.get("stage") == "uttered")
    assert uttered["duration_ms"] == 1000


async def test_audio_may_come_as_base64(client: LessonClient) -> None:
    await client.start(**MANUAL)
    for number, chunk in enumerate(chunks_of(speech(1.0))):
        await client.send(
            {"type": "audio_chunk", "turn": 1, "chunk": number, "audio": base64.b64encode(chunk).decode()}
        )
    await client.command("end_recording", turn=1)
    await client.until_answered(1)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", "bad_message"),
        ('{"type": "dance"}', "unknown_message"),
        ('{"type": "audio_chunk", "turn": "one"}', "bad_message"),
        ('{"type": "audio_chunk", "turn": 1, "chunk": 0, "audio": "%%%"}', "bad_message"),
        ('{"type": "type_text", "turn": 1, "text": "x", "z": ' + "[" * 100_000 + "]" * 100_000 + "}", "bad_message"),
        ('{"type": "end_session", "command_id": "' + "x" * 201 + '"}', "bad_message"),
        (b"\x00\x00", "bad_message"),
        (b"\xff\xff\xff\xffabc", "bad_message"),
        (b"\x00\x00\x00\x02\xff\xfe", "bad_message"),
        ('{"type": "rate", "turn": 0, "stars": 9}', "bad_command"),
        ('{"type": "heard", "turn": 99, "heard_ms": 1}', "unknown_turn"),
        ('{"type": "type_text", "turn": 9, "text": "hello"}', "turn_out_of_order"),
        ('{"type": "type_text", "turn": 1, "text": "   "}', "bad_command"),
        ('{"type": "end_recording", "turn": 1}', "empty_audio"),
        ('{"type": "audio_chunk", "turn": 1, "chunk": 0, "format": "mp9", "audio": ""}', "bad_command"),
        (json.dumps({"type": "end_recording", "turn": 1, "reference": "word " * 10_000}), "bad_command"),
    ],
)
async def test_a_bad_message_is_answered_by_name_and_the_lesson_goes_on(
    client: LessonClient, frame: str | bytes, code: str
) -> None:
    await client.start(**MANUAL)
    await client.until_answered(0)
    await client.send_frame(frame)
    error = await client.until("error")
    assert error["code"] == code
    assert error["message"]
    await client.command("type_text", turn=1, text="I am still here")
    await client.until_answered(1)


async def test_bad_audio_is_answered_by_name_and_the_lesson_goes_on(client: LessonClient) -> None:
    await client.start(**MANUAL)
    await client.until_answered(0)
    for pcm, code in ((silence(1.5), "silent_audio"), (b"\x01" * 3, "bad_samples")):
        await client.send_chunk(1, 0, pcm)
        await client.command("end_recording", turn=1)
        assert (await client.until("error"))["code"] in (code, "empty_audio")
        await client.send({"type": "cancel_recording", "turn": 1})
    await say(client, 1, speech(1.0))
    await client.until_answered(1)


async def test_more_than_ten_megabytes_are_refused_and_the_lesson_goes_on(client: LessonClient) -> None:
    await client.start(**MANUAL)
    for number in range(6):
        await client.send_chunk(1, number, bytes(2_000_000), format="file")
    assert (await client.until("error"))["code"] == "audio_too_large"
    await client.send({"type": "cancel_recording", "turn": 1})
    await client.command("type_text", turn=1, text="I am still here")
    await client.until_answered(1)


async def test_a_chunk_from_the_future_is_told_where_to_go_on(client: LessonClient) -> None:
    await client.start(**MANUAL)
    await client.send_chunk(1, 5, bytes(3200))
    error = await client.until("error")
    assert error["code"] == "chunk_out_of_order"
    assert "from chunk 0" in error["message"]


async def test_nothing_can_be_said_before_a_session_is_open(client: LessonClient) -> None:
    await client.connect()
    await client.command("type_text", turn=1, text="hello")
    assert (await client.until("error"))["code"] == "no_session"


async def test_a_session_of_another_learner_cannot_be_resumed(client: LessonClient, server: LessonServer) -> None:
    await client.start(**MANUAL)
    thief = LessonClient(server.url, "eve")
    await thief.connect()
    await thief.send({"type": "resume", "session": client.session, "learner": "eve", "last_seq": 0})
    assert (await thief.until("error"))["code"] == "not_your_session"
    await thief.send({"type": "resume", "session": "no-such", "learner": "eve", "last_seq": 0})
    assert (await thief.until("error"))["code"] == "session_not_found"
    await thief.close()


async def test_a_client_from_the_future_is_told_where_the_session_is(
    client: LessonClient, server: LessonServer
) -> None:
    await client.start(**MANUAL)
    await client.until_answered(0)
    await client.send({"type": "resume", "session": client.session, "learner": "ana", "last_seq": 2**70})
    assert (await client.until("error"))["code"] in ("bad_command", "bad_message")
    await client.send({"type": "resume", "session": client.session, "learner": "ana", "last_seq": 9_999})
    assert (await client.until("error"))["code"] == "bad_command"


async def test_a_lost_blob_costs_only_its_own_message(client: LessonClient, server: LessonServer) -> None:
    await client.start(**MANUAL)
    await client.until_answered(0)
    lost = next(message["sha256"] for message in client.messages if message["type"] == "tutor_audio")
    path = next((server.folder / "blobs").glob(f"*/*/{lost}"))
    path.unlink()
    back = LessonClient(server.url, "ana")
    back.session = client.session
    await back.resume()
    assert [message["code"] for message in back.messages if message["type"] == "error"] == ["blob_missing"]
    await back.command("type_text", turn=1, text="hello")
    await back.until_answered(1)
    await back.close()


async def test_a_foreign_page_may_not_open_the_socket(client: LessonClient) -> None:
    with pytest.raises(websockets.exceptions.InvalidStatus):
        await client.connect(origin="https://elsewhere.example")


async def test_two_connections_of_one_session_see_the_same_messages(client: LessonClient, server: LessonServer) -> None:
    await client.start(**MANUAL)
    await client.until_answered(0)
    second = LessonClient(server.url, "ana")
    second.session = client.session
    second.last = (0, -1)
    await second.resume()
    await client.command("type_text", turn=1, text="hello")
    await asyncio.gather(client.until_answered(1), second.until_answered(1))
    shared = min(len(client.frames), len(second.frames))
    assert client.frames[:shared] == second.frames[:shared]
    await second.close()


async def test_chunks_that_come_late_after_a_refused_end_do_not_begin_the_next_recording(
    client: LessonClient, server: LessonServer
) -> None:
    call, slow = server.hosts.call, [0.3]

    async def late(session: str, method: str, *args: Any) -> Any:
        if method == "audio" and slow:
            await asyncio.sleep(slow.pop())
        return await call(session, method, *args)

    server.hosts.call = late  # type: ignore[method-assign,union-attr]
    await client.start(tutor="joe", endpointing="manual")
    await client.until_answered(0)
    await client.send_chunk(1, 0, bytes(32_000))
    await asyncio.sleep(0.05)
    await client.command("end_recording", turn=1)
    await client.until("error")
    await say(client, 1, speech(1.0))
    await client.until_answered(1)
    uttered = [each.event for each in server.log.read(client.session) if isinstance(each.event, SpeechUttered)]
    assert [event.duration_ms for event in uttered] == [1000]
