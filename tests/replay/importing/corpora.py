"""Small corpora for the tests, with tones instead of voices, in the layouts that are imported."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

RATE_HZ = 16_000
SPEAKERS = {"0001": (9, "f"), "0002": (15, "m"), "0003": (31, "f")}
"""Age and gender by speaker."""
TEXT = "A BEAR"


def tone(path: Path, *, hz: float = 220.0, seconds: float = 0.5) -> Path:
    """A tone in a file, of the format that its ending names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = 0.3 * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)
    if path.suffix == ".opus":
        soundfile.write(path, samples, RATE_HZ, format="OGG", subtype="OPUS")
    else:
        soundfile.write(path, samples, RATE_HZ, format=path.suffix[1:].upper())
    return path


def line(speaker: str, number: int) -> dict[str, Any]:
    """An utterance of ``utterances.jsonl``: two experts, who differ about the second word."""
    age, gender = SPEAKERS[speaker]
    return {
        "id": f"{speaker}{number:04d}",
        "audio": f"audio/{speaker}{number:04d}.opus",
        "duration_s": 0.5,
        "speaker": speaker,
        "age": age,
        "gender": gender,
        "text": TEXT,
        "accuracy": 7.5,
        "accuracy_experts": [7.0, 8.0],
        "fluency": 9.0,
        "fluency_experts": [9.0, 9.0],
        "prosodic": 8.0,
        "prosodic_experts": [7.0, 9.0],
        "total": 7.75,
        "total_experts": [7.6, 7.9],
        "completeness": 0.75,
        "completeness_experts": [0.5, 1.0],
        "words": [
            word("A", 10.0, ["AH0"], [2.0]),
            word("BEAR", 5.0, ["B", "EH0", "R"], [2.0, 0.5, 1.5]),
        ],
    }


def word(text: str, score: float, phones: list[str], accuracies: list[float] | None) -> dict[str, Any]:
    """A word of such a line."""
    figures = {"accuracy": score, "stress": 10.0, "total": score}
    return {"text": text, **figures, "phones": phones, "phones_accuracy": accuracies, "n_experts_aligned": 2}


def write_lines(folder: Path, lines: list[dict[str, Any] | str]) -> Path:
    """``utterances.jsonl`` and, for each line that is one, its recording."""
    for number, each in enumerate(lines):
        if not isinstance(each, str):
            tone(folder / each["audio"], hz=200 + 10 * number)
    texts = [each if isinstance(each, str) else json.dumps(each) for each in lines]
    (folder / "utterances.jsonl").write_text("\n".join(texts) + "\n")
    return folder


def json_corpus(folder: Path, each: int = 2) -> Path:
    """All speakers with ``each`` utterances, an utterance a line."""
    return write_lines(folder, [line(speaker, n) for speaker in SPEAKERS for n in range(1, each + 1)])


def kaldi_corpus(folder: Path, each: int = 2) -> Path:
    """The same as published: speakers 0001 and 0003 in train, 0002 in test; completeness is 0..10 there."""
    scores, details = {}, {}
    for part, speakers in (("train", ("0001", "0003")), ("test", ("0002",))):
        tables: dict[str, list[str]] = {name: [] for name in ("wav.scp", "text", "utt2spk", "spk2age", "spk2gender")}
        for speaker in speakers:
            age, gender = SPEAKERS[speaker]
            tables["spk2age"].append(f"{speaker}\t{age}")
            tables["spk2gender"].append(f"{speaker}\t{gender}")
            for number in range(1, each + 1):
                utterance = f"{speaker}{number:04d}"
                audio = f"WAVE/SPEAKER{speaker}/{utterance}.WAV"
                tone(folder / audio, hz=300 + int(speaker) * 50 + number)
                tables["wav.scp"].append(f"{utterance}\t{audio}")
                tables["text"].append(f"{utterance}\t{TEXT}")
                tables["utt2spk"].append(f"{utterance}\t{speaker}")
                scores[utterance], details[utterance] = _scores()
        (folder / part).mkdir(parents=True)
        for name, rows in tables.items():
            (folder / part / name).write_text("\n".join(rows) + "\n")
    (folder / "resource").mkdir()
    (folder / "resource" / "scores.json").write_text(json.dumps(scores))
    (folder / "resource" / "scores-detail.json").write_text(json.dumps(details))
    return folder


def _scores() -> tuple[dict[str, Any], dict[str, Any]]:
    """An utterance in ``scores.json`` and in ``scores-detail.json``."""
    ten = {"accuracy": 10, "stress": 10, "total": 10}
    bear = {"accuracy": 5, "stress": 10, "total": 5, "text": "BEAR", "phones": ["B", "EH0", "R"]}
    wrong = [{"canonical-phone": "EH0", "index": 1, "pronounced-phone": "AA"}]
    scored = {
        "text": TEXT,
        "accuracy": 8,
        "completeness": 7.5,
        "fluency": 9,
        "prosodic": 8,
        "total": 8,
        "words": [
            {**ten, "text": "A", "phones": ["AH0"], "phones-accuracy": [2.0], "mispronunciations": []},
            {**bear, "phones-accuracy": [2.0, 0.4, 2.0], "mispronunciations": wrong},
        ],
    }
    both = {"accuracy": [10.0, 10.0], "stress": [10.0, 10.0], "total": [10.0, 10.0]}
    apart = {"accuracy": [3.0, 7.0], "stress": [10.0, 10.0], "total": [4.4, 7.6]}
    detailed = {
        "text": TEXT,
        "accuracy": [7.0, 9.0],
        "completeness": [0.5, 1.0],
        "fluency": [9.0, 9.0],
        "prosodic": [7.0, 9.0],
        "total": [7.6, 8.4],
        "words": [
            {**both, "text": "A", "ref-phones": "AH0", "phones": ["AH0", "AH0"]},
            {**apart, "text": "BEAR", "ref-phones": "B EH0 R", "phones": ["B (EH0) R", "B {EH0} [L] R"]},
        ],
    }
    return scored, detailed
