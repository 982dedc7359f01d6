"""Speech recognition: a recording of the learner and what was said in it. Judges no text."""

from collections.abc import Iterator

from msgspec import Struct

from events.lesson import SpeechTranscribed, SpeechUttered
from events.values import Word
from replay.datasets.kinds.kind import Dropped, Kind, row, text_of, with_context
from replay.datasets.logged import LoggedSession, Told, Turn
from replay.datasets.rows import Clip, Row


class Columns(Struct, frozen=True, kw_only=True):
    """``text`` is what was said: ``text_from`` "human" (a corpus tells it), "reference" (the text to be read), or
    "transcript" (what a recogniser heard, with its ``confidence`` 0..1 and the times of its ``words``).

    Times count from the start of the recording.
    """

    text: str
    text_from: str
    transcript: str
    confidence: float | None
    duration_s: float
    speech_start_ms: int
    speech_end_ms: int
    words: tuple[Word, ...]
    source: str


def rows(session: LoggedSession) -> Iterator[Row | Dropped]:
    """A row for each utterance that was recorded and whose text is known."""
    for turn in session.turns:
        if turn.uttered is not None:
            yield _row(session, turn, turn.uttered)


def _row(session: LoggedSession, turn: Turn, uttered: Told[SpeechUttered]) -> Row | Dropped:
    event, heard = uttered.event, turn.transcribed
    if event.audio is None:
        return Dropped("typed")
    text, text_from = _text(event, heard.event if heard is not None else None)
    if not text:
        return Dropped("no_words" if heard is not None else "not_transcribed")
    own = Columns(
        text=text,
        text_from=text_from,
        transcript=heard.event.text if heard is not None else "",
        confidence=heard.event.confidence if heard is not None else None,
        duration_s=event.duration_ms / 1000,
        speech_start_ms=event.speech_start_ms,
        speech_end_ms=event.speech_end_ms,
        words=heard.event.words if heard is not None else (),
        source=event.source,
    )
    return row(
        session,
        f"asr/{turn.number}",
        own,
        (uttered, heard) if heard is not None else (uttered,),
        audio=Clip(blob=event.audio, learner=session.known.learner, sample_rate_hz=event.sample_rate_hz),
        quality=measured(event, heard.event if heard is not None else None),
    )


def _text(uttered: SpeechUttered, heard: SpeechTranscribed | None) -> tuple[str, str]:
    if uttered.text:
        return uttered.text, "human"
    if uttered.reference:
        return uttered.reference, "reference"
    return heard.text if heard is not None else "", "transcript"


def measured(uttered: SpeechUttered, heard: SpeechTranscribed | None) -> dict[str, float | None]:
    """What the log itself tells of an utterance's quality."""
    seconds = uttered.duration_ms / 1000
    speech_s = max(0, uttered.speech_end_ms - uttered.speech_start_ms) / 1000
    return {
        "confidence": heard.confidence if heard is not None else None,
        "duration_s": seconds,
        "speech_share": min(1.0, speech_s / seconds) if seconds else None,
        "level_db": uttered.level_db,
    }


ASR = Kind(
    name="asr",
    types=frozenset({"speech.uttered.v1", "speech.transcribed.v1"}),
    columns=with_context(Columns),
    measures=frozenset({"confidence", "duration_s", "speech_share", "level_db"}),
    rows=rows,
    text=text_of,
    audio=True,
)
