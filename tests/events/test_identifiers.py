import threading
import time
from uuid import UUID

from events.identifiers import UUID7Generator, uuid7


def test_the_layout_is_that_of_rfc_9562() -> None:
    # The time of the example in RFC 9562, appendix A.6: 2022-02-22 14:22:22.00 GMT-05:00 = 0x017F22E279B0 ms.
    new_id = UUID7Generator(lambda: 0x017F22E279B0, lambda count: b"\xff" * count)

    identifier = UUID(new_id())

    assert str(identifier).startswith("017f22e2-79b0-7")
    assert identifier.version == 7
    assert identifier.variant == "specified in RFC 4122"
    assert identifier.int & ((1 << 62) - 1) == (1 << 62) - 1


def test_ids_grow_strictly_while_the_clock_stands_still() -> None:
    new_id = UUID7Generator(lambda: 1_000, lambda count: b"\xff" * count)

    ids = [new_id() for _ in range(10_000)]

    assert ids == sorted(set(ids))


def test_ids_grow_strictly_when_the_clock_steps_back() -> None:
    times = iter([2_000, 2_001, 500, 501, 2_001, 2_002, 2_003])
    new_id = UUID7Generator(lambda: next(times), lambda count: b"\x80" * count)

    ids = [new_id() for _ in range(7)]

    assert ids == sorted(set(ids))
    assert [int(i[:8] + i[9:13], 16) for i in ids] == [2_000, 2_001, 2_001, 2_001, 2_001, 2_002, 2_003]


def test_threads_never_get_the_same_id() -> None:
    ids: list[str] = []
    threads = [threading.Thread(target=lambda: ids.extend([uuid7() for _ in range(2_000)])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(ids)) == 8_000


def test_the_process_generator_tells_the_time_of_making() -> None:
    before = time.time_ns() // 1_000_000
    made = UUID(uuid7()).int >> 80
    after = time.time_ns() // 1_000_000

    # Ahead of the clock at most by what other tests have counted past their milliseconds.
    assert before <= made <= after + 1_000
