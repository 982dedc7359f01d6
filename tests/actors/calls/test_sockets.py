"""Calls over a Unix socket, both ends in this process."""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from actors.calls import folder, frames
from actors.calls.client import CallClient, CallFailed, PeerGone
from actors.calls.folder import socket_path
from actors.calls.server import CallServer
from actors.faults import Fault
from actors.ports import EngineInputError
from events import private_folder
from events.private_folder import UnsafeFolder


class Unreadable:
    """Can be pickled, and not be made again."""

    def __reduce__(self) -> tuple[type, tuple[str]]:
        return int, ("no number",)


class Target:
    """What is called. ``begun`` and ``left`` tell what became of slow calls."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()
        self.finished = asyncio.Event()
        self.left = asyncio.Event()

    async def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        match method:
            case "echo":
                return args, kwargs
            case "refuse":
                return Fault(EngineInputError("bad_voice", "no such voice"))
            case "crash":
                raise ZeroDivisionError("a mistake")
            case "unpicklable":
                return lambda: None
            case "unreadable":
                return Unreadable()
            case "cancelled":
                raise asyncio.CancelledError
            case "slow":
                self.begun.set()
                await self.go_on.wait()
                self.finished.set()
        return None

    async def stream(self, method: str, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        try:
            for number in range(args[0]):
                yield number
                await asyncio.sleep(0)
            if method == "refuse":
                yield Fault(EngineInputError("bad_voice", "no such voice"))
            if method == "crash":
                raise ZeroDivisionError("a mistake")
            if method == "wait":
                await self.go_on.wait()
        finally:
            self.left.set()


@pytest.fixture
async def target() -> Target:
    return Target()


@pytest.fixture
async def server(target: Target, tmp_path: Path) -> AsyncIterator[CallServer]:
    server = CallServer(tmp_path / "s.sock", target.call, target.stream)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def client(server: CallServer) -> AsyncIterator[CallClient]:
    client = await CallClient.connect(server.path)
    yield client
    client.close()
    await client.closed()


async def test_arguments_and_answers_come_over_as_they_are(client: CallClient) -> None:
    audio = np.arange(1_000_000, dtype=np.float32)
    (got, text), named = await client.call("echo", audio, "ü", rate=0.8)
    assert np.array_equal(got, audio)
    assert (text, named) == ("ü", {"rate": 0.8})


async def test_calls_are_answered_in_the_order_in_which_they_are_done(client: CallClient, target: Target) -> None:
    slow = asyncio.create_task(client.call("slow"))
    await target.begun.wait()
    assert await client.call("echo", 1) == ((1,), {})
    target.go_on.set()
    assert await slow is None


async def test_a_typed_error_is_raised_as_the_other_end_raised_it(client: CallClient) -> None:
    with pytest.raises(EngineInputError, match="no such voice"):
        await client.call("refuse")


@pytest.mark.parametrize(
    ("method", "told"),
    [
        ("crash", "ZeroDivisionError: a mistake"),
        ("unpicklable", "pickle"),
        ("unreadable", "invalid literal"),
        ("cancelled", "cancelled was cancelled"),
    ],
)
async def test_an_unforeseen_error_is_told_and_the_connection_goes_on(
    client: CallClient, method: str, told: str
) -> None:
    with pytest.raises(CallFailed, match=told):
        await client.call(method)
    assert await client.call("echo", 1) == ((1,), {})


async def test_an_answer_that_cannot_be_read_hurts_no_other_call(client: CallClient, target: Target) -> None:
    slow = asyncio.create_task(client.call("slow"))
    await target.begun.wait()
    with pytest.raises(CallFailed):
        await client.call("unreadable")
    target.go_on.set()
    assert await slow is None


async def test_arguments_that_cannot_be_read_are_told(client: CallClient) -> None:
    with pytest.raises(CallFailed, match="invalid literal"):
        await client.call("echo", Unreadable())
    assert await client.call("echo", 1) == ((1,), {})


async def test_arguments_that_cannot_be_pickled_are_the_callers_error(client: CallClient) -> None:
    with pytest.raises(Exception, match="pickle"):
        await client.call("echo", lambda: None)
    assert await client.call("echo", 1) == ((1,), {})


async def test_items_come_in_order(client: CallClient) -> None:
    assert [item async for item in client.stream("count", 50)] == list(range(50))


@pytest.mark.parametrize(("method", "error"), [("refuse", EngineInputError), ("crash", CallFailed)])
async def test_a_stream_that_fails_gives_what_came_before(
    client: CallClient, method: str, error: type[Exception]
) -> None:
    items = client.stream(method, 3)
    assert [await anext(items) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(error):
        await anext(items)


async def test_a_reader_who_leaves_stops_the_stream(client: CallClient, target: Target) -> None:
    items = client.stream("wait", 2)
    assert await anext(items) == 0
    await items.aclose()
    await asyncio.wait_for(target.left.wait(), 5)


async def test_readers_who_leave_at_once_leave_nothing_behind(client: CallClient, server: CallServer) -> None:
    for _ in range(50):
        reading = asyncio.create_task(anext(client.stream("count", 3)))
        await asyncio.sleep(0)
        reading.cancel()
    for _ in range(2):  # what the loop has still to do
        await client.call("echo")
    (connection,) = server._connections
    assert connection._streams == {}
    assert client._waiting == {}


async def test_a_peer_that_stands_still_holds_no_end_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "CLOSING_S", 0.1)
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(tmp_path / "deaf.sock"))
        deaf.listen()
        client = await CallClient.connect(tmp_path / "deaf.sock")
        asked = asyncio.create_task(client.call("echo", bytes(20_000_000)))
        await asyncio.sleep(0.05)
        client.close()
        await asyncio.wait_for(client.closed(), 5)
        with pytest.raises(PeerGone):
            await asked


async def test_a_server_that_goes_ends_calls_and_streams(
    client: CallClient, server: CallServer, target: Target
) -> None:
    slow = asyncio.create_task(client.call("slow"))
    items = client.stream("wait", 1)
    assert await anext(items) == 0
    await target.begun.wait()
    await server.stop()
    with pytest.raises(PeerGone):
        await slow
    with pytest.raises(PeerGone):
        await anext(items)
    assert not client.open
    with pytest.raises(PeerGone):
        await client.call("echo")


async def test_a_call_whose_caller_is_gone_is_brought_to_its_end(
    client: CallClient, server: CallServer, target: Target
) -> None:
    slow = asyncio.create_task(client.call("slow"))
    await target.begun.wait()
    client.close()
    with pytest.raises(PeerGone):
        await slow
    target.go_on.set()
    await asyncio.wait_for(target.finished.wait(), 5)


async def test_a_stream_whose_reader_is_gone_ends(client: CallClient, target: Target) -> None:
    items = client.stream("wait", 1)
    assert await anext(items) == 0
    client.close()
    await asyncio.wait_for(target.left.wait(), 5)
    with pytest.raises(PeerGone):
        await anext(items)


async def test_nobody_listens_at_a_path(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        await CallClient.connect(tmp_path / "s.sock")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(private_folder.tempfile, "gettempdir", lambda: str(tmp_path))
    return tmp_path / f"colloquy-{os.getuid()}"


def test_sockets_lie_in_a_folder_of_this_user_alone(temporary: Path) -> None:
    assert socket_path().parent == temporary
    assert temporary.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_others_may_enter_is_refused(temporary: Path) -> None:
    temporary.mkdir()
    temporary.chmod(0o755)
    with pytest.raises(UnsafeFolder, match="not a folder of this user alone"):
        socket_path()


def test_a_link_in_the_folders_place_is_refused(temporary: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    temporary.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnsafeFolder):
        socket_path()


async def test_only_old_sockets_that_nobody_listens_at_are_removed(temporary: Path) -> None:
    living = CallServer(socket_path(), Target().call)
    await living.start()
    killed, young = temporary / "1-killed.sock", temporary / "2-young.sock"
    for path in (killed, young):
        listening = await asyncio.get_running_loop().create_unix_server(asyncio.Protocol, str(path))
        listening.close()
        if not path.exists():  # Python 3.13 removes it by itself; a process that is killed does not
            path.touch()
    long_ago = time.time() - 2 * folder.STALE_S
    for path in (killed, living.path):
        os.utime(path, (long_ago, long_ago))
    socket_path()
    assert sorted(temporary.glob("*.sock")) == sorted([young, living.path])
    await living.stop()
