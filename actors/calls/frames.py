"""Objects over a stream of bytes, each a pickle behind its call's number. Peers are trusted (`actors.calls.folder`)."""

import asyncio
import pickle
from abc import ABC, abstractmethod
from struct import Struct
from typing import Any, cast

HEAD = Struct("<QQ")
"""The number of the call, and the pickle's length in bytes; little endian."""
CLOSING_S = 2.0
"""How long what was sent last may take before the connection is cut."""


class FrameProtocol(asyncio.Protocol, ABC):
    """One end of a connection. Subclasses take what arrives in ``received`` and learn of its end in ``ended``."""

    def __init__(self) -> None:
        self._arrived = bytearray()
        self._transport: asyncio.Transport | None = None
        self._over = asyncio.Event()

    @property
    def open(self) -> bool:
        """Whether something can be sent."""
        return self._transport is not None and not self._transport.is_closing()

    def send(self, number: int, item: object) -> None:
        """Send an object of a call; nothing happens when the connection has ended. Raises what pickling it raises."""
        body = pickle.dumps(item, pickle.HIGHEST_PROTOCOL)
        if self._transport is not None and not self._transport.is_closing():
            self._transport.writelines((HEAD.pack(number, len(body)), body))

    def close(self) -> None:
        """End the connection after what has been sent."""
        if self._transport is not None:
            self._transport.close()

    async def closed(self) -> None:
        """Wait until the connection has ended, for `CLOSING_S` at most: a peer that stands still takes nothing."""
        try:
            await asyncio.wait_for(self._over.wait(), CLOSING_S)
        except TimeoutError:
            if self._transport is not None:
                self._transport.abort()

    @abstractmethod
    def received(self, number: int, item: Any) -> None:
        """An object of a call has arrived."""

    @abstractmethod
    def unreadable(self, number: int, error: Exception) -> None:
        """An object of a call has arrived that cannot be made here again."""

    @abstractmethod
    def ended(self) -> None:
        """The connection is over, whoever ended it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but its class

    def data_received(self, data: bytes) -> None:
        self._arrived += data
        start = 0
        while len(self._arrived) - start >= HEAD.size:
            number, length = HEAD.unpack_from(self._arrived, start)
            end = start + HEAD.size + length
            if len(self._arrived) < end:
                break
            # A copy: the buffer can grow only while nothing looks into it, and arrays would.
            body = bytes(self._arrived[start + HEAD.size : end])
            start = end
            self._take(number, body)
        del self._arrived[:start]

    def connection_lost(self, error: Exception | None) -> None:
        self._over.set()
        self.ended()

    def _take(self, number: int, body: bytes) -> None:
        try:
            item = pickle.loads(body)
        except Exception as error:  # whatever the classes in it raise concerns this call, and no other
            self.unreadable(number, error)
        else:
            self.received(number, item)
