"""Decodes a foreign audio file in a process of its own: bytes on stdin, float32 mono PCM on stdout.

Started by `actors.hearing.decode` as a script, with the sample rate and the most seconds as arguments. A crafted file
can make any demuxer loop or take gigabytes (10 MB of tag pairs, or an MP4 table with 2**31 entries), so the kernel
bounds this process in memory and time, whatever happens inside FFmpeg. Imports nothing of ours, and no NumPy: it
starts in 0.1 s. A fault is told on stderr as ``code: message`` with exit status 3.
"""

import io
import os
import resource
import sys
from typing import NoReturn

import av

FAULT_STATUS = 3
MEMORY_BYTES = 128 * 2**20
CPU_SECONDS = 10
RATES_HZ = (8_000, 384_000)
_MOST_CHANNELS = 8
_DECLARED_SHARE = 0.95
"""A file with less sound than this share of what its header promises was cut off."""
_MP3_FORMAT = "mp3"


def main() -> None:
    """Decode stdin to stdout, as the arguments say."""
    rate_hz, most_seconds = int(sys.argv[1]), float(sys.argv[2])
    data = sys.stdin.buffer.read()
    bound()
    try:
        pcm = decoded(data, rate_hz, most_seconds)
    except MemoryError:
        _fault("not_audio", "The file asks for more memory than a recording needs; export it anew.")
    sys.stdout.buffer.write(pcm)
    sys.stdout.buffer.flush()


def decoded(data: bytes, rate_hz: int, most_seconds: float) -> bytes:
    """Little-endian float32 mono samples of the file's first audio stream. Exits on a fault."""
    format_name = sniffed(data)
    if not format_name:
        _fault("not_audio", "The file is no WAV, FLAC, Ogg, WebM, MP3 or M4A; send one of these.")
    if format_name == "wav" and _wav_is_cut(data):
        _fault("truncated", "The WAV file ends before its sound does; upload it again.")
    if format_name == "ogg" and _ogg_is_cut(data):
        _fault("truncated", "The Ogg file ends inside a page; upload it again.")
    try:
        with av.open(io.BytesIO(data), mode="r", format=format_name, metadata_errors="ignore") as container:
            return _samples(container, rate_hz, most_seconds)
    except (av.error.FFmpegError, ValueError) as error:
        if format_name == "mp4" and b"moov" not in data:
            _fault("truncated", "The M4A file lacks its index: it was cut off; upload it again.")
        _fault("not_audio", f"The file cannot be decoded ({error}); export it anew as WAV or FLAC.")


def sniffed(data: bytes) -> str:
    """FFmpeg's name of the container by its first bytes, "" if it is none that we take.

    Playlists (HLS, concat) name other files and addresses: they are never probed for.
    """
    head = data[:12]
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"fLaC":
        return "flac"
    if head[:4] == b"OggS":
        return "ogg"
    if head[:4] == b"\x1aE\xdf\xa3":
        return "matroska"
    if head[4:8] == b"ftyp":
        return "mp4"
    if head[:3] == b"ID3" or (len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2):
        return _MP3_FORMAT
    return ""


def _samples(container: "av.container.InputContainer", rate_hz: int, most_seconds: float) -> bytes:
    if not container.streams.audio:
        _fault("not_audio", "The file holds no sound; choose a recording of speech.")
    stream = container.streams.audio[0]
    if not RATES_HZ[0] <= stream.rate <= RATES_HZ[1]:
        _fault("unsupported_rate", f"The sample rate is {stream.rate} Hz; record with 8,000 Hz or more.")
    if not 1 <= stream.channels <= _MOST_CHANNELS:
        _fault("not_audio", f"The file has {stream.channels} channels; record with one or two.")
    declared_s = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
    resampler = av.AudioResampler(format="flt", layout="mono", rate=rate_hz)
    pcm = bytearray()
    broken = False
    try:
        for frame in container.decode(stream):
            frame.pts = None
            _take(pcm, resampler.resample(frame))
            if len(pcm) > most_seconds * rate_hz * 4:
                _fault("audio_too_long", f"The recording is longer than {most_seconds:g} s; send a shorter one.")
    except av.error.FFmpegError:
        if not pcm:
            raise
        broken = True
    if pcm:
        _take(pcm, resampler.resample(None))
    heard_s = len(pcm) / 4 / rate_hz
    # The length of an MP3 is an estimate from its bit rate: no promise to be held to.
    if pcm and (broken or (container.format.name != _MP3_FORMAT and heard_s < _DECLARED_SHARE * declared_s)):
        _fault("truncated", f"The file breaks off after {heard_s:.1f} s; upload it again.")
    return bytes(pcm)


def _take(pcm: bytearray, frames: "list[av.AudioFrame]") -> None:
    for frame in frames:
        pcm += bytes(frame.planes[0])[: frame.samples * 4]


def _wav_is_cut(data: bytes) -> bool:
    """Whether the data chunk claims more bytes than there are; recorders that stream write 0 or all ones there."""
    at = 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] == b"data":
            return size < 0x7FFFFF00 and at + 8 + size > len(data) + 1
        at += 8 + size + size % 2
    return False


def _ogg_is_cut(data: bytes) -> bool:
    """Whether the last page is shorter than its segment table says (RFC 3533, section 6)."""
    page = data.rfind(b"OggS")
    table = data[page + 27 : page + 27 + data[page + 26]] if page + 27 <= len(data) else b""
    return not table or page + 27 + len(table) + sum(table) > len(data)


def bound(beside: int = 0) -> None:
    """Hold this process to a multiple of what an honest recording takes, and to ``beside`` more bytes of memory."""
    used = 0
    try:
        with open("/proc/self/statm") as statm:
            used = int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:
        return  # no Linux: the parent's time limit has to do
    most = used + MEMORY_BYTES + beside
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


def _fault(code: str, message: str) -> NoReturn:
    sys.stderr.write(f"{code}: {message}\n")
    sys.stderr.flush()
    # Not sys.exit: FFmpeg's teardown of a crafted file is no better than its opening.
    os._exit(FAULT_STATUS)


if __name__ == "__main__":
    main()
