"""What a lesson's log must be whatever happens, as checks of a classroom that has come to rest."""

from collections import Counter
from collections.abc import Iterator, Sequence

from actors.session.state import COMMANDED
from events.envelope import Recorded
from events.lesson import (
    SessionClaimed,
    SessionEnded,
    SessionStarted,
    SpeechAssessed,
    SpeechTranscribed,
    SpeechUttered,
    TurnFailed,
    TutorHeard,
    TutorRendered,
    TutorReplied,
    TutorSpoken,
)
from replay.sessions.session import state_of
from tests.simulation.classroom import Classroom
from tests.simulation.hosts import SimulatedHosts
from tests.simulation.learner import Learner


def faults_found(room: Classroom) -> list[str]:
    """Each promise that was broken, in words."""
    found = [*room.loop.broken, *room.hosts.broken]
    for learner in room.learners:
        stream = room.log.truth(learner.session)
        found += learner.broken
        found += _of_versions(stream)
        found += _of_fencing(stream)
        found += _of_commands(stream, learner)
        found += _of_answers(stream)
        found += _of_hearing(stream, learner)
        if not room.stuck:
            found += _of_turns(stream)
            found += _of_live_state(stream, learner.session, room.hosts)
    return [*found, room.stuck] if room.stuck else found


def _of_versions(stream: Sequence[Recorded]) -> Iterator[str]:
    versions = [item.version for item in stream]
    if versions != list(range(1, len(stream) + 1)):
        yield f"the versions are {versions}"


def _of_fencing(stream: Sequence[Recorded]) -> Iterator[str]:
    """Only the host of the newest claim writes; each claim's epoch follows the one before."""
    host, epoch = "", 0
    for item in stream:
        if isinstance(item.event, SessionClaimed):
            if item.event.epoch != epoch + 1:
                yield f"epoch {item.event.epoch} was claimed after {epoch}"
            host, epoch = item.event.host, item.event.epoch
        if item.producer != host and not isinstance(item.event, SessionStarted):
            yield f"{item.producer} wrote version {item.version} after the claim of {host}"


def _of_commands(stream: Sequence[Recorded], learner: Learner) -> Iterator[str]:
    """What was acknowledged was in the log by then, and no command has two events."""
    counts = Counter(item.causation for item in stream if isinstance(item.event, COMMANDED))
    yield from (f"command {each} has {count} events" for each, count in counts.items() if count > 1)
    for promise in learner.promises:
        if promise.once and not promise.kept:
            what = f"turn {promise.turn}" if promise.turn >= 0 else f"command {promise.id}"
            yield f"{what} of {learner.session} was acknowledged and is not in the log"


def _of_answers(stream: Sequence[Recorded]) -> Iterator[str]:
    """Each answer of an engine is there once, and sentences, segments and fragments come in order."""
    places: Counter[tuple[object, ...]] = Counter()
    for item in stream:
        match item.event:
            case SpeechUttered() | SpeechTranscribed() | SpeechAssessed() | TutorHeard():
                place = (type(item.event).__name__, item.event.turn)
                number = 0
            case TutorReplied(turn=turn, sentence=number):
                place = ("sentence", turn)
            case TutorSpoken(turn=turn, segment=number):
                place = ("segment", turn)
            case TutorRendered(turn=turn, segment=segment, fragment=number):
                place = ("fragment", turn, segment)
            case _:
                continue
        if number != places[place]:
            yield f"version {item.version} holds {place} {number} where {places[place]} was due"
        places[place] += 1


def _of_hearing(stream: Sequence[Recorded], learner: Learner) -> Iterator[str]:
    """What the client was shown is the log, and a recording is as long as it was said."""
    logged = [(item.version, item.event) for item in stream]
    if learner.shown != logged[: len(learner.shown)]:
        yield f"{learner.name} was shown versions {[version for version, _ in learner.shown]}, not the log"
    for _, event in logged:
        if isinstance(event, SpeechUttered) and event.source == "microphone":
            said_ms = learner.durations_ms.get(event.turn)
            if event.duration_ms != said_ms:
                yield f"turn {event.turn} of {learner.session} lasts {event.duration_ms} ms of the {said_ms} ms said"


def _of_turns(stream: Sequence[Recorded]) -> Iterator[str]:
    """Every turn is understood or its failure told; the newest is answered to its end, cut off, or its failure told."""
    events = [item.event for item in stream]
    if any(isinstance(event, SessionEnded) for event in events):
        return
    uttered = [event.turn for event in events if isinstance(event, SpeechUttered)]
    failed = {event.turn for event in events if isinstance(event, TurnFailed)}
    understood = {event.turn for event in events if isinstance(event, SpeechAssessed)}
    answered = {event.turn for event in events if isinstance(event, TutorSpoken) and event.last}
    cut_off = {event.turn for event in events if isinstance(event, TutorHeard)}
    for turn in uttered:
        if turn not in failed | understood:
            yield f"turn {turn} was neither understood nor was its failure told"
    newest = max(uttered, default=0)
    if newest not in failed | answered | cut_off:
        yield f"turn {newest} was neither answered nor was its failure told"


def _of_live_state(stream: Sequence[Recorded], session: str, hosts: SimulatedHosts) -> Iterator[str]:
    """A host has in memory what the log gives up to some version; that it is the newest was waited for."""
    for place in hosts.places:
        lesson = place.host._lessons.get(session)
        if lesson is None or not place.process.alive:
            continue
        live = lesson.session.state
        if live != state_of(tuple(stream[: live.version])):
            yield f"{place.process.name} holds {session} otherwise than the log at version {live.version}"
