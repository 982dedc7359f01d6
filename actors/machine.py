"""What this machine can do: its cores, its GPUs, and how fast each voice speaks on it, measured once and remembered.

It decides nothing (see `policies.fallback`). The figures hold for one CPU, core count and set of packages.
"""

import hashlib
import logging
import os
import platform
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from actors.ports import Voice
from policies.fallback import MachineProfile
from policies.tutors import TUTORS

log = logging.getLogger(__name__)

FILE_NAME = "machine.json"
SENTENCE = "Tell me about a place that you would like to visit one day."
RUNS = 3
BUSY_SHARE = 0.25
"""Waiting for a core during more of the time than this means that others use the machine."""
BUSY_ALLOWANCE = 1.2
"""Kokoro alone on two cores has a factor of .40; with ten others at work .31 to .38 is left without the waiting, as
its second thread lends a hand less often."""
PACKAGES = ("onnxruntime", "numpy", "espeakng-loader")
"""The packages whose versions make a voice faster or slower."""

VoiceLoaders = Mapping[str, Callable[[], Voice]]
"""How to load each voice, by its name in the chain."""


class MachineMeasurement(Struct, frozen=True, kw_only=True):
    """What the file holds. ``key`` names the machine and packages, ``cpu`` is for people to read.

    ``busy`` marks estimates, made while others used the cores: they are replaced at a quieter start.
    """

    key: str
    cpu: str
    cpu_count: int
    packages: dict[str, str]
    voice_rtf: dict[str, float] = {}
    busy: bool = False


def machine_profile(
    folder: Path, voices: VoiceLoaders, *, remeasure: bool = False, clock: Callable[[], float] = time.perf_counter
) -> MachineProfile:
    """The profile of this machine; voices of ``voices`` not measured yet are, which takes some seconds each.

    The figures are kept in ``folder``; all that it holds for this machine is told, of voices not asked for too.
    """
    known = None if remeasure else read_measurement(folder)
    measurement = known or this_machine()
    again = measurement.busy and _quiet(measurement.cpu_count)
    wanted = {name: load for name, load in voices.items() if again or name not in measurement.voice_rtf}
    if wanted:
        timings = {name: timing for name, load in wanted.items() if (timing := _timing_or_none(name, load, clock))}
        measurement = structs.replace(
            measurement,
            voice_rtf={**measurement.voice_rtf, **{name: round(timing.rtf, 4) for name, timing in timings.items()}},
            busy=any(timing.wait_share > BUSY_SHARE for timing in timings.values()) or (measurement.busy and not again),
        )
        write_measurement(folder, measurement)
    return MachineProfile(
        cpu_count=measurement.cpu_count,
        gpu_count=gpu_count(),
        voice_rtf=tuple(measurement.voice_rtf.items()),
    )


class VoiceTiming(Struct, frozen=True, kw_only=True):
    """How fast a voice speaks: its real-time factor, and the share of the time in which it had to wait for a core."""

    rtf: float
    wait_share: float = 0.0


def time_voice(
    voice: Voice,
    *,
    tutor: str,
    clock: Callable[[], float] = time.perf_counter,
    waits: Callable[[], dict[str, float]] | None = None,
) -> VoiceTiming:
    """Seconds of work for a second of speech, the median of three sentences after a first one.

    The time that its busiest waiting thread spent in the queue for a core is left out: at a start, every engine loads
    at once. With others on the cores the factor is an estimate, and `BUSY_ALLOWANCE` makes it a cautious one.

    Raises what the voice raises, ValueError when it speaks no sound.
    """
    waits = waits or core_waits
    timings = []
    for _ in range(RUNS + 1):
        before, started = waits(), clock()
        spoken_ms = sum(speech.duration_ms for speech in voice.speak(SENTENCE, tutor=tutor))
        if spoken_ms == 0:
            raise ValueError(f"the voice {voice.name} said nothing")
        took_s = clock() - started
        waited_s = max((wait_s - before.get(thread, 0.0) for thread, wait_s in waits().items()), default=0.0)
        waited_s = min(waited_s, took_s)
        timings.append(VoiceTiming(rtf=(took_s - waited_s) * 1000 / spoken_ms, wait_share=waited_s / (took_s or 1)))
    wait_share = statistics.median(timing.wait_share for timing in timings[1:])
    rtf = statistics.median(timing.rtf for timing in timings[1:])
    return VoiceTiming(rtf=rtf * (BUSY_ALLOWANCE if wait_share > BUSY_SHARE else 1.0), wait_share=wait_share)


def core_waits() -> dict[str, float]:
    """Seconds that each thread of this process has waited for a core; empty where the kernel does not tell.

    The second figure of Linux's schedstat, in ns (Documentation/scheduler/sched-stats).
    """
    waited = {}
    for statistic in Path("/proc/self/task").glob("*/schedstat"):
        try:
            waited[statistic.parent.name] = int(statistic.read_text().split()[1]) / 1e9
        except (OSError, IndexError):  # the thread has just ended
            continue
    return waited


def this_machine() -> MachineMeasurement:
    """This machine with nothing measured on it yet."""
    packages = {name: _version(name) for name in PACKAGES}
    cpu, cores = cpu_model(), cpu_count()
    told = repr((cpu, cores, sorted(packages.items())))
    return MachineMeasurement(
        key=hashlib.sha256(told.encode()).hexdigest(), cpu=cpu, cpu_count=cores, packages=packages
    )


def read_measurement(folder: Path) -> MachineMeasurement | None:
    """The figures kept in a folder; None when there are none, or when they are another machine's."""
    try:
        kept = msgspec.json.decode((folder / FILE_NAME).read_bytes(), type=MachineMeasurement)
    except (OSError, msgspec.DecodeError):
        return None
    return kept if kept.key == this_machine().key else None


def write_measurement(folder: Path, measurement: MachineMeasurement) -> None:
    """Keep figures; the file is replaced whole."""
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / f"{FILE_NAME}.{os.getpid()}"
    written.write_bytes(msgspec.json.format(msgspec.json.encode(measurement)))
    written.replace(folder / FILE_NAME)


def cpu_count() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cpu_model() -> str:
    """The CPU's name, as the kernel tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def gpu_count() -> int:
    """NVIDIA GPUs that the driver lists; 0 without a driver."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return 0
    try:
        listed = subprocess.run([program, "-L"], capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        log.warning("nvidia-smi does not answer (%s): no GPU is used", error)
        return 0
    return sum(line.startswith("GPU ") for line in listed.splitlines())


def _timing_or_none(name: str, load: Callable[[], Voice], clock: Callable[[], float]) -> VoiceTiming | None:
    try:
        return time_voice(load(), tutor=TUTORS[0].name, clock=clock)
    # A supervisor: a voice that cannot be loaded or spoken with, for whatever reason of a foreign library, must not
    # keep the others from being measured; the chain meets the same fault and reports it.
    except Exception as error:
        log.warning("the voice %s cannot be measured: %s: %s", name, type(error).__name__, error)
        return None


def _quiet(cores: int) -> bool:
    """Whether nobody else keeps the cores busy: fewer runnable processes in the last minute than cores."""
    return not hasattr(os, "getloadavg") or os.getloadavg()[0] < cores


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
