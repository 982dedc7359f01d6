"""The whole product in a process of its own, with its real engines, shared by the tests of this folder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from msgspec import Struct

from actors.models import ModelStore
from actors.voice.piper import Piper
from edge.launch import running_server


class Product(Struct, frozen=True):
    """A running server: its address and its data folder."""

    url: str
    data: Path


@pytest.fixture(scope="session")
def product(models: ModelStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A server with the default lesson's engines; Piper speaks, as on a machine where Kokoro does not keep up."""
    folder = tmp_path_factory.mktemp("product")
    with running_server({"COLLOQUY_DATA": str(folder), "COLLOQUY_PREFER": "piper"}) as url:
        yield Product(url, folder)


@pytest.fixture(scope="session")
def say_to_file(models: ModelStore, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Makes a recording of a sentence, said by Piper (as Leo unless told), as 16 kHz WAV with silence around it."""
    folder = tmp_path_factory.mktemp("recordings")
    voice = Piper(models.path("piper-joe"))

    def say(text: str, *, before_s: float = 0.3, after_s: float = 0.3, tutor: str = "leo", rate: float = 1.0) -> Path:
        path = folder / f"{abs(hash((text, before_s, after_s, tutor, rate)))}.wav"
        parts = [part.samples for part in voice.speak(text, tutor=tutor, rate=rate)]
        samples = np.concatenate(parts).astype(np.float64)
        rate_hz = voice.sample_rate_hz
        positions = np.arange(0, len(samples) - 1, rate_hz / 16_000)
        resampled = np.interp(positions, np.arange(len(samples)), samples).astype(np.int16)
        quiet = [np.zeros(int(16_000 * seconds), np.int16) for seconds in (before_s, after_s)]
        soundfile.write(path, np.concatenate((quiet[0], resampled, quiet[1])), 16_000)
        return path

    return say
