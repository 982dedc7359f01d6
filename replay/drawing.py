"""matplotlib for the pictures of a report: see `actors.page`. Draws nothing itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from actors.page import SETTINGS
from replay.errors import LibraryMissing


@contextmanager
def drawing() -> Iterator[Any]:
    """``matplotlib.pyplot`` with the page's settings, without a window; closes its figures. Raises `LibraryMissing`."""
    try:
        import matplotlib
        from matplotlib import pyplot
    except ImportError as error:
        raise LibraryMissing("matplotlib", "The report") from error
    matplotlib.use("svg")
    with matplotlib.rc_context(SETTINGS):
        try:
            yield pyplot
        finally:
            pyplot.close("all")
