"""Faults of the commands, each with its way out."""

from actors.ports import EngineError
from projections.wording import installing


class PictureLibraryMissing(EngineError):
    """matplotlib is not installed."""

    retryable = False

    def __str__(self) -> str:
        command = installing("datasets")
        return f"the picture needs matplotlib, which is not installed: `{command}` installs the extra datasets"


class OtherEncoder(EngineError):
    """The pronunciation model knows the frames of another Whisper."""

    retryable = False

    def __str__(self) -> str:
        return (
            "the pronunciation model was trained on another whisper-base than the one that is here: run"
            " `python -m actors models verify whisper-base`, or train the model anew"
        )
