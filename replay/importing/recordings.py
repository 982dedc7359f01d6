"""Any folder of recordings, with texts beside them or in a ``.jsonl``, as a corpus. Writes nothing.

A text lies beside its recording under the same name (``.txt``, else ``.lab``), or stands in a line of a ``.jsonl`` in
the folder: ``{"audio": "a/1.wav", "text": "…", "reference": "…", "speaker": "…", …}`` (see `Line`; NeMo's manifests are
such files too). A speaker is what the line says, else the folder that the recording lies in, counted from the top.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from replay.importing.corpus import HASH_DIGITS, Corpus, Fault, Speaker, Utterance, age_group_of, gender_of
from replay.importing.errors import NotACorpus

ENDINGS = frozenset(".wav .flac .ogg .oga .opus .mp3 .m4a .mp4 .webm".split())
TEXT_ENDINGS = (".txt", ".lab")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,60}")


class Options(Struct, frozen=True, kw_only=True):
    """What a person says about all recordings of a folder.

    ``learner_prefix`` begins the learners' pseudonyms; the speakers' own names are hashed unless ``keep_names``.
    ``speaker_folder`` is the level of folders that names speakers, 1 for those in the folder itself. ``consent`` is
    what the learners' consent to training rests on, "" for none. ``read_aloud`` says that texts are what should be
    said, not what was heard.
    """

    name: str
    learner_prefix: str
    keep_names: bool = False
    speaker_folder: int = 1
    first_language: str = ""
    language: str = "en"
    licence: str = ""
    consent: str = ""
    read_aloud: bool = False


class Line(Struct, frozen=True, kw_only=True):
    """A line of a ``.jsonl``; ``audio`` (or NeMo's ``audio_filepath``) counts from the file's folder."""

    audio: str = ""
    audio_filepath: str = ""
    text: str = ""
    reference: str = ""
    speaker: str | int | None = None
    age: float | None = None
    gender: str = ""
    first_language: str = ""


class Recording(Struct, frozen=True, kw_only=True):
    """A file, and what a line says of it; None where none does."""

    path: Path
    line: Line | None = None


def read_recordings(folder: Path, options: Options) -> Corpus:
    """The recordings under ``folder``, by path; hidden files are left out. Raises `NotACorpus` when there are none."""
    faults: list[Fault] = []
    files = sorted(_files(folder, faults)) if folder.is_dir() else []
    found: dict[Path, Recording] = {path: Recording(path=path) for path in files if path.suffix.lower() in ENDINGS}
    named: set[Path] = set()
    for path in files:
        if path.suffix.lower() == ".jsonl":
            for place, told in _lines(folder, path):
                if isinstance(told, Fault):
                    faults.append(told)
                elif told.path in named:
                    faults.append(
                        Fault(place, "duplicate id", f"an earlier line has {told.path.name}; that one counts")
                    )
                else:
                    named.add(told.path)
                    found[told.path] = told
    if not found and not faults:
        raise NotACorpus(folder, f"recordings ({' '.join(sorted(ENDINGS))}) in it or in folders below, or a .jsonl")
    faults.extend(_without_audio(folder, files, found))
    made = [_utterance(folder, recording, options) for recording in found.values()]
    faults.extend(each for each in made if isinstance(each, Fault))
    return Corpus(
        name=options.name,
        layout=f"{folder} (recordings)",
        utterances=tuple(each for each in made if isinstance(each, Utterance)),
        faults=tuple(faults),
        licence=options.licence,
        consent=options.consent,
        language=options.language,
    )


def _files(folder: Path, faults: list[Fault]) -> Iterator[Path]:
    def refused(error: OSError) -> None:
        faults.append(Fault(str(error.filename), "unreadable folder", str(error)))

    for place, inside, names in os.walk(folder, onerror=refused):
        inside[:] = [name for name in inside if not name.startswith(".")]
        yield from (Path(place, name) for name in names if not name.startswith("."))


def _lines(folder: Path, path: Path) -> Iterator[tuple[str, Recording | Fault]]:
    decoder = msgspec.json.Decoder(Line)
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        yield "", Fault(_told(folder, path), "unreadable file", str(error))
        return
    for number, data in enumerate(lines, 1):
        place = f"{_told(folder, path)} line {number}"
        if not data.strip():
            continue
        try:
            line = decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            yield place, Fault(place, "malformed line", str(error))
            continue
        audio = line.audio or line.audio_filepath
        if not audio:
            yield place, Fault(place, "malformed line", "it names no recording; give it as `audio`")
        else:
            yield place, Recording(path=Path(os.path.normpath(path.parent / audio)), line=line)


def _without_audio(folder: Path, files: list[Path], found: dict[Path, Recording]) -> Iterator[Fault]:
    """Texts whose recording is not there; other text files lie in folders of recordings too."""
    audio = {path.with_suffix("") for path in found}
    told_in = {path.parent for path in files if path.suffix.lower() == ".txt" and path.with_suffix("") in audio}
    for path in files:
        wanted = path.suffix.lower() == ".lab" or (path.suffix.lower() == ".txt" and path.parent in told_in)
        if wanted and path.with_suffix("") not in audio:
            yield Fault(_told(folder, path), "missing audio", "a text without a recording of the same name")


def _utterance(folder: Path, recording: Recording, options: Options) -> Utterance | Fault:
    name = _told(folder, recording.path)
    line = recording.line or Line()
    try:
        text = line.text if recording.line is not None and line.text else _text_beside(recording.path)
    except UnicodeDecodeError as error:
        return Fault(name, "unreadable text", f"{error}; write it as UTF-8")
    speaker = _speaker(folder, recording.path, line, options)
    if isinstance(speaker, Fault):
        return speaker
    aloud = options.read_aloud and not line.reference
    return Utterance(
        id=_hash(options.name, name),
        name=name,
        speaker=speaker,
        audio=recording.path,
        reference=text if aloud else line.reference,
        text="" if aloud else text,
    )


def _text_beside(path: Path) -> str:
    """The text of the same name, its white space made single; "" for none. Raises UnicodeDecodeError."""
    for ending in TEXT_ENDINGS:
        beside = path.with_suffix(ending)
        if beside.is_file():
            return " ".join(beside.read_text(encoding="utf-8-sig").split())
    return ""


def _speaker(folder: Path, path: Path, line: Line, options: Options) -> Speaker | Fault:
    own = str(line.speaker) if line.speaker is not None else _folder_of(folder, path, options.speaker_folder)
    if options.keep_names and not _NAME.fullmatch(own or options.name):
        return Fault(_told(folder, path), "unusable speaker", f"{own!r} cannot stand in a learner's name as it is")
    known = own if options.keep_names else _hash(options.name, own)[:10]
    return Speaker(
        learner=f"{options.learner_prefix}-{known or 'speaker'}",
        age_group=age_group_of(line.age),
        gender=gender_of(line.gender),
        first_language=line.first_language or options.first_language,
    )


def _folder_of(folder: Path, path: Path, level: int) -> str:
    """The name of the folder at a level below ``folder``, "" where there is none."""
    parts = path.relative_to(folder).parts[:-1] if path.is_relative_to(folder) else ()
    return "/".join(parts[level - 1 : level])


def _told(folder: Path, path: Path) -> str:
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


def _hash(corpus: str, name: str) -> str:
    """Names files and speakers in the log, which keeps such names in the clear for ever."""
    return hashlib.sha256(f"{corpus}\0{name}".encode()).hexdigest()[:HASH_DIGITS]
