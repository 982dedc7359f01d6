"""Prosody by Praat (parselmouth): F0, intensity, voice quality, rate and pauses. Judges nothing.

Half of the learners are children, so no fixed pitch range fits: F0 is tracked twice, the second time in the range that
the first pass found for this speaker (De Looze & Rauzy 2009: floor .72 q35 - 10 Hz, ceiling 1.9 q65 + 10 Hz).
Syllables are counted as de Jong & Wempe (2009) do: intensity peaks in voiced speech with a dip before them.

Both rates have the stretch from the first sound to the last for their base. Words a minute are a speech rate: pauses
count as time. Syllables a second are an articulation rate: they do not (the terms are de Jong & Wempe's). Every word
has a syllable, so there are never more words a second than syllables.
"""

from typing import Any, cast

import numpy as np
import parselmouth
from msgspec import UNSET, structs
from numpy.typing import NDArray
from parselmouth.praat import call

from actors.assessment.pauses import Silence, hesitations, pauses_between, silences
from actors.assessment.tracks import Tracks, clear_contour
from actors.ports import SAMPLE_RATE_HZ, Audio, EngineInputError
from events.values import PitchPoint, Prosody, Word
from policies.prosody.melody import ending, range_semitones

Values = NDArray[np.float64]

FRAME_S = 0.01
SEARCH_RANGE_HZ = (60.0, 700.0)
NARROWEST_RANGE_HZ = (55.0, 120.0)
"""A second pass never has a floor below the first figure nor a ceiling below the second."""

INTENSITY_FLOOR_HZ = 75.0
"""Of pauses, levels: windows for 50 Hz, as de Jong & Wempe have, smear the edges of a pause by 45 ms; these by 30."""

NUCLEI_FLOOR_HZ = 50.0
"""For syllables, as de Jong & Wempe have it: in shorter windows the ripple inside a vowel looks like syllables."""

HARMONICITY_STEP_S = 0.03
"""Cross-correlation costs 0.1 ms a frame; every third frame gives the same mean within 0.2 dB."""

FEWEST_VOICED_FRAMES = 5
CONTOUR_POINTS = 200
MELODY_STEP = 2
"""Frames: a synthetic voice needs no finer line, and the log keeps every point."""
FAINTEST_SPEECH_DB = 30.0
"""Below this (re 2e-5, full scale = 91 dB for a sine) a recording is silence: a muted microphone's dither."""

PEAK_DIP_DB = 3.0
"""On speechocean762 (every 25th utterance) 10 % more nuclei than vowels in what was read, where 2 dB gives 19 % more
and 2 dB in windows for 75 Hz 34 %; learners do put vowels in between."""

FASTEST_WORDS_HZ = 7.0
"""Words a second of speaking time (420 a minute) that nobody says: the recogniser made some of them up."""


class PraatProsodyAnalyser:
    """`actors.ports.ProsodyAnalyser` on parselmouth, some 40 ms for 4 s of speech."""

    name = "praat"
    digest = ""

    def __init__(self) -> None:
        self.version = f"{parselmouth.__version__} (Praat {parselmouth.PRAAT_VERSION})"

    def analyse(self, audio: Audio, words: tuple[Word, ...]) -> Prosody:
        """Prosody of one utterance; figures that silence or noise does not give are None.

        Raises `EngineInputError` for samples that are not finite.
        """
        prosody, _ = self.measure(audio, words)
        return prosody

    def measure(self, audio: Audio, words: tuple[Word, ...]) -> tuple[Prosody, Tracks | None]:
        """As `analyse`, with the frames that it rests on; None of them where too little is voiced."""
        if not np.isfinite(audio).all():
            raise EngineInputError("audio_not_finite", "the recording holds NaN or infinite samples: record it again")
        duration_ms = round(len(audio) / SAMPLE_RATE_HZ * 1000)
        if len(audio) < SAMPLE_RATE_HZ // 5:
            return Prosody(duration_ms=duration_ms, speaking_ms=0), None
        sound = parselmouth.Sound(audio.astype(np.float64), SAMPLE_RATE_HZ)
        intensity_db, times_s = _intensity(sound)
        quiet, sounding = silences(intensity_db, times_s)
        if intensity_db.max(initial=-300.0) < FAINTEST_SPEECH_DB or sounding is None:
            return Prosody(duration_ms=duration_ms, speaking_ms=0), None
        pitch = _pitch(sound)
        tracks = None if pitch is None else _tracks(pitch, (intensity_db, times_s))
        return _prosody(sound, pitch, (intensity_db, times_s), (quiet, sounding), words), tracks

    def melody(self, samples: NDArray[np.int16], rate_hz: int) -> tuple[PitchPoint, ...]:
        """F0 where the voice is clear, every 20 ms; () where too little is voiced."""
        if len(samples) < rate_hz // 5:
            return ()
        sound = parselmouth.Sound(samples / 32768, rate_hz)
        pitch = _pitch(sound)
        return () if pitch is None else clear_contour(_tracks(pitch, _intensity(sound)))[::MELODY_STEP]

    def tracks(self, audio: Audio) -> Tracks | None:
        """The frames that `analyse` rests on; None where too little is voiced."""
        _, tracks = self.measure(audio, ())
        return tracks


