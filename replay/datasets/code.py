"""Which code made something: the program's version, and a digest of the sources that it came from."""

import hashlib
from functools import cache
from pathlib import Path
from types import ModuleType

import events
import policies
import replay

VERSION = "0.1.0"


@cache
def code_version() -> str:
    """``VERSION+DIGEST``: the same on every machine with the same sources of events, tutors, datasets and quality."""
    return version_of(
        (events, ("**/*.py",)),
        (policies, ("tutors.py",)),
        (replay, ("datasets/**/*.py", "quality/**/*.py")),
    )


def version_of(*sources: tuple[ModuleType, tuple[str, ...]]) -> str:
    """``VERSION+DIGEST`` of the files of packages that fit their patterns."""
    whole = hashlib.sha256()
    for package, patterns in sources:
        root = Path(str(package.__file__)).parent
        for pattern in patterns:
            for path in sorted(root.glob(pattern)):
                whole.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{VERSION}+{whole.hexdigest()[:12]}"
