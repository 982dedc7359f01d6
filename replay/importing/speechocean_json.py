"""speechocean762 as ``utterances.jsonl`` (an utterance a line) beside the recordings that its lines name."""

from pathlib import Path

import msgspec

from replay.importing.corpus import Fault, Speaker, Utterance, age_group_of, gender_of
from replay.importing.errors import CorpusUnreadable
from replay.importing.speechocean_ratings import Sentence, Unmatched, Word, rated

FILE = "utterances.jsonl"
LAYOUT = "one line of JSON an utterance"
WANTED = f"{FILE} and the recordings that it names"
FIRST_LANGUAGE = "zh"


class Line(Sentence, frozen=True, kw_only=True):
    """A line of the file; ``audio`` is a path from the folder of the file, ``age`` in years."""

    id: str
    audio: str
    speaker: str
    age: int
    gender: str
    text: str
    words: tuple[Word, ...]


def is_in(folder: Path) -> bool:
    """Whether the folder has this layout."""
    return (folder / FILE).is_file()


def read(folder: Path, name: str) -> tuple[tuple[Utterance, ...], tuple[Fault, ...]]:
    """The utterances in the order of the file, and the lines that are none. Raises `CorpusUnreadable`."""
    decoder = msgspec.json.Decoder(Line)
    part = next((part for part in ("train", "test") if part in folder.name), "")
    utterances, faults, seen = [], [], set()
    try:
        lines = (folder / FILE).read_bytes().splitlines()
    except OSError as error:
        raise CorpusUnreadable(folder / FILE, str(error)) from error
    for number, data in enumerate(lines, 1):
        if not data.strip():
            continue
        place = f"{FILE} line {number}"
        try:
            line = decoder.decode(data)
            utterance = _utterance(folder, name, part, line)
        except (msgspec.DecodeError, UnicodeDecodeError, Unmatched) as error:
            faults.append(Fault(place, _problem(error), str(error)))
            continue
        if line.id in seen:
            faults.append(Fault(place, "duplicate id", f"{line.id} stands on an earlier line; that one is taken"))
            continue
        seen.add(line.id)
        utterances.append(utterance)
    return tuple(utterances), tuple(faults)


def _problem(error: Exception) -> str:
    if isinstance(error, msgspec.ValidationError | Unmatched):
        missing = "missing required field" in str(error)
        return "missing scores or fields" if missing else "scores or fields out of their range"
    return "malformed line"


def _utterance(folder: Path, name: str, part: str, line: Line) -> Utterance:
    speaker = Speaker(
        learner=f"{name}-{line.speaker}",
        age_group=age_group_of(line.age),
        gender=gender_of(line.gender),
        first_language=FIRST_LANGUAGE,
        part=part,
    )
    rating = rated(line, line.words)
    return Utterance(
        id=line.id,
        name=line.audio,
        speaker=speaker,
        audio=folder / line.audio,
        reference=line.text,
        rating=rating,
    )
