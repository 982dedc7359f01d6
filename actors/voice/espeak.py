"""eSpeak NG as a voice: robotic, tiny, instant, and always there. Phoneme times are its own events."""

import ctypes
from collections.abc import Iterator
from typing import Any

import numpy as np

from actors.ports import Speech
from actors.voice import pcm
from actors.voice.persona import persona
from actors.voice.phonemize import Espeak, EspeakError, espeak, without_stress
from actors.voice.text import clauses, clean, spoken_form
from actors.voice.timing import from_ends
from policies.voice import bounded_rate

_EVENT_END, _EVENT_PHONEME = 0, 7
_UTF8 = 1
_RATE, _WORDS_A_MINUTE = 1, 165
"""eSpeak's parameter number for speed, and the speed that this tutor takes as 1.0 (its default is 175)."""


class _EventValue(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    """espeak_EVENT of speak_lib.h; ``sample`` counts from the start of the text."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventValue),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class EspeakVoice:
    """The voice chain's last resort."""

    name = "espeak"
    digest = ""

    def __init__(self) -> None:
        self._espeak: Espeak = espeak()
        self.version = self._espeak.version

    def speak(self, text: str, *, tutor: str, rate: float = 1.0) -> Iterator[Speech]:
        """Speak a sentence in one stretch. Raises `EngineInputError` for text that cannot be said."""
        who, rate = persona(tutor), bounded_rate(rate)
        text = clean(text)
        said = clauses(text)
        take = self.synthesise(" ".join(spoken_form(clause.text) for clause in said), who.espeak_voice, rate)
        sample_rate_hz = self._espeak.sample_rate_hz
        take = pcm.with_tail(pcm.with_lead(take, sample_rate_hz), sample_rate_hz, pcm.pause_ms(said[-1].mark, rate))
        yield pcm.speech(take, text=text, sample_rate_hz=sample_rate_hz, voice=who.espeak_voice, rate=rate, last=True)

    def synthesise(self, text: str, voice: str, rate: float) -> pcm.Take:
        """Audio and the spans that its phoneme events give. Raises `EspeakError` when nothing is said."""
        audio: list[bytes] = []
        starts: list[tuple[str, int]] = []

        def collect(samples: Any, count: int, events: Any) -> int:
            if samples and count:
                audio.append(ctypes.string_at(samples, 2 * count))
            index = 0
            while events[index].type != _EVENT_END:
                event = events[index]
                if event.type == _EVENT_PHONEME:
                    starts.append((event.id.string.decode("utf-8", "ignore"), event.sample))
                index += 1
            return 0

        library = self._espeak.library
        callback = _Callback(collect)
        data = text.encode() + b"\0"
        with self._espeak.lock:
            self._espeak.select(voice)
            library.espeak_SetParameter(_RATE, round(_WORDS_A_MINUTE * rate), 0)
            library.espeak_SetSynthCallback(callback)
            status = library.espeak_Synth(data, len(data), 0, 0, 0, _UTF8, None, None)
            library.espeak_SetSynthCallback(_Callback())
        samples = np.frombuffer(b"".join(audio), dtype="<i2").astype(np.float32) / np.float32(32768)
        if status != 0 or not len(samples):
            raise EspeakError(f"eSpeak NG made no sound (status {status})")
        return pcm.Take(samples, from_ends(_ends(starts, len(samples))))


def _ends(starts: list[tuple[str, int]], total: int) -> list[tuple[str, int]]:
    """Each phoneme lasts until the next one starts; what is before the first is silence."""
    ends: list[tuple[str, int]] = [("", starts[0][1] if starts else total)]
    for (name, _), end in zip(starts, [start for _, start in starts[1:]] + [total], strict=True):
        ends.append((without_stress(name), end))
    return ends
