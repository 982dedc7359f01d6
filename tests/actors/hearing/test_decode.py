import contextlib
import io
import struct
from collections.abc import Callable
from itertools import pairwise

import av
import numpy as np
import pytest
import soundfile

from actors.hearing.decode import MAX_AUDIO_BYTES, decode_audio, decode_flac, encode_flac, pcm16
from actors.hearing.errors import AudioError
from actors.ports import SAMPLE_RATE_HZ, Audio

RATE_HZ = 48_000
TONE_HZ = 440.0
FORMATS = {
    "wav": ("wav", "pcm_s16le"),
    "flac": ("flac", "flac"),
    "ogg": ("ogg", "libopus"),
    "webm": ("webm", "libopus"),
    "mp3": ("mp3", "libmp3lame"),
    "m4a": ("mp4", "aac"),
}


def tone(seconds: float, rate_hz: int = RATE_HZ, level: float = 0.3) -> Audio:
    """A tone that swells in the first fifth of a second, so that its beginning can be found."""
    times = np.arange(int(seconds * rate_hz)) / rate_hz
    return (level * np.minimum(1.0, times * 5) * np.sin(2 * np.pi * TONE_HZ * times)).astype(np.float32)


def encoded(kind: str, seconds: float = 2.0, layout: str = "stereo") -> bytes:
    """The tone as a file of the kind that a browser, a phone or a recorder would send."""
    container, codec = FORMATS[kind]
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=RATE_HZ, layout=layout)
        size = stream.codec_context.frame_size or 960
        resampler = av.AudioResampler(
            format=stream.codec_context.format.name, layout=layout, rate=RATE_HZ, frame_size=size
        )
        frame = av.AudioFrame.from_ndarray(tone(seconds)[np.newaxis], format="flt", layout="mono")
        frame.sample_rate = RATE_HZ
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(piece))
        output.mux(stream.encode(None))
    return file.getvalue()


def wav(samples: np.ndarray, rate_hz: int = RATE_HZ, subtype: str = "PCM_16") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate_hz, format="WAV", subtype=subtype)
    return file.getvalue()


def code_of(data: bytes) -> str:
    with pytest.raises(AudioError) as refused:
        decode_audio(data)
    assert not refused.value.retryable
    assert len(refused.value.message) > 20
    return refused.value.code


def pitch_hz(audio: Audio) -> float:
    """The strongest frequency of the middle second."""
    middle = audio[len(audio) // 2 - 8_000 : len(audio) // 2 + 8_000]
    return float(np.argmax(np.abs(np.fft.rfft(middle))) * SAMPLE_RATE_HZ / len(middle))


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_is_known_by_its_content(kind: str) -> None:
    audio = decode_audio(encoded(kind))
    assert audio.dtype == np.float32
    assert len(audio) / SAMPLE_RATE_HZ == pytest.approx(2.0, abs=0.06)
    assert pitch_hz(audio) == pytest.approx(TONE_HZ, abs=1.0)
    assert float(np.max(np.abs(audio))) == pytest.approx(0.3, abs=0.03)


@pytest.mark.parametrize(
    ("rate_hz", "subtype"), [(8_000, "PCM_16"), (16_000, "PCM_24"), (22_050, "PCM_U8"), (44_100, "DOUBLE")]
)
def test_any_usual_rate_and_width_of_wav_is_taken(rate_hz: int, subtype: str) -> None:
    audio = decode_audio(wav(tone(1.5, rate_hz), rate_hz, subtype))
    assert len(audio) / SAMPLE_RATE_HZ == pytest.approx(1.5, abs=0.01)
    assert pitch_hz(audio) == pytest.approx(TONE_HZ, abs=1.0)


def test_a_wav_written_by_a_streaming_recorder_without_its_length_is_taken() -> None:
    data = bytearray(wav(tone(1.0)))
    at = data.index(b"data") + 4
    data[at : at + 4] = b"\xff\xff\xff\xff"
    assert len(decode_audio(bytes(data))) == pytest.approx(SAMPLE_RATE_HZ, abs=160)


def test_nothing_is_empty() -> None:
    assert code_of(b"") == "empty_audio"
    assert code_of(wav(tone(0.0))) == "empty_audio"


def test_a_large_file_is_refused_before_it_is_read() -> None:
    assert code_of(b"RIFF" + bytes(MAX_AUDIO_BYTES)) == "audio_too_large"


@pytest.mark.parametrize(
    "data",
    [
        b"hello, I am a text" * 100,
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"fLaC" + bytes(200),
        b"\x1aE\xdf\xa3" + bytes(200),
        b"ID3" + b"\xff" * 500,
        b"\xff\xfb" + b"\x00" * 500,
    ],
    ids=["text", "image", "playlist", "concat", "wav head", "flac head", "webm head", "mp3 tag", "mp3 head"],
)
def test_what_is_no_audio_is_named_so(data: bytes) -> None:
    assert code_of(data) == "not_audio"


def test_a_silent_recording_is_named_so() -> None:
    assert code_of(wav(np.zeros(RATE_HZ, np.float32))) == "silent_audio"


def test_a_soft_recording_is_not_silent() -> None:
    assert len(decode_audio(wav(tone(1.0, level=0.01)))) > 0


@pytest.mark.parametrize("kind", ["wav", "flac", "ogg"])
def test_more_than_sixty_seconds_are_refused(kind: str) -> None:
    assert code_of(encoded(kind, 61.0, layout="mono")) == "audio_too_long"


def test_sixty_seconds_are_taken() -> None:
    assert len(decode_audio(wav(tone(60.0, 16_000), 16_000))) == 60 * SAMPLE_RATE_HZ


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e9])
def test_values_that_are_no_sound_are_refused(value: float) -> None:
    samples = tone(1.0)
    samples[1_000] = value
    assert code_of(wav(samples, subtype="FLOAT")) == "bad_samples"


