"""Running means. A window makes one forget: it then follows about that many of the newest values."""

from collections.abc import Iterable

from msgspec import Struct

from events.values import Scores


class Mean(Struct, frozen=True, gc=False):
    """A mean and how many values went into it."""

    value: float = 0.0
    count: int = 0

    def add(self, value: float) -> "Mean":
        """With one more value."""
        count = self.count + 1
        return Mean(self.value + (value - self.value) / count, count)

    def fade(self, values: Iterable[float], *, window: int) -> "Mean":
        """With more values, one after the other; old ones fade as in an exponential mean of weight 1/window."""
        mean, count = self.value, self.count
        for value in values:
            count += 1
            mean += (value - mean) / (count if count < window else window)
        return Mean(mean, count)

    def rounded(self) -> float | None:
        """The mean to one decimal, None without any value."""
        return round(self.value, 1) if self.count else None


class Figures(Struct, frozen=True, kw_only=True, gc=False):
    """The running means of the six figures of `events.values.Scores`."""

    total: Mean = Mean()
    pronunciation: Mean = Mean()
    fluency: Mean = Mean()
    prosody: Mean = Mean()
    completeness: Mean = Mean()
    grammar: Mean = Mean()

    def add(self, scores: Scores) -> "Figures":
        """With one more utterance; a figure that could not be judged changes nothing."""
        return Figures(
            total=_add(self.total, scores.total),
            pronunciation=_add(self.pronunciation, scores.pronunciation),
            fluency=_add(self.fluency, scores.fluency),
            prosody=_add(self.prosody, scores.prosody),
            completeness=_add(self.completeness, scores.completeness),
            grammar=_add(self.grammar, scores.grammar),
        )


def _add(mean: Mean, value: float | None) -> Mean:
    return mean if value is None else mean.add(value)
