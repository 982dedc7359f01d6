"""A server whose engines answer at once, and its clients."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from edge.client import LessonClient
from tests.fakes.server import LessonServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LessonServer]:
    with LessonServer(tmp_path / "data") as running:
        yield running


@pytest.fixture
async def client(server: LessonServer) -> AsyncIterator[LessonClient]:
    client = LessonClient(server.url, "ana")
    yield client
    await client.close()


@pytest.fixture
async def lesson(client: LessonClient) -> LessonClient:
    """A lesson with one typed turn."""
    await client.start(tutor="joe", endpointing="manual")
    await client.until_answered(0)
    await client.command("type_text", turn=1, text="hello")
    await client.until_answered(1)
    return client
