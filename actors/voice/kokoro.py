"""Kokoro-82M through ONNX Runtime: the best voice of a laptop, with the durations that the model itself predicts.

Kokoro's first output waits for its whole stretch of text, so a sentence is cut where a speaker would breathe.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from actors.ports import Speech
from actors.voice import pcm
from actors.voice.kokoro_symbols import TOKENS, kokoro_symbols
from actors.voice.onnx_graph import with_output
from actors.voice.persona import persona
from actors.voice.phonemize import Pronunciation, pronounce
from actors.voice.runtime import ModelUnusable, open_session, read_model
from actors.voice.text import Clause, breaths, clean
from actors.voice.timing import settle
from actors.voice.units import Unit, cut, spans, units
from policies.tutors import TUTORS, Tutor
from policies.voice import bounded_rate

SAMPLE_RATE_HZ = 24_000
FRAME_SAMPLES = 600
"""Samples of one frame of the model's durations."""
LEAD_SAMPLES = 960
"""The audio runs so far (40 ms) before the durations. Measured: the low-band energy of 24 sentences in four voices
follows vowels and voiceless consonants best at -50 ms (each between -40 and -60), eSpeak NG's exact times at -10."""
LONGEST = 510
"""Tokens without the padding; a voice has one style vector for each number of them."""
_DURATIONS = "/encoder/Round_output_0"
_STYLE = 256
_GAIN = 1.2
"""Brings the voices from about -22.5 dB (RMS) to the -21 dB of the other engines."""


class Kokoro:
    """The voice chain's first engine. ``folder`` holds the model, ``voices`` the folder of the style vectors."""

    name = "kokoro"

    def __init__(self, folder: Path, voices: Path, *, digest: str = "", threads: int = 2) -> None:
        """Load the model. Raises `ModelUnusable` when a file is missing or is not the model."""
        self.version = "v1.0-int8"
        self.digest = digest
        self._voices = voices
        model = read_model(folder / "kokoro-v1.0.int8.onnx")
        self._session = open_session(with_output(model, _DURATIONS), threads=threads)
        self._style = lru_cache(maxsize=8)(self._load_style)
        self.synthesise(Clause("Hello.", "."), TUTORS[0], 1.0)  # the first run is slow: nobody should wait for it

    def speak(self, text: str, *, tutor: str, rate: float = 1.0) -> Iterator[Speech]:
        """Speak a sentence stretch by stretch. Raises `EngineInputError` for text that cannot be said."""
        who, rate = persona(tutor), bounded_rate(rate)
        stretches = breaths(clean(text))
        for index, stretch in enumerate(stretches):
            last = index == len(stretches) - 1
            take = self.synthesise(stretch, who, rate)
            take = pcm.with_lead(take, SAMPLE_RATE_HZ)
            take = pcm.with_tail(take, SAMPLE_RATE_HZ, pcm.pause_ms(stretch.mark, rate))
            yield pcm.speech(
                take, text=stretch.text, sample_rate_hz=SAMPLE_RATE_HZ, voice=who.kokoro_voice, rate=rate, last=last
            )

    def synthesise(self, stretch: Clause, tutor: Tutor, rate: float) -> pcm.Take:
        """The model's own audio for a stretch of text, and its spans: together as long as the audio, to the sample."""
        said = list(pronounce(stretch.text, tutor.accent))
        if not stretch.mark:  # a comma holds the tone up, so that the next stretch follows on
            said[-1] = Pronunciation(said[-1].words, ",")
        british = tutor.accent.startswith("en-gb")
        runs = cut(units(said, lambda phoneme: kokoro_symbols(phoneme, british)), LONGEST)
        takes = [self._run(run, tutor.kokoro_voice, rate) for run in runs]
        audio = np.concatenate([take.audio for take in takes])
        return pcm.Take(audio, tuple(span for take in takes for span in take.spans))

    def _run(self, run: list[Unit], voice: str, rate: float) -> pcm.Take:
        audio, counts = self.sound([symbol for unit in run for symbol in unit.symbols], voice, rate)
        samples, at = [], 1
        for unit in run:
            samples.append(sum(counts[at : at + len(unit.symbols)]))
            at += len(unit.symbols)
        found = spans(run, samples, before=counts[0] - LEAD_SAMPLES, after=counts[-1] + LEAD_SAMPLES)
        return pcm.Take(pcm.amplified(audio, _GAIN), settle(found, audio, SAMPLE_RATE_HZ))

    def sound(self, symbols: Sequence[str], voice: str, rate: float) -> tuple[NDArray[np.float32], list[int]]:
        """The model's audio at 24 kHz for up to 510 symbols, and the samples of each, the padding's first and last.

        The audio lies `LEAD_SAMPLES` before the counts. Raises KeyError for a symbol that the model does not know.
        """
        feed = {
            "tokens": np.array([[0, *(TOKENS[symbol] for symbol in symbols), 0]], dtype=np.int64),
            "style": self._style(voice)[len(symbols) - 1],
            "speed": np.array([rate], dtype=np.float32),
        }
        audio, frames = self._session.run(["audio", _DURATIONS], feed)
        return audio.ravel(), (frames.ravel().astype(int) * FRAME_SAMPLES).tolist()

    def _load_style(self, voice: str) -> NDArray[np.float32]:
        """Style vectors of a voice, (510, 1, 256), a row for each number of tokens from 1."""
        data = read_model(self._voices / f"{voice}.bin")
        if len(data) != LONGEST * _STYLE * 4:
            raise ModelUnusable(f"{voice}.bin is no Kokoro voice ({len(data)} bytes): fetch the voices again")
        return np.frombuffer(data, dtype="<f4").reshape(LONGEST, 1, _STYLE)
