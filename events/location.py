"""Where the data lies: one folder for the log, the blobs and the views. Opens none of them."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from events.served import LOG_VARIABLE, POSTGRES_FOLDER, SQLITE, SQLITE_FILE, logs_of, without_password

VARIABLE = "COLLOQUY_DATA"
MASTER_KEY_VARIABLE = "COLLOQUY_MASTER_KEY"


class DataFolder(Struct, frozen=True):
    """The data folder and the places in it; nothing is made until it is first written.

    ``log_url`` places the log elsewhere: a ``postgresql://`` URL, or embedded-postgres. ``master_key`` gives the master
    keys (see `events.sealing.master_keys`) instead of the file in the folder. ``named`` tells whether somebody chose
    the log, or the folder itself told which (see `events.served`).
    """

    root: Path
    log_url: str = ""
    master_key: str = ""
    named: bool = True

    def __repr__(self) -> str:
        # Neither the master key nor a password belongs into a log.
        return f"DataFolder({self.root}, {self.log_name})"

    @property
    def log(self) -> Path:
        """The SQLite file of the event log."""
        return self.root / SQLITE_FILE

    @property
    def log_name(self) -> str:
        """Where the log is, for people: without a password."""
        return without_password(self.log_url) or str(self.log)

    @property
    def keys(self) -> Path:
        """The SQLite file of the learners' wrapped keys, for a log in SQLite."""
        return self.root / "keys.sqlite"

    @property
    def master_keys(self) -> Path:
        """The file of the master keys, unless they are given; of each log its own, for they are rotated apart."""
        return self.root / ("master.postgres.keys" if self.log_url else "master.keys")

    @property
    def shared_master_keys(self) -> Path:
        """Where the master keys of a log in PostgreSQL were before they had a file of their own."""
        return self.root / "master.keys"

    @property
    def forgotten(self) -> Path:
        """The folder of what was written about each learner who has been forgotten."""
        return self.root / "forgotten"

    @property
    def datasets(self) -> Path:
        """The register of the datasets made from the log."""
        return self.root / "datasets" / "register.json"

    def models(self, kind: str) -> Path:
        """The folder of the trained models of a kind of engine, each in a folder named by its version."""
        return self.root / "models" / kind

    @property
    def postgres(self) -> Path:
        """The folder of the embedded PostgreSQL server."""
        return self.root / POSTGRES_FOLDER

    @property
    def relay(self) -> Path:
        """The checkpoint of the relay to Kafka."""
        return self.root / "relay.json"

    @property
    def blobs(self) -> Path:
        """The folder of the blobs."""
        return self.root / "blobs"

    @property
    def views(self) -> Path:
        """The SQLite file of the projections' views."""
        return self.root / "views.sqlite"


def data_folder(environ: Mapping[str, str]) -> DataFolder:
    """The folder named by ``COLLOQUY_DATA``, else ``./data``, with the log that ``COLLOQUY_LOG`` names.

    When that names none, with the log that the folder was last served with, or else holds.
    """
    root = Path(environ.get(VARIABLE) or "data")
    named = environ.get(LOG_VARIABLE, "")
    log = named or next(iter(logs_of(root)), SQLITE)
    return DataFolder(root, "" if log == SQLITE else log, environ.get(MASTER_KEY_VARIABLE, ""), bool(named))


def environment_of(folder: DataFolder) -> dict[str, str]:
    """The variables by which `data_folder` finds the same folder in another process."""
    return {
        VARIABLE: str(folder.root.absolute()),
        LOG_VARIABLE: folder.log_url or SQLITE,
        MASTER_KEY_VARIABLE: folder.master_key,
    }
