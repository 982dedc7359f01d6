"""What a corpus is before it is imported, whatever its layout on the disk. Reads and writes nothing.

A corpus that is imported a second time is known by its utterances: by their ids, and by a hash of what they hold.
"""

import hashlib
from pathlib import Path

import msgspec
from msgspec import Struct

from events.lesson import SpeechRated

CHILDREN_UPTO, TEENAGERS_UPTO, ADULTS_UPTO = 12, 17, 64
HASH_DIGITS = 16


class Fault(Struct, frozen=True):
    """Something that is left out: where it is, what is wrong in few words (by which faults are counted), and more."""

    place: str
    problem: str
    detail: str = ""


class Speaker(Struct, frozen=True, kw_only=True):
    """Who speaks: ``learner`` is the pseudonym in the log; the rest as in `events.learner.LearnerDescribed`."""

    learner: str
    age_group: str = ""
    gender: str = ""
    first_language: str = ""
    part: str = ""


class Utterance(Struct, frozen=True, kw_only=True):
    """A recording to import. ``id`` is its own in the corpus, ``name`` is how a person finds it.

    ``reference`` is what it should say, ``text`` what somebody wrote down that it says. The turn of ``rating`` is not
    told yet (0).
    """

    id: str
    name: str
    speaker: Speaker
    audio: Path
    reference: str = ""
    text: str = ""
    rating: SpeechRated | None = None

    def digest(self, audio: bytes) -> str:
        """A hash of the recording and of all that is said about it."""
        about = msgspec.json.encode((self.reference, self.text, self.rating))
        return hashlib.sha256(hashlib.sha256(audio).digest() + about).hexdigest()[:HASH_DIGITS]


class Corpus(Struct, frozen=True, kw_only=True):
    """Utterances of speakers, in the order in which they become turns; ``faults`` are what could not be read of it.

    ``name`` begins the names of its learners' sessions. ``consent`` is what the learners' consent to training rests on
    (a licence, say), "" for none.
    """

    name: str
    layout: str
    utterances: tuple[Utterance, ...]
    faults: tuple[Fault, ...] = ()
    licence: str = ""
    consent: str = ""
    language: str = "en"


def age_group_of(age: float | None) -> str:
    """One of `events.learner.AGE_GROUPS` for an age in years, "" for none."""
    if age is None:
        return ""
    if age < CHILDREN_UPTO + 1:
        return "child"
    if age < TEENAGERS_UPTO + 1:
        return "teenager"
    return "adult" if age < ADULTS_UPTO + 1 else "senior"


def gender_of(told: str) -> str:
    """``f`` and ``m`` of Kaldi's ``spk2gender``, and what else corpora write, as `LearnerDescribed` has it."""
    word = told.strip().lower()
    for letter, gender in (("f", "female"), ("m", "male")):
        if word in (letter, gender):
            return gender
    return "other" if word else ""
