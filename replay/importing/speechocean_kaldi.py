"""speechocean762 as it is published: Kaldi's data folders ``train`` and ``test``, ``WAVE``, and the scores as JSON.

https://github.com/jimbozhang/speechocean762 (README.md) describes the files. ``scores.json`` has each figure once,
``scores-detail.json`` every expert's own; both lay beside ``train`` before they moved into ``resource``.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Raw, Struct, field

from replay.importing.corpus import Fault, Speaker, Utterance, age_group_of, gender_of
from replay.importing.errors import CorpusUnreadable
from replay.importing.speechocean_ratings import Sentence, Unmatched, Word, rated

PARTS = ("train", "test")
LAYOUT = "the corpus as published"
WANTED = "WAVE, train/wav.scp or test/wav.scp with text and utt2spk, resource/scores.json"
FIRST_LANGUAGE = "zh"
Experts = tuple[float, ...]
Table = dict[str, str]


class Mispronunciation(Struct, frozen=True):
    """Phone ``index`` of a word was said as another one."""

    index: int
    pronounced: str = field(name="pronounced-phone", default="")


class ScoredWord(Struct, frozen=True):
    """A word in ``scores.json``; ``phones`` was one string in the first releases."""

    text: str
    accuracy: float
    stress: float
    total: float
    phones: str | tuple[str, ...] = ()
    phones_accuracy: tuple[float | None, ...] | None = field(name="phones-accuracy", default=None)
    mispronunciations: tuple[Mispronunciation, ...] = ()


class Scored(Struct, frozen=True):
    """An utterance in ``scores.json``; ``completeness`` is 0..1 in the first releases, 0..10 in later ones."""

    accuracy: float
    completeness: float
    fluency: float
    prosodic: float
    total: float
    words: tuple[ScoredWord, ...]


class DetailedWord(Struct, frozen=True):
    """A word in ``scores-detail.json``: the figures of each expert, and the phones as each wrote them."""

    accuracy: Experts = ()
    stress: Experts = ()
    total: Experts = ()
    phones: tuple[str, ...] = ()


class Detailed(Struct, frozen=True):
    """An utterance in ``scores-detail.json``."""

    accuracy: Experts = ()
    completeness: Experts = ()
    fluency: Experts = ()
    prosodic: Experts = ()
    total: Experts = ()
    words: tuple[DetailedWord, ...] = ()


class Scores:
    """The score files of a corpus. Raises `CorpusUnreadable` when one is not JSON."""

    def __init__(self, folder: Path) -> None:
        place = folder / "resource" if (folder / "resource" / "scores.json").is_file() else folder
        self._scores = _objects(place / "scores.json")
        self._details = _objects(place / "scores-detail.json") if (place / "scores-detail.json").is_file() else {}
        self._phones = _table(place / "text-phone")[0] if (place / "text-phone").is_file() else {}
        self._share = 10.0 if any(map(_beyond_one, self._scores.values())) else 1.0

    def of(self, utterance: str) -> tuple[Sentence, tuple[Word, ...]]:
        """How an utterance was judged. Raises KeyError, `msgspec.DecodeError` or `Unmatched`."""
        scored = msgspec.json.decode(self._scores[utterance], type=Scored)
        raw = self._details.get(utterance)
        detailed = msgspec.json.decode(raw, type=Detailed) if raw is not None else Detailed()
        if detailed.words and len(detailed.words) != len(scored.words):
            raise Unmatched(f"{len(scored.words)} words in scores.json and {len(detailed.words)} in scores-detail.json")
        words = [
            self._word(f"{utterance}.{index}", word, detailed.words[index] if detailed.words else DetailedWord())
            for index, word in enumerate(scored.words)
        ]
        scale = 10.0 if any(share > 1 for share in detailed.completeness) else 1.0
        figures = {
            "accuracy": scored.accuracy,
            "completeness": scored.completeness / self._share,
            "fluency": scored.fluency,
            "prosodic": scored.prosodic,
            "total": scored.total,
            "accuracy_experts": detailed.accuracy,
            "completeness_experts": tuple(share / scale for share in detailed.completeness),
            "fluency_experts": detailed.fluency,
            "prosodic_experts": detailed.prosodic,
            "total_experts": detailed.total,
        }
        return msgspec.convert(figures, Sentence), tuple(words)

    def _word(self, place: str, word: ScoredWord, detail: DetailedWord) -> Word:
        phones = tuple(word.phones.split()) if isinstance(word.phones, str) else word.phones
        phones = phones or tuple(phone.rpartition("_")[0] or phone for phone in self._phones.get(place, "").split())
        heard = {each.index: each.pronounced for each in word.mispronunciations}
        figures = {
            "text": word.text,
            "accuracy": word.accuracy,
            "stress": word.stress,
            "total": word.total,
            "phones": phones,
            "phones_accuracy": word.phones_accuracy,
            "heard": tuple(heard.get(index, "") for index in range(len(phones))),
            "accuracy_experts": detail.accuracy,
            "stress_experts": detail.stress,
            "total_experts": detail.total,
            "phones_experts": detail.phones,
        }
        return msgspec.convert(figures, Word)


class _Completeness(Struct, frozen=True):
    completeness: float = 0.0


def _beyond_one(raw: Raw) -> bool:
    """Whether an utterance shows that completeness is 0..10; one that cannot be read shows nothing."""
    try:
        return msgspec.json.decode(raw, type=_Completeness).completeness > 1
    except msgspec.DecodeError:
        return False


def is_in(folder: Path) -> bool:
    """Whether the folder has this layout."""
    scored = (folder / "resource" / "scores.json").is_file() or (folder / "scores.json").is_file()
    return scored and any((folder / part / "wav.scp").is_file() for part in PARTS)


def read(folder: Path, name: str) -> tuple[tuple[Utterance, ...], tuple[Fault, ...]]:
    """The utterances in the order of Kaldi's files, and what is none. Raises `CorpusUnreadable`."""
    scores = Scores(folder)
    utterances: dict[str, Utterance] = {}
    faults: list[Fault] = []
    for part in PARTS:
        if not (folder / part / "wav.scp").is_file():
            continue
        for found in _Part(folder, part, name, scores).read():
            if isinstance(found, Fault):
                faults.append(found)
            elif found.id in utterances:
                faults.append(Fault(f"{part}/wav.scp: {found.id}", "duplicate id", "another part of the corpus has it"))
            else:
                utterances[found.id] = found
    return tuple(utterances.values()), tuple(faults)


