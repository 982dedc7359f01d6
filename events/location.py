"""Where the data lies: one folder for the log, the blobs and the views. Opens nothing."""

import re
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

VARIABLE = "COLLOQUY_DATA"
LOG_VARIABLE = "COLLOQUY_LOG"
EMBEDDED_POSTGRES = "embedded-postgres"


class DataFolder(Struct, frozen=True):
    """The data folder and the places in it; nothing is made until it is first written.

    ``log_url`` places the log elsewhere: a ``postgresql://`` URL, or embedded-postgres.
    """

    root: Path
    log_url: str = ""

    @property
    def log(self) -> Path:
        """The SQLite file of the event log."""
        return self.root / "log.sqlite"

    @property
    def log_name(self) -> str:
        """Where the log is, for people: without a password."""
        return re.sub(r"//([^:/@]*):[^@]*@", r"//\1@", self.log_url) or str(self.log)

    @property
    def postgres(self) -> Path:
        """The folder of the embedded PostgreSQL server."""
        return self.root / "postgres"

    @property
    def blobs(self) -> Path:
        """The folder of the blobs."""
        return self.root / "blobs"

    @property
    def views(self) -> Path:
        """The SQLite file of the projections' views."""
        return self.root / "views.sqlite"


def data_folder(environ: Mapping[str, str]) -> DataFolder:
    """The folder named by ``COLLOQUY_DATA``, else ``./data``, with the log that ``COLLOQUY_LOG`` names."""
    return DataFolder(Path(environ.get(VARIABLE) or "data"), environ.get(LOG_VARIABLE, ""))
