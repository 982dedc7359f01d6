"""Lhotse cuts as Shar: for each part a file of cuts and a tar of their recordings, for `CutSet.from_shar(in_dir=…)`.

Written without the library, which imports torch and with it four gigabytes of CUDA; the layout is that of
`lhotse.shar.SharWriter` (Lhotse 1.33): ``cuts.NNNNNN.jsonl.gz`` has a MonoCut a line whose recording is a placeholder,
``recording.NNNNNN.tar`` in the same order the sound and the manifest of each.
"""

import gzip
import io
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from replay.datasets.formats.sound import SoundFile, file_id, sound_file
from replay.datasets.formats.spoken import language_of, speaker_of, text_of, words_of
from replay.datasets.formats.writer import About, Part, Sounds
from replay.datasets.rows import Row


class LhotseShar:
    """Writes ``SPLIT/cuts.NNNNNN.jsonl.gz`` and ``SPLIT/recording.NNNNNN.tar``, a pair a part."""

    parted = True

    def write(self, part: Part, rows: Iterator[Row], sounds: Sounds, folder: Path, about: About) -> None:
        """See `Writer.write`."""
        split = folder / part.split
        split.mkdir(exist_ok=True)
        number = f"{part.number:06}"
        with (
            open(split / f"cuts.{number}.jsonl.gz", "wb") as file,
            # Neither a time nor a name in the head of the file: equal cuts are equal bytes.
            gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0, compresslevel=6) as cuts,
            open(split / f"recording.{number}.tar", "wb") as sound_tar,
            tarfile.open(fileobj=sound_tar, mode="w|", format=tarfile.USTAR_FORMAT) as tar,
        ):
            for row in rows:
                if row.audio is None:
                    continue
                sound, key = sound_file(row.audio, sounds), file_id(row.id)
                recording = _recording(key, sound)
                cuts.write(msgspec.json.encode(_cut(row, key, sound, recording, about)) + b"\n")
                _add(tar, f"{key}.{sound.suffix}", sound.data)
                _add(tar, f"{key}.json", msgspec.json.encode(recording) + b"\n")

    def finish(self, parts: Sequence[Part], folder: Path, about: About) -> None:
        """Nothing is common to all parts."""


def _recording(key: str, sound: SoundFile) -> dict[str, Any]:
    """A `lhotse.Recording` whose sound is in the tar beside it."""
    return {
        "id": key,
        "sources": [{"type": "shar", "channels": [0], "source": ""}],
        "sampling_rate": sound.sample_rate_hz,
        "num_samples": sound.samples,
        "duration": sound.duration_s,
        "channel_ids": [0],
    }


def _cut(row: Row, key: str, sound: SoundFile, recording: dict[str, Any], about: About) -> dict[str, Any]:
    """A `lhotse.MonoCut` of the whole recording with one supervision, and all else that the row has as custom."""
    words = [[word.text, word.start_s, word.duration_s, word.score] for word in words_of(row)]
    supervision = {
        "id": key,
        "recording_id": key,
        "start": 0.0,
        "duration": sound.duration_s,
        "channel": 0,
        "text": text_of(row),
        "language": language_of(row, about.language),
        "speaker": speaker_of(row),
    }
    if words:
        supervision["alignment"] = {"word": words}
    return {
        "id": key,
        "start": 0.0,
        "duration": sound.duration_s,
        "channel": 0,
        "supervisions": [supervision],
        "recording": recording,
        "custom": {"row": row.id, "columns": row.columns, "lineage": row.lineage, "quality": row.quality},
        "type": "MonoCut",
    }


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    """An entry without owner, and of the year 1970."""
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    entry.mode = 0o444
    tar.addfile(entry, io.BytesIO(data))
