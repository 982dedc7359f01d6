"""Piper (VITS) through ONNX Runtime, in three stages, so that sound starts long before the sentence is made.

Stage 1 turns phonemes into durations and a latent mean and deviation for each of them, stage 2 (the flow) the sampled
latents of all frames into those of the vocoder, stage 3 (the vocoder) latents into samples. The vocoder is
convolutional and takes most of the time; run piece by piece, with its receptive field around each piece, it gives
the very samples of the whole. Model: https://github.com/rhasspy/piper, VITS: https://arxiv.org/abs/2106.06103.
The noise is drawn from the text, so that a sentence said again is the same to the sample.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from zlib import crc32

import msgspec
import numpy as np
from numpy.typing import NDArray

from actors.ports import FRAMES_PER_SECOND, Audio, Speech
from actors.voice import pcm
from actors.voice.onnx_graph import Graph
from actors.voice.persona import persona
from actors.voice.phonemize import Pronunciation, pronounce
from actors.voice.pieces import pieces
from actors.voice.runtime import ModelUnusable, open_session, read_model
from actors.voice.speaker_change import SpeakerChange
from actors.voice.text import clean
from actors.voice.timing import Span, between, settle
from actors.voice.units import Unit, cut, spans, units
from policies.tutors import Tutor
from policies.voice import bounded_rate, voice_name

FRAME_SAMPLES = 256
"""Samples of one frame of the model's durations and latents."""
CONTEXT_FRAMES = 12
"""Half the vocoder's receptive field: frames beyond it change no sample."""
LONGEST = 400
"""Symbols of one run; attention grows with their square."""

_DURATIONS, _MEAN, _LOG_DEVIATION = "/Ceil_output_0", "/enc_p/Split_output_0", "/enc_p/Split_output_1"
_DURATION_NOISE = "/dp/RandomNormalLike_output_0"
_SAMPLED, _MASK, _LATENT, _AUDIO = "/Add_output_0", "/Cast_2_output_0", "/Mul_7_output_0", "output"
_CHANNELS = 192
_ACCENT = "en-us"
_F0_HZ = 88.0
"""The speaker's median F0, over three sentences, by Praat."""
_GAIN = 1.7
"""Brings the voice from about -26 dB (RMS) to the -21 dB of the other engines."""


class _AudioConfig(msgspec.Struct):
    sample_rate: int


class _Inference(msgspec.Struct):
    noise_scale: float
    length_scale: float
    noise_w: float


class _Config(msgspec.Struct):
    """What is used of a voice's .onnx.json."""

    audio: _AudioConfig
    inference: _Inference
    phoneme_id_map: dict[str, list[int]]


class Latents(msgspec.Struct, frozen=True):
    """A sentence before the vocoder: latents (1, 192, frames) and the spans of its phonemes in samples."""

    latent: NDArray[np.float32]
    spans: tuple[Span, ...]


