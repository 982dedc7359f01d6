"""What a machine can do is measured once, and again when it is another machine."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from actors import machine
from actors.machine import (
    FILE_NAME,
    MachineMeasurement,
    cpu_count,
    gpu_count,
    machine_profile,
    read_measurement,
    time_voice,
    write_measurement,
)
from actors.models import ModelStore
from actors.ports import EngineError, Speech, Voice
from actors.voice.espeak import EspeakVoice
from tests.fakes.scripted import Clock

machine_core_waits = machine.core_waits


class TimedVoice:
    """Speaks two stretches of one second each; the n-th sentence takes ``seconds[n]`` (the last one for ever)."""

    name = "timed"
    version = "1"
    digest = ""

    def __init__(self, clock: Clock, *seconds: float) -> None:
        self.clock = clock
        self.seconds = list(seconds)
        self.spoken = 0

    def speak(self, text: str, *, tutor: str, rate: float = 1.0) -> Iterator[Speech]:
        self.spoken += 1
        self.clock.now_s += self.seconds.pop(0) if len(self.seconds) > 1 else self.seconds[0]
        for _ in range(2):
            yield Speech(text=text, pcm=bytes(2 * 16_000), sample_rate_hz=16_000, phonemes=(), voice="v")


class BrokenVoice(TimedVoice):
    """Cannot speak."""

    def speak(self, text: str, *, tutor: str, rate: float = 1.0) -> Iterator[Speech]:
        raise EngineError("no tongue")


@pytest.fixture(autouse=True)
def quiet_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else uses the cores."""
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 0.0, 0.0))
    monkeypatch.setattr(machine, "core_waits", dict)


def test_the_real_time_factor_is_the_median_of_three_sentences_after_a_first_one() -> None:
    clock = Clock()
    voice = TimedVoice(clock, 9.0, 0.4, 1.0, 0.6)
    timing = time_voice(voice, tutor="maya", clock=clock)
    assert timing.rtf == pytest.approx(0.3)  # 0.6 s of work for 2 s of speech
    assert timing.wait_share == 0.0
    assert voice.spoken == 4


def test_waiting_for_a_core_is_no_work_of_the_voice() -> None:
    """Each sentence takes 2 s, of which one thread waited .4 s and another .2 s: 1.6 s of work for 2 s of speech."""
    clock = Clock()
    voice = TimedVoice(clock, 2.0)
    timing = time_voice(
        voice, tutor="maya", clock=clock, waits=lambda: {"1": 0.4 * voice.spoken, "2": 0.2 * voice.spoken}
    )
    assert timing.rtf == pytest.approx(0.8)
    assert timing.wait_share == pytest.approx(0.2)


def test_an_estimate_among_many_others_is_a_cautious_one() -> None:
    """1.5 s of 2 s in the queue leaves .5 s of work for 2 s of speech; the allowance makes it .25 * 1.2."""
    clock = Clock()
    voice = TimedVoice(clock, 2.0)
    timing = time_voice(voice, tutor="maya", clock=clock, waits=lambda: {"1": 1.5 * voice.spoken})
    assert timing.rtf == pytest.approx(0.3)
    assert timing.wait_share == pytest.approx(0.75)


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="needs Linux with schedstat")
def test_the_kernel_tells_how_long_each_thread_has_waited() -> None:
    waited = machine_core_waits()
    assert str(os.getpid()) in waited
    assert all(seconds >= 0.0 for seconds in waited.values())


def test_a_voice_that_says_nothing_has_no_real_time_factor() -> None:
    class Mute(TimedVoice):
        def speak(self, text: str, *, tutor: str, rate: float = 1.0) -> Iterator[Speech]:
            return iter(())

    with pytest.raises(ValueError, match="said nothing"):
        time_voice(Mute(Clock(), 1.0), tutor="maya")


def test_voices_are_measured_once_and_remembered(tmp_path: Path) -> None:
    clock = Clock()
    voices = {"timed": lambda: TimedVoice(clock, 0.5)}
    first = machine_profile(tmp_path, voices, clock=clock)
    assert first.rtf("timed") == 0.25

    def unexpected() -> Voice:
        raise AssertionError("loaded again")

    assert machine_profile(tmp_path, {"timed": unexpected}, clock=clock) == first
    assert machine_profile(tmp_path, {}, clock=clock) == first


def test_a_voice_that_comes_later_is_measured_then_and_the_others_are_kept(tmp_path: Path) -> None:
    clock = Clock()
    machine_profile(tmp_path, {"one": lambda: TimedVoice(clock, 0.5)}, clock=clock)
    profile = machine_profile(tmp_path, {"two": lambda: TimedVoice(clock, 1.0)}, clock=clock)
    assert (profile.rtf("one"), profile.rtf("two")) == (0.25, 0.5)


