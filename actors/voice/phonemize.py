"""Text to IPA phonemes with word boundaries, stress and pauses, by eSpeak NG through ctypes.

The library is that of `espeakng_loader`. It is global state: one process loads it once, and every use holds its lock.
API: https://github.com/espeak-ng/espeak-ng/blob/1.52.0/src/include/espeak-ng/speak_lib.h
"""

import ctypes
import re
import threading
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from actors.ports import EngineError, EngineInputError
from actors.voice.text import clauses, spoken_form

_OUTPUT_SYNCHRONOUS = 2
_PHONEME_EVENTS, _PHONEME_IPA, _DONT_EXIT = 0x0001, 0x0002, 0x8000
_CHARS_UTF8 = 1
_IPA_MODE = 0x02
_SEPARATOR = "|"

STRESS = "ˈˌ"

_ATOM = re.compile(r"[ˈˌ]*(?:[eaɔo]ɪ|[aoə]ʊ|[ɪie]ə|ʊə|tʃ|dʒ|[^ˈˌ])[ːˑʲʰ\u0300-\u036f]*")
_LANGUAGE_SWITCH = re.compile(r"\([a-z-]+\)")


class EspeakError(EngineError):
    """eSpeak NG refused a call: the voice is not in its data, or the library is broken; reinstall espeakng-loader."""


class Pronunciation(NamedTuple):
    """How a clause is said: words as phonemes (IPA, stress marks kept before the vowel) and the mark that closes it."""

    words: tuple[tuple[str, ...], ...]
    mark: str


class Espeak:
    """The loaded library. Hold ``lock`` around `select` and whatever depends on the selected voice."""

    def __init__(self) -> None:
        import espeakng_loader

        self.lock = threading.RLock()
        self.library = ctypes.CDLL(str(espeakng_loader.get_library_path()))
        self._declare()
        options = _PHONEME_EVENTS | _PHONEME_IPA | _DONT_EXIT
        data = str(espeakng_loader.get_data_path()).encode()
        self.sample_rate_hz = self.library.espeak_Initialize(_OUTPUT_SYNCHRONOUS, 0, data, options)
        if self.sample_rate_hz <= 0:
            raise EspeakError(f"eSpeak NG does not start with the data in {data.decode()}")
        self.version = str(self.library.espeak_Info(None), "ascii")
        self._voice = ""

    def _declare(self) -> None:
        library = self.library
        library.espeak_Initialize.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_int]
        library.espeak_Info.argtypes = [ctypes.c_void_p]
        library.espeak_Info.restype = ctypes.c_char_p
        library.espeak_SetVoiceByName.argtypes = [ctypes.c_char_p]
        library.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_void_p), ctypes.c_int, ctypes.c_int]
        library.espeak_TextToPhonemes.restype = ctypes.c_char_p

    def select(self, voice: str) -> None:
        """Make ``voice`` (a language such as "en-us", with "+f3" for a variant) the current one."""
        if voice == self._voice:
            return
        if self.library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise EspeakError(f"eSpeak NG has no voice {voice!r}")
        self._voice = voice

    def phonemes(self, text: str, voice: str) -> str:
        """IPA of ``text``: phonemes parted by "|", words by spaces; clauses are joined."""
        buffer = ctypes.create_string_buffer(text.encode())
        position = ctypes.c_void_p(ctypes.addressof(buffer))
        said: list[str] = []
        with self.lock:
            self.select(voice)
            while position.value:
                mode = _IPA_MODE | ord(_SEPARATOR) << 8
                ipa = self.library.espeak_TextToPhonemes(ctypes.byref(position), _CHARS_UTF8, mode)
                said.append(str(ipa or b"", "utf-8"))
        return " ".join(said)


_loading = threading.Lock()
_load = lru_cache(maxsize=1)(Espeak)


def espeak() -> Espeak:
    """The library of this process, loaded once, at first use."""
    with _loading:
        return _load()


@lru_cache(maxsize=512)
def pronounce(text: str, voice: str = "en-us") -> tuple[Pronunciation, ...]:
    """How clean text is said, clause by clause; ``voice`` names the accent ("en-us", "en-gb-x-rp").

    Raises `EngineInputError` when eSpeak NG finds nothing to say in it.
    """
    said = []
    for clause in clauses(text):
        ipa = espeak().phonemes(spoken_form(clause.text), voice)
        words = tuple(filter(None, (_atoms(word) for word in _LANGUAGE_SWITCH.sub("", ipa).split())))
        if words:
            said.append(Pronunciation(words, clause.mark))
    if not said:
        raise EngineInputError("text_unspeakable", f"nothing to say in {text[:40]!r}: give text with letters or digits")
    return tuple(said)


def _atoms(word: str) -> tuple[str, ...]:
    """The phonemes of one word. What eSpeak NG counts as one but has two mouth positions ("ɑːɹ") is parted."""
    return tuple(atom for phoneme in word.split(_SEPARATOR) for atom in _ATOM.findall(phoneme) if _is_sound(atom))


def _is_sound(atom: str) -> bool:
    return any(unicodedata.category(character).startswith("L") for character in atom.strip(STRESS))


def without_stress(phoneme: str) -> str:
    """The phoneme as `events.values.Phoneme` wants it."""
    return phoneme.strip(STRESS)
