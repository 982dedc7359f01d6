"""Memory of an idle session: many in one shared host against one Ray actor each.

``python -m bench.sessions``. The sessions are lessons of ten turns, brought back from a log; memory is the host
processes' unique set size (what would be freed if they ended), before and after.
"""

import argparse
import asyncio
import random
import re
import tempfile
from pathlib import Path

import ray
from msgspec.structs import replace

from actors.cluster import worker_environment
from actors.remote import RayHosts, start_ray
from actors.settings import Settings
from bench.lessons import lesson
from bench.machine import machine
from events.envelope import Origin
from events.lesson import LessonEvent, SessionEnded, SessionStarted
from events.location import DataFolder
from events.sqlite import SQLiteEventLog

LEARNER = "bench"


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.sessions", description=__doc__)
    parser.add_argument("--shared", type=int, default=500, help="sessions in one host")
    parser.add_argument("--alone", type=int, default=6, help="sessions with an actor each")
    options = parser.parse_args(arguments)
    worker_environment()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=DataFolder(Path(folder)))
        names = fill(settings, max(options.shared, options.alone))
        start_ray(settings, "")
        try:
            shared, alone = asyncio.run(measure(settings, names[: options.shared], names[: options.alone]))
        finally:
            ray.shutdown()
    print(f"Memory of an idle session of ten turns; {machine()}")
    print(f"  in a shared host ({options.shared} sessions)   {shared / 1024:8.2f} MiB")
    print(f"  one Ray actor each ({options.alone} sessions)  {alone / 1024:8.2f} MiB   ratio {alone / shared:.0f}")
    return 0


def fill(settings: Settings, count: int) -> list[str]:
    """Write lessons into a log; the names of their sessions."""
    log = SQLiteEventLog(settings.data.log, synchronous="OFF")
    names = [f"session-{number:06d}" for number in range(count)]
    for name in names:
        origin = Origin(learner=LEARNER, causation="", correlation=name, producer="bench")
        log.append(name, open_lesson(name), expected_version=0, origin=origin)
    log.close()
    return names


def open_lesson(name: str) -> list[LessonEvent]:
    """A lesson in which nothing is left to do."""
    events = [event for event in lesson(random.Random(name), LEARNER, name) if not isinstance(event, SessionEnded)]
    return [replace(event, learner=LEARNER) if isinstance(event, SessionStarted) else event for event in events]


async def measure(settings: Settings, many: list[str], few: list[str]) -> tuple[float, float]:
    """KiB a session: in one shared host, and with an actor each."""
    host = RayHosts(settings)
    await host.warm()
    pid = await host.call(many[0], "process_id")
    await _wake(host, many[:1])
    before = unique_kib(pid)
    await _wake(host, many[1:])
    shared = (unique_kib(pid) - before) / (len(many) - 1)
    actors = RayHosts(replace(settings, sessions_per_host=1, hosts=0))
    await _wake(actors, few)
    pids = {await actors.call(name, "process_id") for name in few}
    return shared, sum(map(unique_kib, pids)) / len(few)


async def _wake(hosts: RayHosts, names: list[str]) -> None:
    for name in names:
        await hosts.call(name, "where", name, LEARNER)


def unique_kib(pid: int) -> int:
    """The process's private memory, from Linux's smaps_rollup."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(kib) for kib in re.findall(r"^Private_(?:Clean|Dirty):\s+(\d+) kB", text, re.MULTILINE))


if __name__ == "__main__":
    raise SystemExit(main())