def test_remeasuring_forgets_the_old_figures(tmp_path: Path) -> None:
    clock = Clock()
    machine_profile(tmp_path, {"timed": lambda: TimedVoice(clock, 0.5)}, clock=clock)
    profile = machine_profile(tmp_path, {"timed": lambda: TimedVoice(clock, 1.0)}, remeasure=True, clock=clock)
    assert profile.rtf("timed") == 0.5


def test_figures_of_another_machine_or_of_other_packages_are_not_believed(tmp_path: Path) -> None:
    other = MachineMeasurement(key="other", cpu="Z80", cpu_count=1, packages={}, voice_rtf={"timed": 99.0})
    write_measurement(tmp_path, other)
    assert read_measurement(tmp_path) is None
    assert machine_profile(tmp_path, {}).voice_rtf == ()


def test_a_damaged_file_is_measured_anew(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"key": ')
    clock = Clock()
    assert machine_profile(tmp_path, {"timed": lambda: TimedVoice(clock, 0.5)}, clock=clock).rtf("timed") == 0.25


def test_a_voice_that_cannot_speak_is_left_unmeasured_and_the_others_are_not(tmp_path: Path) -> None:
    clock = Clock()

    def gone() -> Voice:
        raise OSError("no such file")

    voices = {"gone": gone, "broken": lambda: BrokenVoice(clock, 1.0), "timed": lambda: TimedVoice(clock, 0.5)}
    profile = machine_profile(tmp_path, voices, clock=clock)
    assert profile.voice_rtf == (("timed", 0.25),)


def test_estimates_of_a_busy_machine_are_used_and_replaced_when_it_is_quiet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    busy = TimedVoice(clock, 2.0)
    monkeypatch.setattr(machine, "core_waits", lambda: {"1": 1.0 * busy.spoken})
    monkeypatch.setattr(os, "getloadavg", lambda: (cpu_count() + 1.0, 0.0, 0.0))
    assert machine_profile(tmp_path, {"timed": lambda: busy}, clock=clock).rtf("timed") == 0.6
    assert machine_profile(tmp_path, {"timed": lambda: TimedVoice(clock, 0.5)}, clock=clock).rtf("timed") == 0.6
    monkeypatch.setattr(machine, "core_waits", dict)
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 0.0, 0.0))
    assert machine_profile(tmp_path, {"timed": lambda: TimedVoice(clock, 0.5)}, clock=clock).rtf("timed") == 0.25
    measured = read_measurement(tmp_path)
    assert measured is not None
    assert not measured.busy


def test_the_file_tells_a_person_what_was_measured_where(tmp_path: Path) -> None:
    clock = Clock()
    machine_profile(tmp_path, {"timed": lambda: TimedVoice(clock, 0.5)}, clock=clock)
    kept = msgspec.json.decode((tmp_path / FILE_NAME).read_bytes())
    assert kept["cpu_count"] == cpu_count()
    assert kept["cpu"] == machine.cpu_model()
    assert kept["voice_rtf"] == {"timed": 0.25}


def test_gpus_are_those_that_the_driver_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'GPU 0: NVIDIA H200 (UUID: GPU-1)'\necho 'GPU 1: NVIDIA H200 (UUID: GPU-2)'\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    assert gpu_count() == 2
    program.write_text("#!/bin/sh\necho 'no driver' >&2\nexit 9\n")
    assert gpu_count() == 0


def test_without_a_driver_there_are_no_gpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert gpu_count() == 0


def test_a_real_voice_goes_through_the_whole_measurement(tmp_path: Path) -> None:
    rtf = machine_profile(tmp_path, {"espeak": EspeakVoice}).rtf("espeak")
    assert rtf is not None
    assert rtf > 0.0


def test_the_command_prints_the_figures_and_every_kinds_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    from actors.__main__ import main

    monkeypatch.setenv("COLLOQUY_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLLOQUY_MODELS", str(tmp_path / "no models"))
    assert main(["machine", "--json"]) == 0
    told = msgspec.json.decode(capsysbinary.readouterr().out)
    assert [name for name, _ in told["machine"]["voice_rtf"]] == ["espeak"]
    orders = {order["kind"]: order["order"] for order in told["engines"]}
    assert orders["voice"] == ["espeak"]
    assert orders["asr"] == ["pocketsphinx"]
    assert main(["machine"]) == 0
    assert b"voice espeak: real-time factor" in capsysbinary.readouterr().out


def test_the_models_of_the_default_lesson_are_what_the_policy_asks_for(models: ModelStore) -> None:
    from actors.catalogue import available
    from actors.settings import read_settings
    from policies.fallback import MachineProfile, fallback_order

    settings = read_settings({"COLLOQUY_MODELS": str(models.cache)})
    fast = MachineProfile(cpu_count=8, voice_rtf=(("kokoro", 0.1), ("piper", 0.1), ("espeak", 0.1)))
    order = fallback_order("voice", available("voice", settings, models), fast)
    assert order.order == ("kokoro", "piper", "espeak")
    assert not any(skip.degrades for skip in order.skipped)
