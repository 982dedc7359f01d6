"""What every stage of a turn works with."""

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from actors.engines import Engines
from actors.hearing.decode import encode_flac
from actors.ports import Audio
from events.blobs import BlobsByLearner
from events.values import Blob
from policies.learner import LearnerHistory

AudioOf = Callable[[int], Awaitable[Audio]]
"""The learner's recording of a turn."""


class Resources(Struct, frozen=True, kw_only=True):
    """The engines, the blobs, and what is known of a learner from the lessons before a session."""

    engines: Engines
    blobs: BlobsByLearner
    history: Callable[[str, str], LearnerHistory]
    """Of a learner, before a session."""

    async def keep_audio(self, learner: str, samples: Audio | NDArray[np.int16], rate_hz: int) -> Blob:
        """Keep a recording of a learner's session as FLAC. Raises `events.errors.BlobStoreUnavailable`."""

        def keep() -> Blob:
            return self.blobs.of(learner).put(encode_flac(samples, rate_hz), "audio/flac")

        return await asyncio.to_thread(keep)
