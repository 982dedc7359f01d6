"""An import that is stopped, by whatever it is, is completed by the next one; nothing comes in twice."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import numpy as np
import psycopg
import pytest
import soundfile

from actors.retention import retain
from events.blobs import blobs_of
from events.codec import encode
from events.envelope import Recorded
from events.learner import ConsentGiven, ConsentWithdrawn, LearnerDescribed
from events.learner_stream import append_for
from events.lesson import SpeechUttered
from events.location import DataFolder
from events.log import Appended, Batch
from events.opening import open_blobs, open_keys, open_log
from events.recorder_log import RecorderEventLog
from events.sealing.errors import LearnerForgotten
from events.sealing.forgetting import forget
from events.verification import verify
from replay.importing.importer import Importer
from replay.importing.speechocean import read_speechocean
from tests.replay.importing.conftest import Imports
from tests.replay.importing.corpora import json_corpus, tone
from tests.servers.disks import NoSmallDisk, SmallDisk, small_disk

KILLED = """
import os, signal, sys
from replay.__main__ import main
from replay.importing import importer

importer.APPEND_EVENTS = 10
units = int(sys.argv[2])

def take(self, unit, took=importer.Importer._take):
    global units
    if not units:
        os.kill(os.getpid(), signal.SIGKILL)
    units -= 1
    took(self, unit)

