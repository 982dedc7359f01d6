"""What a lesson relies on in its engines, held against the fakes and the real ones alike."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from actors.models import ModelStore
from actors.ports import FaceTrack
from events.values import Viseme
from policies.fallback import RANKING
from policies.tutor.context import TutorContext
from projections.engine_calls import EARLIER_NAMES
from tests.fakes.engines import FakeFace, FakeProsody, FakeTutor, FakeVad, FakeVoice

SPEECH = (0.2 * np.sin(2 * np.pi * 150 * np.arange(20_000) / 16_000)).astype(np.float32)


@pytest.fixture(params=["fake", "real"])
def engines(request: pytest.FixtureRequest) -> dict[str, Any]:
    if request.param == "fake":
        return {
            "vad": FakeVad(),
            "prosody": FakeProsody(),
            "tutor": FakeTutor(),
            "voice": FakeVoice(),
            "face": FakeFace(),
        }
    from actors.assessment.praat import PraatProsodyAnalyser
    from actors.face.drawn import DrawnFace
    from actors.hearing.silero import SileroDetector
    from actors.tutor.rules import RulesTutor
    from actors.voice.piper import Piper

    models: ModelStore = request.getfixturevalue("models")
    return {
        "vad": SileroDetector(models.weights("silero-vad")),
        "prosody": PraatProsodyAnalyser(),
        "tutor": RulesTutor(),
        "voice": Piper(models.path("piper-joe")),
        "face": DrawnFace(),
    }


def test_speech_is_judged_window_by_window_however_it_is_cut(engines: dict[str, Any]) -> None:
    whole = engines["vad"].detect(SPEECH, b"")
    first = engines["vad"].detect(SPEECH[:7_001], b"")
    rest = engines["vad"].detect(SPEECH[7_001:], first.state)
    assert len(whole.probabilities) == len(SPEECH) // 512
    assert [*first.probabilities, *rest.probabilities] == pytest.approx(list(whole.probabilities), abs=1e-4)


def test_prosody_knows_how_long_the_recording_is(engines: dict[str, Any]) -> None:
    assert engines["prosody"].analyse(SPEECH, ()).duration_ms == 1250


def test_the_melody_of_a_voice_at_any_rate_is_told_every_20_ms(engines: dict[str, Any]) -> None:
    hum = (6_000 * np.sin(2 * np.pi * 150 * np.arange(22_050) / 22_050)).astype(np.int16)
    points = engines["prosody"].melody(hum, 22_050)
    assert {after.time_ms - before.time_ms for before, after in pairwise(points)} == {20}
    assert [point.f0_hz for point in points] == pytest.approx([150.0] * len(points), rel=0.01)
    assert 900 <= points[-1].time_ms - points[0].time_ms <= 1000


def test_a_reply_has_sentences_and_at_most_one_question(engines: dict[str, Any]) -> None:
    context = TutorContext(
        session="s",
        turn=1,
        tutor="joe",
        goal="talk",
        level="A2",
        mode="conversation",
        seed=1,
        said="I like my garden.",
        confidence=0.9,
    )
    sentences = list(engines["tutor"].reply(context))
    assert all(sentence.text for sentence in sentences)
    assert sum("?" in sentence.text for sentence in sentences) <= 1


def test_speech_lasts_whole_frames_and_its_phonemes_cover_it(engines: dict[str, Any]) -> None:
    parts = list(engines["voice"].speak("Where did you see the dog?", tutor="joe"))
    assert [part.last for part in parts] == [False] * (len(parts) - 1) + [True]
    for part in parts:
        assert len(part.samples) % (part.sample_rate_hz // 25) == 0
        ends = [phoneme.end_ms for phoneme in part.phonemes]
        assert [phoneme.start_ms for phoneme in part.phonemes] == [0, *ends[:-1]]
        assert ends[-1] == part.duration_ms


def test_fragments_cover_the_track_without_a_gap(engines: dict[str, Any]) -> None:
    visemes = (Viseme(viseme="aa", start_ms=0, end_ms=1200),)
    fragments = list(engines["face"].render(FaceTrack(visemes=visemes, duration_ms=1200, start_ms=0, tutor="joe")))
    ends = [fragment.start_ms + fragment.duration_ms for fragment in fragments]
    assert [fragment.start_ms for fragment in fragments] == [0, *ends[:-1]]
    assert ends[-1] == 1200


def test_the_engines_of_the_base_are_called_what_their_chains_call_them() -> None:
    from actors.assessment.harper import HarperLanguageChecker
    from actors.assessment.languagetool import LanguageToolChecker
    from actors.assessment.praat import PraatProsodyAnalyser
    from actors.assessment.sphinx import SphinxPronunciationScorer
    from actors.face.drawn import DrawnFace
    from actors.hearing.energy import EnergyDetector
    from actors.hearing.silero import SileroDetector
    from actors.hearing.sphinx import SphinxRecogniser
    from actors.pronunciation.scorer import TrainedPronunciationScorer
    from actors.tutor.provider import ProviderTutor
    from actors.tutor.rules import RulesTutor
    from actors.voice.espeak import EspeakVoice
    from actors.voice.kokoro import Kokoro
    from actors.voice.piper import Piper

    engines: dict[str, tuple[Any, ...]] = {
        "vad": (SileroDetector, EnergyDetector),
        "asr": (SphinxRecogniser,),
        "prosody": (PraatProsodyAnalyser,),
        "pronunciation": (TrainedPronunciationScorer, SphinxPronunciationScorer),
        "language": (LanguageToolChecker, HarperLanguageChecker),
        "tutor": (ProviderTutor, RulesTutor),
        "voice": (Kokoro, Piper, EspeakVoice),
        "face": (DrawnFace,),
    }
    ranked = {
        kind: tuple(needs.name for needs in RANKING[kind] if not needs.models or kind != "asr") for kind in engines
    }
    assert {kind: tuple(each.name for each in every) for kind, every in engines.items()} == ranked
    assert set(EARLIER_NAMES.values()) <= {name for names in ranked.values() for name in names}
