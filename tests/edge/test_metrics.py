"""The figures that Prometheus scrapes."""

import asyncio

import httpx

from edge.client import LessonClient
from tests.fakes.server import LessonServer


async def test_the_projections_tell_lag_parked_keys_and_whether_the_counts_agree(
    server: LessonServer, client: LessonClient
) -> None:
    await client.start(tutor="joe", endpointing="manual")
    await client.until_answered(0)

    def figures() -> dict[str, float]:
        lines = httpx.get(f"{server.url}/metrics").text.splitlines()
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}

    shown = await asyncio.to_thread(figures)
    while not shown['colloquy_projection_caught_up{projection="cost"}']:
        shown = await asyncio.to_thread(figures)

    assert shown['colloquy_projection_lag_events{projection="cost"}'] == 0
    assert shown['colloquy_projection_parked_keys{projection="cost"}'] == 0
    assert shown['colloquy_projection_events_total{projection="cost"}'] >= 1
