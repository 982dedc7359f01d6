"""Every measure that a filter may ask for: what it tells, its unit, its range. Measures nothing."""

from typing import Literal

from msgspec import Struct

from replay.quality.errors import UnknownMeasure

Subject = Literal["audio", "text", "log"]


class Measure(Struct, frozen=True, kw_only=True):
    """A figure of a row. ``subject`` is what it is taken from; "log" ones come with the row from its events."""

    name: str
    subject: Subject
    unit: str
    tells: str
    low: float = 0.0
    high: float = 1.0


MEASURES = (
    Measure(name="duration_s", subject="audio", unit="s", high=86_400, tells="length of the recording"),
    Measure(name="speech_ratio", subject="audio", unit="share", tells="windows that hold speech (Silero VAD)"),
    Measure(name="snr_db", subject="audio", unit="dB", low=-20, high=100, tells="speech over what sounds in pauses"),
    Measure(name="loudness_lufs", subject="audio", unit="LUFS", low=-70, high=5, tells="loudness (EBU R 128)"),
    Measure(name="clipped_ratio", subject="audio", unit="share", tells="samples cut off at full scale"),
    Measure(name="lead_ms", subject="audio", unit="ms", high=1e8, tells="time before the first speech"),
    Measure(name="tail_ms", subject="audio", unit="ms", high=1e8, tells="time after the last speech"),
    Measure(name="dnsmos_signal", subject="audio", unit="MOS", high=5, tells="the voice's sound (DNSMOS P.835)"),
    Measure(name="dnsmos_background", subject="audio", unit="MOS", high=5, tells="the background (DNSMOS P.835)"),
    Measure(name="dnsmos_overall", subject="audio", unit="MOS", high=5, tells="the whole sound (DNSMOS P.835)"),
    Measure(name="words", subject="text", unit="words", high=1e7, tells="length of the text"),
    Measure(name="ttr", subject="text", unit="share", tells="different words in each fifty (moving average)"),
    Measure(name="mtld", subject="text", unit="words", high=1e7, tells="vocabulary of fifty words and more (MTLD)"),
    Measure(name="filler_ratio", subject="text", unit="share", tells="words that are filled pauses"),
    Measure(name="truncated", subject="text", unit="0 or 1", tells="1: the text ends without a closing mark"),
    Measure(name="language_probability", subject="text", unit="share", tells="that it is in the language it should be"),
    Measure(name="personal_data", subject="text", unit="places", high=1e7, tells="names, numbers, addresses found"),
    Measure(name="confidence", subject="log", unit="share", tells="mean probability of the transcript's words"),
    Measure(name="speech_share", subject="log", unit="share", tells="from the first speech to the last, as endpointed"),
    Measure(name="level_db", subject="log", unit="dB", low=-120, high=0, tells="level of the speech when it came in"),
    Measure(name="total", subject="log", unit="points", high=10, tells="people's rating of the whole utterance"),
    Measure(name="turns", subject="log", unit="turns", high=1e6, tells="the learner's utterances of a dialogue"),
    Measure(name="rating", subject="log", unit="stars", low=1, high=5, tells="what the learner gave the turn"),
    Measure(name="degraded", subject="log", unit="0 or 1", tells="1: an answer came from a lesser engine"),
    Measure(name="heard_ratio", subject="log", unit="share", tells="how much of the tutor's turn was heard"),
)
"""In the order of reports."""

BY_NAME = {measure.name: measure for measure in MEASURES}


def measure_named(name: str) -> Measure:
    """Raises UnknownMeasure, which names the nearest."""
    if name not in BY_NAME:
        raise UnknownMeasure(name, tuple(BY_NAME))
    return BY_NAME[name]
