"""Figures of the running server for Prometheus, read anew at each scrape."""

import asyncio
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from edge.resources import Resources


class ServerFigures(Collector):
    """What the server can tell of itself without asking its engines."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

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
        yield GaugeMetricFamily("colloquy_log_position", "The log's last position", value=self._resources.log.head())
        if self._resources.relaying is not None:
            relay = self._resources.relaying.status()
            yield GaugeMetricFamily("colloquy_relay_lag_events", "Events that Kafka has not yet", value=relay.lag)
            yield GaugeMetricFamily(
                "colloquy_relay_relaying", "0 while the relay waits", value=float(relay.state == "relaying")
            )


async def scrape(request: Request) -> Response:
    """The figures in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(ServerFigures(request.app.state.resources))
    return Response(await asyncio.to_thread(generate_latest, registry), media_type=CONTENT_TYPE_LATEST)
