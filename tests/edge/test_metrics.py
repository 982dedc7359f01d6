"""The figures that Prometheus scrapes."""

import asyncio

import httpx
import pytest

from edge.client import LessonClient
from events.errors import LogUnavailable
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


async def test_a_log_that_is_away_costs_only_its_own_figures(
    server: LessonServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> int:
        raise LogUnavailable("unreachable", "no route")

    monkeypatch.setattr(server.log, "head", away)
    shown = await asyncio.to_thread(httpx.get, f"{server.url}/metrics")
    assert shown.status_code == 200
    assert "colloquy_ready 1.0" in shown.text
    assert "colloquy_log_readable 0.0" in shown.text
    assert "colloquy_log_position" not in shown.text
