"""Figures of the running server for Prometheus, read anew at each scrape."""

import asyncio
import logging
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from edge.projecting import Projecting
from edge.resources import Resources
from events.errors import EventsError
from projections.errors import ProjectionsError

logger = logging.getLogger(__name__)

READ_S = 5.0
"""A database that is away keeps nobody waiting longer; Prometheus gives up after 10 s."""


class ServerFigures(Collector):
    """What the server can tell of itself without asking its engines."""

    def __init__(self, resources: Resources, stored: tuple[Metric, ...]) -> None:
        self._resources = resources
        self._stored = stored

    def collect(self) -> Iterator[Metric]:
        """See Prometheus' `Collector`."""
        status = self._resources.cluster.status()
        yield GaugeMetricFamily("colloquy_ready", "1 when lessons can begin", value=float(status.ready))
        engines = GaugeMetricFamily(
            "colloquy_engine_ready", "1 when the best engine of a kind serves, .5 when another does", labels=["kind"]
        )
        for engine in status.engines:
            engines.add_metric([engine.kind], {"ready": 1.0, "degraded": 0.5}.get(engine.state, 0.0))
        yield engines
        readable = float(bool(self._stored))
        yield GaugeMetricFamily("colloquy_log_readable", "0 when log or views cannot be read", value=readable)
        yield from self._stored


class StoredFigures:
    """What is to be read from the log and the views."""

    def __init__(self, resources: Resources, projecting: Projecting) -> None:
        self._resources = resources
        self._projecting = projecting

    def read(self) -> tuple[Metric, ...]:
        """The figures. Raises `EventsError`, `ProjectionsError`."""
        head = self._resources.log.head()
        position = GaugeMetricFamily("colloquy_log_position", "The log's last position", value=head)
        return (position, *self._projections(head), *self._relay())

    def _relay(self) -> Iterator[Metric]:
        if self._resources.relaying is not None:
            relay = self._resources.relaying.status()
            yield GaugeMetricFamily("colloquy_relay_lag_events", "Events that Kafka has not yet", value=relay.lag)
            yield GaugeMetricFamily(
                "colloquy_relay_relaying", "0 while the relay waits", value=float(relay.state == "relaying")
            )

    def _projections(self, head: int) -> Iterator[Metric]:
        label = ["projection"]
        lag = GaugeMetricFamily("colloquy_projection_lag_events", "Events not folded yet", labels=label)
        parked = GaugeMetricFamily("colloquy_projection_parked_keys", "Learners or sessions that wait", labels=label)
        waiting = GaugeMetricFamily("colloquy_projection_parked_events", "Events of parked keys", labels=label)
        caught_up = GaugeMetricFamily(
            "colloquy_projection_caught_up", "1 when the counts agree with the whole log", labels=label
        )
        folded = CounterMetricFamily(
            "colloquy_projection_events", "Events folded, parked or skipped since the log began", labels=label
        )
        for status in self._projecting.statuses(head):
            lag.add_metric([status.name], status.lag)
            parked.add_metric([status.name], status.parked)
            waiting.add_metric([status.name], status.waiting)
            caught_up.add_metric([status.name], float(status.caught_up))
            folded.add_metric([status.name], status.folded + status.waiting + status.skipped)
        yield from (lag, parked, waiting, caught_up, folded)


async def scrape(request: Request) -> Response:
    """The figures in Prometheus' text format."""
    resources: Resources = request.app.state.resources
    figures = StoredFigures(resources, request.app.state.projecting)
    try:
        stored = await asyncio.wait_for(asyncio.to_thread(figures.read), READ_S)
    except (EventsError, ProjectionsError, TimeoutError) as error:
        logger.warning("the figures of log and views are left out: %s", error or "they take too long")
        stored = ()
    registry = CollectorRegistry()
    registry.register(ServerFigures(resources, stored))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
