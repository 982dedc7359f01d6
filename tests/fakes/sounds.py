"""Recordings in memory, in place of the blobs of a log."""

from replay.datasets.rows import Clip


class MemorySounds:
    """`replay.datasets.formats.writer.Sounds` from a dictionary by SHA-256."""

    def __init__(self, recordings: dict[str, bytes]) -> None:
        self.recordings = recordings

    def read(self, clip: Clip) -> bytes:
        """The recording of the clip's blob."""
        return self.recordings[clip.blob.sha256]
