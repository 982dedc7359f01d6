"""Samples to `actors.ports.Speech`: int16, whole video frames, silence before and after as a speaker leaves it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from actors.ports import FRAMES_PER_SECOND, Audio, Speech
from actors.voice.timing import Span, between, phonemes

LEAD_MS = 20
"""Silence kept before the first phoneme: more would only delay the first sound."""

_FADE_SAMPLES = 128
_KNEE = 0.7
"""Samples above it are bent so that an amplified peak never clips."""

_PAUSES_MS = {"": 60, ",": 160, ";": 220, ":": 220, "—": 220, "…": 320, ".": 300, "!": 300, "?": 300}


def pause_ms(mark: str, rate: float) -> int:
    """How long a speaker is silent after a clause that closes with ``mark``; slower speech pauses longer."""
    return round(_PAUSES_MS[mark] / rate)


class Take(NamedTuple):
    """Audio as an engine made it, float32 in -1..1, and the settled spans that cover it to the sample."""

    audio: Audio
    spans: tuple[Span, ...]


def with_lead(take: Take, sample_rate_hz: int, lead_ms: int = LEAD_MS) -> Take:
    """The take with at most so much silence before its first phoneme."""
    lead = lead_ms * sample_rate_hz // 1000
    first = take.spans[0]
    if first.ipa or first.samples <= lead:
        return take
    return Take(take.audio[first.samples - lead :], (Span("", lead, True), *take.spans[1:]))


def with_tail(take: Take, sample_rate_hz: int, tail_ms: int) -> Take:
    """The take with just so much silence after its last phoneme."""
    tail = tail_ms * sample_rate_hz // 1000
    spans = take.spans
    present = 0 if spans[-1].ipa else spans[-1].samples
    audio = take.audio[: len(take.audio) - max(0, present - tail)]
    audio = np.concatenate([audio, np.zeros(max(0, tail - present), dtype=np.float32)])
    return Take(audio, (*(spans[:-1] if present else spans), Span("", tail, True)))


def parted(take: Take, length: int) -> tuple[Take, Audio]:
    """The first ``length`` samples of the take, and what sounded after them."""
    length = min(length, len(take.audio))
    return Take(take.audio[:length], between(take.spans, 0, length)), take.audio[length:]


def joined(seam: Audio, take: Take) -> Take:
    """The take faded in over ``seam``, what the piece before it would have gone on with: no click where they differ."""
    length = min(len(seam), len(take.audio), _FADE_SAMPLES)
    if not length:
        return take
    weight = np.linspace(0.0, 1.0, length, endpoint=False, dtype=np.float32)
    start = seam[:length] * (1 - weight) + take.audio[:length] * weight
    return Take(np.concatenate([start, take.audio[length:]]), take.spans)


def speech(take: Take, *, text: str, sample_rate_hz: int, voice: str, rate: float, last: bool) -> Speech:
    """A stretch of speech; it is filled up with silence to whole video frames."""
    samples = int16(take.audio)
    frame = sample_rate_hz // FRAMES_PER_SECOND
    padding = -len(samples) % frame
    return Speech(
        text=text,
        pcm=samples.tobytes() + bytes(2 * padding),
        sample_rate_hz=sample_rate_hz,
        phonemes=phonemes(_padded(take.spans, padding), sample_rate_hz),
        voice=voice,
        rate=rate,
        last=last,
    )


def _padded(spans: Sequence[Span], padding: int) -> tuple[Span, ...]:
    if not spans[-1].ipa:
        return (*spans[:-1], Span("", spans[-1].samples + padding, True))
    return (*spans, Span("", padding, True))


def amplified(audio: Audio, gain: float) -> Audio:
    """The audio ``gain`` times as loud; what comes above the knee approaches 1.0 without reaching it."""
    louder = audio * np.float32(gain)
    over = np.maximum(np.abs(louder) - _KNEE, 0) / (1 - _KNEE)
    bent: Audio = np.where(over > 0, np.sign(louder) * (_KNEE + (1 - _KNEE) * np.tanh(over)), louder).astype(np.float32)
    return bent


def int16(audio: Audio) -> NDArray[np.int16]:
    """Samples of -1..1 as little-endian int16; what is louder is clipped."""
    samples: NDArray[np.int16] = np.clip(np.rint(audio * 32767.0), -32768, 32767).astype("<i2")
    return samples
