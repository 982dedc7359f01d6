"""Prosody of signals whose F0, level, pauses and syllables are known by construction."""

import math

import numpy as np
import pytest
from msgspec import UNSET
from numpy.typing import NDArray

from actors.assessment.praat import PraatProsodyAnalyser
from actors.ports import SAMPLE_RATE_HZ, EngineInputError
from events.values import Ending, Prosody, Word

RNG = np.random.default_rng(5)


def voice(f0_hz: float | NDArray[np.float64], seconds: float, level: float = 0.3) -> NDArray[np.float32]:
    """A vowel-like sound: a sum of harmonics that fall by 6 dB an octave, with F0 constant or given a sample."""
    f0 = np.broadcast_to(np.asarray(f0_hz, float), (round(seconds * SAMPLE_RATE_HZ),))
    phase = 2 * np.pi * np.cumsum(f0) / SAMPLE_RATE_HZ
    sound = sum(np.sin(k * phase) / k for k in range(1, 1 + int(3000 / f0.max())))
    return (level * sound / np.abs(sound).max()).astype(np.float32)


def silence(seconds: float) -> NDArray[np.float32]:
    """A room: noise 60 dB below full scale."""
    return RNG.normal(0, 0.0005, round(seconds * SAMPLE_RATE_HZ)).astype(np.float32)


def analyse(*parts: NDArray[np.float32], words: tuple[Word, ...] = ()) -> Prosody:
    return PraatProsodyAnalyser().analyse(np.concatenate(parts), words)


def word(text: str, start_ms: int, end_ms: int) -> Word:
    return Word(text=text, start_ms=start_ms, end_ms=end_ms, confidence=0.9)


@pytest.mark.parametrize("f0_hz", [90.0, 130.0, 220.0, 350.0, 480.0])
def test_a_steady_voice_of_a_man_a_woman_or_a_child_is_measured_to_one_hertz(f0_hz: float) -> None:
    prosody = analyse(silence(0.3), voice(f0_hz, 1.0), silence(0.3))
    assert prosody.f0_mean_hz == pytest.approx(f0_hz, abs=1.0)
    assert prosody.f0_std_hz is not None
    assert prosody.f0_std_hz < 2.0


def test_a_rising_voice_has_the_range_and_the_contour_that_it_was_given() -> None:
    seconds = 2.0
    rise = np.linspace(150, 300, round(seconds * SAMPLE_RATE_HZ))
    prosody = analyse(silence(0.3), voice(rise, seconds), silence(0.3))
    assert prosody.f0_min_hz == pytest.approx(150, abs=8)
    assert prosody.f0_max_hz == pytest.approx(300, abs=8)
    # the mean and deviation of a uniform distribution over 150..300
    assert prosody.f0_mean_hz == pytest.approx(225, abs=5)
    assert prosody.f0_std_hz == pytest.approx(150 / math.sqrt(12), abs=4)
    middle = min(prosody.contour, key=lambda point: abs(point.time_ms - 1300))
    assert middle.f0_hz == pytest.approx(225, abs=5)


@pytest.mark.parametrize(("last_hz", "movement"), [(220, "fall"), (440, "rise"), (330, "level")])
def test_range_and_ending_are_those_of_the_voice_in_the_last_word(last_hz: float, movement: str) -> None:
    moves = np.geomspace(330, last_hz, SAMPLE_RATE_HZ)
    words = (word("oh", 300, 1300), word("no", 1400, 2300))
    prosody = analyse(silence(0.3), voice(330.0, 1.0), voice(moves, 1.0), silence(0.5), words=words)
    assert isinstance(prosody.ending, Ending)
    assert prosody.ending.movement == movement
    assert prosody.ending.end_ms == pytest.approx(2300, abs=40)
    # the last 600 ms of a second in which it moves evenly
    assert prosody.ending.semitones == pytest.approx(0.6 * 12 * math.log2(last_hz / 330), abs=0.5)
    # half of the time it does not move, so the percentile lies at nine tenths of the way
    assert prosody.range_semitones == pytest.approx(0.9 * abs(12 * math.log2(last_hz / 330)), abs=0.5)


def test_without_words_nobody_knows_where_the_ending_begins() -> None:
    assert analyse(silence(0.3), voice(200.0, 1.0), silence(0.3)).ending is UNSET


def test_a_contour_has_at_most_two_hundred_points_in_order_of_time() -> None:
    prosody = analyse(silence(0.2), voice(200.0, 12.0), silence(0.2))
    times = [point.time_ms for point in prosody.contour]
    assert 100 < len(times) <= 200
    assert times == sorted(times)


def test_ten_times_the_amplitude_is_twenty_decibels_more() -> None:
    quiet = analyse(silence(0.3), voice(200.0, 1.0, level=0.05), silence(0.3))
    loud = analyse(silence(0.3), voice(200.0, 1.0, level=0.5), silence(0.3))
    assert quiet.intensity_mean_db is not None
    assert loud.intensity_mean_db is not None
    assert loud.intensity_mean_db - quiet.intensity_mean_db == pytest.approx(20, abs=0.5)


