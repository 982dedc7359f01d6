"""A corpus into an empty log: seconds, processor time, memory, what the log and the blobs take, and a second run.

``python -m bench.importing DIR`` takes any corpus in a layout of speechocean762; without DIR the one beside the
checkout. Beside it, in the same run: the same files decoded by libsndfile and written as FLAC files, which is the least
that whoever keeps such recordings must do.
"""

import argparse
import io
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import soundfile

from bench.machine import machine
from replay.importing.speechocean import read_speechocean

CORPUS = Path(__file__).parents[2] / "shared" / "data"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=CORPUS)
    folder = parser.parse_args().folder
    if not folder.exists():
        sys.exit(f"there is no corpus at {folder}; name one")
    print(machine())
    with tempfile.TemporaryDirectory() as place:
        _run("first run", folder, Path(place))
        for kept in ("log.sqlite", "blobs"):
            print(f"  {kept}: {_size(Path(place) / kept) / 2**20:.1f} MiB")
        _run("second run", folder, Path(place))
        shutil.rmtree(Path(place) / "blobs")
        _plain(folder, Path(place))


def _run(what: str, folder: Path, place: Path) -> None:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-m", "replay", "import", "speechocean762", str(folder)]
    done = subprocess.run(command, env=os.environ | {"COLLOQUY_DATA": str(place)}, capture_output=True, text=True)
    seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{what}: {seconds:.1f} s, {processor_s:.1f} s of processor, at most {after.ru_maxrss / 1024:.0f} MiB")
    print("  " + "\n  ".join(done.stdout.splitlines()[1:]))


def _plain(folder: Path, place: Path) -> None:
    """Decode and encode with libsndfile, in threads."""
    began, processor_began = time.monotonic(), time.process_time()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        sizes = pool.map(lambda each: _as_flac(each.audio, place), read_speechocean(folder).utterances)
        total = sum(sizes)
    seconds, processor_s = time.monotonic() - began, time.process_time() - processor_began
    print(
        f"libsndfile, files to FLAC files: {seconds:.1f} s, {processor_s:.1f} s of processor, {total / 2**20:.1f} MiB"
    )


def _as_flac(audio: Path, place: Path) -> int:
    samples, rate_hz = soundfile.read(audio)
    file = io.BytesIO()
    soundfile.write(file, samples, rate_hz, format="FLAC", subtype="PCM_16")
    (place / audio.with_suffix(".flac").name).write_bytes(file.getvalue())
    return len(file.getvalue())


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else sum(_size(each) for each in path.iterdir())


if __name__ == "__main__":
    main()
