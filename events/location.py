"""Where the data lies: one folder for the log, the blobs and the views. Opens nothing."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

VARIABLE = "COLLOQUY_DATA"


class DataFolder(Struct, frozen=True):
    """The data folder and the places in it; nothing is made until it is first written."""

    root: Path

    @property
    def log(self) -> Path:
        """The SQLite file of the event log."""
        return self.root / "log.sqlite"

    @property
    def blobs(self) -> Path:
        """The folder of the blobs."""
        return self.root / "blobs"

    @property
    def views(self) -> Path:
        """The SQLite file of the projections' views."""
        return self.root / "views.sqlite"


def data_folder(environ: Mapping[str, str]) -> DataFolder:
    """The folder named by ``COLLOQUY_DATA``, else ``./data``."""
    return DataFolder(Path(environ.get(VARIABLE) or "data"))
