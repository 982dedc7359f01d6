"""A process that writes is killed at any moment: what it was told is stored stays, and the log stays whole."""

import random
import signal
import subprocess
import sys
from pathlib import Path

from events.blobs import BlobStore
from events.sqlite import SQLiteEventLog
from events.verification import verify

KILLS = 6

WRITER = """
import sys, threading
from pathlib import Path
from events.blobs import BlobStore
from events.envelope import Origin
from events.lesson import SpeechUttered
from events.log import Batch
from events.sqlite import SQLiteEventLog

folder = Path(sys.argv[1])
log, blobs = SQLiteEventLog(folder / "log.sqlite"), BlobStore(folder / "blobs", durable=False)
origin = Origin(learner="ana", causation="c", correlation="r", producer="p")

def write(stream):
    version = len(log.read(stream))
    while True:
        events = []
        for turn in range(version, version + 3):
            audio = blobs.put(f"{stream} {turn}".encode() * 500, "audio/flac")
            events.append(SpeechUttered(turn=turn, source="upload", endpoint="client", audio=audio))
        log.append(stream, events, expected_version=version, origin=origin)
        version += 3
        sys.stdout.write(f"{stream} {version}\\n")
        sys.stdout.flush()

threads = [threading.Thread(target=write, args=(f"s{n}",)) for n in range(3)]
for thread in threads:
    thread.start()
"""


def test_a_kill_at_any_moment_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    rng = random.Random(9)
    acknowledged: dict[str, int] = {}
    for _ in range(KILLS):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, tmp_path], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        with writer.stdout as lines:
            for _ in range(rng.randrange(1, 40)):
                stream, version = lines.readline().split()
                acknowledged[stream] = max(acknowledged.get(stream, 0), int(version))
            writer.send_signal(signal.SIGKILL)
            for line in lines:
                if line.endswith("\n"):
                    stream, version = line.split()
                    acknowledged[stream] = max(acknowledged.get(stream, 0), int(version))
        assert writer.wait() == -signal.SIGKILL

    with SQLiteEventLog(tmp_path / "log.sqlite") as log:
        assert list(verify(log, BlobStore(tmp_path / "blobs"))) == []
        for stream, version in acknowledged.items():
            stored = len(log.read(stream))
            assert stored >= version
            assert stored % 3 == 0  # a batch is stored whole or not at all
