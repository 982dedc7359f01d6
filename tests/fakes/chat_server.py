"""A small HTTP server that answers chat completions as a script says: well, slowly, rudely, broken."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from msgspec import Struct


class Script(Struct, kw_only=True):
    """What the server does with the next requests, and what it has seen of them.

    After ``pieces`` come ``drips`` times the bytes ``drip``, and ``raw``; ``gap_s`` lies between them.
    """

    pieces: tuple[str, ...] = ()
    status: int = 200
    wait_s: float = 0.0
    gap_s: float = 0.0
    raw: bytes = b""
    drip: bytes = b""
    drips: int = 0
    cut: bool = False
    refused_keys: tuple[str, ...] = ()
    requests: list[dict[str, object]] = []
    keys: list[str] = []


def chunk(text: str) -> bytes:
    """One server-sent event of a chat completion."""
    data = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": text}}]}
    return b"data: " + json.dumps(data).encode() + b"\n\n"


@contextmanager
def serving(script: Script) -> Iterator[str]:
    """Serve until the block ends; gives the base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            script.requests.append(json.loads(body))
            key = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            script.keys.append(key)
            time.sleep(script.wait_s)
            status = 401 if key in script.refused_keys else script.status
            self.send_response(status)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            if status == 200:
                self._stream()

        def _stream(self) -> None:
            try:
                for text in script.pieces:
                    self.wfile.write(chunk(text))
                    self.wfile.flush()
                    time.sleep(script.gap_s)
                for _ in range(script.drips):
                    self.wfile.write(script.drip)
                    self.wfile.flush()
                    time.sleep(script.gap_s)
                self.wfile.write(script.raw)
                if not script.cut:
                    self.wfile.write(b"data: [DONE]\n\n")
            except (BrokenPipeError, ConnectionResetError):
                return  # the client has had enough, which is what some tests are about

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
