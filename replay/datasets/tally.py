"""What a shard's rows are like, in counts that can be added up: for the report, without keeping the rows."""

from math import floor

from msgspec import Struct

from replay.datasets.rows import Row
from replay.quality.catalogue import BY_NAME

TRAITS = ("level", "first_language", "age_group", "gender", "tutor", "mode", "corpus")
"""Columns of every row whose values are counted."""
_WIDTHS = {"share": 0.05, "0 or 1": 1.0, "s": 0.5, "ms": 100.0, "dB": 2.0, "LUFS": 2.0, "MOS": 0.25, "stars": 0.5}
_OWN_WIDTHS = {"speech_share": 0.05, "level_db": 2.0, "turns": 1.0, "total": 1.0}
"""Of measures that only the log tells."""


class Tally(Struct, kw_only=True):
    """Rows and seconds of sound by split; by trait, value and split; by measure and bin (bin k begins at k widths).

    Bin counts of a measure leave out the rows that have none.
    """

    rows: dict[str, int] = {}
    seconds: dict[str, float] = {}
    traits: dict[str, dict[str, dict[str, int]]] = {}
    figures: dict[str, dict[int, int]] = {}
    learners: dict[str, str] = {}

    def add(self, row: Row) -> None:
        """Count a row."""
        split, columns = row.split, row.columns
        self.rows[split] = self.rows.get(split, 0) + 1
        self.learners[row.learner] = split
        duration_s = columns.get("duration_s")
        if duration_s is not None:
            self.seconds[split] = self.seconds.get(split, 0.0) + duration_s
        for trait in TRAITS:
            splits = self.traits.setdefault(trait, {}).setdefault(columns[trait], {})
            splits[split] = splits.get(split, 0) + 1
        for name, value in row.quality.items():
            if value is not None:
                bins = self.figures.setdefault(name, {})
                place = floor(value / width_of(name))
                bins[place] = bins.get(place, 0) + 1

    def merge(self, other: "Tally") -> None:
        """Add another's counts."""
        for split, count in other.rows.items():
            self.rows[split] = self.rows.get(split, 0) + count
        for split, seconds in other.seconds.items():
            self.seconds[split] = self.seconds.get(split, 0.0) + seconds
        self.learners |= other.learners
        for trait, values in other.traits.items():
            for value, splits in values.items():
                own = self.traits.setdefault(trait, {}).setdefault(value, {})
                for split, count in splits.items():
                    own[split] = own.get(split, 0) + count
        for name, bins in other.figures.items():
            mine = self.figures.setdefault(name, {})
            for place, count in bins.items():
                mine[place] = mine.get(place, 0) + count


def width_of(measure: str) -> float:
    """How wide the bins of a measure are."""
    known = BY_NAME.get(measure)
    return _WIDTHS.get(known.unit, 1.0) if known is not None else _OWN_WIDTHS.get(measure, 1.0)
