"""How a chain answers when its engines do not."""

import pickle
import threading
from collections.abc import Callable
from typing import Any

import pytest

from actors.chain import Candidate, ChainBroken, ChainExhausted, EngineChain, EngineFault
from actors.ports import EngineError, EngineInputError
from policies.fallback import Skipped
from tests.fakes.scripted import Clock, ScriptedEngine


def chain_of(*engines: ScriptedEngine, **options: Any) -> EngineChain:
    candidates = tuple(Candidate(name=engine.name, load=lambda engine=engine: engine) for engine in engines)
    return EngineChain("voice", candidates, **options)


def failing_load(fault: Exception, log: list[str], name: str) -> Callable[[], Any]:
    def load() -> Any:
        log.append(name)
        raise fault

    return load


def test_the_first_engine_answers_and_its_use_names_it() -> None:
    clock = Clock()
    best = ScriptedEngine("best", clock, takes_s=0.25)
    answer, use = chain_of(best, ScriptedEngine("second"), clock=clock).call("say", "ab", times=2)
    assert answer == "abab"
    assert (use.kind, use.name, use.version, use.digest) == ("voice", "best", "1", "digest of best")
    assert use.latency_ms == 250.0
    assert (use.degraded, use.reason) == (False, "")


def test_engines_are_loaded_only_when_they_are_needed_and_only_once() -> None:
    loaded: list[str] = []
    best, second = ScriptedEngine("best"), ScriptedEngine("second")

    def load(engine: ScriptedEngine) -> ScriptedEngine:
        loaded.append(engine.name)
        return engine

    chain = EngineChain(
        "voice",
        tuple(Candidate(name=e.name, load=lambda e=e: load(e)) for e in (best, second)),  # type: ignore[misc]
    )
    assert [health.state for health in chain.health()] == ["unloaded", "unloaded"]
    chain.call("say", "a")
    chain.call("say", "b")
    assert loaded == ["best"]
    assert [health.state for health in chain.health()] == ["ready", "unloaded"]
    best.fault = RuntimeError("out of memory")
    chain.call("say", "c")
    assert loaded == ["best", "second"]


def test_when_an_engine_fails_the_next_one_answers_and_says_why() -> None:
    best, second = ScriptedEngine("best"), ScriptedEngine("second")
    best.fault = RuntimeError("out of memory")
    answer, use = chain_of(best, second).call("say", "a")
    assert answer == "a"
    assert (use.name, use.degraded, use.reason) == ("second", True, "best: RuntimeError: out of memory")


def test_a_failed_engine_is_tried_again_at_the_next_call_until_its_breaker_opens() -> None:
    best, second = ScriptedEngine("best"), ScriptedEngine("second")
    best.fault = EngineError("no")
    chain = chain_of(best, second, fail_max=3, reset_timeout_s=3600)
    for _ in range(5):
        chain.call("say", "a")
    assert best.calls == 3
    assert [(health.name, health.state) for health in chain.health()] == [("best", "open"), ("second", "ready")]
    best.fault = None
    _, use = chain.call("say", "a")
    assert (use.name, use.reason) == ("second", "best: skipped after failures (EngineError: no)")


def test_an_open_breaker_lets_one_call_through_after_its_time_and_closes_when_that_succeeds() -> None:
    best, second = ScriptedEngine("best"), ScriptedEngine("second")
    best.fault = EngineError("no")
    chain = chain_of(best, second, fail_max=1, reset_timeout_s=0)
    assert chain.call("say", "a")[1].name == "second"
    assert chain.health()[0].state == "open"
    best.fault = None
    answer, use = chain.call("say", "a")
    assert (answer, use.name, use.degraded) == ("a", "best", False)
    assert chain.health()[0].state == "ready"
    assert chain.health()[0].reason == ""


def test_input_that_cannot_be_worked_on_is_the_callers_fault_and_opens_no_breaker() -> None:
    best, second = ScriptedEngine("best"), ScriptedEngine("second")
    best.fault = EngineInputError("silent", "There is no speech in it.")
    chain = chain_of(best, second, fail_max=1)
    for _ in range(3):
        with pytest.raises(EngineInputError, match="no speech"):
            chain.call("say", "a")
        with pytest.raises(EngineInputError, match="no speech"):
            next(chain.stream("recite", "a"))
    assert second.calls == 0
    assert chain.health()[0].state == "ready"


