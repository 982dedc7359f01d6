"""Recordings in files to samples, with the decoder and the judgement that a learner's upload meets, thousands in a row.

What that decoder refuses in a lesson is refused here: see `actors.hearing.decode`. The file is read in a process that
may die of it.
"""

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Self

import numpy as np

from actors.hearing import decoder_process, files_process
from actors.hearing.decode import checked
from actors.hearing.errors import AudioError
from actors.ports import SAMPLE_RATE_HZ, Audio

MAX_FILE_BYTES = files_process.MAX_FILE_BYTES


class Decoders:
    """Decodes for several threads, each with a process of its own, until closed."""

    def __init__(self) -> None:
        self._own = threading.local()
        self._all: list[_Decoder] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for decoder in self._all:
            decoder.close()

    def decode(self, path: Path, most_seconds: float) -> Audio:
        """Float32 mono samples at 16 kHz. Raises `AudioError` (see `decode_audio`)."""
        decoder: _Decoder | None = getattr(self._own, "decoder", None)
        if decoder is None or not decoder.alive:
            decoder = self._own.decoder = _Decoder()
            self._all.append(decoder)
        pcm = decoder.decode(path, most_seconds)
        return checked(np.frombuffer(pcm, dtype="<f4").astype(np.float32))


class _Decoder:
    """A worker and the way to it; for one thread."""

    def __init__(self) -> None:
        command = [sys.executable, "-I", files_process.__file__, decoder_process.__file__]
        self._worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)

    @property
    def alive(self) -> bool:
        return self._worker.poll() is None

    def decode(self, path: Path, most_seconds: float) -> bytes:
        assert self._worker.stdin is not None
        try:
            self._worker.stdin.write(json.dumps([str(path), SAMPLE_RATE_HZ, most_seconds]).encode() + b"\n")
            self._worker.stdin.flush()
        except BrokenPipeError as error:
            raise AudioError("not_audio", "The decoder ended; run the command again.") from error
        status = int.from_bytes(self._take(4), "big", signed=True)
        answer = self._take(int.from_bytes(self._take(8), "big"))
        if status == 0:
            return answer
        code, _, message = answer.decode(errors="replace").strip().rpartition("\n")[2].partition(": ")
        if status != decoder_process.FAULT_STATUS or not message:
            raise AudioError("not_audio", "The file cannot be decoded within bounds; export it anew as WAV or FLAC.")
        raise AudioError(code, message)

    def close(self) -> None:
        assert self._worker.stdin is not None
        assert self._worker.stdout is not None
        self._worker.stdin.close()
        self._worker.wait()
        self._worker.stdout.close()

    def _take(self, count: int) -> bytes:
        assert self._worker.stdout is not None
        data = self._worker.stdout.read(count)
        if len(data) < count:
            raise AudioError("not_audio", "The decoder ended before the file did; run the command again.")
        return data
