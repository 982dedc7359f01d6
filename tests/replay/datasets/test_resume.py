"""A build that is killed, refused by the disk, or made by several workers gives the same bytes in the end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import ray

from actors.cluster import worker_environment
from actors.remote import start_ray
from actors.settings import read_settings
from events.learner import ConsentWithdrawn
from replay.__main__ import main
from replay.datasets.build import Builder, InProcess, alone_in
from replay.datasets.errors import BuildRunning, ConsentChanged, StorageRefused, WorkerLost
from replay.datasets.folders import DatasetFolder
from replay.datasets.making import make
from replay.datasets.manifest import Manifest, read_manifest
from replay.datasets.remote import RayWorkers
from replay.datasets.shard import Made, ShardMaker
from replay.datasets.spec import Spec
from replay.datasets.work import Job, Replayer
from tests.replay.datasets.lessons import Lessons

ROOT = Path(__file__).parents[3]
SPEC = Spec(kind="asr", formats=("jsonl",))
TOML = 'kind = "asr"\nformats = ["jsonl"]\n'


@pytest.fixture
def made(lessons: Lessons, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lessons:
    """Six learners with five lessons each."""
    monkeypatch.setenv("COLLOQUY_DATA", str(lessons.folder.root))
    lessons.consent(*(f"learner-{number}" for number in range(6)))
    for number in range(30):
        learner = f"learner-{number % 6}"
        lessons.hold(f"s{number:02}", learner, *lessons.said(learner, 1, f"lesson {number}"))
    (tmp_path / "spec.toml").write_text(TOML)
    return lessons


@pytest.fixture(scope="module")
def two_slots() -> Iterator[None]:
    """Ray, which the builds of this file join."""
    worker_environment()
    start_ray(read_settings({}), str(ROOT))
    yield
    ray.shutdown()


def run(tmp_path: Path, out: str, *options: str) -> int:
    return main(["dataset", str(tmp_path / "spec.toml"), "--out", str(tmp_path / out), *options])


def manifest(tmp_path: Path, out: str) -> Manifest:
    return read_manifest(tmp_path / out)


def killed_after(folder: DatasetFolder, shards: int, tmp_path: Path) -> subprocess.CompletedProcess[bytes]:
    """Build in a process that is killed with SIGKILL when so many shards are finished."""
    script = (
        "import os, signal, sys\n"
        "from replay.datasets.shard import ShardMaker\n"
        "from replay.__main__ import main\n"
        "make, done = ShardMaker.make, []\n"
        "def killing(self, shard, learners):\n"
        f"    if len(done) == {shards}: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    done.append(shard)\n"
        "    return make(self, shard, learners)\n"
        "ShardMaker.make = killing\n"
        f"main(['dataset', {str(tmp_path / 'spec.toml')!r}, '--out', {str(folder.root)!r}])\n"
    )
    return subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=False)


def test_a_killed_build_goes_on_where_it_was_and_gives_the_same_bytes(
    made: Lessons, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(tmp_path, "whole") == 0
    folder = DatasetFolder(tmp_path / "killed")
    assert killed_after(folder, 20, tmp_path).returncode == -signal.SIGKILL
    again: list[int] = []
    make = ShardMaker.make
    monkeypatch.setattr(ShardMaker, "make", lambda self, shard, *rest: again.append(shard) or make(self, shard, *rest))
    # The log goes on meanwhile: what was begun is finished as it was begun.
    made.hold("later", "learner-0", *made.said("learner-0", 1, "too late"))

    assert run(tmp_path, "killed") == 0

    assert sorted(again) == list(range(20, 64))
    assert manifest(tmp_path, "killed") == manifest(tmp_path, "whole")


@pytest.mark.usefixtures("two_slots")
def test_two_workers_one_of_which_is_killed_give_the_same_bytes(made: Lessons, tmp_path: Path) -> None:
    assert run(tmp_path, "one") == 0
    folder = DatasetFolder(tmp_path / "two")
    builder = Builder(SPEC, made.log, folder.root)
    with alone_in(folder):
        begun = builder.begin(None, replace=False)
        job = Job(spec=SPEC, data=made.folder, upto=begun.position, out=folder.root)
        with RayWorkers(job, 2) as workers:
            victim = ray.get(workers.pool.actors[0].pid.remote())
            watched = _Watched(workers, lambda: os.kill(victim, signal.SIGKILL))
            builder.run(begun, watched)
    folder.end()

    assert manifest(tmp_path, "two") == manifest(tmp_path, "one")


class _Watched:
    """Workers of which something happens to one when the first shard is finished."""

    def __init__(self, workers: RayWorkers, happens: object) -> None:
        self._workers, self._happens = workers, happens
        self.write, self.thin = workers.write, workers.thin

    def make(self, shards: list[int]) -> Iterator[tuple[int, Made]]:
        for number, each in enumerate(self._workers.make(shards)):
            if not number:
                self._happens()  # type: ignore[operator]
            yield each


@pytest.mark.usefixtures("two_slots")
def test_a_shard_that_ends_every_worker_is_named(made: Lessons, tmp_path: Path) -> None:
    folder = DatasetFolder(tmp_path / "out")
    builder = Builder(SPEC, made.log, folder.root)
    with alone_in(folder):
        begun = builder.begin(None, replace=False)
        job = Job(spec=SPEC, data=made.folder, upto=begun.position, out=folder.root)
        with RayWorkers(job, 1) as workers, pytest.raises(WorkerLost, match="run the same command again"):
            list(workers._work([7], lambda actor, shard: actor.die.remote(), "shard {}".format))


def test_a_full_disk_is_named_and_what_is_finished_stays(
    made: Lessons, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(tmp_path, "whole") == 0
    make = ShardMaker.make

    def full(self: ShardMaker, shard: int, learners: object) -> Made:
        if shard == 40:
            raise StorageRefused(tmp_path, "No space left on device")
        return make(self, shard, learners)  # type: ignore[arg-type]

    monkeypatch.setattr(ShardMaker, "make", full)
    assert run(tmp_path, "out") == 1
    assert DatasetFolder(tmp_path / "out").made(39).exists()
    monkeypatch.setattr(ShardMaker, "make", make)

    assert run(tmp_path, "out") == 0
    assert manifest(tmp_path, "out") == manifest(tmp_path, "whole")


def test_a_place_where_there_can_be_no_folder_is_told(
    made: Lessons, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")

    assert run(tmp_path, "file") == 1
    assert run(tmp_path, "file/out") == 1
    assert "cannot write to" in capsys.readouterr().out
    assert (tmp_path / "file").read_text() == "in the way"


def test_who_withdraws_while_it_is_built_is_not_published(made: Lessons, tmp_path: Path) -> None:
    folder = DatasetFolder(tmp_path / "out")
    builder = Builder(SPEC, made.log, folder.root)
    with alone_in(folder):
        begun = builder.begin(None, replace=False)
        job = Job(spec=SPEC, data=made.folder, upto=begun.position, out=folder.root)
        made.tell("learner-2", ConsentWithdrawn(purpose="training"))
        with pytest.raises(ConsentChanged, match="learner-2 withdrew"):
            builder.run(begun, InProcess(Replayer(job, made.log)))

    assert not folder.manifest.exists()
    assert not list(folder.root.glob("jsonl/*"))
    assert run(tmp_path, "out") == 0
    assert "learner-2" not in manifest(tmp_path, "out").learners


def test_two_builds_into_one_folder_at_once_are_refused(made: Lessons, tmp_path: Path) -> None:
    with (
        alone_in(DatasetFolder(tmp_path / "out")),
        pytest.raises(BuildRunning),
        alone_in(DatasetFolder(tmp_path / "out")),
    ):
        pass


def test_another_spec_does_not_go_on_with_what_was_begun(
    made: Lessons, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = DatasetFolder(tmp_path / "out")
    with alone_in(folder):
        Builder(Spec(kind="dialogue", formats=("jsonl",)), made.log, folder.root).begin(None, replace=False)

    assert run(tmp_path, "out") == 1
    assert "an unfinished dataset of another spec" in capsys.readouterr().out.replace("\n", " ")
    assert run(tmp_path, "out", "--replace") == 0


def test_what_is_kept_where_it_is_the_same_is_replaced_where_it_is_not(made: Lessons, tmp_path: Path) -> None:
    spec, out = tmp_path / "spec.toml", tmp_path / "out"

    def kept() -> bool:
        _, now = make(spec, out, made.folder, lambda step, done, of: None, replace=True)
        return not now

    assert not kept()
    assert kept()
    spec.write_text(TOML.replace("asr", "dialogue"))
    assert not kept()
