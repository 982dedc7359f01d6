"""How a tutor speaks: which voice of an engine is its own, and how fast at a learner's level. Makes no sound."""

from policies.tutors import Tutor

SLOWEST, FASTEST = 0.6, 1.4
"""Rates outside these bounds are no longer natural in any of the engines."""

_RATES = {"A1": 0.8, "A2": 0.87, "B1": 0.93, "B2": 1.0, "C1": 1.0}


def speaking_rate(level: str) -> float:
    """The rate for a CEFR level, 1.0 being natural; an unknown level gets that of B1."""
    return _RATES.get(level.upper(), _RATES["B1"])


def bounded_rate(rate: float) -> float:
    """The rate nearest to the wanted one at which every engine still sounds natural."""
    return min(FASTEST, max(SLOWEST, rate))


def voice_name(tutor: Tutor, engine: str) -> str:
    """The name of the tutor's voice with an engine ("kokoro", "piper", "espeak"), as the log tells it."""
    match engine:
        case "kokoro":
            return tutor.kokoro_voice
        case "espeak":
            return tutor.espeak_voice
        case _:
            return "joe" if tutor.piper_formants == 1.0 else f"joe-as-{tutor.name}"