def _prosody(
    sound: parselmouth.Sound,
    pitch: parselmouth.Pitch | None,
    intensity: tuple[Values, Values],
    speech: tuple[tuple[Silence, ...], Silence],
    words: tuple[Word, ...],
) -> Prosody:
    quiet, (start_s, end_s) = speech
    inside = tuple(pause for pause in quiet if pause[0] > start_s and pause[1] < end_s)
    speaking_s = (end_s - start_s) - sum(end - start for start, end in inside)
    levels_db = _speech_levels(*intensity, inside, (start_s, end_s))
    pauses = pauses_between(inside, words)
    if pitch is None and not words:
        speaking_s = 0.0  # a fan or a road: loud, but nobody speaks
    prosody: dict[str, Any] = {
        "duration_ms": round(sound.duration * 1000),
        "speaking_ms": round(speaking_s * 1000),
        "intensity_mean_db": _rounded(float(levels_db.mean()), 2) if len(levels_db) else None,
        "intensity_std_db": _rounded(float(levels_db.std()), 2) if len(levels_db) else None,
        "words_per_minute": _words_per_minute(words, end_s - start_s) if _can_be_said(words, speaking_s) else None,
        "pauses": pauses,
        "hesitations": hesitations(words, pauses),
    }
    if pitch is not None:
        prosody["syllable_rate_hz"] = _syllable_rate(_nuclei(sound, pitch, (start_s, end_s)), words, speaking_s)
        prosody |= _f0(pitch) | _voice_quality(sound, pitch) | _melody(_tracks(pitch, intensity), words, end_s)
    return Prosody(**prosody)


def _intensity(sound: parselmouth.Sound, floor_hz: float = INTENSITY_FLOOR_HZ) -> tuple[Values, Values]:
    intensity = sound.to_intensity(floor_hz, FRAME_S)
    return np.maximum(intensity.values[0], -300.0), intensity.xs()


def _pitch(sound: parselmouth.Sound) -> parselmouth.Pitch | None:
    """F0 tracked in the speaker's own range, None when too little is voiced."""
    floor, ceiling = SEARCH_RANGE_HZ
    voiced = _voiced(_track(sound, floor, ceiling, 2 * FRAME_S))
    if len(voiced) < FEWEST_VOICED_FRAMES:
        return None
    low, high = np.quantile(voiced, (0.35, 0.65))
    floor = max(0.72 * low - 10, NARROWEST_RANGE_HZ[0])
    ceiling = max(1.9 * high + 10, NARROWEST_RANGE_HZ[1])
    pitch = _track(sound, floor, ceiling, FRAME_S)
    return pitch if len(_voiced(pitch)) >= FEWEST_VOICED_FRAMES else None


def _track(sound: parselmouth.Sound, floor_hz: float, ceiling_hz: float, step_s: float) -> parselmouth.Pitch:
    return sound.to_pitch_ac(
        time_step=step_s,
        pitch_floor=floor_hz,
        pitch_ceiling=ceiling_hz,
        silence_threshold=0.03,
        voicing_threshold=0.45,
        octave_cost=0.01,
        octave_jump_cost=0.35,
        voiced_unvoiced_cost=0.14,
    )


def _voiced(pitch: parselmouth.Pitch) -> Values:
    track = pitch.selected_array["frequency"]
    return cast("Values", track[track > 0])


