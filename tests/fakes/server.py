"""The edge on a loopback port, over sessions whose engines answer at once. Everything but the engines is real."""

import asyncio
import socket
import threading
from pathlib import Path

import uvicorn

from actors.cluster import ClusterStatus
from actors.gateway import Gateway, Hosts
from actors.remote import RayHosts
from actors.settings import Settings
from edge.app import create_app
from edge.resources import Resources
from events.blobs import BlobStore
from events.location import DataFolder
from events.log import EventLog
from events.sqlite import SQLiteEventLog
from projections.opening import open_views
from tests.fakes.engines import FakeEngines
from tests.fakes.hosts import LocalHosts


class FakeCluster:
    """`actors.cluster.Cluster` that is ready at once."""

    def __init__(self, hosts: Hosts, engines: FakeEngines) -> None:
        self.hosts = hosts
        self.gateway = Gateway(hosts)
        self.engines = engines
        self.ready = asyncio.Event()
        self.settled = asyncio.Event()

    async def start(self) -> None:
        self.ready.set()
        self.settled.set()

    def status(self) -> ClusterStatus:
        return ClusterStatus(
            ready=self.ready.is_set(), stage="ready", message="Ready", progress=None, seconds=0.0, engines=()
        )

    async def stop(self) -> None:
        if isinstance(self.hosts, RayHosts):
            await self.hosts.close()


class LessonServer:
    """A running server. ``url`` is its address, ``hosts`` its session hosts, ``log`` its log."""

    def __init__(self, folder: Path, hosts: Hosts | None = None) -> None:
        data = DataFolder(folder)
        self.folder = folder
        self.log: EventLog = SQLiteEventLog(data.log, synchronous="OFF")
        self.blobs = BlobStore(data.blobs, durable=False)
        self.engines = FakeEngines()
        self.hosts = hosts or LocalHosts(self.log, self.blobs, self.engines)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._views = open_views(data)
        self._settings = Settings(data=data)
        self._server = uvicorn.Server(self._config())
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def _config(self) -> uvicorn.Config:
        resources = Resources(
            settings=self._settings,
            cluster=FakeCluster(self.hosts, self.engines),  # type: ignore[arg-type]  # the same shape
            log=self.log,
            blobs=self.blobs,
            views=self._views,
        )
        return uvicorn.Config(
            create_app(resources),
            host="127.0.0.1",
            port=self.port,
            log_level="warning",
            ws_max_size=2**26,
            ws="websockets-sansio",
        )

    def __enter__(self) -> "LessonServer":
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the server did not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(20)
