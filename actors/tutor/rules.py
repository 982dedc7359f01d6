"""The rule-based tutor as an engine. What it says is decided in `policies.tutor.reply`; nothing can fail here."""

from collections.abc import Iterator

from policies.tutor.context import Sentence, TutorContext
from policies.tutor.reply import reply

RULES_VERSION = "3"


class RulesTutor:
    """The tutor that always works: no weights, no network, the same reply for the same context."""

    name = "rules"
    version = RULES_VERSION
    digest = ""

    def reply(self, context: TutorContext) -> Iterator[Sentence]:
        """The reply sentence by sentence; all of it is known at once."""
        yield from reply(context)