def test_too_low_a_rate_is_refused() -> None:
    assert code_of(wav(tone(1.0, 4_000), 4_000)) == "unsupported_rate"


@pytest.mark.parametrize("kind", ["wav", "flac", "ogg", "m4a"])
def test_a_file_that_breaks_off_is_named_so(kind: str) -> None:
    data = encoded(kind)
    assert code_of(data[: len(data) // 2]) == "truncated"


def flac_with_tags(count: int) -> bytes:
    """A FLAC file with so many tags that a reader that looks each of them up needs hours."""
    data = encoded("flac")
    tags = struct.pack("<II", 0, count) + b"".join(struct.pack("<I", 7) + b"%06x=" % index for index in range(count))
    info = data[4:42]
    return data[:4] + bytes([info[0] & 0x7F]) + info[1:] + b"\x84" + len(tags).to_bytes(3, "big") + tags


def m4a_with_samples(count: int) -> bytes:
    """An M4A file whose index claims so many one-byte samples."""
    data = bytearray(encoded("m4a"))
    at = data.index(b"stsz") + 8
    data[at : at + 8] = struct.pack(">II", 1, count)
    return bytes(data)


@pytest.mark.parametrize(
    "build",
    [lambda: flac_with_tags(800_000), lambda: m4a_with_samples(2**31 - 2), lambda: m4a_with_samples(2**27)],
    ids=["tags", "index", "long index"],
)
def test_a_crafted_file_is_refused_within_bounds(build: Callable[[], bytes]) -> None:
    assert code_of(build()) in {"not_audio", "truncated", "empty_audio", "audio_too_long"}


@pytest.mark.parametrize("kind", FORMATS)
def test_a_damaged_file_gives_sound_or_a_typed_error(kind: str) -> None:
    generator = np.random.default_rng(11)
    data = bytearray(encoded(kind, 0.5))
    for position in generator.integers(4, len(data), 40):
        data[position] = generator.integers(256)
    with contextlib.suppress(AudioError):
        assert np.all(np.isfinite(decode_audio(bytes(data))))


def test_raw_pcm_is_scaled_by_32768() -> None:
    audio = pcm16(struct.pack("<4h", 0, 16_384, -32_768, 32_767))
    assert audio.tolist() == [0.0, 0.5, -1.0, 32_767 / 32_768]
    assert audio.dtype == np.float32


def test_an_odd_number_of_bytes_is_no_pcm() -> None:
    with pytest.raises(AudioError, match="3 bytes") as refused:
        pcm16(b"abc")
    assert refused.value.code == "bad_samples"


def test_raw_pcm_of_another_rate_is_refused() -> None:
    with pytest.raises(AudioError, match="44100 Hz") as refused:
        pcm16(b"abcd", rate_hz=44_100)
    assert refused.value.code == "unsupported_rate"


def test_int16_comes_back_from_flac_bit_by_bit() -> None:
    samples = np.random.default_rng(2).integers(-32_768, 32_768, 5_000).astype(np.int16)
    assert np.array_equal(decode_flac(encode_flac(samples)) * 32_768, samples.astype(np.float32))


def test_floats_beyond_full_scale_are_clipped_in_flac() -> None:
    audio = decode_flac(encode_flac(np.array([2.0, -2.0, 0.25], np.float32), 24_000), 24_000)
    assert audio.tolist() == [32_767 / 32_768, -1.0, 0.25]


def test_equal_sound_gives_equal_flac() -> None:
    once, twice = (encode_flac(tone(0.5, 16_000)) for _ in range(2))
    assert once == twice


@pytest.mark.parametrize(
    ("data", "code"), [(b"no flac", "not_audio"), (encode_flac(tone(0.1), 8_000), "unsupported_rate")]
)
def test_a_stored_recording_that_is_none_of_ours_is_named_so(data: bytes, code: str) -> None:
    with pytest.raises(AudioError) as refused:
        decode_flac(data)
    assert refused.value.code == code


def test_errors_keep_their_code_on_the_way_between_processes() -> None:
    import pickle

    error = pickle.loads(pickle.dumps(AudioError("not_audio", "The file is no audio; send another.")))
    assert (error.code, error.message) == ("not_audio", "The file is no audio; send another.")


def test_no_two_formats_decode_to_different_beginnings() -> None:
    starts = [int(np.argmax(np.abs(decode_audio(encoded(kind))) > 0.15)) for kind in ("wav", "flac", "ogg", "webm")]
    assert all(abs(one - other) < 0.02 * SAMPLE_RATE_HZ for one, other in pairwise(starts))
