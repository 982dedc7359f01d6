"""Kaldi data folders: one a split, with wav.scp, text, utt2spk, spk2utt and utt2dur, all sorted.

After Kaldi's "Data preparation": an utterance's id begins with its speaker's, so that both orders are one; files are
sorted as in the C locale. Paths in wav.scp count from the folder that holds the splits: run Kaldi's recipes from there.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from replay.datasets.formats.gathering import gather, gathered, keep_lines, splits_of
from replay.datasets.formats.sound import file_id, wav_file
from replay.datasets.formats.spoken import speaker_of, text_of
from replay.datasets.formats.writer import About, Part, Sounds
from replay.datasets.rows import Row

FILES = ("wav.scp", "text", "utt2spk", "utt2dur")


class KaldiFolder:
    """Writes ``SPLIT/{wav.scp,text,…}`` and ``audio/SPLIT/….wav``."""

    parted = True

    def write(self, part: Part, rows: Iterator[Row], sounds: Sounds, folder: Path, about: About) -> None:
        """See `Writer.write`."""
        lines = sorted(_lines(row, part, sounds, folder) for row in rows if row.audio)
        for number, name in enumerate(FILES):
            keep_lines(folder, part, name, (line[number] for line in lines))

    def finish(self, parts: Sequence[Part], folder: Path, about: About) -> None:
        """Each split's files, merged from those of its parts."""
        for split, own in splits_of(parts):
            for name in FILES:
                gather(folder, own, name, folder / split / name, merged=True)
            _write_speakers(folder / split)
        gathered(folder)


def _lines(row: Row, part: Part, sounds: Sounds, folder: Path) -> tuple[str, ...]:
    """The row's line of each of `FILES`; writes its sound."""
    assert row.audio is not None
    speaker = file_id(speaker_of(row))
    utterance = f"{speaker}-{file_id(row.id)}"
    sound = wav_file(row.audio, sounds)
    path = Path("audio", part.split, f"{utterance}.wav")
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(sound.data)
    return (
        f"{utterance} {path.as_posix()}",
        f"{utterance} {text_of(row)}",
        f"{utterance} {speaker}",
        f"{utterance} {sound.duration_s:.6f}",
    )


def _write_speakers(folder: Path) -> None:
    """spk2utt, from utt2spk, whose lines of a speaker stand together."""
    with (
        open(folder / "utt2spk", encoding="utf-8") as utterances,
        open(folder / "spk2utt", "w", encoding="utf-8", newline="\n") as speakers,
    ):
        pairs = (line.split() for line in utterances)
        for speaker, group in groupby(pairs, key=lambda pair: pair[1]):
            speakers.write(" ".join((speaker, *(utterance for utterance, _ in group))) + "\n")
