"""Which calls of engines an event tells of, under the names that the chains have for them. Adds nothing up.

What an engine gives piece by piece has an event for each piece: the sentences of a reply, the segments of a sentence's
voice, the fragments of a segment's video. The ``latency_ms`` of a piece is the time since the one before it had been
taken (`actors.chain.EngineChain.stream`), that of the first piece the time since the call: together they are what the
call took. A call is counted once, with the piece that can be told from the others in every log: the first sentence,
the last segment, the last fragment. Segments and fragments are made one by one, each when its turn comes, so that each
has a latency of its own. A reply may be known as a whole with its first sentence, and the learner waits for that one.
"""

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import UnsetType

from events.lesson import SpeechAssessed, SpeechTranscribed, TutorRendered, TutorReplied, TutorSpoken
from events.values import EngineUse

EARLIER_NAMES = {"sphinx-gop": "gop", "drawn-2d": "vector"}
"""What engines were called in the log before they had one name everywhere, and the chain's name."""
NO_ENGINE = "typed"
"""A typed utterance is its own transcript."""
NO_ANSWER = "none"
"""A part of an assessment that the whole chain could not give."""


class EngineCall(NamedTuple):
    """A piece of what an engine gave: ``calls`` is 1 in the piece that counts as the call, 0 in the others.

    ``engine`` is "" where the whole chain failed; ``timed`` tells whether somebody waited for this very piece.
    """

    kind: str
    engine: str
    calls: int
    timed: bool
    degraded: bool
    latency_us: int


def engine_calls(event: object) -> Iterator[EngineCall]:
    """The engines that an event names. None for an event of another type, or where no engine was asked."""
    match event:
        case SpeechTranscribed(engine=use) if use.name != NO_ENGINE:
            yield _call(use)
        case SpeechAssessed(engines=uses):
            yield from map(_call, uses)
        case TutorReplied(engine=use, sentence=sentence):
            yield _call(use, calls=int(sentence == 0), timed=sentence == 0)
        case TutorSpoken(engine=use, sentence_end=end, melody=melody):
            yield _call(use, calls=int(end))
            if not isinstance(melody, UnsetType):
                yield _call(melody.engine)
        case TutorRendered(engine=use, last=last):
            yield _call(use, calls=int(last))


def _call(use: EngineUse, *, calls: int = 1, timed: bool = True) -> EngineCall:
    failed = use.name == NO_ANSWER
    return EngineCall(
        kind=use.kind,
        engine="" if failed else EARLIER_NAMES.get(use.name, use.name),
        calls=0 if failed else calls,
        timed=timed and not failed,
        degraded=use.degraded and not failed,
        latency_us=max(0, round(use.latency_ms * 1000)),
    )
