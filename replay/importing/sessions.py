"""Imported recordings as events: a learner's stream that tells who it is, and sessions of at most 100 turns. Pure.

Everything is named after the corpus and the utterance, so a second import finds what the first one wrote: the learner's
n-th session is the stream ``LEARNER-n``, and what an utterance led to has the causation ``CORPUS/UTTERANCE/HASH``. The
events' times are those of the import, for the corpus tells none.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from actors.ports import SAMPLE_RATE_HZ
from events.envelope import Fact, Origin, Recorded
from events.learner import ConsentGiven, LearnerDescribed, LearnerForgotten, stream_of
from events.lesson import LessonEvent, SessionEnded, SessionStarted, SpeechUttered
from events.log import Batch
from events.values import Blob
from replay.importing.corpus import Corpus, Speaker, Utterance

MOST_TURNS = 100
"""Utterances of a session."""
PRODUCER = "import"


class Kept(Struct, frozen=True, kw_only=True):
    """An utterance whose recording is in the blob store; ``digest`` is `Utterance.digest`."""

    utterance: Utterance
    digest: str
    audio: Blob
    duration_ms: int
    level_db: float


class Known(Struct, frozen=True, kw_only=True):
    """What the log has of a learner already: digests by utterance, and how many sessions."""

    digests: dict[str, str] = {}
    sessions: int = 0
    own: tuple[Recorded, ...] = ()

    @property
    def forgotten(self) -> bool:
        """Whether the learner has been forgotten."""
        return any(isinstance(recorded.event, LearnerForgotten) for recorded in self.own)


def session_name(learner: str, number: int) -> str:
    """The stream of a learner's session, counted from 1."""
    return f"{learner}-{number}"


def known_from(corpus: str, own: Sequence[Recorded], sessions: Iterable[Sequence[Recorded]]) -> Known:
    """What the learner's own stream and the sessions, in their order, tell."""
    digests: dict[str, str] = {}
    count = 0
    for session in sessions:
        count += 1
        for recorded in session:
            name, _, rest = recorded.causation.partition("/")
            utterance, _, digest = rest.rpartition("/")
            if name == corpus and isinstance(recorded.event, SpeechUttered):
                digests[utterance] = digest
    return Known(digests=digests, sessions=count, own=tuple(own))


def learner_batches(corpus: Corpus, speaker: Speaker, own: Sequence[Recorded]) -> tuple[Batch, ...]:
    """What the learner's own stream lacks: one batch, or none.

    Consent that was given once for the same reason is not given again: it may have been withdrawn since.
    """
    events: list[Fact] = []
    described = LearnerDescribed(
        age_group=speaker.age_group,
        gender=speaker.gender,
        first_language=speaker.first_language,
        corpus=corpus.name,
        part=speaker.part,
        licence=corpus.licence,
    )
    if described != next((each.event for each in reversed(own) if isinstance(each.event, LearnerDescribed)), None):
        events.append(described)
    consent = ConsentGiven(purpose="training", text_version=corpus.consent)
    if corpus.consent and all(each.event != consent for each in own):
        events.append(consent)
    if not events:
        return ()
    origin = Origin(learner=speaker.learner, causation=corpus.name, correlation=corpus.name, producer=PRODUCER)
    stream = stream_of(speaker.learner)
    return (Batch(stream=stream, events=tuple(events), expected_version=len(own), origin=origin),)


def session_batches(corpus: Corpus, session: str, kept: Sequence[Kept]) -> tuple[Batch, ...]:
    """A whole session of one learner; to be appended in one transaction."""
    learner = kept[0].utterance.speaker.learner
    told: list[tuple[str, tuple[LessonEvent, ...]]] = [
        (f"{corpus.name}/{session}", (_started(corpus, session, learner),)),
        *((f"{corpus.name}/{each.utterance.id}/{each.digest}", _turn(n, each)) for n, each in enumerate(kept, 1)),
        (f"{corpus.name}/{session}", (SessionEnded(reason="imported"),)),
    ]
    batches: list[Batch] = []
    version = 0
    for causation, events in told:
        origin = Origin(learner=learner, causation=causation, correlation=session, producer=PRODUCER)
        batches.append(Batch(stream=session, events=events, expected_version=version, origin=origin))
        version += len(events)
    return tuple(batches)


def _started(corpus: Corpus, session: str, learner: str) -> SessionStarted:
    return SessionStarted(
        session=session,
        learner=learner,
        tutor="",
        goal="",
        level="",
        mode="corpus",
        seed=0,
        topic=corpus.name,
        endpointing="manual",
        language=corpus.language,
        client=PRODUCER,
    )


def _turn(turn: int, kept: Kept) -> tuple[LessonEvent, ...]:
    utterance = kept.utterance
    uttered = SpeechUttered(
        turn=turn,
        source="corpus",
        endpoint="file",
        audio=kept.audio,
        text=utterance.text,
        reference=utterance.reference,
        sample_rate_hz=SAMPLE_RATE_HZ,
        duration_ms=kept.duration_ms,
        level_db=kept.level_db,
    )
    if utterance.rating is None:
        return (uttered,)
    return uttered, replace(utterance.rating, turn=turn)
