"""Silero VAD v6 on ONNX Runtime, window by window, with its state outside. Decides nothing about turns.

The network reads 576 samples: a window of 512 (32 ms) and the 64 before it, and carries an LSTM state (h, c). As the
state travels as bytes, one instance serves any number of streams.
"""

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as errors

from actors.hearing.energy import WINDOW_SAMPLES
from actors.hearing.errors import ModelNotLoaded, VadStateError
from actors.ports import Audio, SpeechProbabilities

CONTEXT_SAMPLES = 64
_STATE_SHAPE = (1, 1, 128)
_STATE_FLOATS = 128
_HEAD_FLOATS = 2 * _STATE_FLOATS + CONTEXT_SAMPLES


class SileroDetector:
    """`actors.ports.VoiceActivityDetector` on the file ``silero_vad_v6.onnx`` of the faster-whisper wheel."""

    name = "silero"

    def __init__(self, model: Path, *, version: str = "6", digest: str = "") -> None:
        self.version = version
        self.digest = digest
        options = onnxruntime.SessionOptions()
        # One window is 0.1 ms of work: a second thread would only cost the hand-over.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        except (errors.NoSuchFile, errors.Fail, errors.InvalidProtobuf, errors.InvalidGraph) as error:
            raise ModelNotLoaded(f"Silero VAD cannot be loaded from {model}: {error}") from error

    def detect(self, audio: Audio, state: bytes) -> SpeechProbabilities:
        """Probabilities of the windows that ``audio`` completes; samples that fill none wait in the state."""
        h, c, context, waiting = _unpack(state)
        samples = np.concatenate((waiting, audio.astype(np.float32, copy=False)))
        count = len(samples) // WINDOW_SAMPLES
        if count == 0:
            return SpeechProbabilities(probabilities=(), state=_pack(h, c, context, samples))
        used = count * WINDOW_SAMPLES
        stream = np.concatenate((context, samples[:used]))
        windows = np.lib.stride_tricks.sliding_window_view(stream, CONTEXT_SAMPLES + WINDOW_SAMPLES)[::WINDOW_SAMPLES]
        output, h, c = self._session.run(None, {"input": np.ascontiguousarray(windows), "h": h, "c": c})
        probabilities = tuple(float(p) for p in np.ravel(output))
        return SpeechProbabilities(
            probabilities=probabilities, state=_pack(h, c, stream[-CONTEXT_SAMPLES:], samples[used:])
        )


def _pack(h: Audio, c: Audio, context: Audio, waiting: Audio) -> bytes:
    return np.concatenate((h.ravel(), c.ravel(), context, waiting)).astype("<f4").tobytes()


def _unpack(state: bytes) -> tuple[Audio, Audio, Audio, Audio]:
    """LSTM state h and c, the 64 samples before the next window, and the samples that wait for it."""
    if not state:
        zeros = np.zeros(_STATE_SHAPE, np.float32)
        return zeros, zeros, np.zeros(CONTEXT_SAMPLES, np.float32), np.zeros(0, np.float32)
    waiting = len(state) // 4 - _HEAD_FLOATS
    if len(state) % 4 or not 0 <= waiting < WINDOW_SAMPLES:
        raise VadStateError("Silero VAD", len(state))
    values: NDArray[np.float32] = np.frombuffer(state, dtype="<f4").astype(np.float32)
    h, c, context, rest = np.split(values, (_STATE_FLOATS, 2 * _STATE_FLOATS, _HEAD_FLOATS))
    return h.reshape(_STATE_SHAPE), c.reshape(_STATE_SHAPE), context, rest
