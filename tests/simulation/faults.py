"""The faults of a simulated machine, all drawn from one seeded generator: a schedule is its seed."""

import random


class Crash(BaseException):
    """The process dies here: nothing after this runs, and only what is durable is left."""


class Faults:
    """Decides when something goes wrong, and how."""

    def __init__(self, rng: random.Random, *, share: float) -> None:
        self.rng = rng
        self.share = share
        self.happened: list[str] = []

    def strikes(self, what: str) -> bool:
        """Whether this fault happens now."""
        if self.rng.random() >= self.share:
            return False
        self.happened.append(what)
        return True

    def maybe_crash(self, where: str) -> None:
        """Raise `Crash`, or not."""
        if self.strikes(f"crash {where}"):
            raise Crash(where)
