"""Decodes audio files, a path a line on stdin, samples on stdout, in forks of this process that may die of a file.

Started as a script by `actors.hearing.files`, with the path of `actors.hearing.decoder_process` as its argument.
That one decodes one file in bounded memory and time and ends of the first that is bad; started anew for each of
thousands it takes 0.1 to 0.2 s a file, most of it to load FFmpeg. Here a fork that has it already goes on to the next
file until one is bad or it has worked for a while. Imports nothing of ours, as that one does.

A request is a line of JSON (path, rate in Hz, most seconds); the next is sent when the answer is there. The answer:
the exit status (4 bytes, big endian, signed), a length (8 bytes), and so many bytes, which are samples when the status
is 0 and what the decoder wrote to stderr else.
"""

import importlib.util
import json
import os
import signal
import sys
import time
import traceback
from typing import Any

MAX_FILE_BYTES = 100 * 2**20
RETIRE_CPU_SECONDS = 2
WALL_SECONDS = 60
ENDED, RETIRED = 100, 101


def main() -> None:
    """Answer until stdin ends."""
    spec = importlib.util.spec_from_file_location("decoder", sys.argv[1])
    assert spec is not None
    assert spec.loader is not None
    decoder = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(decoder)
    while (status := _status_of_fork(decoder)) != ENDED:
        assert status  # what ends without a fault has retired


def _status_of_fork(decoder: Any) -> int:
    """Have a fork answer as long as it can; when it dies of a file, answer in its place."""
    told, told_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)
        _answer_until_the_end(decoder, told_end)
    os.close(told_end)
    message = b""
    while data := os.read(told, 65_536):
        message = (message + data)[-65_536:]
    os.close(told)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status not in (ENDED, RETIRED):
        _answer(status, message)
    return status


def _answer_until_the_end(decoder: Any, told: int) -> None:
    status = 1
    try:
        os.dup2(told, 2)
        decoder.bound(beside=MAX_FILE_BYTES)
        while time.process_time() < RETIRE_CPU_SECONDS:
            request = _request()
            if not request:
                status = ENDED
                break
            signal.alarm(WALL_SECONDS)
            path, rate_hz, most_seconds = json.loads(request)
            with open(path, "rb") as file:
                samples = decoder.decoded(file.read(MAX_FILE_BYTES + 1), rate_hz, most_seconds)
            signal.alarm(0)
            _answer(0, samples)
        else:
            status = RETIRED
    except BaseException:  # whatever it is ends this fork, and must not run on as a second worker
        os.write(2, traceback.format_exc().encode()[-4_096:])
    finally:
        os._exit(status)


def _request() -> bytes:
    """A line of stdin. No more than the one can be there, so none is read ahead that the next fork would miss."""
    line = b""
    while not line.endswith(b"\n") and (data := os.read(0, 65_536)):
        line += data
    return line


def _answer(status: int, data: bytes) -> None:
    view = memoryview(status.to_bytes(4, "big", signed=True) + len(data).to_bytes(8, "big") + data)
    while view:
        view = view[os.write(1, view) :]


if __name__ == "__main__":
    main()
