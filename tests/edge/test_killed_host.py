"""kill -9 of the session's host process, at every stage of an utterance and of a reply, on real Ray.

The engines answer at once, so that the many kill points take seconds; the hosts, Ray, the log, the gateway, the socket
and its client are the real ones.
"""

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import ray

from actors.cluster import worker_environment
from actors.remote import RayHosts, homes, model_actor_name, start_ray
from actors.settings import Settings
from edge.client import LessonClient
from events.envelope import Recorded
from events.lesson import SpeechUttered, TutorRendered, TutorReplied, TutorSpoken
from events.location import DataFolder
from events.opening import open_log
from replay.sessions.session import frames_of, state_of
from tests.actors.hosting.room import chunks_of, speech
from tests.fakes.models import FakeModelActor
from tests.fakes.server import LessonServer

KILL_POINTS = 52
CHUNKS = 10


class Killer:
    """Kills the host process of a session and waits for nothing. It asks from another loop than the server."""

    def __init__(self, settings: Settings) -> None:
        self._hosts = RayHosts(settings)

    async def kill(self, session: str) -> None:
        """SIGKILL to the process that Ray says hosts the session."""
        pid = await self._hosts.call(session, "process_id")
        os.kill(pid, signal.SIGKILL)

    async def close(self) -> None:
        await self._hosts.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=DataFolder(tmp_path / "data"), in_host=())


@pytest.fixture
def hosts(settings: Settings) -> Iterator[RayHosts]:
    worker_environment()
    start_ray(settings, "")
    models = [
        ray.remote(FakeModelActor).options(num_cpus=0, name=model_actor_name(kind)).remote(0.01)
        for kind in homes(settings)
    ]
    yield RayHosts(settings)
    del models
    ray.shutdown()


async def _say_with_kill(client: LessonClient, killer: Killer, turn: int, at: int) -> str:
    """One turn in which the host dies after chunk ``at``, or after that many messages of the reply."""
    where = ""
    for number, chunk in enumerate(chunks_of(speech(1.0))):
        if number == at:
            await killer.kill(client.session)
            where = f"utterance, before chunk {number}"
        await client.send_chunk(turn, number, chunk)
    await client.command("end_recording", turn=turn)
    seen = 0
    while not client.answered(turn):
        message, _ = await client.receive()
        seen += message["part"] >= 0
        if at == CHUNKS + seen and not where:
            await killer.kill(client.session)
            where = f"reply, after {message['type']} (seq {message['seq']})"
            await client.close()
            await client.resume()
    return where


def _faults(recorded: tuple[Recorded, ...], turns: int) -> list[str]:
    """What is lost, doubled or out of order in the session's stream."""
    faults = []
    if [item.version for item in recorded] != list(range(1, len(recorded) + 1)):
        faults.append("versions are not 1, 2, 3, …")
    places = [(type(item.event).__name__, *_place(item)) for item in recorded if _place(item)]
    if len(places) != len(set(places)):
        faults.append("an event is doubled")
    state = state_of(recorded)
    for number, turn in enumerate(state.turns[1:], 1):
        if not (turn.uttered and turn.transcribed and turn.assessed and turn.reply_complete):
            faults.append(f"turn {number} is incomplete")
        if turn.uttered and turn.uttered.duration_ms != 1000:
            faults.append(f"turn {number} lost sound: {turn.uttered.duration_ms} ms of 1000")
        ends = [segment.start_ms + segment.duration_ms for segment in turn.spoken]
        if [segment.start_ms for segment in turn.spoken[1:]] != ends[:-1]:
            faults.append(f"turn {number}: the segments do not join")
        if sum(fragment.duration_ms for fragment in turn.rendered) != (ends[-1] if ends else 0):
            faults.append(f"turn {number}: the face does not cover the voice")
    if len(state.turns) != turns + 1:
        faults.append(f"{len(state.turns) - 1} turns instead of {turns}")
    return faults


def _place(item: Recorded) -> tuple[int, ...]:
    match item.event:
        case SpeechUttered() as event:
            return (event.turn,)
        case TutorReplied() as event:
            return (event.turn, event.sentence)
        case TutorSpoken() as event:
            return (event.turn, event.segment)
        case TutorRendered() as event:
            return (event.turn, event.segment, event.fragment)
        case _:
            return ()


@pytest.mark.timeout(600)
async def test_a_killed_host_loses_doubles_and_reorders_nothing(
    hosts: RayHosts, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    random.seed(4)
    points = [*range(CHUNKS), *range(CHUNKS + 1, CHUNKS + 12)] * 3
    with LessonServer(tmp_path / "data", hosts) as server:
        client, killer = LessonClient(server.url, "ana"), Killer(settings)
        await client.start(tutor="joe", endpointing="manual")
        await client.until_answered(0)
        killed: list[tuple[str, float]] = []
        turn = 0
        for at in random.sample(points, KILL_POINTS):
            turn += 1
            began = time.monotonic()
            where = await _say_with_kill(client, killer, turn, at)
            if where:
                killed.append((where, time.monotonic() - began))
        await client.close()
        await killer.close()
        with open_log(DataFolder(tmp_path / "data")) as log:
            recorded = log.read(client.session)
        frames = frames_of(recorded, server.blobs.get)
    with capsys.disabled():
        _print(killed, recorded)
    assert len(killed) >= 50
    assert _faults(recorded, turn) == []
    assert tuple(client.frames) == frames[: len(client.frames)]


def _print(killed: list[tuple[str, float]], recorded: tuple[Recorded, ...]) -> None:
    stages: dict[str, list[float]] = {}
    for where, seconds in killed:
        stages.setdefault(where.split("(")[0].strip(), []).append(seconds)
    print(f"\n{len(killed)} kills of the session's host; {len(recorded)} events in its log")
    for stage, seconds in sorted(stages.items()):
        print(f"  {stage:<40} {len(seconds):>3}  turn took up to {max(seconds):.1f} s")
