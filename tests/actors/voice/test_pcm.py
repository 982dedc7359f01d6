import numpy as np

from actors.voice.pcm import Take, amplified, int16, joined, parted, pause_ms, speech, with_lead, with_tail
from actors.voice.timing import Span

RATE = 24_000


def take(*parts):
    spans = tuple(Span(ipa, samples, not ipa) for ipa, samples in parts)
    return Take(np.full(sum(span.samples for span in spans), 0.5, dtype=np.float32), spans)


def test_speech_is_filled_up_to_whole_frames_with_silence():
    # 40 ms at 24 kHz are 960 samples; 1,000 need two frames, 80 ms
    said = speech(take(("a", 1000)), text="a", sample_rate_hz=RATE, voice="v", rate=1.0, last=True)
    assert said.duration_ms == 80
    assert not said.samples[1000:].any()
    assert [(phoneme.ipa, phoneme.end_ms) for phoneme in said.phonemes] == [("a", 42), ("", 80)]


def test_samples_are_scaled_and_clipped():
    assert int16(np.array([0.0, 1.0, -1.0, 2.0, -2.0], dtype=np.float32)).tolist() == [0, 32767, -32767, 32767, -32768]


def test_a_long_lead_is_cut_and_a_short_one_left():
    assert with_lead(take(("", 4800), ("a", 100)), RATE, 20).spans == (Span("", 480, True), Span("a", 100))
    assert with_lead(take(("", 100), ("a", 100)), RATE, 20).spans[0].samples == 100


def test_the_tail_is_as_long_as_wanted():
    for silence in (0, 100, 9600):
        given = take(("a", 100), ("", silence)) if silence else take(("a", 100))
        made = with_tail(given, RATE, 100)
        assert made.spans == (Span("a", 100), Span("", 2400, True))
        assert len(made.audio) == 2500


def test_slower_speech_pauses_longer():
    assert pause_ms(".", 0.8) == round(pause_ms(".", 1.0) / 0.8)
    assert pause_ms(",", 1.0) < pause_ms(".", 1.0)


def test_parts_join_without_a_step_when_they_are_the_same_sound():
    whole = take(("a", 3000))
    first, rest = parted(whole, 960)
    again = joined(rest, Take(whole.audio[960:], (Span("a", 2040),)))
    assert np.array_equal(np.concatenate([first.audio, again.audio]), whole.audio)
    assert len(first.audio) == sum(span.samples for span in first.spans) == 960


def test_a_seam_between_different_sounds_is_faded():
    made = joined(np.ones(500, dtype=np.float32), Take(np.zeros(1000, dtype=np.float32), (Span("a", 1000),)))
    assert made.audio[0] == 1.0
    assert np.max(np.abs(np.diff(made.audio))) < 0.01
    assert made.audio[-1] == 0.0


def test_amplified_speech_never_clips_and_soft_samples_are_only_multiplied():
    audio = np.linspace(-1, 1, 201, dtype=np.float32)
    louder = amplified(audio, 1.7)
    assert np.max(np.abs(louder)) < 1.0
    assert np.all(np.diff(louder) >= 0)
    assert np.allclose(louder[90:111], audio[90:111] * 1.7)
