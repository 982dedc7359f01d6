"""A handful of rows of each kind, and writing them."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from actors.hearing.decode import encode_flac
from events.values import Blob
from replay.datasets.formats.catalogue import FORMATS
from replay.datasets.formats.writer import About, Part
from replay.datasets.kinds.catalogue import KINDS
from replay.datasets.kinds.kind import Context
from replay.datasets.rows import Clip, Lineage, Row
from tests.fakes.sounds import MemorySounds

RATE_HZ = 16_000
CONTEXT = dict.fromkeys(Context.__struct_fields__, "") | {"tutor": "iris", "language": "en", "level": "B1"}
SYSTEM = {"role": "system", "content": "You are iris, a language tutor (en)."}
GREETING = {"role": "assistant", "content": "Hello! How was your day?"}
SAID = {"role": "user", "content": "It was good, I go to the park — 公园."}
RECAST = {"role": "assistant", "content": "You went to the park!\nWith whom?"}
TIMED = ({"text": "hello", "start_ms": 100, "end_ms": 400, "confidence": 0.9},)
PHONES = ({"ipa": "h", "start_ms": 0, "end_ms": 80}, {"ipa": "aɪ", "start_ms": 80, "end_ms": 300})
PAUSE = {"start_ms": 500, "end_ms": 900, "over": True, "after_word": -1}
PHONE = {"phone": "HH", "start_ms": 100, "end_ms": 200, "score": 90.0, "heard": ""}
RATED = {"text": "hello", "start_ms": 100, "end_ms": 400, "score": 80.0, "phones": (PHONE,), "spoken": True}
CITED = {"kind": "word", "text": "hello", "start_ms": 100, "end_ms": 400}

OWN: dict[str, dict[str, Any]] = {
    "asr": {
        "text": "Hello there,  Tom.",
        "text_from": "reference",
        "transcript": "hello there tom",
        "confidence": None,
        "duration_s": 1.0,
        "speech_start_ms": 100,
        "speech_end_ms": 900,
        "words": TIMED,
        "source": "upload",
    },
    "dialogue": {"messages": (SYSTEM, GREETING, SAID, RECAST), "exchanges": ()},
    "preferences": {
        "prompt": (SYSTEM, GREETING, SAID),
        "chosen": (RECAST,),
        "rejected": ({"role": "assistant", "content": "Ok."},),
        "reason": "stars",
        "margin": 2,
    },
    "pronunciation": {
        "text": "HELLO TOM",
        "duration_s": 1.0,
        "accuracy": 8.0,
        "fluency": None,
        "prosodic": 9.0,
        "completeness": 1.0,
        "total": 8.0,
        "words": ({"text": "HELLO", "accuracy": 9.0, "stress": 10.0, "total": 9.0, "phones": ()},),
        "rater": "five experts",
        "method": "median",
        "accuracy_each": (8.0, 9.0),
        "fluency_each": (),
        "prosodic_each": (9.0,),
        "completeness_each": (1.0,),
        "total_each": (8.0, 8.0),
    },
    "voice": {"text": "Hi!", "voice": "af_heart", "phonemes": PHONES, "rate": 1.0, "duration_s": 1.0},
    "endpointing": {
        "text": "hello",
        "speech_start_ms": 100,
        "speech_end_ms": 500,
        "duration_s": 1.0,
        "endpoint": "silence",
        "over": True,
        "pauses": (PAUSE,),
    },
    "feedback": {
        "said": "I go there yesterday",
        "reference": "",
        "scores": {"total": 70.0, "pronunciation": 80.0},
        "words": (RATED,),
        "notes": (),
        "feedback": ({"text": "Say: I went there.", "acts": ("correct",), "evidence": ({**CITED},)},),
    },
}
"""The own columns of a row of each kind."""


def tone(hertz: float) -> bytes:
    """A second of a tone as FLAC."""
    wave = 0.1 * np.sin(2 * np.pi * hertz * np.arange(RATE_HZ) / RATE_HZ)
    return encode_flac(wave.astype(np.float32), RATE_HZ)


RECORDINGS = {hashlib.sha256(data).hexdigest(): data for data in map(tone, (220, 330, 440))}
SOUNDS = MemorySounds(RECORDINGS)


def about(kind: str) -> About:
    found = KINDS[kind]
    return About(
        name="example", kind=kind, language="en", columns=found.columns, audio=found.audio, measures=("snr_db",)
    )


def rows(kind: str, split: str = "train", count: int = 3) -> list[Row]:
    """Rows of two learners; their columns are of the kind's own type."""
    typed = msgspec.convert(OWN[kind] | CONTEXT, KINDS[kind].columns)
    hashes = list(RECORDINGS)
    return [
        Row(
            id=f"{kind}/s{number}-{split}/{number}.0",
            kind=kind,
            learner=("ben", "ana")[number % 2],
            columns=msgspec.to_builtins(typed),
            lineage=Lineage(stream=f"s{number}-{split}", events=("e1", "e2"), types=("a.v1", "b.v1"), consent="c"),
            audio=_clip(hashes[number % 3]) if KINDS[kind].audio else None,
            quality={"snr_db": 21.5 if number else None},
            split=split,
        )
        for number in range(count)
    ]


def _clip(sha256: str) -> Clip:
    blob = Blob(sha256=sha256, media_type="audio/flac", size_bytes=len(RECORDINGS[sha256]))
    return Clip(blob=blob, learner="ana", sample_rate_hz=RATE_HZ)


def write(form: str, kind: str, folder: Path, *, parts: int = 1, splits: Sequence[str] = ("train", "test")) -> Path:
    """Write three rows a part, the last part first as other workers may; then the whole."""
    folder.mkdir(parents=True, exist_ok=True)
    writer = FORMATS[form]()
    whole = [Part(split=split, number=number, count=parts) for split in splits for number in range(parts)]
    for part in reversed(whole):
        chosen = rows(kind, part.split, 3 * parts)[3 * part.number : 3 * part.number + 3]
        writer.write(part, iter(chosen), SOUNDS, folder, about(kind))
    writer.finish(whole, folder, about(kind))
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
