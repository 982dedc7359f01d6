"""Decodes one audio file after the other, each in a fork of this process: paths on stdin, samples on stdout.

Started as a script by `replay.importing.decoding`, with the path of `actors.hearing.decoder_process` as its argument.
That one bounds memory and time for a file and then ends; to start it anew for each of thousands takes 0.1 to 0.2 s a
file, a fork of a process that has loaded FFmpeg already takes milliseconds. Imports nothing of ours, as that one does.

A request is a line of JSON (path, rate in Hz, most seconds). The answer: the exit status (4 bytes, big endian, signed),
a length (8 bytes), and so many bytes, which are samples when the status is 0 and what the decoder wrote to stderr else.
"""

import importlib.util
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator

WALL_SECONDS = 60


def main() -> None:
    """Answer until stdin ends."""
    spec = importlib.util.spec_from_file_location("decoder", sys.argv[1])
    assert spec is not None
    assert spec.loader is not None
    decoder = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(decoder)
    for path, rate_hz, most_seconds in _requests():
        status, answer = _decoded(decoder.main, path, [sys.argv[1], str(rate_hz), str(most_seconds)])
        _write(status.to_bytes(4, "big", signed=True) + len(answer).to_bytes(8, "big") + answer)


def _requests() -> Iterator[tuple[str, int, float]]:
    # Not sys.stdin, which reads ahead: a fork must find it fresh, for its file takes the place.
    waiting = b""
    while data := os.read(0, 65_536):
        waiting += data
        while b"\n" in waiting:
            line, _, waiting = waiting.partition(b"\n")
            path, rate_hz, most_seconds = json.loads(line)
            yield path, rate_hz, most_seconds


def _decoded(decode: Callable[[], None], path: str, arguments: list[str]) -> tuple[int, bytes]:
    """Exit status and output of the decoder on a file."""
    samples, samples_end = os.pipe()
    told, told_end = os.pipe()
    child = os.fork()
    if child == 0:
        _become_decoder(decode, path, arguments, samples_end, told_end)
    os.close(samples_end)
    os.close(told_end)
    pcm, message = _read(samples), _read(told)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return status, pcm if status == 0 else message


def _become_decoder(decode: Callable[[], None], path: str, arguments: list[str], samples: int, told: int) -> None:
    status = 1
    try:
        os.dup2(samples, 1)
        os.dup2(told, 2)
        os.dup2(os.open(path, os.O_RDONLY), 0)
        signal.alarm(WALL_SECONDS)
        sys.argv = arguments
        decode()
        status = 0
    except BaseException:  # whatever it is ends this fork, and must not run on as a second worker
        os.write(2, traceback.format_exc().encode()[-4_096:])
    finally:
        os._exit(status)


def _read(descriptor: int) -> bytes:
    parts = []
    while data := os.read(descriptor, 1 << 20):
        parts.append(data)
    os.close(descriptor)
    return b"".join(parts)


def _write(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]


if __name__ == "__main__":
    main()
