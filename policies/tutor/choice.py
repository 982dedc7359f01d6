"""Choosing among lines without a random number and without saying anything twice in a session."""

import hashlib
import re
from collections.abc import Iterable, Sequence

from policies.tutor.context import TutorContext

_NOT_WORDS = re.compile(r"[^a-z0-9']+")


def normal(text: str) -> str:
    """A sentence for comparison: lower case, words only."""
    return _NOT_WORDS.sub(" ", text.lower()).strip()


class Choice:
    """Picks lines for one reply. What it has given counts as said, so it gives nothing twice in the reply either."""

    def __init__(self, context: TutorContext) -> None:
        self._key = f"{context.seed}/{context.turn}"
        self._said = {normal(line) for line in context.used}

    def fresh(self, line: str) -> bool:
        """Whether this line has not been said in the session."""
        return normal(line) not in self._said

    def take(self, line: str) -> str:
        """Note the line as said."""
        self._said.add(normal(line))
        return line

    def first(self, lines: Iterable[str]) -> str | None:
        """The first line that has not been said, in the order given."""
        for line in lines:
            if self.fresh(line):
                return self.take(line)
        return None

    def pick(self, lines: Sequence[str], slot: str) -> str | None:
        """One line that has not been said, by the seed, the turn and the slot's name; None if all have been."""
        return self.first(self.shuffled(lines, slot))

    def shuffled(self, lines: Sequence[str], slot: str) -> list[str]:
        """The lines in an order that only the seed, the turn and the slot decide."""
        return sorted(lines, key=lambda line: self._weight(slot, line))

    def noise(self, slot: str, line: str) -> float:
        """A number in 0..1 for this line, the same whenever the same turn is decided again."""
        return int(self._weight(slot, line)[:8], 16) / 0xFFFFFFFF

    def _weight(self, slot: str, line: str) -> str:
        return hashlib.sha256(f"{self._key}/{slot}/{line}".encode()).hexdigest()