importer.Importer._take = take
sys.exit(main(["import", "recordings", sys.argv[1], "--name", "voices", "--keep-names"]))
"""


def voices(folder: Path, speakers: int = 9, each: int = 3) -> Path:
    for speaker in range(speakers):
        for number in range(each):
            tone(folder / f"s{speaker}" / f"{number}.wav", hz=200 + 10 * speaker + number, seconds=0.1)
    return folder


def told(log: RecorderEventLog) -> list[tuple[str, int, str, str, list[int]]]:
    """What a log holds, without what no two logs share: ids, times, and the names that keys give to blobs."""
    return sorted(
        (each.stream, each.version, each.type, each.causation, [blob.size_bytes for blob in blobs_of(each.event)])
        for each in log.tail(0, limit=10_000)
    )


def test_killed_again_and_again_it_comes_to_the_same(
    tmp_path: Path, data: DataFolder, bring_in: Imports, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = voices(tmp_path / "voices")
    halves = []
    for units in (4, 8):  # those that are there already count too
        killed = subprocess.run([sys.executable, "-c", KILLED, folder, str(units)], env=os.environ)
        assert killed.returncode == -signal.SIGKILL
        with open_log(data) as log:
            halves.append(log.head())
    assert 0 < halves[0] < halves[1]
    assert bring_in("recordings", folder, "--keep-names") == 0
    with open_log(data) as log:
        resumed = told(log)
        assert sum(1 for _ in verify(log, open_blobs(data).store)) == 0

    monkeypatch.setenv("COLLOQUY_DATA", str(tmp_path / "other"))
    assert bring_in("recordings", folder, "--keep-names") == 0
    with open_log(DataFolder(tmp_path / "other")) as log:
        assert resumed == told(log)


@pytest.fixture
def disk(tmp_path: Path, data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallDisk]:
    """A disk of 6 MB that holds the data folder."""
    try:
        with small_disk(tmp_path / "disk", 6) as made:
            monkeypatch.setenv("COLLOQUY_DATA", str(made.folder / "data"))
            yield made
    except NoSmallDisk as error:
        pytest.skip(str(error))


def test_a_disk_that_is_full_half_way_leaves_a_log_that_the_next_run_completes(
    tmp_path: Path, disk: SmallDisk, bring_in: Imports, capsys: pytest.CaptureFixture[str]
) -> None:
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, 16_000)  # a second of it takes 30 kB as FLAC
    for speaker in range(12):
        folder = tmp_path / "voices" / f"s{speaker}"
        folder.mkdir(parents=True)
        for number in range(8):
            soundfile.write(folder / f"{number}.wav", np.roll(noise, 100 * speaker + number), 16_000)
    (disk.folder / "ballast").write_bytes(bytes(4 * 2**20))

    assert bring_in("recordings", tmp_path / "voices") in (1, 2)
    out = " ".join(capsys.readouterr().out.split())
    assert "(full)" in out
    assert "the same command goes on from here" in out

    disk.free()
    assert bring_in("recordings", tmp_path / "voices") == 0
    data = DataFolder(disk.folder / "data")
    with open_log(data) as log:
        said = [each.event for each in log.tail(0, limit=1000) if isinstance(each.event, SpeechUttered)]
        assert len(said) == 96
        assert list(verify(log, open_blobs(data).store)) == []


@pytest.fixture
def postgres_log(postgres_url: str, data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> Iterator[DataFolder]:
    """A data folder whose log is in a database of its own."""
    name = f"import_{uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    url = urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
    monkeypatch.setenv("COLLOQUY_LOG", url)
    yield DataFolder(data.root, url)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def test_postgresql_holds_the_same(
    tmp_path: Path, postgres_log: DataFolder, bring_in: Imports, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = json_corpus(tmp_path / "corpus", each=3)
    assert bring_in("speechocean762", folder) == 0
    assert bring_in("speechocean762", folder) == 0
    with open_log(postgres_log) as log:
        assert log.head() == log.count(0, log.head()) == 3 * (2 + 2 + 2 * 3)
        in_postgres = told(log)

    monkeypatch.delenv("COLLOQUY_LOG")
    assert bring_in("speechocean762", folder) == 0
    with open_log(DataFolder(postgres_log.root)) as log:
        assert in_postgres == told(log)


def test_who_has_been_forgotten_does_not_come_back(
    tmp_path: Path, data: DataFolder, log: RecorderEventLog, bring_in: Imports, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = json_corpus(tmp_path / "corpus")
    lost = folder / "audio/00010002.opus"
    kept = lost.rename(tmp_path / "kept.opus")
    assert bring_in("speechocean762", folder) == 1
    forget("speechocean762-0001", log, open_keys(data), data)
    kept.rename(lost)
    head = log.head()

    assert bring_in("speechocean762", folder) == 1
    assert log.head() == head
    assert "learner has been forgotten: 2" in capsys.readouterr().out
    described = log.read("learner-speechocean762-0001")[0]
    assert described.forgotten
    assert described.event == LearnerDescribed(corpus="speechocean762", licence="Apache-2.0")


class ForgetsMeanwhile:
    """A log whose keys lose one learner before the first append."""

    def __init__(self, log: RecorderEventLog, learner: str) -> None:
        self._log = log
        self._learner: str | None = learner

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)

    def append_many(self, batches: list[Batch]) -> tuple[Appended, ...]:
        if self._learner is not None:
            gone, self._learner = self._learner, None
            raise LearnerForgotten(gone)
        return self._log.append_many(batches)


def test_who_is_forgotten_during_the_import_is_left_out_alone(
    tmp_path: Path, data: DataFolder, log: RecorderEventLog
) -> None:
    corpus = read_speechocean(json_corpus(tmp_path / "corpus"))
    forgetting = ForgetsMeanwhile(log, "speechocean762-0002")

    report = Importer(corpus, forgetting, open_blobs(data), threads=2, most_seconds=9).run()  # type: ignore[arg-type]

    assert (report.utterances, report.learners) == (4, 2)
    assert [(fault.place, fault.problem) for fault in report.faults] == [
        ("audio/00020001.opus", "learner has been forgotten"),
        ("audio/00020002.opus", "learner has been forgotten"),
    ]
    assert log.read("speechocean762-0002-1") == ()


def test_consent_that_was_withdrawn_is_not_given_again(
    tmp_path: Path, log: RecorderEventLog, bring_in: Imports
) -> None:
    folder = json_corpus(tmp_path / "corpus")
    assert bring_in("speechocean762", folder) == 0
    append_for(log, "speechocean762-0001", ConsentWithdrawn(purpose="training"))
    assert bring_in("speechocean762", folder) == 0

    def agreed(recorded: Recorded) -> bool:
        return isinstance(recorded.event, ConsentGiven)

    own = log.read("learner-speechocean762-0001")
    assert [agreed(each) for each in own] == [False, True, False]


def test_recordings_of_a_corpus_are_not_deleted_for_their_age(
    tmp_path: Path, data: DataFolder, log: RecorderEventLog, bring_in: Imports
) -> None:
    assert bring_in("speechocean762", json_corpus(tmp_path / "corpus", each=1)) == 0
    store = open_blobs(data).store
    much_later = datetime.now(UTC) + timedelta(days=400)

    assert retain(log, store, now=much_later) == ()
    append_for(log, "speechocean762-0001", ConsentWithdrawn(purpose="recordings"))
    assert [each.learner for each in retain(log, store, now=much_later)] == ["speechocean762-0001"]


def test_a_second_import_at_the_same_time_is_refused(
    tmp_path: Path, log: RecorderEventLog, bring_in: Imports, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = json_corpus(tmp_path / "corpus", each=1)
    hold = log.hold("import")
    assert hold is not None
    assert bring_in("speechocean762", folder) == 1
    assert "another process is importing into this log" in capsys.readouterr().out
    assert log.head() == 0
    hold.release()
    assert bring_in("speechocean762", folder) == 0


def test_what_is_personal_is_nowhere_in_the_clear(
    tmp_path: Path, data: DataFolder, log: RecorderEventLog, bring_in: Imports
) -> None:
    assert bring_in("speechocean762", json_corpus(tmp_path / "corpus", each=1)) == 0

    stored = b"".join(each.state for each in log.stored_tail(0, limit=100))
    for personal in (b"BEAR", b'"AH0"', b"teenager", b"female", b'"zh"'):  # shorter ones, base64 may hold by chance
        assert personal not in stored
        assert any(personal in encode(each) for each in log.tail(0, limit=100))
    for name in {blob.sha256 for each in log.tail(0, limit=100) for blob in blobs_of(each.event)}:
        assert not open_blobs(data).store.get(name).startswith(b"fLaC")
