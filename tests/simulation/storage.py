"""Storage of simulated sessions: log and blobs in memory, whose calls fail before or after they have had their effect.

A fault may also take the calling process with it. What is stored outlives everybody.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Self

from events.blobs import Blobs
from events.envelope import Recorded
from events.errors import BlobMissing, BlobStoreUnavailable, LogUnavailable
from events.log import Appended, Batch
from events.memory import MemoryEventLog
from events.values import Blob
from tests.events.samples import TickingClock
from tests.simulation.faults import Crash, Faults
from tests.simulation.loop import PROCESS, SeededLoop


class Trouble:
    """The faults of calls to storage."""

    def __init__(self, loop: SeededLoop, faults: Faults) -> None:
        self._loop = loop
        self._faults = faults

    def may_kill(self, where: str) -> None:
        """The caller's process may die here."""
        process = PROCESS.get(None)
        if process is not None and process.on_death is not None and self._faults.strikes(f"crash {where}"):
            self._loop.kill(process)
            raise Crash(where)

    def may_fail(self, what: str, error: Callable[[str, str], Exception], reason: str) -> None:
        """Raise the error, or not."""
        if self._faults.strikes(what):
            raise error(reason, "simulated")


class UnreliableLog(MemoryEventLog):
    """A log in memory; an append may fail although it has been committed."""

    def __init__(self, trouble: Trouble, new_id: Callable[[], str]) -> None:
        super().__init__(clock=TickingClock(), new_id=new_id)
        self._trouble = trouble

    def append_many(self, batches: Sequence[Batch]) -> tuple[Appended, ...]:
        """See `EventLog.append_many`."""
        self._trouble.may_kill("before an append")
        self._trouble.may_fail("append refused", LogUnavailable, "unreachable")
        appended = super().append_many(batches)
        self._trouble.may_kill("after an append")
        self._trouble.may_fail("append not acknowledged", LogUnavailable, "unreachable")
        return appended

    def read(self, stream: str, *, after: int = 0) -> tuple[Recorded, ...]:
        """See `EventLog.read`."""
        self._trouble.may_kill("before a read")
        self._trouble.may_fail("read refused", LogUnavailable, "unreachable")
        return super().read(stream, after=after)

    def truth(self, stream: str) -> tuple[Recorded, ...]:
        """The stream, without faults."""
        return super().read(stream)


class UnreliableBlobs(Blobs):
    """Blobs in memory, of all learners."""

    def __init__(self, trouble: Trouble) -> None:
        self._trouble = trouble
        self._kept: dict[str, bytes] = {}

    def of(self, learner: str) -> Self:
        return self

    def put(self, data: bytes, media_type: str) -> Blob:
        """See `BlobStore.put`."""
        self._trouble.may_kill("before a blob")
        self._trouble.may_fail("blob refused", BlobStoreUnavailable, "failed")
        name = hashlib.sha256(data).hexdigest()
        self._kept[name] = data
        self._trouble.may_fail("blob not acknowledged", BlobStoreUnavailable, "failed")
        return Blob(sha256=name, media_type=media_type, size_bytes=len(data))

    def get(self, sha256: str) -> bytes:
        """See `BlobStore.get`."""
        self._trouble.may_fail("blob not read", BlobStoreUnavailable, "failed")
        if sha256 not in self._kept:
            raise BlobMissing(sha256)
        return self._kept[sha256]

    def has(self, sha256: str) -> bool:
        return sha256 in self._kept
