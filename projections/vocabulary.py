"""The words that each learner has heard from the tutor and has used, summed from the log."""

import re
from collections import Counter
from collections.abc import Iterator

from events.envelope import Recorded
from events.learner import LearnerForgotten
from events.lesson import SpeechTranscribed, TutorHeard
from events.unread import unread
from projections.cefr import level_named
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
        text(
            "level",
            "CEFR level of the word, A1..C2, the mean of its meanings; empty for a word that the lists lack"
            " (short forms such as don't, many names, new words such as wifi)",
            "max",
        ),
        time("first_at", "when it was first met or used, UTC", "min"),
        time("last_at", "when it was last met or used, UTC", "max"),
    ),
)


def count(recorded: Recorded) -> Iterator[tuple[str, Values]]:
    """The words of an event."""
    match recorded.event:
        case TutorHeard() as event:
            said, met = event.text, 1
        case SpeechTranscribed() as event:  # of what was typed, too
            said, met = event.text, 0
        case _:
            return
    for word, times in Counter(words_of(said)).items():
        times_met, times_used = times * met, times * (1 - met)
        level = level_named(word)
        yield "vocabulary", (recorded.learner, word, times_met, times_used, level, recorded.time, recorded.time)


def words_of(said: str) -> Iterator[str]:
    """The words of a text in lower case, with the plain apostrophe; no numbers."""
    for found in _WORD.finditer(said.lower()):
        if found.end() - found.start() <= LONGEST_WORD:
            yield found.group().replace("’", "'")


VOCABULARY = Tally(
    name="vocabulary",
    version=3,
    about="which words each learner has met and used",
    count=count,
    tables=(TABLE,),
    types=tags(SpeechTranscribed, TutorHeard, LearnerForgotten),
    unread=(unread(SpeechTranscribed, "engine", "words"),),
)
