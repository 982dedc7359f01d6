"""Brings a corpus into the log: recordings into the blob store, then whole sessions, several in a transaction.

A session is in the log as a whole or not at all, and nothing is appended twice: whatever stops an import, the next one
goes on where it was. Threads decode and keep recordings while this one reads, orders and appends.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from msgspec import Struct

from actors.hearing.decode import encode_flac
from actors.hearing.errors import AudioError, audio_too_large
from actors.hearing.files import MAX_FILE_BYTES, Decoders
from actors.hosting.utterance import level_db
from actors.ports import SAMPLE_RATE_HZ
from events.blobs import BlobsByLearner
from events.envelope import Recorded
from events.errors import VersionConflict
from events.learner import LearnerEvent, stream_of
from events.learner_stream import append_for
from events.log import Batch
from events.recorder_log import RecorderEventLog
from events.sealing.errors import LearnerForgotten
from replay.importing.corpus import Corpus, Fault, Speaker, Utterance
from replay.importing.errors import ImportHeld
from replay.importing.sessions import (
    MOST_TURNS,
    Kept,
    Known,
    known_from,
    learner_batches,
    session_batches,
    session_name,
)

APPEND_EVENTS = 100
"""Events that wait for one transaction."""
AHEAD = 200
"""Utterances that are prepared ahead of what is appended, so that memory stays bounded."""
PROBLEMS = {
    "empty_audio": "empty audio",
    "audio_too_large": "audio too long or too large",
    "audio_too_long": "audio too long or too large",
    "truncated": "audio cut off",
    "silent_audio": "silent audio",
    "unsupported_rate": "audio of an unusable rate",
}
"""By the code of an `AudioError`; all others are corrupt audio."""
WAYS_OUT = {
    "empty_audio": "put a recording of speech in its place.",
    "audio_too_large": "cut it into shorter files.",
    "audio_too_long": "cut it into shorter files.",
    "truncated": "copy the file here again from where it is whole.",
    "silent_audio": "put a recording of speech in its place.",
    "unsupported_rate": "fetch it at 8,000 Hz or more.",
}
"""By the code of an `AudioError`, where its own way out is none for a file."""
FORGOTTEN = "learner has been forgotten"
CHANGED = "changed since it was imported"
CHANGED_WAY_OUT = "the log keeps what it has; give --name to import this corpus beside it under another name"


def told_of_file(error: AudioError) -> str:
    """An `AudioError`, which speaks to somebody with a microphone, with the way out for a file in a folder."""
    fault, _, way_out = str(error).rpartition("; ")
    if not fault:
        return str(error)
    return f"{fault}; {WAYS_OUT.get(error.code) or way_out.replace('send one', 'convert it to one')}"


class Present(Struct, frozen=True):
    """An utterance that the log has already."""

    utterance: Utterance


Prepared = Kept | Present | Fault


class Report(Struct, kw_only=True):
    """What an import did; ``events`` counts those appended, ``present`` the utterances that were there already."""

    utterances: int = 0
    present: int = 0
    sessions: int = 0
    learners: int = 0
    events: int = 0
    speech_ms: int = 0
    faults: list[Fault]


class Unit(Struct, frozen=True):
    """Utterances of one learner that become at most one session."""

    speaker: Speaker
    prepared: tuple[Future[Prepared], ...]


class Importer:
    """Imports one corpus into ``log`` and ``blobs``. ``told`` is called for each utterance dealt with."""

    def __init__(
        self,
        corpus: Corpus,
        log: RecorderEventLog,
        blobs: BlobsByLearner,
        *,
        threads: int,
        most_seconds: float,
        told: Callable[[], None] = lambda: None,
    ) -> None:
        self.report = Report(faults=list(corpus.faults))
        self._corpus, self._log, self._blobs = corpus, log, blobs
        self._threads, self._most_seconds, self._told = threads, most_seconds, told
        self._known: dict[str, Known] = {}
        self._sessions: dict[str, int] = {}
        self._described: set[str] = set()
        self._learners: set[str] = set()
        self._waiting: list[Waiting] = []

    def run(self) -> Report:
        """Import what is not there yet. Raises `ImportHeld`, `LogUnavailable`, `BlobStoreUnavailable` and others.

        After an error ``report`` tells what had been done.
        """
        hold = self._log.hold("import")
        if hold is None:
            raise ImportHeld
        try:
            with Decoders() as decoders, ThreadPoolExecutor(self._threads) as pool:
                try:
                    for unit in self._units(pool, decoders):
                        self._take(unit)
                    self._append()
                except BaseException:
                    pool.shutdown(wait=False, cancel_futures=True)
                    raise
        finally:
            hold.release()
        return self.report

    def _units(self, pool: ThreadPoolExecutor, decoders: Decoders) -> Iterator[Unit]:
        """Units in order, prepared some way ahead."""
        begun: deque[Unit] = deque()
        ahead = 0
        for utterances in _units_of(self._corpus.utterances):
            speaker = utterances[0].speaker
            known = self._known_of(speaker.learner)
            jobs = (pool.submit(self._prepare, each, known, decoders) for each in utterances)
            begun.append(Unit(speaker, tuple(jobs)))
            ahead += len(utterances)
            while ahead > AHEAD and len(begun) > 1:
                ahead -= len(begun[0].prepared)
                yield begun.popleft()
        yield from begun

    def _known_of(self, learner: str) -> Known:
        if learner not in self._known:
            own = self._log.read(stream_of(learner))
            known = known_from(self._corpus.name, own, self._sessions_of(learner))
            self._known[learner], self._sessions[learner] = known, known.sessions
        return self._known[learner]

    def _sessions_of(self, learner: str) -> Iterator[tuple[Recorded, ...]]:
        number = 1
        while session := self._log.read(session_name(learner, number)):
            yield session
            number += 1

    def _prepare(self, utterance: Utterance, known: Known, decoders: Decoders) -> Prepared:
        """Keep an utterance's recording, if the log does not have it. Runs in a thread."""
        if known.forgotten:
            return Fault(utterance.name, FORGOTTEN, utterance.speaker.learner)
        try:
            size = utterance.audio.stat().st_size
            if not size:
                raise AudioError("empty_audio", "The file is empty.")
            if size > MAX_FILE_BYTES:
                raise audio_too_large(MAX_FILE_BYTES)
            digest = utterance.digest(utterance.audio.read_bytes())
            before = known.digests.get(utterance.id)
            if before is not None:
                return Present(utterance) if before == digest else Fault(utterance.name, CHANGED, CHANGED_WAY_OUT)
            samples = decoders.decode(utterance.audio, self._most_seconds)
            audio = self._blobs.of(utterance.speaker.learner).put(encode_flac(samples), "audio/flac")
        except FileNotFoundError:
            return Fault(utterance.name, "missing audio")
        except OSError as error:
            return Fault(utterance.name, "unreadable audio", str(error))
        except AudioError as error:
            return Fault(utterance.name, PROBLEMS.get(error.code, "corrupt audio"), told_of_file(error))
        except LearnerForgotten:
            return Fault(utterance.name, FORGOTTEN, utterance.speaker.learner)
        duration_ms = len(samples) * 1000 // SAMPLE_RATE_HZ
        return Kept(
            utterance=utterance, digest=digest, audio=audio, duration_ms=duration_ms, level_db=level_db(samples)
        )

    def _take(self, unit: Unit) -> None:
        """Wait for a unit's utterances; append when enough of them wait."""
        kept: list[Kept] = []
        present = 0
        for job in unit.prepared:
            match job.result():
                case Kept() as each:
                    kept.append(each)
                case Present():
                    present += 1
                case Fault() as fault:
                    self.report.faults.append(fault)
            self._told()
        self.report.present += present
        if kept or present:
            self._waiting.append(self._made(unit.speaker, kept))
        if sum(len(batch.events) for each in self._waiting for batch in each.batches) >= APPEND_EVENTS:
            self._append()

    def _made(self, speaker: Speaker, kept: Sequence[Kept]) -> "Waiting":
        """What is to be appended of a learner."""
        learner = speaker.learner
        batches: list[Batch] = []
        if learner not in self._described:
            self._described.add(learner)
            batches.extend(learner_batches(self._corpus, speaker, self._known[learner].own))
        if kept:
            self._sessions[learner] += 1
            session = session_name(learner, self._sessions[learner])
            batches.extend(session_batches(self._corpus, session, kept))
        return Waiting(learner, tuple(batches), tuple(kept))

    def _append(self) -> None:
        """Append what waits in one transaction; without those who have been forgotten meanwhile."""
        while self._waiting:
            batches = [batch for each in self._waiting for batch in each.batches]
            try:
                outcomes = self._log.append_many(batches)
            except LearnerForgotten as error:
                gone = [each for each in self._waiting if each.learner == error.learner]
                self.report.faults.extend(
                    Fault(kept.utterance.name, FORGOTTEN, each.learner) for each in gone for kept in each.kept
                )
                self._waiting = [each for each in self._waiting if each.learner != error.learner]
                continue
            for batch, outcome in zip(batches, outcomes, strict=True):
                if isinstance(outcome, VersionConflict):
                    self._append_anew(batch, outcome)
            self._count(self._waiting)
            self._waiting = []

    def _append_anew(self, batch: Batch, conflict: VersionConflict) -> None:
        """Append behind what others appended meanwhile, which they may do to a learner's own stream only."""
        learner = batch.origin.learner
        if batch.stream != stream_of(learner):
            raise conflict
        for event in batch.events:
            assert isinstance(event, LearnerEvent)
            append_for(self._log, learner, event, unless=partial(_is, event))

    def _count(self, appended: Sequence["Waiting"]) -> None:
        report = self.report
        for each in appended:
            report.events += sum(len(batch.events) for batch in each.batches)
            report.utterances += len(each.kept)
            report.sessions += bool(each.kept)
            report.speech_ms += sum(kept.duration_ms for kept in each.kept)
            if each.kept:
                self._learners.add(each.learner)
        report.learners = len(self._learners)


class Waiting(Struct, frozen=True):
    """Batches of one learner, and the utterances in them."""

    learner: str
    batches: tuple[Batch, ...]
    kept: tuple[Kept, ...]


def _is(event: LearnerEvent, recorded: Recorded) -> bool:
    return bool(recorded.event == event)


def _units_of(utterances: Sequence[Utterance]) -> Iterator[tuple[Utterance, ...]]:
    """At most `MOST_TURNS` utterances of one learner at a time, learners and utterances in the order of the corpus."""
    by_learner: dict[str, list[Utterance]] = {}
    for utterance in utterances:
        by_learner.setdefault(utterance.speaker.learner, []).append(utterance)
    for of_learner in by_learner.values():
        for first in range(0, len(of_learner), MOST_TURNS):
            yield tuple(of_learner[first : first + MOST_TURNS])
