"""What `practise` prints: the lesson for a person, or one JSON object a line for a program. Knows no socket."""

import contextlib
import sys
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from edge.clip import Latency
from projections.progress import OTHER_SENTENCE_BELOW
from projections.wording import counted

WELL, FAIR = 75, 50
"""Scores from which a word is shown in green and in yellow."""


class LessonView:
    """Prints messages as they come and a summary after each recording."""

    def __init__(self, console: Console, *, as_json: bool) -> None:
        self._console = console
        self._as_json = as_json
        self._bar: Progress | None = None
        self._task = TaskID(0)
        self._clear()

    def recording(self, name: str, seconds: float, asked: str = "") -> None:
        """A recording is about to be said; ``asked`` is the sentence that it should say, "" for free speech."""
        self._clear()
        self._asked = asked
        if self._as_json:
            return
        self._console.rule(Text(f"{name} · {seconds:.1f} s"))
        if asked:
            self._say("Asked for", asked)
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        drawn = self._console.is_terminal  # elsewhere it would leave an empty line
        self._bar = Progress(*columns, console=self._console, transient=True, disable=not drawn)
        self._bar.start()
        self._task = self._bar.add_task("speaking", total=1.0)

    def sent(self, share: float) -> None:
        """This share of the recording has been sent."""
        if self._bar is not None:
            self._bar.update(self._task, completed=share)

    def message(self, message: dict[str, Any]) -> None:
        """A server message has come."""
        if self._as_json:
            self._print_json(message)
        match message["type"]:
            case "transcription" if message["final"]:
                self._stop_bar()
                self._transcript = message["text"]
                self._say("You said", message["text"] or "(no words understood)")
            case "transcription":
                if self._bar is not None:
                    self._bar.update(self._task, description=f"hearing: {message['text'][-60:]}")
            case "prosody_features":
                self._say("Prosody", _prosody(message["prosody"]))
            case "analysis_complete":
                self._analysis(message)
            case "tutor_reply":
                self._reply.append(message["text"])
                self._say("Tutor", message["text"] + _because(message))
            case "error" if message["part"] >= 0:
                self._stop_bar()
                self._say("Fault", f"{message['stage']}: {message['message']}", style="red")

    def refused(self, name: str, code: str, why: str) -> None:
        """The recording could not be used."""
        self._stop_bar()
        if self._as_json:
            self._print_json({"type": "refused", "file": name, "code": code, "message": why})
        else:
            self._console.print(Text(f"{name}: {why} ({code})", style="red"))

    def renamed(self, name: str, stem: str) -> None:
        """The reply to the recording is left under another stem, for an earlier one had the same."""
        self._say("Numbered", f"an earlier recording is called {name}, too: the reply to this one is {stem}.reply")

    def summary(self, session: str, latency: Latency, wav: str, mp4: str) -> None:
        """The recording's turn is over."""
        self._stop_bar()
        if self._as_json:
            self._print_json(
                {
                    "type": "summary",
                    "session": session,
                    "asked": self._asked,
                    "transcript": self._transcript,
                    "scores": self._scores,
                    "words": self._words,
                    "reply": " ".join(self._reply),
                    "audio": wav,
                    "video": mp4,
                    "latency_ms": latency,
                }
            )
            return
        times = {name: getattr(latency, name) for name in latency.__struct_fields__}
        self._say("Times", ", ".join(f"{name} {value:.0f} ms" for name, value in times.items() if value is not None))
        if mp4:
            self._say("Left", f"{wav}, {mp4}")
        self._say("Session", f"{session} (python -m replay show {session})")

    def listening(self) -> contextlib.AbstractContextManager[object]:
        """While the tutor's reply is listened to."""
        if self._as_json or not self._console.is_terminal:
            return contextlib.nullcontext()
        return self._console.status("listening to the reply")

    def _clear(self) -> None:
        self._asked = ""
        self._transcript = ""
        self._scores: dict[str, Any] = {}
        self._words: list[dict[str, Any]] = []
        self._reply: list[str] = []

    def _analysis(self, message: dict[str, Any]) -> None:
        self._scores, self._words = message["scores"], message["words"]
        if _another_sentence(self._scores):
            self._say("Scores", "another sentence: not scored", style="yellow")
        else:
            self._judged()
        for note in message["notes"]:
            self._say("Note", f"{note['said']} → {note['better']}: {note['message']}")
        for use in message["engines"]:
            if use["degraded"]:
                self._say("Degraded", f"{use['kind']}: {use['reason']}", style="yellow")

    def _judged(self) -> None:
        scores = ", ".join(f"{name} {value:.0f}" for name, value in self._scores.items() if value is not None)
        self._say("Scores", scores or "not judged")
        if not self._words:
            return
        words = Text()
        for word in self._words:
            words.append(f"{word['text']} {word['score']:.0f}  ", style=_colour(word["score"]))
        self._say("Words", words)
        self._say("Phones", _phones(self._words))

    def _say(self, label: str, text: str | Text, style: str = "") -> None:
        if self._as_json:
            return
        line = Text(f"{label:>9}  ", style="bold")
        line.append_text(text if isinstance(text, Text) else Text(text, style=style))
        self._console.print(line, soft_wrap=True)

    def _print_json(self, value: dict[str, Any]) -> None:
        sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
        sys.stdout.flush()

    def _stop_bar(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _another_sentence(scores: dict[str, Any]) -> bool:
    """Whether something else was said than what was asked; what was aligned with it by chance tells nothing."""
    completeness = scores["completeness"]
    return completeness is not None and completeness < OTHER_SENTENCE_BELOW


def _colour(score: float) -> str:
    return "green" if score >= WELL else "yellow" if score >= FAIR else "red"


def _prosody(prosody: dict[str, Any]) -> str:
    figures = (
        ("F0", prosody["f0_mean_hz"], "Hz"),
        ("±", prosody["f0_std_hz"], "Hz"),
        ("intensity", prosody["intensity_mean_db"], "dB"),
        ("HNR", prosody["hnr_db"], "dB"),
        ("syllables", prosody["syllable_rate_hz"], "/s"),
        ("words", prosody["words_per_minute"], "/min"),
    )
    told = [f"{name} {value:.1f} {unit}" for name, value, unit in figures if value is not None]
    told += [counted(len(prosody["pauses"]), "pause"), counted(prosody["hesitations"], "hesitation")]
    if breaks := prosody.get("breaks"):
        told.append(f"{counted(len(breaks), 'break')} not as the text has them")
    if ending := prosody.get("ending"):
        told.append(f"{ending['movement']} at the end ({ending['semitones']:+.1f} semitones)")
    return ", ".join(told)


def _phones(words: list[dict[str, Any]]) -> Text:
    phones = Text()
    for word in words:
        for phone in word["phones"]:
            heard = f"→{phone['heard']}" if phone["heard"] and phone["score"] < WELL else ""
            phones.append(f"{phone['phone']}{heard} {phone['score']:.0f} ", style=_colour(phone["score"]))
        phones.append("· ")
    return phones


def _because(message: dict[str, Any]) -> str:
    told = [
        f"{item['kind']} {item['text']}" + (f" {item['value']:.0f}" if item["value"] is not None else "")
        for item in message["evidence"]
    ]
    return f"   [{'; '.join(told)}]" if told else ""
