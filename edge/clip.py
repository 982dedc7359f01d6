"""The tutor's turn as files: its voice as WAV, voice and face as MP4. Draws and speaks nothing."""

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import soundfile
from msgspec import Struct
from numpy.typing import NDArray


class Clip:
    """Collects the segments and fragments of one turn as they arrive."""

    def __init__(self) -> None:
        self._audio: dict[int, NDArray[np.int16]] = {}
        self._video: dict[int, list[bytes]] = {}
        self._start_ms: dict[int, int] = {}
        self.sample_rate_hz = 0

    def add_audio(self, segment: int, start_ms: int, flac: bytes) -> None:
        """A segment of the voice, as a FLAC file."""
        samples, self.sample_rate_hz = soundfile.read(io.BytesIO(flac), dtype="int16")
        self._audio[segment] = samples
        self._start_ms[segment] = start_ms

    def add_video(self, segment: int, payload: bytes, init_bytes: int) -> None:
        """A fragment of the face, its initialisation segment in front."""
        fragments = self._video.setdefault(segment, [payload[:init_bytes]])
        fragments.append(payload[init_bytes:])

    @property
    def samples(self) -> NDArray[np.int16]:
        """The voice of the turn, mono."""
        parts = [self._audio[segment] for segment in sorted(self._audio)]
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)

    def write_wav(self, path: Path) -> None:
        """The voice as 16-bit WAV."""
        soundfile.write(path, self.samples, self.sample_rate_hz, subtype="PCM_16")

    def write_mp4(self, path: Path) -> None:
        """Voice (AAC) and face (H.264, copied as it came) in one file."""
        with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as output:
            video = None
            for segment in sorted(self._video):
                with av.open(io.BytesIO(b"".join(self._video[segment])), "r") as source:
                    stream = source.streams.video[0]
                    if video is None:
                        video = output.add_stream_from_template(stream)
                        audio = output.add_stream("aac", rate=self.sample_rate_hz)
                        audio.layout = "mono"
                    assert stream.time_base is not None
                    offset = round(self._start_ms[segment] / 1000 / stream.time_base)
                    for packet in source.demux(stream):
                        if packet.dts is None or packet.pts is None:
                            continue
                        packet.pts += offset
                        packet.dts += offset
                        packet.stream = video
                        output.mux(packet)
            if video is None:
                return
            frame = av.AudioFrame.from_ndarray(self.samples[np.newaxis, :], format="s16", layout="mono")
            frame.sample_rate = self.sample_rate_hz
            # With times of its own the encoder tells its priming samples, which players then skip.
            frame.pts, frame.time_base = 0, Fraction(1, self.sample_rate_hz)
            for packet in [*audio.encode(frame), *audio.encode(None)]:
                output.mux(packet)


class Latency(Struct, kw_only=True):
    """When things came, in ms from the end of the recording; None for what did not come."""

    transcription: float | None = None
    analysis_complete: float | None = None
    tutor_reply: float | None = None
    tutor_audio: float | None = None
    tutor_video: float | None = None
    complete: float | None = None

    def note(self, message: dict[str, Any], at_ms: float) -> None:
        """Take note of a message that came ``at_ms``; the first of each kind counts, partial transcripts do not."""
        kind = message["type"]
        if kind == "transcription" and not message["final"]:
            return
        if kind in self.__struct_fields__ and getattr(self, kind) is None:
            setattr(self, kind, at_ms)
