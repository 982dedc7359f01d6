"""Why sessions and turns are not in a dataset: every reason, in words. Nothing is left out without one of them."""

from collections.abc import Mapping

SESSION_REASONS: Mapping[str, str] = {
    "no_consent": "the learner has not agreed to training",
    "forgotten": "the learner has been forgotten",
    "newer_event": "a newer program wrote an event that is needed",
    "damaged": "an event that is needed cannot be read",
}
"""Of whole sessions."""

ROW_REASONS: Mapping[str, str] = {
    "typed": "the learner typed instead of speaking",
    "not_transcribed": "nothing says what was said",
    "no_words": "the recogniser heard no words",
    "no_reference": "nothing says what was to be said",
    "not_rated": "nobody rated it",
    "not_heard": "the learner did not hear the tutor's words",
    "no_tutor": "it is a recording of a corpus, which no tutor answered",
    "no_pair": "there is nothing to compare it with",
    "tie": "those who compared two answers prefer neither",
    "no_evidence": "the feedback cites nothing",
    "not_assessed": "it was not assessed",
    "no_speech_end": "nobody looked for the end of the speech",
    "no_phonemes": "the voice told no phonemes",
    "degraded": "an engine of last resort answered",
    "held_out": "the tutor or style is held out, and the learner is not in the test split",
    "no_share": "its split has no share",
    "blob_missing": "the recording is gone",
    "blob_corrupt": "the recording has been altered",
    "blob_expired": "the recording was deleted when its time was over",
    "blob_sealed": "the recording does not open with the learner's key",
    "audio_undecodable": "the recording cannot be decoded",
    "personal_data": "the recording says something personal, such as a name or a number",
    "duplicate": "it is there already",
    "near_duplicate": "nearly the same is there already",
}
"""Of single rows; besides these each filter has its own: ``filter:NAME`` and ``unmeasured:NAME``."""


def in_words(reason: str) -> str:
    """A reason for people."""
    kind, _, name = reason.partition(":")
    if kind == "filter":
        return f"{name} is out of bounds"
    if kind == "unmeasured":
        return f"{name} could not be measured"
    return SESSION_REASONS.get(reason) or ROW_REASONS.get(reason) or reason