class Piper:
    """The voice chain's quick engine. ``folder`` holds one voice: its .onnx and .onnx.json."""

    name = "piper"

    def __init__(self, folder: Path, *, digest: str = "", threads: int = 2) -> None:
        """Load the voice. Raises `ModelUnusable` when a file is missing or is not the model."""
        file = next(iter(sorted(folder.glob("*.onnx"))), folder / "en_US-joe-medium.onnx")
        self.version = file.stem
        self.digest = digest
        self._config = _read_config(file.with_suffix(".onnx.json"))
        self.sample_rate_hz = self._config.audio.sample_rate
        self._frame = self.sample_rate_hz // FRAMES_PER_SECOND
        graph = Graph(read_model(file))
        encoder = graph.stage(
            {"input": (), "input_lengths": (), "scales": (), _DURATION_NOISE: (1, 2, "symbols")},
            [_DURATIONS, _MEAN, _LOG_DEVIATION],
        )
        flow = graph.stage({_SAMPLED: (1, _CHANNELS, "frames"), _MASK: (1, 1, "frames")}, [_LATENT])
        vocoder = graph.stage({_LATENT: (1, _CHANNELS, "frames")}, [_AUDIO])
        self._encoder, self._flow, self._vocoder = (
            open_session(part, threads=threads) for part in (encoder, flow, vocoder)
        )
        warm = self.plan(pronounce("Hello.", _ACCENT), 1.0)  # the first run is slow: nobody should wait for it
        audio = self.vocode(warm.latent, 0, sum(span.samples for span in warm.spans))
        SpeakerChange(formants=1.1, pitch=1.5).apply(audio, self.sample_rate_hz)

    def speak(self, text: str, *, tutor: str, rate: float = 1.0) -> Iterator[Speech]:
        """Speak a sentence in pieces that join without a seam. Raises `EngineInputError` for text that says nothing."""
        who, rate = persona(tutor), bounded_rate(rate)
        text = clean(text)
        said = pronounce(text, _ACCENT)
        plan = self.plan(said, rate)
        voice, change = voice_name(who, self.name), _change(who)
        found = pieces(text, said, plan.spans, self.sample_rate_hz)
        start, seam = 0, np.zeros(0, dtype=np.float32)
        for piece in found[:-1]:
            take = pcm.joined(seam, self._take(plan, change, start, piece.end + self._frame))
            if not start:
                whole = len(take.audio)
                take = pcm.with_lead(take, self.sample_rate_hz)
                start = whole - len(take.audio)
            length = max(1, round((piece.end - start) / self._frame)) * self._frame
            take, seam = pcm.parted(take, length)
            start += length
            yield self._speech(take, piece.text, voice, rate, last=False)
        take = pcm.joined(seam, self._take(plan, change, start, found[-1].end))
        take = take if start else pcm.with_lead(take, self.sample_rate_hz)
        take = pcm.with_tail(take, self.sample_rate_hz, pcm.pause_ms(said[-1].mark, rate))
        yield self._speech(take, found[-1].text, voice, rate, last=True)

    def _speech(self, take: pcm.Take, text: str, voice: str, rate: float, *, last: bool) -> Speech:
        return pcm.speech(take, text=text, sample_rate_hz=self.sample_rate_hz, voice=voice, rate=rate, last=last)

    def _take(self, plan: Latents, change: SpeakerChange, start: int, end: int) -> pcm.Take:
        """Settled sound from ``start`` to ``end``; a changed speaker is made with some context, to track its pitch."""
        end = min(end, plan.latent.shape[2] * FRAME_SAMPLES)
        around = self.sample_rate_hz // 8 if change.needed else 0
        first = max(0, start - around)
        audio = change.apply(self.vocode(plan.latent, first, end + around), self.sample_rate_hz)
        audio = pcm.amplified(audio[start - first : end - first], _GAIN)
        return pcm.Take(audio, settle(between(plan.spans, start, end), audio, self.sample_rate_hz))

    def plan(self, said: Sequence[Pronunciation], rate: float) -> Latents:
        """Latents and exact spans of what is said, before any sample is made."""
        runs = [self._latents(run, rate) for run in cut(units(said, self._symbols), LONGEST)]
        latent = np.concatenate([run.latent for run in runs], axis=2)
        return Latents(latent, tuple(span for run in runs for span in run.spans))

    def vocode(self, latent: NDArray[np.float32], start: int, end: int) -> Audio:
        """Samples ``start`` to ``end`` of what the latents sound like, the same in pieces as in one."""
        first = max(0, start // FRAME_SAMPLES - CONTEXT_FRAMES)
        last = -(-end // FRAME_SAMPLES) + CONTEXT_FRAMES
        audio: Audio = self._vocoder.run([_AUDIO], {_LATENT: latent[:, :, first:last]})[0].ravel()
        return audio[start - first * FRAME_SAMPLES : end - first * FRAME_SAMPLES]

    def _latents(self, run: list[Unit], rate: float) -> Latents:
        ids = self._config.phoneme_id_map
        pad = ids["_"]
        before = [*ids["^"], *pad]
        inner = [[number for symbol in unit.symbols for number in (*ids[symbol], *pad)] for unit in run]
        numbers = [*before, *(number for unit in inner for number in unit), *ids["$"]]
        noise = np.random.default_rng(crc32(bytes(str(numbers), "ascii")))
        settings = self._config.inference
        feed = {
            "input": np.array([numbers], dtype=np.int64),
            "input_lengths": np.array([len(numbers)], dtype=np.int64),
            "scales": np.array([settings.noise_scale, settings.length_scale / rate, settings.noise_w], np.float32),
            _DURATION_NOISE: noise.standard_normal((1, 2, len(numbers)), dtype=np.float32),
        }
        durations, mean, log_deviation = self._encoder.run([_DURATIONS, _MEAN, _LOG_DEVIATION], feed)
        frames = durations.ravel().astype(int)
        counts = np.split(frames, np.cumsum([len(before), *(len(unit) for unit in inner)]))
        samples = [int(count.sum()) * FRAME_SAMPLES for count in counts]
        mean, log_deviation = np.repeat(mean, frames, axis=2), np.repeat(log_deviation, frames, axis=2)
        drawn = noise.standard_normal(mean.shape, dtype=np.float32)
        sampled = mean + drawn * np.exp(log_deviation) * np.float32(settings.noise_scale)
        mask = np.ones((1, 1, sampled.shape[2]), dtype=np.float32)
        latent = self._flow.run([_LATENT], {_SAMPLED: sampled, _MASK: mask})[0]
        return Latents(latent, tuple(spans(run, samples[1:-1], before=samples[0], after=samples[-1])))

    def _symbols(self, phoneme: str) -> str:
        known = self._config.phoneme_id_map
        return "".join(symbol for symbol in unicodedata.normalize("NFD", phoneme) if symbol in known)


def _change(tutor: Tutor) -> SpeakerChange:
    return SpeakerChange(tutor.piper_formants, tutor.piper_f0_hz / _F0_HZ if tutor.piper_f0_hz else 1.0)


def _read_config(file: Path) -> _Config:
    try:
        return msgspec.json.decode(read_model(file), type=_Config)
    except msgspec.DecodeError as error:
        raise ModelUnusable(f"{file.name} is no Piper configuration: {error}") from error