def test_a_chain_that_no_engine_answers_names_each_engine_and_its_fault() -> None:
    best, second = ScriptedEngine("best"), ScriptedEngine("second")
    best.fault, second.fault = RuntimeError("out of memory"), OSError("library is gone")
    with pytest.raises(ChainExhausted) as caught:
        chain_of(best, second).call("say", "a")
    assert caught.value.kind == "voice"
    assert caught.value.faults == (
        EngineFault(name="best", reason="RuntimeError: out of memory"),
        EngineFault(name="second", reason="OSError: library is gone"),
    )
    assert "best: RuntimeError: out of memory" in str(caught.value)


def test_a_chain_without_engines_is_exhausted_at_once() -> None:
    with pytest.raises(ChainExhausted, match="none on this machine"):
        chain_of().call("say", "a")
    with pytest.raises(ChainExhausted, match="none on this machine"):
        next(chain_of().stream("recite", "a"))
    with pytest.raises(ChainExhausted, match="none on this machine"):
        chain_of().prepare()


def test_an_engine_that_does_not_load_is_not_loaded_at_every_call() -> None:
    tries: list[str] = []
    broken = Candidate(name="broken", load=failing_load(OSError("no such file"), tries, "broken"))
    second = ScriptedEngine("second")
    chain = EngineChain("voice", (broken, Candidate(name="second", load=lambda: second)), reset_timeout_s=3600)
    for _ in range(4):
        _, use = chain.call("say", "a")
        assert (use.name, use.degraded) == ("second", True)
        assert "OSError: no such file" in use.reason
    assert tries == ["broken"]
    health = chain.health()[0]
    assert (health.name, health.state, health.reason) == ("broken", "failed", "OSError: no such file")


def test_a_revived_chain_tries_to_load_again() -> None:
    tries: list[str] = []
    faults: list[Exception] = [OSError("not fetched yet")]
    best, second = ScriptedEngine("best"), ScriptedEngine("second")

    def load() -> ScriptedEngine:
        tries.append("best")
        if faults:
            raise faults.pop()
        return best

    chain = EngineChain(
        "voice",
        (Candidate(name="best", load=load), Candidate(name="second", load=lambda: second)),
        reset_timeout_s=3600,
    )
    assert chain.prepare() == "second"
    assert chain.prepare() == "second"
    chain.revive()
    assert chain.prepare() == "best"
    assert tries == ["best", "best"]
    assert [health.state for health in chain.health()] == ["ready", "ready"]


def test_what_the_policy_left_out_marks_every_answer_if_it_degrades_the_lesson() -> None:
    skipped = (
        Skipped(name="xtts", reason="xtts wants a GPU"),
        Skipped(name="kokoro", reason="kokoro wants its model", degrades=True),
    )
    _, use = chain_of(ScriptedEngine("piper"), skipped=skipped).call("say", "a")
    assert (use.degraded, use.reason) == (True, "kokoro wants its model")


def test_an_answer_bears_the_name_that_the_chain_has_for_its_engine() -> None:
    chain = EngineChain("voice", (Candidate(name="kokoro", load=lambda: ScriptedEngine("kokoro-82m")),))
    _, called = chain.call("say", "a")
    ((_, streamed),) = chain.stream("recite", "a")
    assert {called.name, streamed.name, chain.health()[0].name} == {"kokoro"}


def test_a_stream_gives_each_item_with_the_time_it_took_and_not_the_listeners_time() -> None:
    clock = Clock()
    chain = chain_of(ScriptedEngine("best", clock, takes_s=0.1), clock=clock)
    items = []
    for item, use in chain.stream("recite", "a", "b", "c"):
        items.append((item, use.latency_ms))
        clock.now_s += 5.0
    assert items == [("a", 100.0), ("b", 100.0), ("c", 100.0)]


def test_a_stream_that_fails_before_its_first_item_goes_to_the_next_engine() -> None:
    best, second = ScriptedEngine("best"), ScriptedEngine("second")
    best.fault = RuntimeError("out of memory")
    got = list(chain_of(best, second).stream("recite", "a", "b"))
    assert [item for item, _ in got] == ["a", "b"]
    assert {(use.name, use.degraded, use.reason) for _, use in got} == {
        ("second", True, "best: RuntimeError: out of memory")
    }


def test_a_stream_that_fails_later_is_broken_and_no_other_engine_begins_anew() -> None:
    best, second = ScriptedEngine("best"), ScriptedEngine("second")
    best.fault, best.fault_at = RuntimeError("out of memory"), 2
    stream = chain_of(best, second).stream("recite", "a", "b", "c")
    assert [next(stream)[0], next(stream)[0]] == ["a", "b"]
    with pytest.raises(ChainBroken, match="after 2 item") as caught:
        next(stream)
    assert caught.value.fault == EngineFault(name="best", reason="RuntimeError: out of memory")
    assert second.calls == 0


