"""The words that each learner has heard from the tutor and has used, summed from the log."""

import re
from collections import Counter
from collections.abc import Iterator

from events.envelope import Recorded
from events.learner import LearnerForgotten
from events.lesson import SpeechTranscribed, SpeechUttered, TutorHeard
from events.unread import unread
from projections.projection import Tally, tags
from projections.tables import Table, Values, integer, text, time

LONGEST_WORD = 40
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")

TABLE = Table(
    name="vocabulary",
    about="a learner and word a row: how often the word was met and used",
    keys=2,
    columns=(
        text("learner", "the learner's pseudonym"),
        text("word", "the word in lower case"),
        integer("met", "times heard in what the tutor said, as far as it was played", "sum"),
        integer("used", "times said by the learner, as the recogniser understood it, or typed", "sum"),
        time("first_at", "when it was first met or used, UTC", "min"),
        time("last_at", "when it was last met or used, UTC", "max"),
    ),
)


def count(recorded: Recorded) -> Iterator[tuple[str, Values]]:
    """The words of an event."""
    match recorded.event:
        case TutorHeard() as event:
            said, met = event.text, 1
        case SpeechTranscribed() as event:
            said, met = event.text, 0
        case SpeechUttered(audio=None) as event:
            said, met = event.text, 0
        case _:
            return
    for word, times in Counter(words_of(said)).items():
        yield "vocabulary", (recorded.learner, word, times * met, times * (1 - met), recorded.time, recorded.time)


def words_of(said: str) -> Iterator[str]:
    """The words of a text in lower case, with the plain apostrophe; no numbers."""
    for found in _WORD.finditer(said.lower()):
        if found.end() - found.start() <= LONGEST_WORD:
            yield found.group().replace("’", "'")


VOCABULARY = Tally(
    name="vocabulary",
    version=1,
    about="which words each learner has met and used",
    count=count,
    tables=(TABLE,),
    types=tags(SpeechTranscribed, SpeechUttered, TutorHeard, LearnerForgotten),
    unread=(unread(SpeechTranscribed, "engine", "words"),),
)
