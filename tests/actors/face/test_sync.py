"""The mouth moves with the voice: the opening drawn against the audio's energy, by cross-correlation.

The limit of 40 ms is one video frame; ITU-R BT.1359 puts the threshold of detection at 45 ms early and 125 ms late.
"""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from actors.models import ModelStore
from actors.ports import FaceTrack, Speech
from actors.voice.espeak import EspeakVoice
from policies.visemes import viseme_timeline
from tests.lip_sync import best_offset

Pictures = list[NDArray[np.uint8]]
Series = NDArray[np.float64]

SENTENCES = ("Hello Maya, how was your weekend?", "Please say it again: the boy saw five blue fish.")


def energy(speech: Speech) -> Series:
    """RMS of each 40 ms."""
    samples = np.frombuffer(speech.pcm, "<i2").astype(np.float64)
    frame = speech.sample_rate_hz // 25
    return np.sqrt((samples[: len(samples) // frame * frame].reshape(-1, frame) ** 2).mean(axis=1))


def drawn_and_heard(
    speeches: Iterable[Speech],
    rendered: Callable[[FaceTrack], Pictures],
    opening: Callable[[Pictures], Series],
) -> tuple[Series, Series]:
    mouth, sound = [], []
    for speech in speeches:
        visemes = viseme_timeline(speech.phonemes, duration_ms=speech.duration_ms)
        track = FaceTrack(visemes=visemes, duration_ms=speech.duration_ms, start_ms=0, tutor="maya", seed=1)
        mouth.append(opening(rendered(track)))
        sound.append(energy(speech))
        assert len(mouth[-1]) == len(sound[-1])
    return np.concatenate(mouth), np.concatenate(sound)


def test_the_offset_is_measured_rightly() -> None:
    rng = np.random.default_rng(0)
    sound = np.convolve(rng.random(300), np.hanning(9), mode="same")
    assert best_offset(np.roll(sound, 2), sound)[1] == 80
    assert best_offset(np.roll(sound, -1), sound)[1] == -40


def test_mouth_and_voice_of_espeak_are_within_one_frame(
    rendered: Callable[[FaceTrack], Pictures], opening: Callable[[Pictures], Series]
) -> None:
    voice = EspeakVoice()
    speeches = [speech for text in SENTENCES for speech in voice.speak(text, tutor="maya")]
    mouth, sound = drawn_and_heard(speeches, rendered, opening)
    correlation, offset_ms = best_offset(mouth, sound)
    assert correlation > 0.4
    assert abs(offset_ms) <= 40


def test_mouth_and_voice_of_piper_are_within_one_frame(
    models: ModelStore, rendered: Callable[[FaceTrack], Pictures], opening: Callable[[Pictures], Series]
) -> None:
    from actors.voice.piper import Piper

    voice = Piper(models.path("piper-joe"))
    speeches = [speech for text in SENTENCES for speech in voice.speak(text, tutor="joe")]
    mouth, sound = drawn_and_heard(speeches, rendered, opening)
    correlation, offset_ms = best_offset(mouth, sound)
    assert correlation > 0.4
    assert abs(offset_ms) <= 40


def test_where_the_voice_is_silent_the_lips_are_closed(
    rendered: Callable[[FaceTrack], Pictures], opening: Callable[[Pictures], Series]
) -> None:
    (speech,) = EspeakVoice().speak(SENTENCES[1], tutor="maya")
    mouth, sound = drawn_and_heard([speech], rendered, opening)
    quiet = sound < 0.01 * sound.max()
    inside = np.array([quiet[max(0, k - 3) : k + 3].all() for k in range(len(quiet))])
    assert inside.sum() >= 5
    assert mouth[inside].max() < 0.05 * mouth.max()
