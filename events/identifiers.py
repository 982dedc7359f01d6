"""UUID version 7 (RFC 9562, section 5.7): ids that sort by the time of their making. Python 3.11 has none of its own.

Layout: 48 bits of Unix milliseconds, version 7, 12 bits `rand_a`, variant 2, 62 bits `rand_b`. `rand_a` is a counter
(RFC 9562, section 6.2, method 1), so that the ids of one generator grow strictly even within a millisecond.
"""

import os
import threading
import time
from collections.abc import Callable

_COUNTER_LIMIT = 1 << 12
_COUNTER_START_LIMIT = 1 << 11


class UUID7Generator:
    """Gives UUIDv7 strings in strictly growing order; may be called from several threads.

    ``unix_ms`` gives the time in milliseconds since 1970, ``random_bytes`` that many random bytes. A clock that stands
    still or steps back does not disturb the order: the generator then counts on from the last time it saw.
    """

    def __init__(self, unix_ms: Callable[[], int], random_bytes: Callable[[int], bytes]) -> None:
        self._unix_ms = unix_ms
        self._random_bytes = random_bytes
        self._lock = threading.Lock()
        self._last_ms = -1
        self._counter = 0

    def __call__(self) -> str:
        """The next id, in the canonical form of 36 characters."""
        drawn = int.from_bytes(self._random_bytes(10), "big")
        with self._lock:
            now_ms = self._unix_ms()
            if now_ms > self._last_ms:
                # The first bit stays 0: room to count on within the millisecond.
                self._last_ms, self._counter = now_ms, (drawn >> 62) % _COUNTER_START_LIMIT
            else:
                self._counter += 1
                if self._counter == _COUNTER_LIMIT:
                    self._last_ms, self._counter = self._last_ms + 1, 0
            timestamp, counter = self._last_ms, self._counter
        random_b = drawn & ((1 << 62) - 1)
        digits = f"{timestamp << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | random_b:032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


uuid7 = UUID7Generator(lambda: time.time_ns() // 1_000_000, os.urandom)
"""The generator of this process."""
