"""Which version of each decision this code makes; a host that takes a session writes them into the log.

A version grows with every change that decides otherwise on the same input, so that whoever runs today's code over an
older log (`python -m replay verify`) can tell a change that was meant from a fault. The rules of the tutor have their
version in the engine that they are (`actors.tutor.rules`). What a log says nothing of is version 1.
"""

from collections.abc import Iterable

from events.values import PolicyUse

VERSIONS = (
    PolicyUse(policy="session", version=1),
    PolicyUse(policy="utterance", version=1),
    PolicyUse(policy="transcript", version=1),
    PolicyUse(policy="scores", version=2),
    PolicyUse(policy="tutor check", version=2),
    PolicyUse(policy="voice", version=1),
    PolicyUse(policy="visemes", version=1),
    PolicyUse(policy="face", version=1),
)
"""In the order in which a turn comes to them: `actors.session`, then `policies.scores` and so on."""


def version_in(used: Iterable[PolicyUse], policy: str) -> int:
    """The version of a policy among those that a host told."""
    return next((use.version for use in used if use.policy == policy), 1)