def _f0(pitch: parselmouth.Pitch) -> dict[str, Any]:
    """Mean, deviation and extremes over all voiced frames; the contour thinned to `CONTOUR_POINTS`."""
    track = pitch.selected_array["frequency"]
    voiced = np.flatnonzero(track > 0)
    f0_hz = track[voiced]
    times_ms = pitch.xs()[voiced] * 1000
    step = -(-len(voiced) // CONTOUR_POINTS)
    contour = tuple(
        PitchPoint(time_ms=round(float(times_ms[i])), f0_hz=round(float(f0_hz[i]), 1))
        for i in range(0, len(voiced), step)
    )
    return {
        "f0_mean_hz": _rounded(float(f0_hz.mean()), 2),
        "f0_std_hz": _rounded(float(f0_hz.std()), 2),
        "f0_min_hz": _rounded(float(f0_hz.min()), 1),
        "f0_max_hz": _rounded(float(f0_hz.max()), 1),
        "contour": contour,
    }


def _tracks(pitch: parselmouth.Pitch, intensity: tuple[Values, Values]) -> Tracks:
    levels_db, times_s = intensity
    return Tracks(
        f0_times_s=pitch.xs(),
        f0_hz=pitch.selected_array["frequency"],
        level_times_s=times_s,
        levels_db=levels_db,
    )


def _melody(tracks: Tracks, words: tuple[Word, ...], end_s: float) -> dict[str, Any]:
    """The range of the clear voice, and how it ends: in the last word, until the last sound."""
    contour = clear_contour(tracks)
    span = range_semitones(contour)
    last = structs.replace(words[-1], end_ms=round(end_s * 1000)) if words else None
    moved = ending(contour, last) if last else None
    return {
        "range_semitones": UNSET if span is None else round(span, 1),
        "ending": UNSET if moved is None else moved,
    }


def _voice_quality(sound: parselmouth.Sound, pitch: parselmouth.Pitch) -> dict[str, float | None]:
    """Local jitter and shimmer with Praat's default period limits, and the mean harmonicity of voiced frames."""
    pulses = call([sound, pitch], "To PointProcess (cc)")
    jitter = call(pulses, "Get jitter (local)", 0, 0, 0.0001, 0.02, 1.3)
    shimmer = call([sound, pulses], "Get shimmer (local)", 0, 0, 0.0001, 0.02, 1.3, 1.6)
    harmonicity = sound.to_harmonicity_cc(HARMONICITY_STEP_S, 0.75 * float(_voiced(pitch).min()), 0.1, 1.0).values[0]
    periodic = harmonicity[harmonicity > -200]
    return {
        "jitter_local": _rounded(jitter, 5),
        "shimmer_local": _rounded(shimmer, 5),
        "hnr_db": _rounded(float(periodic.mean()), 2) if len(periodic) else None,
    }


def _nuclei(sound: parselmouth.Sound, pitch: parselmouth.Pitch, speech: Silence) -> int:
    """Syllable nuclei: voiced intensity peaks above the silence threshold, `PEAK_DIP_DB` above the dip before them."""
    levels_db, times_s = _intensity(sound, NUCLEI_FLOOR_HZ)
    start_s, end_s = speech
    threshold_db = np.quantile(levels_db, 0.99) - 25
    is_peak = (levels_db[1:-1] > levels_db[:-2]) & (levels_db[1:-1] >= levels_db[2:])
    count = 0
    dip_from = 0
    for peak in np.flatnonzero(is_peak) + 1:
        dip_db = levels_db[dip_from : peak + 1].min()
        if levels_db[peak] < threshold_db or not start_s <= times_s[peak] <= end_s:
            continue
        if levels_db[peak] - dip_db >= PEAK_DIP_DB and pitch.get_value_at_time(times_s[peak]) > 0:
            count += 1
            dip_from = int(peak)
        elif levels_db[peak] > levels_db[dip_from]:
            dip_from = int(peak)
    return count


def _speech_levels(levels_db: Values, times_s: Values, inside: tuple[Silence, ...], speech: Silence) -> Values:
    """The intensity of what was spoken: between the speech's ends, without its pauses."""
    spoken = (times_s >= speech[0]) & (times_s <= speech[1])
    for start_s, end_s in inside:
        spoken &= (times_s < start_s) | (times_s > end_s)
    return levels_db[spoken]


def _can_be_said(words: tuple[Word, ...], speaking_s: float) -> bool:
    return len(words) <= FASTEST_WORDS_HZ * speaking_s


def _syllable_rate(nuclei: int, words: tuple[Word, ...], speaking_s: float) -> float | None:
    """Syllables over the time without pauses; at least one a word, for short words in a row may have one peak."""
    syllables = max(nuclei, len(words)) if _can_be_said(words, speaking_s) else nuclei
    return _rounded(syllables / speaking_s, 2) if syllables and speaking_s > 0 else None


def _words_per_minute(words: tuple[Word, ...], span_s: float) -> float | None:
    """Words over the time from the first sound to the last, pauses included."""
    if not words or span_s <= 0:
        return None
    return _rounded(len(words) / span_s * 60, 1)


def _rounded(value: float, digits: int) -> float | None:
    """None for what Praat leaves undefined (NaN)."""
    return round(float(value), digits) if np.isfinite(value) else None
