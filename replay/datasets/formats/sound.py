"""A row's sound as a file: what was stored, byte by byte, or a stretch of it as WAV. Plays and judges nothing.

Stretches are WAV and not FLAC: an encoder of another version or on another processor may choose other bytes.
"""

import io
import re

import numpy as np
import soundfile
from msgspec import Struct
from numpy.typing import NDArray

from actors.hearing.decode import decode_audio
from actors.hearing.errors import AudioError
from actors.ports import SAMPLE_RATE_HZ
from replay.datasets.formats.writer import Sounds
from replay.datasets.rows import Clip
from replay.errors import ReplayError


class SoundUnreadable(ReplayError):
    """A recording that a row needs is no recording."""

    def __init__(self, sha256: str, reason: str) -> None:
        super().__init__(sha256, reason)
        self.sha256, self.reason = sha256, reason

    def __str__(self) -> str:
        return (
            f"the recording {self.sha256} cannot be decoded: {self.reason}; a filter that listens leaves it out"
            " (clipped_ratio = { max = 1 } in the spec's [filters])"
        )


_SUFFIXES = {b"fLaC": "flac", b"RIFF": "wav", b"OggS": "ogg"}
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")


class SoundFile(Struct, frozen=True, kw_only=True):
    """A mono recording in a file of its own; ``suffix`` is flac, wav or ogg, ``samples`` its length."""

    data: bytes
    suffix: str
    sample_rate_hz: int
    samples: int

    @property
    def duration_s(self) -> float:
        return self.samples / self.sample_rate_hz


def sound_file(clip: Clip, sounds: Sounds) -> SoundFile:
    """The clip's sound: the stored file where the clip is all of it, else a 16-bit WAV.

    Raises what `Sounds.read` raises, and SoundUnreadable.
    """
    data = sounds.read(clip)
    suffix = _SUFFIXES.get(data[:4])
    if suffix and clip.start_ms == 0 and clip.end_ms is None:
        try:
            info = soundfile.info(io.BytesIO(data))
        except soundfile.LibsndfileError as error:
            raise SoundUnreadable(clip.blob.sha256, str(error)) from error
        if info.channels == 1:
            return SoundFile(data=data, suffix=suffix, sample_rate_hz=info.samplerate, samples=info.frames)
    return _as_wav(*_stretch(data, clip))


def wav_file(clip: Clip, sounds: Sounds) -> SoundFile:
    """The clip's sound as a 16-bit WAV, for formats that know no other. Raises as `sound_file`."""
    return _as_wav(*_stretch(sounds.read(clip), clip))


def samples_of(clip: Clip, sounds: Sounds) -> tuple[NDArray[np.int16], int]:
    """The clip's samples and their rate in Hz. Raises as `sound_file`."""
    return _stretch(sounds.read(clip), clip)


def file_id(row: str) -> str:
    """A row's id as a file's name, or a key without blanks and dots: "asr/s1/3" is asr-s1-3."""
    return _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", row.replace("/", "-"))


def _stretch(data: bytes, clip: Clip) -> tuple[NDArray[np.int16], int]:
    try:
        if data[:4] in _SUFFIXES:
            samples, rate = soundfile.read(io.BytesIO(data), dtype="int16", always_2d=True)
            mono = samples[:, 0]
        else:
            mono, rate = np.rint(decode_audio(data).clip(-1, 1) * 32767).astype(np.int16), SAMPLE_RATE_HZ
    except (soundfile.LibsndfileError, AudioError) as error:
        raise SoundUnreadable(clip.blob.sha256, str(error)) from error
    end = len(mono) if clip.end_ms is None else clip.end_ms * rate // 1000
    return mono[clip.start_ms * rate // 1000 : end], rate


def _as_wav(samples: NDArray[np.int16], rate: int) -> SoundFile:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="WAV", subtype="PCM_16")
    return SoundFile(data=file.getvalue(), suffix="wav", sample_rate_hz=rate, samples=len(samples))