def test_a_clean_steady_voice_has_little_jitter_and_shimmer_and_noise_lowers_its_harmonicity() -> None:
    clean = voice(200.0, 1.0)
    noisy = clean + RNG.normal(0, 0.03, len(clean)).astype(np.float32)
    first, second = analyse(silence(0.2), clean, silence(0.2)), analyse(silence(0.2), noisy, silence(0.2))
    assert first.jitter_local is not None
    assert first.shimmer_local is not None
    assert first.hnr_db is not None
    assert second.hnr_db is not None
    assert first.jitter_local < 0.005
    assert first.shimmer_local < 0.02
    # harmonics-to-noise: power of the voice over that of the noise
    assert second.hnr_db == pytest.approx(10 * math.log10(float((clean**2).mean()) / 0.03**2), abs=2)
    assert first.hnr_db > second.hnr_db + 5


def test_a_pause_is_found_where_it_is_with_the_word_before_it() -> None:
    words = (word("I", 300, 700), word("like", 750, 1300), word("trees", 1800, 2800))
    prosody = analyse(silence(0.3), voice(200.0, 1.0), silence(0.5), voice(200.0, 1.0), silence(0.3), words=words)
    (pause,) = prosody.pauses
    assert pause.start_ms == pytest.approx(1300, abs=40)
    assert pause.end_ms == pytest.approx(1800, abs=40)
    assert pause.after_word == 1
    assert prosody.speaking_ms == pytest.approx(2000, abs=130)  # four edges, each smeared by a window
    assert prosody.duration_ms == 3100


def test_a_gap_of_150_ms_is_no_pause() -> None:
    assert analyse(silence(0.3), voice(200.0, 0.8), silence(0.15), voice(200.0, 0.8), silence(0.3)).pauses == ()


def test_pauses_are_found_over_a_noisy_background_too() -> None:
    noise = RNG.normal(0, 0.02, round(2.9 * SAMPLE_RATE_HZ)).astype(np.float32)  # 17 dB below the voice
    speech = np.concatenate([silence(0.2), voice(200.0, 1.0), silence(0.5), voice(200.0, 1.0), silence(0.2)])
    (pause,) = analyse(speech + noise).pauses
    assert pause.end_ms - pause.start_ms == pytest.approx(500, abs=80)


def test_six_syllables_in_two_seconds_of_speech_are_three_a_second() -> None:
    envelope = np.clip(np.sin(np.pi * 3 * np.arange(2 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ) ** 2, 0.05, 1)
    prosody = analyse(silence(0.3), voice(200.0, 2.0) * envelope.astype(np.float32), silence(0.3))
    assert prosody.syllable_rate_hz == pytest.approx(3.0, abs=0.3)


def test_there_are_never_more_words_a_second_than_syllables() -> None:
    # Six words in a voice without a dip, which has one peak for all: each has a syllable of its own all the same.
    words = tuple(word("oh", 300 + 250 * i, 550 + 250 * i) for i in range(6))
    prosody = analyse(silence(0.3), voice(200.0, 1.5), silence(0.3), words=words)
    assert prosody.words_per_minute == pytest.approx(6 / 1.5 * 60, rel=0.06)
    assert prosody.syllable_rate_hz == pytest.approx(6 / 1.5, rel=0.06)
    assert prosody.words_per_minute is not None
    assert prosody.syllable_rate_hz is not None
    assert prosody.words_per_minute / 60 <= prosody.syllable_rate_hz + 0.005


def test_words_that_nobody_can_say_in_the_time_give_no_rate() -> None:
    envelope = np.clip(np.sin(np.pi * 3 * np.arange(2 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ) ** 2, 0.05, 1)
    words = tuple(word("oh", 300, 400) for _ in range(20))  # ten a second
    sound = voice(200.0, 2.0) * envelope.astype(np.float32)
    prosody = analyse(silence(0.3), sound, silence(0.3), words=words)
    assert prosody.words_per_minute is None
    assert prosody.syllable_rate_hz == pytest.approx(3.0, abs=0.3)  # of the sound alone


def test_words_a_minute_count_pauses_as_time() -> None:
    words = (word("one", 300, 800), word("two", 800, 1300), word("three", 2300, 3300))
    prosody = analyse(silence(0.3), voice(200.0, 1.0), silence(1.0), voice(200.0, 1.0), silence(0.3), words=words)
    assert prosody.words_per_minute == pytest.approx(3 / 3.0 * 60, rel=0.03)


@pytest.mark.parametrize("samples", [0, 100, 3000, 32_000])
def test_silence_has_a_duration_and_nothing_else(samples: int) -> None:
    prosody = analyse(np.zeros(samples, np.float32))
    assert prosody == Prosody(duration_ms=round(samples / 16), speaking_ms=0)


def test_noise_without_a_voice_has_a_level_but_no_pitch_and_no_speech() -> None:
    prosody = analyse(RNG.normal(0, 0.05, 32_000).astype(np.float32))
    assert prosody.f0_mean_hz is None
    assert prosody.jitter_local is None
    assert prosody.hnr_db is None
    assert prosody.syllable_rate_hz is None
    assert prosody.contour == ()
    assert prosody.speaking_ms == 0
    assert prosody.intensity_mean_db == pytest.approx(20 * math.log10(0.05 / 2e-5), abs=1)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_samples_that_are_not_finite_are_refused_by_name(bad: float) -> None:
    audio = np.zeros(16_000, np.float32)
    audio[500] = bad
    with pytest.raises(EngineInputError, match="NaN or infinite") as refused:
        PraatProsodyAnalyser().analyse(audio, ())
    assert refused.value.code == "audio_not_finite"
