"""The errors of hearing, with stable codes that a client can act on."""

from actors.ports import EngineError, EngineInputError


class ModelNotLoaded(EngineError):
    """An engine's model cannot be opened from the path it was given."""

    retryable = False


class AudioError(EngineInputError):
    """The recording cannot be used; ``code`` names the fault and never changes its meaning, ``message`` the way out."""

    @property
    def message(self) -> str:
        return str(self)


def audio_too_large(max_bytes: int) -> AudioError:
    """The recording has more bytes than are taken."""
    limit = f"{max_bytes / 2**20:g} MB"
    return AudioError("audio_too_large", f"The recording is larger than {limit}; send a shorter one.")


class VadStateError(EngineInputError):
    """The state handed in does not come from this detector: start the stream again with an empty one."""

    def __init__(self, detector: str, size_bytes: int) -> None:
        super().__init__(
            "bad_vad_state", f"A state of {size_bytes} bytes is none of {detector}'s; start the stream with b''."
        )


class UnknownLanguage(EngineInputError):
    """The recogniser does not know this language."""

    def __init__(self, language: str, known: str) -> None:
        super().__init__(
            "unknown_language", f"This recogniser does not know the language {language!r}; it knows {known}."
        )
