from itertools import pairwise

import numpy as np
import pytest

from actors.voice.timing import Span, between, from_ends, phonemes, settle
from events.values import Phoneme

RATE = 16_000


def tone(ms, level=0.3):
    return (level * np.sin(np.arange(ms * RATE // 1000))).astype(np.float32)


def spans(*parts):
    return [Span(ipa, ms * RATE // 1000, pause) for ipa, ms, pause in parts]


def in_ms(settled):
    return [(span.ipa, span.samples * 1000 // RATE) for span in settled]


def test_a_silent_pause_becomes_silence():
    audio = np.concatenate([tone(100), tone(200, 0), tone(100)])
    settled = settle(spans(("a", 100, False), ("", 200, True), ("b", 100, False)), audio, RATE)
    assert in_ms(settled) == [("a", 100), ("", 200), ("b", 100)]


def test_a_gap_that_sounds_is_shared_by_its_neighbours():
    settled = settle(spans(("a", 100, False), ("", 100, True), ("b", 100, False)), tone(300), RATE)
    assert in_ms(settled) == [("a", 150), ("b", 150)]


def test_a_short_silence_between_words_is_the_closure_of_a_stop():
    audio = np.concatenate([tone(100), tone(60, 0), tone(100)])
    settled = settle(spans(("k", 100, False), ("", 60, False), ("a", 100, False)), audio, RATE)
    assert in_ms(settled) == [("k", 130), ("a", 130)]


def test_sound_in_a_pause_goes_to_the_phonemes_beside_it():
    audio = np.concatenate([tone(150), tone(100, 0), tone(150)])
    settled = settle(spans(("a", 100, False), ("", 200, True), ("b", 100, False)), audio, RATE)
    assert in_ms(settled) == [("a", 150), ("", 100), ("b", 150)]


def test_a_phoneme_that_dies_away_before_its_end_gives_the_rest_to_the_pause():
    audio = np.concatenate([tone(100), tone(300, 0)])
    settled = settle(spans(("a", 250, False), ("", 150, True)), audio, RATE)
    assert in_ms(settled) == [("a", 100), ("", 300)]


def test_silence_at_both_ends_stays_silence():
    audio = np.concatenate([tone(80, 0), tone(100), tone(60, 0)])
    settled = settle(spans(("", 100, True), ("a", 60, False), ("", 80, True)), audio, RATE)
    assert in_ms(settled) == [("", 80), ("a", 100), ("", 60)]


@pytest.mark.parametrize("seed", range(5))
def test_settling_never_changes_the_sum(seed):
    random = np.random.default_rng(seed)
    given = [
        Span(str(random.choice(["a", "b", ""])), int(random.integers(0, 3000)), bool(random.integers(2)))
        for _ in range(40)
    ]
    total = sum(span.samples for span in given)
    audio = (random.standard_normal(total) * np.repeat(random.random(total // 500 + 1) > 0.4, 500)[:total]).astype(
        np.float32
    )
    settled = settle(given, audio, RATE)
    assert sum(span.samples for span in settled) == total
    assert all(span.samples > 0 for span in settled)


def test_phoneme_times_are_rounded_but_never_drift():
    # 100 spans of 7 ms and a third: 7.333 ms each at 24 kHz
    found = phonemes([Span("a", 176)] * 100, 24_000)
    assert found[0] == Phoneme(ipa="a", start_ms=0, end_ms=7)
    assert found[-1].end_ms == 733  # 17,600 samples
    assert all(earlier.end_ms == later.start_ms for earlier, later in pairwise(found))


def test_between_shortens_what_reaches_over_an_edge():
    given = [Span("a", 10), Span("b", 10), Span("c", 10)]
    assert between(given, 5, 22) == (Span("a", 5), Span("b", 10), Span("c", 2))


def test_spans_from_ends_drop_what_lasts_nothing():
    assert from_ends([("", 0), ("a", 5), ("b", 5), ("", 8), ("", 9)]) == (Span("a", 5), Span("", 4, True))
