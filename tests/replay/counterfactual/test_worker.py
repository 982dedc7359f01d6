"""Engines in Ray's workers, some of which die."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import ray

from actors.chain import ChainExhausted
from actors.remote import start_ray
from actors.settings import Settings, read_settings
from events.values import Blob
from replay.counterfactual.asking import Task
from replay.counterfactual.values import Answer, Case, Recording, Transcribed
from replay.counterfactual.worker import Workers, only
from tests.fakes.swapped import swapped
from tests.replay.counterfactual.lessons import noise

ROOT = Path(__file__).parents[3]
LONG = 5
"""Half seconds: long enough to end the process of a deadly recogniser."""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    found = read_settings({"COLLOQUY_DATA": str(tmp_path_factory.mktemp("data"))})
    start_ray(found, str(ROOT))
    yield found
    ray.shutdown()


def task(number: int, halves: int, *asked: str) -> Task:
    """A recording of so many half seconds."""
    prompt = Recording(audio=Blob(sha256="", media_type="audio/flac", size_bytes=0), duration_ms=500 * halves)
    case = Case(id=str(number), session="s", version=number, turn=number, learner="ana", prompt=prompt, events=())
    return Task(case=case, asked=asked, sound=(noise(halves),))


def words(answer: Answer) -> int:
    assert isinstance(answer.outcome, Transcribed)
    return len(answer.outcome.text.split())


def test_every_engine_answers_every_case_and_a_killed_worker_is_replaced(settings: Settings, tmp_path: Path) -> None:
    with Workers(partial(swapped, tmp_path), settings, 2, "asr", ("good", "deadly once", "deadly")) as workers:
        workers.prepare()
        tasks = [task(number, LONG if number == 3 else 1 + number % 3, "good", "deadly once") for number in range(6)]
        answers = list(workers.work(tasks))
        assert (tmp_path / "died").exists()
        assert Counter((answer.case, answer.asked) for answer in answers) == {
            (str(number), name): 1 for number in range(6) for name in ("good", "deadly once")
        }
        assert {words(answer) for answer in answers if answer.case == "3"} == {5}

        answers = list(workers.work([task(0, 2, "good", "deadly"), task(1, LONG, "good", "deadly")]))
        by_key = {(answer.case, answer.asked): answer for answer in answers}
        assert words(by_key["0", "deadly"]) == 2
        assert words(by_key["1", "good"]) == 5  # only the engine that dies is given up
        assert by_key["1", "deadly"].died
        assert by_key["1", "deadly"].outcome is None


def test_an_engine_that_does_not_load_is_told_before_anything_is_asked(settings: Settings, tmp_path: Path) -> None:
    missing = read_settings({"COLLOQUY_DATA": str(tmp_path), "COLLOQUY_MODELS": str(tmp_path / "none")})
    workers = Workers(partial(only, missing), settings, 1, "asr", ("whisper-base",))
    with workers, pytest.raises(ChainExhausted, match="whisper-base"):
        workers.prepare()
