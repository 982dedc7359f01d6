"""Apache Kafka for tests: one broker in KRaft mode, in one JVM, that can be killed, paused and started again."""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from platformdirs import user_cache_path

VARIABLE = "COLLOQUY_TEST_KAFKA"
"""The host:port of a broker to test on instead; what kills brokers skips then."""
POM = Path(__file__).with_name("kafka-pom.xml")
START_S = 60.0
CLUSTER = "Y29sbG9xdXktdGVzdHMxMg"
"""A cluster id is 16 bytes in base64 without padding."""
JVM = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


class NoKafka(Exception):
    """There is no broker to test on; the message says what to install."""


class Broker:
    """One broker on a port of its own, with its files in ``folder``."""

    def __init__(self, folder: Path, *, cluster: str = CLUSTER, records: Path | None = None) -> None:
        self._jars = f"{jars()}/*"
        self._folder = folder
        self.records = records or folder / "log"
        """Where the topics' segments are."""
        self._process: subprocess.Popen[bytes] | None = None
        port, controller = _free_port(), _free_port()
        self.address = f"127.0.0.1:{port}"
        folder.mkdir(parents=True, exist_ok=True)
        self._properties = folder / "server.properties"
        self._properties.write_text(
            "\n".join(
                (
                    "process.roles=broker,controller",
                    "node.id=1",
                    f"controller.quorum.voters=1@127.0.0.1:{controller}",
                    f"listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
                    f"advertised.listeners=PLAINTEXT://127.0.0.1:{port}",
                    "controller.listener.names=CONTROLLER",
                    f"log.dirs={self.records}",
                    "num.partitions=1",
                    "auto.create.topics.enable=false",
                    "offsets.topic.replication.factor=1",
                    "offsets.topic.num.partitions=4",
                    "transaction.state.log.replication.factor=1",
                    "transaction.state.log.min.isr=1",
                    "transaction.state.log.num.partitions=4",
                    "broker.session.timeout.ms=3000",
                    "broker.heartbeat.interval.ms=500",
                    "group.initial.rebalance.delay.ms=0",
                    "log.index.size.max.bytes=1048576",
                )
            )
        )
        self._java("kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self._properties)).check_returncode()

    def start(self) -> None:
        """Start the broker and wait until it answers."""
        with (self._folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["java", *JVM, "-cp", self._jars, "kafka.Kafka", str(self._properties)], stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_S
        host, port = self.address.split(":")
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex((host, int(port))) == 0:
                    return
            if self._process.poll() is not None:
                break
            time.sleep(0.1)
        raise NoKafka(f"the broker did not start; its last words: {(self._folder / 'broker.log').read_text()[-2000:]}")

    @property
    def runs(self) -> bool:
        """Whether its process is there."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """kill -9."""
        self._signal(signal.SIGKILL)

    def pause(self) -> None:
        """Let it answer nobody."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """End a pause."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """Stop it in order."""
        self._signal(signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None or not self.runs:
            return
        self._process.send_signal(number)
        if number in (signal.SIGKILL, signal.SIGTERM):
            self._process.wait(30)

    def _java(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(["java", *JVM, "-cp", self._jars, *arguments], capture_output=True)


def jars() -> Path:
    """The folder of Kafka's jars, fetched by Maven at first use. Raises `NoKafka`."""
    version = hashlib.sha256(POM.read_bytes()).hexdigest()[:12]
    folder = user_cache_path("colloquy") / "kafka-jars" / version
    if folder.exists():
        return folder
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            raise NoKafka(f"there is no `{program}`; install a JDK (17 or newer) and Maven")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as fresh:
        command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={fresh}/jars"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise NoKafka(f"Maven could not fetch Kafka: {done.stdout[-500:]}")
        os.rename(f"{fresh}/jars", folder)
    return folder


@contextmanager
def broker(*, cluster: str = CLUSTER, records: Path | None = None) -> Iterator[Broker]:
    """A running broker of our own, its segments in ``records`` if that is given. Raises `NoKafka`."""
    if shutil.which("java") is None:
        raise NoKafka("there is no `java`; install a JDK (17 or newer) and Maven")
    folder = Path(tempfile.mkdtemp(prefix="kafka-"))
    try:
        started = Broker(folder, cluster=cluster, records=records)
        started.start()
        try:
            yield started
        finally:
            started.go_on()
            started.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