class _Part:
    """One of Kaldi's data folders."""

    def __init__(self, folder: Path, part: str, name: str, scores: Scores) -> None:
        self._folder, self._part, self._name, self._scores = folder, part, name, scores
        self._faults: list[Fault] = []
        self._audio, self._text, self._speakers = self._read("wav.scp"), self._read("text"), self._read("utt2spk")
        self._ages, self._genders = self._read("spk2age"), self._read("spk2gender")

    def read(self) -> Iterator[Utterance | Fault]:
        """What the folder holds, in the order of ``wav.scp``."""
        yield from self._faults
        for utterance in self._audio:
            yield self._utterance(utterance)
        for utterance in self._text:
            if utterance not in self._audio:
                yield Fault(f"{self._part}/text: {utterance}", "missing audio", "wav.scp does not name it")

    def _utterance(self, utterance: str) -> Utterance | Fault:
        place = f"{self._part}/wav.scp: {utterance}"
        for table, problem, file in (
            (self._text, "missing text", "text"),
            (self._speakers, "missing speaker", "utt2spk"),
        ):
            if utterance not in table:
                return Fault(place, problem, f"{self._part}/{file} does not name it")
        audio = self._audio[utterance]
        if audio.endswith("|"):
            return Fault(place, "missing audio", "wav.scp gives a command, and none is run here; write the files out")
        try:
            sentence, words = self._scores.of(utterance)
            rating = rated(sentence, words)
        except KeyError:
            return Fault(place, "missing scores or fields", "scores.json does not name it")
        except (msgspec.DecodeError, Unmatched) as error:
            return Fault(f"scores of {utterance}", "scores or fields out of their range", str(error))
        return Utterance(
            id=utterance,
            name=audio,
            speaker=self._speaker(self._speakers[utterance]),
            audio=self._folder / audio,
            reference=self._text[utterance],
            rating=rating,
        )

    def _speaker(self, speaker: str) -> Speaker:
        age = self._ages.get(speaker, "")
        return Speaker(
            learner=f"{self._name}-{speaker}",
            age_group=age_group_of(int(age) if age.isdecimal() else None),
            gender=gender_of(self._genders.get(speaker, "")),
            first_language=FIRST_LANGUAGE,
            part=self._part,
        )

    def _read(self, file: str) -> Table:
        path = self._folder / self._part / file
        if not path.is_file():
            self._faults.append(Fault(f"{self._part}/{file}", "missing file", "whatever it would tell is missing too"))
            return {}
        table, faults = _table(path)
        self._faults.extend(Fault(f"{self._part}/{file} {place}", problem) for place, problem in faults)
        return table


def _table(path: Path) -> tuple[Table, list[tuple[str, str]]]:
    """Key and rest of each line of one of Kaldi's text files, and what is wrong with others. The first one counts."""
    table: Table = {}
    faults: list[tuple[str, str]] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusUnreadable(path, str(error)) from error
    for number, line in enumerate(lines, 1):
        key, _, rest = line.strip().replace("\t", " ").partition(" ")
        if not key:
            continue
        if not rest.strip():
            faults.append((f"line {number}", "malformed line"))
        elif key in table:
            faults.append((f"line {number}", "duplicate id"))
        else:
            table[key] = rest.strip()
    return table, faults


def _objects(path: Path) -> dict[str, Raw]:
    """The members of a JSON object, not decoded yet."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Raw])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CorpusUnreadable(path, str(error)) from error
