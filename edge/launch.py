"""A server in a process of its own, for as long as something needs it: `practise`, the benches, the tests."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx

START_TIMEOUT_S = 900.0
ROOT = Path(__file__).resolve().parent.parent


class ServerDidNotStart(Exception):
    """The server ended or could not be brought up."""


@contextlib.contextmanager
def running_server(
    environ: Mapping[str, str] | None = None, *, said: Callable[[str], None] = lambda message: None
) -> Iterator[str]:
    """Start a server on a free loopback port, wait until it is ready, stop it afterwards; its URL.

    ``environ`` is added to this process's environment, ``said`` is told how far the start is. Raises
    `ServerDidNotStart`.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "edge", "serve", "--port", str(port)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **_absolute(environ or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(url, process, said)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _absolute(environ: Mapping[str, str]) -> dict[str, str]:
    """The server runs in the root folder, so a relative data folder of ours is made absolute."""
    data = environ.get("COLLOQUY_DATA") or os.environ.get("COLLOQUY_DATA") or str(ROOT / "data")
    return {**environ, "COLLOQUY_DATA": str(Path(data).absolute())}


def _wait_until_ready(url: str, process: "subprocess.Popen[bytes]", said: Callable[[str], None]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerDidNotStart("The server did not start; run `python -m edge serve` to see why.")
        with contextlib.suppress(httpx.TransportError):
            status = httpx.get(f"{url}/readyz", timeout=5.0).json()
            if status["ready"]:
                return
            if status["stage"] == "failed":
                raise ServerDidNotStart(f"The server did not start: {status['message']}")
            said(status["message"])
        time.sleep(0.1)
    raise ServerDidNotStart(f"The server was not ready after {START_TIMEOUT_S:.0f} s.")
