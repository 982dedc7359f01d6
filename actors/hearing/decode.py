"""Recordings from bytes, and back: uploaded files of any usual format, raw PCM chunks, FLAC for the log.

Judges whether a recording can be used at all (see `AudioError.code`), never what is said in it. A file's name and
media type are not asked: its content tells.
"""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from actors.hearing.errors import AudioError, audio_too_large
from actors.ports import SAMPLE_RATE_HZ, Audio

MAX_AUDIO_BYTES = 10 * 2**20
MAX_AUDIO_SECONDS = 60
SILENCE_DB = -60.0
"""A recording whose loudest sample stays below this (dB of full scale) is silent."""
LOUDEST = 8.0
"""Float samples beyond this are integers or noise taken for floats, not loud speech."""

_DECODER = Path(__file__).with_name("decoder_process.py")
_FAULT_STATUS = 3
_WALL_SECONDS = 30


def decode_audio(data: bytes, *, max_bytes: int = MAX_AUDIO_BYTES, max_seconds: float = MAX_AUDIO_SECONDS) -> Audio:
    """Float32 mono 16 kHz samples of a WAV, FLAC, Ogg, WebM, MP3 or M4A file. Takes about 0.2 s.

    Raises `AudioError` with code empty_audio, audio_too_large, not_audio, audio_too_long, unsupported_rate, truncated,
    bad_samples or silent_audio.
    """
    if not data:
        raise AudioError("empty_audio", "The recording is empty; record again and speak.")
    if len(data) > max_bytes:
        raise audio_too_large(max_bytes)
    samples = np.frombuffer(_run_decoder(data, max_seconds), dtype="<f4").astype(np.float32)
    return checked(samples)


def pcm16(data: bytes, *, rate_hz: int = SAMPLE_RATE_HZ) -> Audio:
    """Samples of raw little-endian 16-bit mono PCM. Raises `AudioError` with code bad_samples or unsupported_rate."""
    if rate_hz != SAMPLE_RATE_HZ:
        raise AudioError("unsupported_rate", f"Raw PCM at {rate_hz} Hz; send {SAMPLE_RATE_HZ} Hz, or a WAV file.")
    if len(data) % 2:
        raise AudioError("bad_samples", f"{len(data)} bytes are no whole number of 16-bit samples; send even chunks.")
    return np.frombuffer(data, dtype="<i2").astype(np.float32) / np.float32(32768)


def encode_flac(samples: Audio | NDArray[np.int16], rate_hz: int = SAMPLE_RATE_HZ) -> bytes:
    """A 16-bit mono FLAC file of float samples (clipped to -1..1) or int16 ones; int16 comes back bit by bit."""
    if samples.dtype != np.int16:
        samples = np.clip(np.rint(samples * 32768.0), -32768, 32767).astype(np.int16)
    file = io.BytesIO()
    soundfile.write(file, samples, rate_hz, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def decode_flac(data: bytes, rate_hz: int = SAMPLE_RATE_HZ) -> Audio:
    """Samples of a FLAC file of our own (`encode_flac`). Raises `AudioError` when it is none at this rate."""
    try:
        samples, found_hz = soundfile.read(io.BytesIO(data), dtype="float32")
    except soundfile.LibsndfileError as error:
        raise AudioError("not_audio", f"The stored recording is no FLAC file ({error}); restore the blob.") from error
    if found_hz != rate_hz or samples.ndim != 1:
        raise AudioError("unsupported_rate", f"The stored recording has {found_hz} Hz, not {rate_hz} Hz mono.")
    audio: Audio = samples
    return audio


def resampled(samples: Audio, rate_hz: int) -> Audio:
    """Samples at 16 kHz, by FFmpeg's resampler, which has a low-pass filter before it."""
    if rate_hz == SAMPLE_RATE_HZ:
        return samples
    file = io.BytesIO()
    soundfile.write(file, samples, rate_hz, format="WAV", subtype="FLOAT")
    return decode_audio(file.getvalue())


def _run_decoder(data: bytes, max_seconds: float) -> bytes:
    command = [sys.executable, "-I", str(_DECODER), str(SAMPLE_RATE_HZ), str(max_seconds)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=_WALL_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise AudioError("not_audio", "The file takes too long to decode; export it anew as WAV or FLAC.") from error
    if done.returncode == 0:
        return done.stdout
    code, _, message = done.stderr.decode(errors="replace").strip().rpartition("\n")[2].partition(": ")
    if done.returncode != _FAULT_STATUS or not message:
        raise AudioError("not_audio", "The file cannot be decoded within bounds; export it anew as WAV or FLAC.")
    raise AudioError(code, message)


def checked(samples: Audio) -> Audio:
    if not len(samples):
        raise AudioError("empty_audio", "The recording holds no sound; record again and speak.")
    peak = float(np.max(np.abs(samples)))  # NaN if any sample is
    if not peak <= LOUDEST:
        raise AudioError("bad_samples", "The recording holds values that are no sound (NaN, infinite, out of range).")
    if peak < 10 ** (SILENCE_DB / 20):
        raise AudioError("silent_audio", "The recording is silent; check the microphone and record again.")
    return np.clip(samples, np.float32(-1.0), np.float32(1.0))
