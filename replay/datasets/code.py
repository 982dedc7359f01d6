"""Which code makes datasets: the program's version, and a digest of the sources that rows come from."""

import hashlib
from functools import cache
from pathlib import Path

import events
import replay

VERSION = "0.1.0"


@cache
def code_version() -> str:
    """``VERSION+DIGEST``: the same on every machine with the same sources of events, datasets and quality."""
    whole = hashlib.sha256()
    for package, rooms in ((events, ("",)), (replay, ("datasets", "quality"))):
        root = Path(str(package.__file__)).parent
        for room in rooms:
            for path in sorted((root / room).rglob("*.py")):
                whole.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{VERSION}+{whole.hexdigest()[:12]}"
