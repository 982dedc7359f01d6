"""What the figures were measured on, and how rounds become one line."""

import os
import platform
import statistics
from collections.abc import Sequence


def machine() -> str:
    """Processor, cores, memory and Python in one line."""
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, {memory_gib:.0f} GiB, load {os.getloadavg()[0]:.1f},"
        f" Python {platform.python_version()}"
    )


def spread(values: Sequence[float], digits: int = 0) -> str:
    """The median of the rounds, and the least and the greatest."""
    return f"{statistics.median(values):,.{digits}f}  ({min(values):,.{digits}f}-{max(values):,.{digits}f})"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0..1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
