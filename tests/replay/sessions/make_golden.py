"""``python -m tests.replay.sessions.make_golden NAME LOG.jsonl``: turns an exported session into a golden lesson.

Export one with ``python -m events export LOG.jsonl --stream SESSION``. A golden lesson never changes; when code gives
other bytes for it, either the code is wrong or the change needs a new version of an event.
"""

import shutil
import sys
from pathlib import Path

from events.archive import read_archive
from replay.sessions.golden import hash_as_payload
from replay.sessions.session import digest_of, frames_of, header_of, state_json, state_of

FOLDER = Path(__file__).parents[2] / "golden" / "lessons"


def main(name: str, log: Path) -> None:
    """Write the lesson's folder; one that is there is left alone."""
    folder = FOLDER / name
    folder.mkdir(parents=True)
    shutil.copy(log, folder / "log.jsonl")
    recorded = tuple(read_archive(log))
    frames = frames_of(recorded, hash_as_payload)
    (folder / "state.json").write_bytes(state_json(state_of(recorded)) + b"\n")
    (folder / "messages.jsonl").write_text("\n".join(map(header_of, frames)) + "\n")
    (folder / "digest.txt").write_text(digest_of(frames) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
