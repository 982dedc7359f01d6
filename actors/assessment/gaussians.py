"""The en-us acoustic model that PocketSphinx carries, read into NumPy: how much each frame is like each phone.

The model is phonetically tied: every context-independent phone has a codebook of 128 Gaussians in each of three streams
(cepstra, differences, second differences) and three states that mix them. Only these 126 states are used; the
triphones' are left in the file. Aligns nothing.
"""

import struct
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from actors.assessment.cepstra import Frames
from actors.ports import EngineError

LOG_BASE_1024 = 1024 * np.log(1.0001)
"""A stored mixture weight is a negative logarithm to the base 1.0001, shifted right by ten bits."""

BYTE_ORDER = 0x11223344
VARIANCE_FLOOR = 1e-4
STATES = 3
STREAMS = 3
BLOCK = 500
"""Frames worked on at once: 5 s of them take 12 MB a stream, which a cache still helps."""


class AcousticModel:
    """Log-likelihoods of phone states; ``phones`` are the model's, silence (SIL) and noises (+NSN+, +SPN+) included."""

    def __init__(self, folder: Path) -> None:
        """Read the model in ``folder``. Raises `EngineError` when it is not one of the kind described above."""
        try:
            self.phones = _phones(folder / "mdef")
            means = _parameters(folder / "means")
            variances = np.maximum(_parameters(folder / "variances"), VARIANCE_FLOOR)
            weights = _weights(folder / "sendump")[:, :, : len(self.phones) * STATES]
        except (OSError, struct.error, ValueError) as error:
            raise EngineError(f"the acoustic model in {folder} cannot be read: {error}") from error
        if means.shape[:2] != (len(self.phones), STREAMS):
            raise EngineError(f"the acoustic model in {folder} is not phonetically tied")
        # log N(x) = constant + x . linear - x^2 . quadratic, so that one matrix product serves all Gaussians
        phones, _, gaussians, width = means.shape
        self._linear = (means / variances).transpose(1, 3, 0, 2).reshape(STREAMS, width, -1).astype(np.float32)
        self._quadratic = (0.5 / variances).transpose(1, 3, 0, 2).reshape(STREAMS, width, -1).astype(np.float32)
        constant = -0.5 * (np.log(2 * np.pi * variances) + means**2 / variances).sum(axis=3)
        self._constant = constant.transpose(1, 0, 2).reshape(STREAMS, -1).astype(np.float32)
        self._weights = weights.reshape(STREAMS, gaussians, phones, STATES).transpose(0, 2, 1, 3).astype(np.float32)

    def log_likelihoods(self, frames: Frames) -> NDArray[np.float32]:
        """Natural logarithms of the density of each frame in each state, shape (frames, phones, 3)."""
        blocks = np.split(frames, range(BLOCK, len(frames), BLOCK))
        return np.concatenate([self._block(block) for block in blocks])

    def _block(self, frames: Frames) -> NDArray[np.float32]:
        count = len(self.phones)
        total = np.zeros((count, len(frames), STATES), np.float32)
        for stream, part in enumerate(np.split(frames, STREAMS, axis=1)):
            densities = part @ self._linear[stream] - part**2 @ self._quadratic[stream] + self._constant[stream]
            by_phone = densities.reshape(len(frames), count, -1).transpose(1, 0, 2)
            best = by_phone.max(axis=2, keepdims=True)
            total += np.log(np.exp(by_phone - best) @ self._weights[stream] + 1e-30) + best
        return total.transpose(1, 0, 2)


def digest(folder: Path) -> str:
    """SHA-256 over the model's files in order of name."""
    joined = sha256()
    for path in sorted(folder.iterdir()):
        joined.update(path.read_bytes())
    return joined.hexdigest()


def _phones(path: Path) -> tuple[str, ...]:
    """Names of the context-independent phones, from the head of a binary model definition (``bin_mdef.c``)."""
    data = path.read_bytes()
    if data[:4] != b"BMDF":
        raise ValueError(f"{path.name} is not a binary model definition")
    (described,) = struct.unpack_from("<i", data, 8)
    count, _, states, senones = struct.unpack_from("<4i", data, 12 + described)
    if states != STATES or senones != count * STATES:
        raise ValueError(f"{path.name} has phones of other than three states")
    names = data[12 + described + 10 * 4 :].split(b"\0", count)[:count]
    return tuple(name.decode("ascii") for name in names)


def _parameters(path: Path) -> NDArray[np.float64]:
    """Means or variances, shape (codebooks, streams, Gaussians, width), from a file of ``ms_gauden.c``."""
    data = path.read_bytes()
    start = data.index(b"endhdr\n") + len(b"endhdr\n")
    order, codebooks, streams, gaussians = struct.unpack_from("<4i", data, start)
    if order != BYTE_ORDER:
        raise ValueError(f"{path.name} has another byte order")
    widths = struct.unpack_from(f"<{streams}i", data, start + 16)
    values = np.frombuffer(data, "<f4", codebooks * gaussians * sum(widths), start + 16 + 4 * streams + 4)
    return values.astype(np.float64).reshape(codebooks, streams, gaussians, widths[0])


def _weights(path: Path) -> NDArray[np.float64]:
    """Mixture weights, shape (streams, Gaussians, senones), from a ``sendump`` file of 8 bits a weight."""
    data = path.read_bytes()
    offset = 0
    header: dict[str, int] = {}
    while length := struct.unpack_from("<i", data, offset)[0]:
        name, _, value = data[offset + 4 : offset + 4 + length].rstrip(b"\0").decode("latin-1").partition(" ")
        if value.isdecimal():
            header[name] = int(value)
        offset += 4 + length
    if header.get("cluster_count", 0) or header.get("cluster_bits", 8) != 8:
        raise ValueError(f"{path.name} has clustered weights")
    gaussians, senones = struct.unpack_from("<2i", data, offset + 4)
    stored = np.frombuffer(data, np.uint8, offset=offset + 12)[: STREAMS * gaussians * senones]
    return np.asarray(np.exp(-LOG_BASE_1024 * stored.reshape(STREAMS, gaussians, senones).astype(np.float64)))
