"""Which code makes datasets: the program's version, and a digest of the sources that rows come from."""

import hashlib
from functools import cache
from pathlib import Path

import events
import policies
import replay

VERSION = "0.1.0"


@cache
def code_version() -> str:
    """``VERSION+DIGEST``: the same on every machine with the same sources of events, tutors, datasets and quality."""
    whole = hashlib.sha256()
    sources = (
        (events, ("**/*.py",)),
        (policies, ("tutors.py",)),
        (replay, ("datasets/**/*.py", "quality/**/*.py")),
    )
    for package, patterns in sources:
        root = Path(str(package.__file__)).parent
        for pattern in patterns:
            for path in sorted(root.glob(pattern)):
                whole.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{VERSION}+{whole.hexdigest()[:12]}"
