"""Objects over a stream of bytes, each a pickle behind its length. Peers are trusted: see `actors.calls.folder`."""

import asyncio
import pickle
from struct import Struct
from typing import Any, cast

LENGTH = Struct("<Q")
"""The pickle's length in bytes, little endian."""


class FrameProtocol(asyncio.Protocol):
    """One end of a connection. Subclasses take what arrives in ``received`` and learn of its end in ``ended``."""

    def __init__(self) -> None:
        self._arrived = bytearray()
        self._transport: asyncio.Transport | None = None
        self._over = asyncio.Event()

    @property
    def open(self) -> bool:
        """Whether something can be sent."""
        return self._transport is not None and not self._transport.is_closing()

    def send(self, item: object) -> None:
        """Send an object; nothing happens when the connection has ended. Raises what pickling it raises."""
        body = pickle.dumps(item, pickle.HIGHEST_PROTOCOL)
        if self._transport is not None and not self._transport.is_closing():
            self._transport.writelines((LENGTH.pack(len(body)), body))

    def close(self) -> None:
        """End the connection after what has been sent."""
        if self._transport is not None:
            self._transport.close()

    async def closed(self) -> None:
        """Wait until the connection has ended."""
        await self._over.wait()

    def received(self, item: Any) -> None:
        """An object has arrived."""
        raise NotImplementedError

    def ended(self) -> None:
        """The connection is over, whoever ended it."""
        raise NotImplementedError

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but its class

    def data_received(self, data: bytes) -> None:
        self._arrived += data
        start = 0
        while len(self._arrived) - start >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self._arrived, start)
            end = start + LENGTH.size + length
            if len(self._arrived) < end:
                break
            # A copy: the buffer can grow only while nothing looks into it, and arrays would.
            item = pickle.loads(bytes(self._arrived[start + LENGTH.size : end]))
            start = end
            self.received(item)
        del self._arrived[:start]

    def connection_lost(self, error: Exception | None) -> None:
        self._over.set()
        self.ended()
