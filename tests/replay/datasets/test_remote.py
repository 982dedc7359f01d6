"""Ray starts in the background: what becomes of that when nobody waits for it any more."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from events.location import DataFolder
from replay.datasets import remote
from replay.datasets.remote import RayWorkers
from replay.datasets.spec import Spec
from replay.datasets.work import Job

JOB = Job(spec=Spec(kind="dialogue", formats=("huggingface",)), data=DataFolder(Path("/none")), upto=0, out=Path())
SOON_S = 20.0


class SlowPool:
    """Starts when it may, and tells that it was let go."""

    def __init__(self) -> None:
        self.may_start, self.ended = threading.Event(), threading.Event()
        self.fault: Exception | None = None

    def __call__(self, *_: object) -> "SlowPool":
        assert self.may_start.wait(SOON_S)
        if self.fault is not None:
            raise self.fault
        return self

    def __enter__(self) -> "SlowPool":
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowPool]:
    made = SlowPool()
    monkeypatch.setattr(remote, "Pool", made)
    yield made
    made.may_start.set()


def test_who_gives_up_while_ray_starts_waits_for_it_and_leaves_nothing_running(pool: SlowPool) -> None:
    threading.Timer(0.05, pool.may_start.set).start()
    with pytest.raises(KeyboardInterrupt), RayWorkers(JOB, 2):
        raise KeyboardInterrupt

    assert pool.ended.is_set()


def test_who_gives_up_does_not_wait_for_ever_for_a_ray_that_does_not_come(
    pool: SlowPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "GIVE_UP_S", 0.05)
    with pytest.raises(KeyboardInterrupt), RayWorkers(JOB, 2):
        raise KeyboardInterrupt

    assert not pool.ended.is_set()
    pool.may_start.set()
    assert pool.ended.wait(SOON_S)


def test_what_starting_ray_raises_is_raised_where_workers_are_asked_for(pool: SlowPool) -> None:
    pool.fault = RuntimeError("no Ray")
    pool.may_start.set()

    with pytest.raises(RuntimeError, match="no Ray"), RayWorkers(JOB, 2) as workers:
        list(workers.make([1]))


def test_a_fault_of_the_plan_is_not_hidden_by_one_of_ray(pool: SlowPool) -> None:
    pool.fault = RuntimeError("no Ray")
    pool.may_start.set()

    with pytest.raises(ValueError, match="the plan"), RayWorkers(JOB, 2):
        raise ValueError("the plan")


def test_workers_have_ended_when_the_work_is_done(pool: SlowPool) -> None:
    pool.may_start.set()

    with RayWorkers(JOB, 2) as workers:
        assert workers.pool is pool  # type: ignore[comparison-overlap]
        assert not pool.ended.is_set()

    assert pool.ended.is_set()
