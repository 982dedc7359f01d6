"""Integrated loudness by EBU R 128 (ITU-R BS.1770), measured by FFmpeg's ``ebur128`` filter.

FFmpeg is here already, inside PyAV, and well kept; pyloudnorm does the same and brings SciPy.
"""

import numpy as np
from av import AudioFrame
from av.filter import Graph

from actors.ports import SAMPLE_RATE_HZ, Audio

BLOCK_S = 0.4
"""BS.1770's gating block: what is shorter has no loudness."""
SILENT_LUFS = -70.0
"""The absolute gate: no block below it counts."""


def loudness_lufs(audio: Audio) -> float | None:
    """Integrated loudness of 16 kHz mono, in LUFS; None when shorter than 400 ms or silent throughout."""
    if len(audio) < BLOCK_S * SAMPLE_RATE_HZ:
        return None
    graph = Graph()
    source = graph.add_abuffer(format="flt", sample_rate=SAMPLE_RATE_HZ, layout="mono")
    # The filter tells a figure each 100 ms, and none of the samples that fill no 100 ms more.
    meter = graph.add("ebur128", "metadata=1")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(audio, np.float32)[np.newaxis], format="flt", layout="mono")
    frame.sample_rate = SAMPLE_RATE_HZ
    graph.push(frame)
    graph.push(None)
    return _last_figure(graph)


def _last_figure(graph: Graph) -> float | None:
    loudness = SILENT_LUFS
    while True:
        try:
            pulled = graph.pull()
        except (BlockingIOError, EOFError):
            break
        loudness = float(pulled.metadata.get("lavfi.r128.I", loudness))
    return loudness if loudness > SILENT_LUFS else None