def test_failures_in_the_middle_of_streams_open_the_breaker_too() -> None:
    best, second = ScriptedEngine("best"), ScriptedEngine("second")
    best.fault, best.fault_at = RuntimeError("out of memory"), 1
    chain = chain_of(best, second, fail_max=2, reset_timeout_s=3600)
    for _ in range(2):
        with pytest.raises(ChainBroken):
            list(chain.stream("recite", "a", "b"))
    assert [use.name for _, use in chain.stream("recite", "a", "b")] == ["second", "second"]


def test_a_listener_who_stops_closes_the_engines_stream_and_is_no_failure() -> None:
    best = ScriptedEngine("best")
    chain = chain_of(best, fail_max=1)
    for _ in range(3):
        stream = chain.stream("recite", "a", "b")
        next(stream)
        stream.close()  # type: ignore[attr-defined]
        assert best.closed
    assert chain.health()[0].state == "ready"


def test_an_empty_stream_is_an_answer() -> None:
    best, second = ScriptedEngine("best"), ScriptedEngine("second")
    assert list(chain_of(best, second).stream("recite")) == []
    assert second.calls == 0


def test_streams_of_several_threads_do_not_wait_for_each_other() -> None:
    """A breaker that held its lock through a call would let the second stream begin only when the first has ended."""
    chain = chain_of(ScriptedEngine("best"))
    first = chain.stream("recite", "a", "b")
    next(first)
    heard: list[str] = []
    thread = threading.Thread(target=lambda: heard.extend(item for item, _ in chain.stream("recite", "c")))
    thread.start()
    thread.join(timeout=30)
    assert heard == ["c"]
    assert next(first)[0] == "b"


def test_many_threads_load_an_engine_once_and_all_get_answers() -> None:
    loads: list[int] = []
    ready = threading.Barrier(8)

    class Slow(ScriptedEngine):
        def __init__(self) -> None:
            super().__init__("best")
            loads.append(1)

    chain = EngineChain("voice", (Candidate(name="best", load=Slow),))
    answers: list[str] = []

    def ask(index: int) -> None:
        ready.wait(timeout=30)
        answers.append(chain.call("say", str(index))[0])

    threads = [threading.Thread(target=ask, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(answers) == [str(index) for index in range(8)]
    assert len(loads) == 1


def test_threads_that_waited_for_a_load_that_failed_do_not_repeat_it() -> None:
    tries: list[str] = []
    waiting = threading.Barrier(4)
    second = ScriptedEngine("second")

    def load() -> Any:
        tries.append("best")
        raise OSError("no such file")

    chain = EngineChain(
        "voice",
        (Candidate(name="best", load=load), Candidate(name="second", load=lambda: second)),
        reset_timeout_s=3600,
    )

    def ask() -> None:
        waiting.wait(timeout=30)
        chain.call("say", "a")

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert tries == ["best"]
    assert second.calls == 4


@pytest.mark.parametrize(
    "error",
    [
        ChainExhausted("voice", (EngineFault(name="piper", reason="gone"),)),
        ChainBroken("voice", EngineFault(name="piper", reason="gone"), 2),
    ],
)
def test_errors_of_a_chain_come_whole_out_of_another_process(error: EngineError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)
    assert copy.retryable


def test_an_engine_of_another_edition_is_loaded_anew_and_its_answers_say_so() -> None:
    editions, loaded = ["a"], []

    def load() -> ScriptedEngine:
        loaded.append(editions[-1])
        return ScriptedEngine(editions[-1])

    chain = EngineChain("voice", (Candidate(name="voice", load=load, edition=lambda: editions[-1]),))
    for edition in ("a", "a", "b", "b"):
        editions.append(edition)
        _, use = chain.call("say", "word")
        assert use.digest == f"digest of {edition}"
    assert loaded == ["a", "b"]


def test_an_engine_goes_on_where_its_new_edition_does_not_load(caplog: pytest.LogCaptureFixture) -> None:
    edition = ["a"]

    def load() -> ScriptedEngine:
        if edition[0] == "b":
            raise OSError("no such file")
        return ScriptedEngine(edition[0])

    chain = EngineChain("voice", (Candidate(name="voice", load=load, edition=lambda: edition[0]),))
    chain.call("say", "word")
    edition[0] = "b"
    answer, use = chain.call("say", "word")
    assert (answer, use.digest, use.degraded) == ("word", "digest of a", False)
    assert "the one before it goes on" in caplog.text
