"""What is wrong with a recording, so that its scores cannot be trusted: clipping, a narrow band, noise. Mends nothing.

Limits lie where no recording of 400 learners' (speechocean762) is touched.
"""

import numpy as np
from msgspec import Struct

from actors.hearing.clipping import clipped_ratio
from actors.hearing.snr import snr_db
from actors.hearing.windows import Probabilities
from actors.ports import SAMPLE_RATE_HZ, Audio

CLIPPED_FROM = 0.005
"""Share of samples at full scale."""
FLATTENED_BELOW_DB = 8.0
"""Crest of the louder frames. Learners' speech has 8.4 to 14 dB; clipped tenfold mostly below 6, even after Opus."""
NARROW_BELOW_DB = -25.0
"""4.3 to 7 kHz beside 2 to 3.6, in the brightest tenth of frames. Learners' have -12 to 29 dB, 8 kHz below -33."""
NOISY_BELOW_DB = 10.0
NARROW_TRUST = 0.9
LEAST_TRUST = 0.3

CREST_FRAME = SAMPLE_RATE_HZ // 40
PEAK_QUANTILE = 0.995
ACTIVE_SHARE = 0.01
"""Of the loudest frame's power (20 dB below it)."""
WINDOW, STEP = 512, 256
BELOW_HZ, ABOVE_HZ = (2_000, 3_600), (4_300, 7_000)
HEARD_SHARE = 1e-3
BRIGHTEST = 0.9


class RecordingWarning(Struct, frozen=True, kw_only=True):
    """A flaw. ``kind``: clipped (``value`` is the share of samples at full scale), flattened (crest factor, dB),
    narrow_band (level above 4.3 kHz beside that below 3.6, dB), noisy (signal-to-noise ratio, dB).

    ``trust`` (0..1) is what is left of the scores' confidence: set by hand, by how far such a flaw moved the total of
    recordings that were good before (`docs/assessment.md`). ``told`` says what it is and what to do.
    """

    kind: str
    value: float
    trust: float
    told: str


def flaws(audio: Audio, speech: Probabilities) -> tuple[RecordingWarning, ...]:
    """Those of a recording, 16 kHz mono, whose 32 ms windows have these probabilities of speech."""
    found = (_clipped(audio), _narrow(audio), _noisy(audio, speech))
    return tuple(one for one in found if one is not None)


def crest_db(audio: Audio) -> float | None:
    """Peak over RMS of the frames within 20 dB of the loudest one; None of silence."""
    frames = audio[: len(audio) // CREST_FRAME * CREST_FRAME].reshape(-1, CREST_FRAME).astype(np.float64)
    power = (frames**2).mean(axis=1)
    if not power.any():
        return None
    active = np.abs(frames[power >= ACTIVE_SHARE * power.max()])
    return float(20 * np.log10(np.quantile(active, PEAK_QUANTILE) / np.sqrt((active**2).mean())))


def brightness_db(audio: Audio) -> float | None:
    """Level above 4.3 kHz beside that from 2 to 3.6 kHz, in the brightest tenth of the frames; None of silence."""
    if len(audio) < WINDOW:
        return None
    frames = np.lib.stride_tricks.sliding_window_view(audio.astype(np.float64), WINDOW)[::STEP]
    power = np.abs(np.fft.rfft(frames * np.hanning(WINDOW))) ** 2
    whole = power.sum(axis=1)
    heard = power[whole >= HEARD_SHARE * whole.max()]
    frequencies = np.fft.rfftfreq(WINDOW, 1 / SAMPLE_RATE_HZ)
    below, above = (
        heard[:, (frequencies >= low) & (frequencies <= high)].mean(axis=1) for low, high in (BELOW_HZ, ABOVE_HZ)
    )
    if not below.all():
        return None
    return float(10 * np.log10(np.quantile(above / below, BRIGHTEST) + 1e-12))


def _clipped(audio: Audio) -> RecordingWarning | None:
    share, crest = clipped_ratio(audio) or 0.0, crest_db(audio)
    if share >= CLIPPED_FROM:
        told = f"{share:.1%} of the samples are at full scale: record it again, further from the microphone"
        return RecordingWarning(kind="clipped", value=round(share, 4), trust=max(1 - share, LEAST_TRUST), told=told)
    if crest is not None and crest < FLATTENED_BELOW_DB:
        told = (
            f"its peaks lie only {crest:.1f} dB above its level, as after clipping or strong compression: record it "
            "again, less loud, without effects"
        )
        trust = float(np.interp(crest, (1.0, FLATTENED_BELOW_DB), (0.5, 1.0)))
        return RecordingWarning(kind="flattened", value=round(crest, 1), trust=trust, told=told)
    return None


def _narrow(audio: Audio) -> RecordingWarning | None:
    bright = brightness_db(audio)
    if bright is None or bright >= NARROW_BELOW_DB:
        return None
    told = "there is nothing above 4 kHz, as on a telephone, so s, f and th sound alike: record it with 16 kHz or more"
    return RecordingWarning(kind="narrow_band", value=round(bright, 1), trust=NARROW_TRUST, told=told)


def _noisy(audio: Audio, speech: Probabilities) -> RecordingWarning | None:
    ratio = snr_db(audio, speech)
    if ratio is None or ratio >= NOISY_BELOW_DB:
        return None
    told = f"speech is only {ratio:.0f} dB above what sounds beside it: record it again in a quieter place"
    trust = float(np.interp(ratio, (-5.0, 0.0, NOISY_BELOW_DB), (LEAST_TRUST, 0.5, 0.9)))
    return RecordingWarning(kind="noisy", value=round(ratio, 1), trust=trust, told=told)
