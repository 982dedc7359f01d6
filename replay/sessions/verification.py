"""Today's code run over a logged session: where it decides otherwise than the log holds, event by event.

Nothing is asked of an engine and nothing is written. See `decisions` and `replies` for what is decided again.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

from actors.tutor.rules import RULES_VERSION
from events.envelope import NotOfLesson, Recorded, Unknown
from events.lesson import SessionClaimed, TutorReplied
from events.values import PolicyUse
from policies.learner import LearnerHistory
from policies.versions import VERSIONS, version_in
from replay.sessions.decisions import Decision, decided_now
from replay.sessions.differences import Difference, differences
from replay.sessions.earlier import EarlierInLog
from replay.sessions.moments import Moments, position_of
from replay.sessions.replies import replied_now

DIVERGES, OTHER_VERSION, UNREADABLE = "diverges", "other_version", "unreadable"


class Finding(Struct, frozen=True, kw_only=True):
    """An event about which code and log do not agree.

    ``kind`` is diverges, other_version (the log names another version of what decided it, so it may differ) or
    unreadable. ``fields`` is empty where the event would not be there at all; ``reason`` then says why.
    """

    kind: str
    stream: str
    version: int
    event: str
    type: str
    policy: str
    fields: tuple[Difference, ...] = ()
    reason: str = ""


class Verified(Struct, frozen=True, kw_only=True):
    """What became of one session. ``compared`` counts the decisions by policy; ``skipped`` says why none could be."""

    stream: str
    events: int
    compared: dict[str, int]
    findings: tuple[Finding, ...]
    skipped: str = ""

    @property
    def diverges(self) -> bool:
        """Whether anything is wrong: what another version made may differ."""
        return any(finding.kind != OTHER_VERSION for finding in self.findings)


def verify(recorded: Sequence[Recorded], earlier: EarlierInLog) -> Verified:
    """Compare a session's events with today's decisions; ``earlier`` holds what its learner did before."""
    skipped = _not_to_compare(recorded)
    checker = _Checker(earlier)
    findings = () if skipped else tuple(checker.findings(recorded))
    return Verified(
        stream=recorded[0].stream if recorded else "",
        events=len(recorded),
        compared=dict(sorted(checker.compared.items())),
        findings=findings,
        skipped=skipped,
    )


def _not_to_compare(recorded: Sequence[Recorded]) -> str:
    if any(item.forgotten for item in recorded):
        return "the learner has been forgotten"
    if not any(isinstance(item.event, SessionClaimed | Unknown) for item in recorded):
        return "no host has held it: it was imported, so nothing in it was decided here"
    return ""


class _Checker:
    """Goes through one session. After an event that no session could hold the rest cannot be compared."""

    def __init__(self, earlier: EarlierInLog) -> None:
        self.compared: Counter[str] = Counter()
        self._earlier = earlier
        self._moments = Moments()
        self._start = 0

    def findings(self, recorded: Sequence[Recorded]) -> Iterator[Finding]:
        self._start = position_of(recorded[0])
        for item in recorded:
            if isinstance(item.event, NotOfLesson):
                yield finding_at(item, UNREADABLE, "", reason=_unreadable(item.event))
                continue
            try:
                yield from self._of_event(item)
                self._moments.take(item)
            except (LookupError, AttributeError) as error:  # a turn, sentence or segment that is not there
                reason = f"the session has not what it speaks of ({error}); what follows is not compared"
                yield finding_at(item, DIVERGES, "session", reason=reason)
                return

    def _of_event(self, item: Recorded) -> Iterator[Finding]:
        decisions = list(decided_now(item, self._moments))
        if isinstance(item.event, TutorReplied):
            reply = replied_now(item.event, self._moments, lambda: self._histories(item))
            decisions += [reply] if reply is not None else []
        for decision in decisions:
            self.compared[decision.policy] += 1
            if decision.now != item.event:
                yield _diverging(item, decision, _made_by_another(item, decision.policy, self._moments.policies))

    def _histories(self, item: Recorded) -> Iterator[LearnerHistory]:
        today = item.time.date()
        stream = item.stream
        yield self._earlier.before(stream, self._start, today)
        for claim in self._moments.claims[1:]:
            yield self._earlier.before(stream, claim, today)


def _diverging(item: Recorded, decision: Decision, other: str) -> Finding:
    fields = differences(item.event, decision.now) if decision.now is not None else ()
    reason = "; ".join(filter(None, (other, decision.reason)))
    return finding_at(item, OTHER_VERSION if other else DIVERGES, decision.policy, fields=fields, reason=reason)


def _made_by_another(item: Recorded, policy: str, used: tuple[PolicyUse, ...]) -> str:
    """Why a decision may differ: the log names another version of what made it; "" if it names today's."""
    if policy == "tutor":
        assert isinstance(item.event, TutorReplied)
        then, now = item.event.engine.version, RULES_VERSION
    else:
        then, now = (str(version_in(each, policy)) for each in (used, VERSIONS))
    name = "rules" if policy == "tutor" else policy
    return "" if then == now else f"made by another version: {name} {then}; these are {name} {now}"


def _unreadable(event: NotOfLesson) -> str:
    if not isinstance(event, Unknown):
        return "it is no event of a lesson"
    return event.fault or "a newer program wrote this type; verify with that one"


def finding_at(
    item: Recorded, kind: str, policy: str, *, fields: tuple[Difference, ...] = (), reason: str = ""
) -> Finding:
    """What was found at an event."""
    return Finding(
        kind=kind,
        stream=item.stream,
        version=item.version,
        event=item.id,
        type=item.type,
        policy=policy,
        fields=fields,
        reason=reason,
    )
