"""Files decoded by the thousand, in processes that may die of one."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from actors.hearing.decode import decode_audio
from actors.hearing.errors import AudioError
from actors.hearing.files import Decoders
from tests.replay.importing.corpora import RATE_HZ, tone


def test_samples_are_those_of_an_upload(tmp_path: Path) -> None:
    paths = [tone(tmp_path / f"a.{ending}") for ending in ("wav", "opus", "mp3")]
    with Decoders() as decoders:
        for path in paths:
            assert np.array_equal(decoders.decode(path, 60), decode_audio(path.read_bytes()))


def test_a_bad_file_is_named_and_the_next_is_decoded(tmp_path: Path) -> None:
    good, bad, cut = tone(tmp_path / "good.wav"), tmp_path / "bad.wav", tmp_path / "cut.wav"
    bad.write_bytes(b"RIFF\x00\x00\x00\x00WAVE" + bytes(100))
    cut.write_bytes(good.read_bytes()[:5_000])
    with Decoders() as decoders:
        for path, code in ((bad, "not_audio"), (cut, "truncated"), (tmp_path / "gone.wav", "not_audio")):
            with pytest.raises(AudioError) as refused:
                decoders.decode(path, 60)
            assert refused.value.code == code
            assert len(decoders.decode(good, 60)) == RATE_HZ // 2


def test_ten_minutes_are_decoded_and_no_more_than_was_asked_for(tmp_path: Path) -> None:
    long = tmp_path / "long.wav"
    soundfile.write(long, np.resize(np.float32([0.1, -0.1]), 590 * 8_000), 8_000)
    with Decoders() as decoders:
        assert len(decoders.decode(long, 600)) == pytest.approx(590 * RATE_HZ, abs=100)  # the resampler's own length
        with pytest.raises(AudioError, match="longer than 580 s"):
            decoders.decode(long, 580)
