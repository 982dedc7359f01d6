"""NeMo manifests: a JSON object a line with ``audio_filepath``, ``duration`` and ``text``; sounds lie beside them.

After NVIDIA's guide "Datasets" for speech recognition: a relative ``audio_filepath`` is taken from the manifest's
folder, further fields are allowed.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from replay.datasets.formats.gathering import gather, gathered, keep_lines, splits_of
from replay.datasets.formats.sound import file_id, sound_file
from replay.datasets.formats.spoken import language_of, speaker_of, text_of
from replay.datasets.formats.writer import About, Part, Sounds
from replay.datasets.rows import Row


class NemoManifest:
    """Writes ``SPLIT_manifest.json`` and ``audio/SPLIT/….flac``."""

    parted = True

    def write(self, part: Part, rows: Iterator[Row], sounds: Sounds, folder: Path, about: About) -> None:
        """See `Writer.write`."""
        keep_lines(folder, part, "manifest", (_line(row, part, sounds, folder, about) for row in rows if row.audio))

    def finish(self, parts: Sequence[Part], folder: Path, about: About) -> None:
        """The manifests."""
        for split, own in splits_of(parts):
            gather(folder, own, "manifest", folder / f"{split}_manifest.json")
        gathered(folder)


def _line(row: Row, part: Part, sounds: Sounds, folder: Path, about: About) -> str:
    assert row.audio is not None
    sound = sound_file(row.audio, sounds)
    path = Path("audio", part.split, f"{file_id(row.id)}.{sound.suffix}")
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(sound.data)
    entry = {
        "audio_filepath": path.as_posix(),
        "duration": round(sound.duration_s, 6),
        "text": text_of(row),
        "lang": language_of(row, about.language),
        "speaker": speaker_of(row),
        "id": row.id,
    }
    return msgspec.json.encode(entry).decode()
