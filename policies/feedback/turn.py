"""What the log holds of one utterance, as far as feedback rests on it. Judges nothing."""

from msgspec import Struct

from events.lesson import SpeechAssessed, SpeechTranscribed


class AssessedTurn(Struct, frozen=True, kw_only=True):
    """How an utterance was said and what was understood; ``guided`` says that its text was given, not spoken freely."""

    assessed: SpeechAssessed
    said: SpeechTranscribed | None = None
    guided: bool = False
