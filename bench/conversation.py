"""One turn of conversation with each of ten learners, as Markdown: what was understood, measured and answered.

``python -m bench.conversation > docs/ten-turns.md``. The recordings are drawn at random, one a learner; the replies are
those of the product as it runs, for a person to judge whether they fit.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from actors.ports import SAMPLE_RATE_HZ
from bench.asr import CORPUS, DATA
from edge.client import LessonClient
from edge.launch import running_server

TUTORS = ("maya", "joe", "iris", "leo")
FEWEST_WORDS = 4


def main(arguments: list[str] | None = None) -> int:
    """Hold the ten turns and print them."""
    parser = argparse.ArgumentParser(prog="python -m bench.conversation", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds speechocean762-train")
    parser.add_argument("--n", type=int, default=10)
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args(arguments)
    try:
        rows = chosen(options.data / CORPUS, options.n, options.seed)
    except FileNotFoundError as error:
        print(f"no recordings of learners here ({error.filename}); name their folder with --data", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder, running_server({"COLLOQUY_DATA": folder}) as url:
        turns = asyncio.run(held(url, options.data / CORPUS, rows))
    print(HEADING)
    for number, (row, messages) in enumerate(zip(rows, turns, strict=True), 1):
        print(told(number, row, messages))
    return 0


HEADING = """# Ten turns with the rule-based tutor

Each is the first turn of a conversation (level A2) with another learner, from a recording of theirs in the corpus
speechocean762; the corpus is read speech, so learners say odd things out of nothing. Made by
`python -m bench.conversation`, unedited. What stands in brackets is the evidence that a sentence cites.
"""


def chosen(corpus: Path, count: int, seed: int) -> list[dict[str, Any]]:
    """Recordings of different learners."""
    rows = [json.loads(line) for line in (corpus / "utterances.jsonl").read_text("utf-8").splitlines()]
    random.Random(seed).shuffle(rows)
    by_speaker: dict[str, dict[str, Any]] = {}
    for row in rows:
        if len(row["text"].split()) >= FEWEST_WORDS:
            by_speaker.setdefault(row["speaker"], row)
    return list(by_speaker.values())[:count]


async def held(url: str, corpus: Path, rows: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The messages of turns 0 and 1 with each learner."""
    lessons = []
    for number, row in enumerate(rows):
        client = LessonClient(url, f"learner-{row['speaker']}")
        await client.start(tutor=TUTORS[number % len(TUTORS)], level="A2", endpointing="manual")
        await client.until_answered(0)
        audio, _ = soundfile.read(corpus / row["audio"], dtype="float32")
        pcm = (np.clip(audio, -1, 1) * 32767).astype("<i2").tobytes()
        step = SAMPLE_RATE_HZ // 5
        await client.say(1, [pcm[start : start + step] for start in range(0, len(pcm), step)])
        await client.until_answered(1)
        await client.close()
        print(f"{number + 1} of {len(rows)}", file=sys.stderr)
        lessons.append([message for message in client.messages if message["part"] >= 0])
    return lessons


def told(number: int, row: dict[str, Any], messages: Sequence[dict[str, Any]]) -> str:
    """One exchange as Markdown."""
    first, second = ([m for m in messages if m.get("turn") == turn] for turn in (0, 1))
    said = next(message for message in second if message["type"] == "transcription")
    analysis = next(message for message in second if message["type"] == "analysis_complete")
    scores = [f"{name} {value:.0f}" for name, value in analysis["scores"].items() if value is not None]
    weak = sorted(analysis["words"], key=lambda word: float(word["score"]))[:2]
    weakest = [f"{word['text']} {word['score']:.0f}" for word in weak]
    slips = [f"{note['said']} → {note['better']}" for note in analysis["notes"]]
    lines = [
        f"## {number}. A learner of {row['age']} years\n",
        f"**Tutor** {_sentences(first)}\n",
        f"**Learner** {said['text'] or '(no words understood)'} *(confidence {said['confidence']:.2f})*\n",
        f"*Heard:* {', '.join(scores) or 'not judged'}"
        + (f"; weakest words {', '.join(weakest)}" if weakest else "")
        + (f"; {'; '.join(slips)}" if slips else "")
        + "\n",
        f"**Tutor** {_sentences(second)}\n",
    ]
    return "\n".join(lines)


def _sentences(messages: Sequence[dict[str, Any]]) -> str:
    told = []
    for message in messages:
        if message["type"] == "tutor_reply":
            cited = "; ".join(f"{item['kind']} {item['text']}" for item in message["evidence"])
            told.append(message["text"] + (f" *[{cited}]*" if cited else ""))
    return " ".join(told)


if __name__ == "__main__":
    sys.exit(main())
