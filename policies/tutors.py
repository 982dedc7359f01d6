"""Who the tutors are: their names, manner, look and voices. Knows no engine; see `policies.voice`."""

from msgspec import Struct


class UnknownTutor(LookupError):
    """There is no tutor of that name: choose one of `TUTORS`."""


class Tutor(Struct, frozen=True, kw_only=True):
    """One tutor. ``accent`` is the English that it speaks, as eSpeak NG names it.

    ``kokoro_voice`` and ``espeak_voice`` name a voice of those engines. Piper's only speaker is a man: for the others
    his formants are shifted by ``piper_formants`` (a ratio, 1.0 leaves them) and his median F0 is brought to
    ``piper_f0_hz`` (0 leaves it).
    """

    name: str
    title: str
    description: str
    look: str
    accent: str
    kokoro_voice: str
    espeak_voice: str
    piper_formants: float = 1.0
    piper_f0_hz: float = 0.0


TUTORS = (
    Tutor(
        name="maya",
        title="Maya",
        description="Warm and patient, American English. She likes to hear about your day.",
        look="maya",
        accent="en-us",
        kokoro_voice="af_heart",
        espeak_voice="en-us+f3",
        piper_formants=1.16,
        piper_f0_hz=195.0,
    ),
    Tutor(
        name="joe",
        title="Joe",
        description="Friendly and relaxed, American English. He keeps the talk going.",
        look="joe",
        accent="en-us",
        kokoro_voice="am_michael",
        espeak_voice="en-us+m3",
    ),
    Tutor(
        name="iris",
        title="Iris",
        description="Precise and encouraging, British English. She taught for thirty years.",
        look="iris",
        accent="en-gb-x-rp",
        kokoro_voice="bf_emma",
        espeak_voice="en-gb-x-rp+f2",
        piper_formants=1.14,
        piper_f0_hz=180.0,
    ),
    Tutor(
        name="leo",
        title="Leo",
        description="Calm and curious, British English. He asks good questions.",
        look="leo",
        accent="en-gb-x-rp",
        kokoro_voice="bm_george",
        espeak_voice="en-gb-x-rp+m1",
        piper_formants=0.95,
    ),
)
"""Every tutor, the one that is offered first in front."""


def find_tutor(name: str) -> Tutor:
    """The tutor of that name. Raises `UnknownTutor`."""
    for tutor in TUTORS:
        if tutor.name == name:
            return tutor
    raise UnknownTutor(f"no tutor is called {name!r}: choose one of {', '.join(tutor.name for tutor in TUTORS)}")


def public_name(name: str) -> str:
    """What a tutor is called in front of learners; a tutor that is none of ours any more is called by its ``name``."""
    return next((tutor.title for tutor in TUTORS if tutor.name == name), name)
