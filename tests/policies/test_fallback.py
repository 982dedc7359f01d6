"""Which engine comes first on which machine, and what is told about the others."""

import pytest

from policies.fallback import Available, MachineProfile, fallback_order

LAPTOP = MachineProfile(cpu_count=2, voice_rtf=(("kokoro", 0.4), ("piper", 0.1), ("espeak", 0.01)))
FAST = MachineProfile(cpu_count=16, voice_rtf=(("kokoro", 0.2), ("piper", 0.05), ("espeak", 0.01)))
BASE = Available(
    models=frozenset({"whisper-base", "kokoro-82m-int8", "kokoro-voices", "piper-joe", "silero-vad"}),
    packages=frozenset(
        {
            "av",
            "espeakng-loader",
            "faster-whisper",
            "harper-py",
            "onnxruntime",
            "opencv-python-headless",
            "pocketsphinx",
            "praat-parselmouth",
        }
    ),
)
NOTHING_FETCHED = Available(packages=BASE.packages)


@pytest.mark.parametrize(
    ("kind", "order"),
    [
        ("vad", ("silero", "energy")),
        ("asr", ("whisper-base", "pocketsphinx")),
        ("prosody", ("praat",)),
        ("pronunciation", ("colloquy", "gop")),
        ("language", ("harper",)),
        ("tutor", ("rules",)),
        ("voice", ("piper", "kokoro", "espeak")),
        ("face", ("vector",)),
    ],
)
def test_a_laptop_with_the_default_models_gets_the_engines_of_the_design(kind: str, order: tuple[str, ...]) -> None:
    result = fallback_order(kind, BASE, LAPTOP)
    assert result.order == order
    assert not any(skip.degrades for skip in result.skipped)


@pytest.mark.parametrize(("kind", "last"), [("vad", "energy"), ("asr", "pocketsphinx"), ("voice", "espeak")])
def test_without_any_model_the_last_resort_answers_and_the_lesson_is_degraded(kind: str, last: str) -> None:
    result = fallback_order(kind, NOTHING_FETCHED, FAST)
    assert result.order == (last,)
    assert any(skip.degrades for skip in result.skipped)
    assert all("models fetch" in skip.reason for skip in result.skipped if skip.degrades)


def test_the_best_voice_comes_first_where_it_keeps_up() -> None:
    result = fallback_order("voice", BASE, FAST)
    assert result.order == ("kokoro", "piper", "espeak")
    assert result.remarks == ()


def test_a_voice_at_the_limit_keeps_up_and_one_above_it_does_not() -> None:
    at = MachineProfile(cpu_count=2, voice_rtf=(("kokoro", 0.35), ("piper", 0.1)))
    above = MachineProfile(cpu_count=2, voice_rtf=(("kokoro", 0.351), ("piper", 0.1)))
    assert fallback_order("voice", BASE, at).order[0] == "kokoro"
    assert fallback_order("voice", BASE, above).order[0] == "piper"


def test_a_slower_voice_stays_behind_the_one_that_keeps_up_and_says_why() -> None:
    result = fallback_order("voice", BASE, LAPTOP)
    assert result.order == ("piper", "kokoro", "espeak")
    assert result.remarks == ("kokoro comes behind piper: its RTF of 0.40 is above 0.35",)


def test_a_voice_slower_than_its_own_speech_is_left_out() -> None:
    slow = MachineProfile(cpu_count=1, voice_rtf=(("kokoro", 1.4), ("piper", 0.3), ("espeak", 0.02)))
    result = fallback_order("voice", BASE, slow)
    assert result.order == ("piper", "espeak")
    assert [(skip.name, skip.degrades) for skip in result.skipped] == [("kokoro", False)]
    assert "1.40" in result.skipped[0].reason


def test_no_voice_keeping_up_leaves_them_in_order_of_quality() -> None:
    slow = MachineProfile(cpu_count=1, voice_rtf=(("kokoro", 0.9), ("piper", 0.6), ("espeak", 0.5)))
    assert fallback_order("voice", BASE, slow).order == ("kokoro", "piper", "espeak")


def test_the_only_voice_is_kept_however_slow_it_is() -> None:
    only = Available(models=BASE.models, packages=frozenset({"onnxruntime"}))
    slow = MachineProfile(cpu_count=1, voice_rtf=(("kokoro", 3.0), ("piper", 2.0)))
    assert fallback_order("voice", only, slow).order == ("piper",)


def test_an_unmeasured_machine_is_taken_for_a_small_one_and_says_so() -> None:
    result = fallback_order("voice", BASE, MachineProfile(cpu_count=2))
    assert result.order[0] == "piper"
    assert "not measured" in result.remarks[0]


def test_a_missing_voice_that_would_not_keep_up_anyway_degrades_nothing() -> None:
    without_kokoro = Available(models=frozenset({"piper-joe"}), packages=BASE.packages)
    (skip,) = fallback_order("voice", without_kokoro, LAPTOP).skipped
    assert (skip.name, skip.degrades) == ("kokoro", False)
    (skip,) = fallback_order("voice", without_kokoro, FAST).skipped
    assert (skip.name, skip.degrades) == ("kokoro", True)


def test_a_voice_with_only_half_of_its_models_is_skipped_and_names_the_other_half() -> None:
    half = Available(models=frozenset({"kokoro-82m-int8", "piper-joe"}), packages=BASE.packages)
    (skip,) = fallback_order("voice", half, FAST).skipped
    assert "kokoro-voices" in skip.reason
    assert "kokoro-82m-int8" not in skip.reason


def test_a_large_recogniser_wants_a_gpu_and_then_comes_first() -> None:
    fetched = Available(models=BASE.models | {"whisper-large-v3-turbo"}, packages=BASE.packages)
    assert fallback_order("asr", fetched, LAPTOP).order[0] == "whisper-base"
    with_gpu = MachineProfile(cpu_count=2, gpu_count=1)
    assert fallback_order("asr", fetched, with_gpu).order == ("whisper-large-v3-turbo", "whisper-base", "pocketsphinx")


def test_a_service_is_used_only_if_its_url_is_given() -> None:
    given = Available(packages=BASE.packages, services=frozenset({"tutor", "languagetool"}))
    assert fallback_order("tutor", given, LAPTOP).order == ("provider", "rules")
    assert fallback_order("language", given, LAPTOP).order == ("languagetool", "harper")
    told = fallback_order("tutor", BASE, LAPTOP).skipped[0].reason
    assert told == "no tutor URL is set: give it in COLLOQUY_TUTOR_URL"


def test_a_preference_goes_first_even_when_it_is_slow() -> None:
    assert fallback_order("voice", BASE, LAPTOP, preference=("kokoro",)).order == ("kokoro", "piper", "espeak")
    assert fallback_order("voice", BASE, FAST, preference=("espeak", "piper")).order == ("espeak", "piper", "kokoro")


def test_a_preference_for_what_is_missing_is_told_as_a_degradation() -> None:
    result = fallback_order("asr", BASE, LAPTOP, preference=("whisper-large-v3-turbo",))
    assert result.order[0] == "whisper-base"
    degrading = [skip for skip in result.skipped if skip.degrades]
    assert [skip.name for skip in degrading] == ["whisper-large-v3-turbo"]
    assert "GPU" in degrading[0].reason


def test_a_preference_of_another_kind_changes_nothing() -> None:
    assert fallback_order("asr", BASE, LAPTOP, preference=("kokoro",)).order == ("whisper-base", "pocketsphinx")
