"""The event of a person's comparison of two replies to the same words of a learner.

It lies in a stream beside the session's own (`stream_of`), which is over and may have a host of its own: what people
think of a lesson later changes nothing of it. Texts of replies quote the learner and are sealed with their key.
"""

from msgspec import Struct

from events.values import ComparedReply, EngineUse

PREFERRED = ("a", "b", "tie")


class RepliesCompared(Struct, frozen=True, kw_only=True, tag="replies.compared.v1"):
    """A person was shown two replies to what the learner said in a turn, without being told which engine gave which.

    ``a`` and ``b`` are in the order in which they were shown; ``preferred`` is one of `PREFERRED`. ``judge`` names
    who compared them. ``run`` is the counterfactual run that put the turn to another engine, by the hash that
    `events.counterfactual.CounterfactualRun` has as ``result_sha256``. The event's causation is the id of the turn's
    first `events.lesson.TutorReplied`.
    """

    session: str
    turn: int
    preferred: str
    judge: str
    a: ComparedReply
    b: ComparedReply
    run: str = ""

    @property
    def engines(self) -> tuple[EngineUse, EngineUse]:
        return self.a.engine, self.b.engine

    @property
    def texts(self) -> frozenset[str]:
        """Both replies, in whatever order they were shown."""
        return frozenset((self.a.text, self.b.text))

    @property
    def chosen(self) -> str:
        """The text of the preferred reply; "" where there is none."""
        match self.preferred:
            case "a":
                return self.a.text
            case "b":
                return self.b.text
            case _:
                return ""


def stream_of(session: str) -> str:
    """The stream of the comparisons of a session's replies."""
    return f"comparisons-{session}"
