"""What one judge has said so far, and how more of it gets into the log. Shows nothing."""

from collections.abc import Iterable

from events.comparison import RepliesCompared, stream_of
from events.envelope import Origin, Recorded
from events.errors import VersionConflict
from events.learner import stream_of as learner_stream
from events.recorder_log import RecorderEventLog
from events.sealing.errors import LearnerForgotten
from replay.counterfactual.inputs import STARTED
from replay.counterfactual.people import person_of
from replay.judging.errors import LearnerAway
from replay.judging.pairs import BlindPair

PRODUCER = "replay"


class Judge:
    """Somebody who compares replies; ``run`` is where these come from."""

    def __init__(self, name: str, run: str, log: RecorderEventLog) -> None:
        self.name = name
        self._run = run
        self._log = log

    def open(self, pairs: Iterable[BlindPair]) -> list[BlindPair]:
        """Those that this judge has not judged, in whatever run or order their texts were shown."""
        return [pair for pair in pairs if not self._judged(pair, self._log.read(stream_of(pair.session)))]

    def see(self, pair: BlindPair) -> None:
        """Raises `LearnerAway` where the pair may not be shown any more."""
        if is_away(pair.session, self._log):
            raise LearnerAway

    def keep(self, pair: BlindPair, preferred: str) -> bool:
        """Append what the judge prefers, one of `events.comparison.PREFERRED`; False if they had judged it already.

        Raises `LearnerAway`, and what the log raises.
        """
        stream = stream_of(pair.session)
        event = RepliesCompared(
            session=pair.session,
            turn=pair.turn,
            preferred=preferred,
            judge=self.name,
            a=pair.a,
            b=pair.b,
            run=self._run,
        )
        origin = Origin(learner=pair.learner, causation=pair.case, correlation=pair.session, producer=PRODUCER)
        while True:
            before = self._log.read(stream)
            if self._judged(pair, before):
                return False
            self.see(pair)
            try:
                self._log.append(stream, [event], expected_version=len(before), origin=origin)
            except VersionConflict:
                continue
            except LearnerForgotten as error:
                raise LearnerAway from error
            return True

    def _judged(self, pair: BlindPair, recorded: Iterable[Recorded]) -> bool:
        return any(
            isinstance(event := each.event, RepliesCompared)
            and (event.judge, event.turn, event.texts) == (self.name, pair.turn, pair.texts)
            for each in recorded
        )


def is_away(session: str, log: RecorderEventLog) -> bool:
    """Whether the learner of a session has been forgotten since, or withdrew; see `replay.counterfactual.people`."""
    starts = log.read_of(session, STARTED, upto=log.head())
    start = next((each for each in starts if isinstance(each, Recorded)), None)
    if start is None:
        return False
    return start.forgotten or bool(person_of(log.read(learner_stream(start.learner)), log.head()).away)
