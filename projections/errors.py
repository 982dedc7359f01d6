"""The errors of the projections' store and runner. All can be pickled."""

from projections.wording import counted, installing, runner_told


class ProjectionsError(Exception):
    """A view could not be stored, found or rebuilt.

    ``retryable`` says whether the same call may succeed later without a change of its arguments.
    """

    retryable = False
    absent = False
    """As `events.errors.EventsError.absent`."""


class NameUnknown(ProjectionsError):
    """There is no ``what`` of this name; ``known`` are those that there are."""

    absent = True
    what = ""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name, known)
        self.name = name
        self.known = known

    def __str__(self) -> str:
        return f"there is no {self.what} {self.name!r}; there are {', '.join(self.known)}"


class ProjectionUnknown(NameUnknown):
    """There is no projection of this name."""

    what = "projection"


class ViewUnknown(NameUnknown):
    """There is no view of this name."""

    what = "view"


class RunnerFenced(ProjectionsError):
    """Another runner folds these learners; this one must wait until that one stops."""

    retryable = True

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.owner = owner

    def __str__(self) -> str:
        told = runner_told(self.owner)
        return f"{told} folds into these views already (a running server does); when it has ended, this one can"


class ViewsBehind(ProjectionsError):
    """The views are not folded far enough, and this command cannot fold them.

    ``missing`` are the parts of the learners that nobody folds, ``owners`` the runners of the others.
    """

    retryable = True

    def __init__(self, position: int, missing: tuple[int, ...], owners: tuple[str, ...]) -> None:
        super().__init__(position, missing, owners)
        self.position = position
        self.missing = missing
        self.owners = owners

    def __str__(self) -> str:
        told = f"nothing is wiped, for the views are not folded to position {self.position:,}"
        who = " and ".join(map(runner_told, self.owners)) or "nobody"
        if self.missing and self.owners:
            parts = counted(len(self.missing), "part")
            why = f"nobody folds {parts} of the learners, and this command cannot while {who} folds others"
            way_out = "start the worker that is missing, or end the others"
        else:
            why = f"they get no further with {who}"
            way_out = "see what holds that up, or end it"
        return f"{told}: {why}; {way_out}, and the same command or any later one finishes it"


class ViewsUnavailable(ProjectionsError):
    """The views cannot be used now. ``reason`` is one of those in `_WAYS_OUT`."""

    retryable = True
    absent = True

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"the views cannot be used ({self.reason}): {self.detail}; {_WAYS_OUT[self.reason]}"


class RebuildOvertaken(ProjectionsError):
    """A later rebuild of the same projection took this one's place."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"another rebuild of {self.name!r} was started later and goes on instead"


class RebuildDiffers(ProjectionsError):
    """The rebuilt views are not those in service. The old ones stay.

    ``forgetting`` are learners who are perhaps just being forgotten; then it is they who make the difference.
    """

    def __init__(self, name: str, position: int, keys: tuple[str, ...], forgetting: tuple[str, ...] = ()) -> None:
        super().__init__(name, position, keys, forgetting)
        self.name = name
        self.position = position
        self.keys = keys
        self.forgetting = forgetting

    def __str__(self) -> str:
        some = ", ".join(self.keys[:5]) + (", …" if len(self.keys) > 5 else "")
        return (
            f"{self.name!r} rebuilt to position {self.position} differs in {counted(len(self.keys), 'key')} ({some});"
            " the old ones stay. If its fold has changed on purpose, rebuild with --accept"
        )


class ShareUnreadable(ProjectionsError):
    """A worker's share is not one."""

    def __init__(self, text: str, most: int) -> None:
        super().__init__(text, most)
        self.text = text
        self.most = most

    def __str__(self) -> str:
        return f"{self.text!r} is no share; give I/N with I from 0 to N-1 and N at most {self.most}"


class NotParked(ProjectionsError):
    """The projection has no parked key of this name."""

    absent = True

    def __init__(self, name: str, key: str) -> None:
        super().__init__(name, key)
        self.name = name
        self.key = key

    def __str__(self) -> str:
        return f"{self.name!r} has not parked {self.key!r}; `python -m projections park list` tells what it has"


class ExportUnwritable(ProjectionsError):
    """An export cannot be written where it should go."""

    def __init__(self, out: str, reason: str) -> None:
        super().__init__(out, reason)
        self.out = out
        self.reason = reason

    def __str__(self) -> str:
        return f"nothing was exported: {self.out} cannot be written ({self.reason}); name another place by --out"


class OnlySums(ProjectionsError):
    """The projection adds up events and keeps nothing of a single key."""

    absent = True

    def __init__(self, name: str, views: tuple[str, ...]) -> None:
        super().__init__(name, views)
        self.name = name
        self.views = views

    def __str__(self) -> str:
        return (
            f"{self.name!r} adds up events and keeps nothing to show of one key; read {', '.join(self.views)} with SQL,"
            f" or `python -m projections export {self.views[0]}`"
        )


class AnalyticsMissing(ProjectionsError):
    """Parquet needs a package that is not installed."""

    absent = True

    def __str__(self) -> str:
        return f"Parquet needs pyarrow: `{installing('analytics')}` installs it; or give --format csv"


_MOVE_AWAY = "move them away (the file, or in PostgreSQL ALTER SCHEMA views RENAME TO views_before)"
_WAYS_OUT = {
    "read_only": "give this user the right to write there; a database server that takes no writes is a standby, or has"
    " default_transaction_read_only set",
    "full": "free some disk space and try again",
    "damaged": "the log is untouched: a restart moves the file aside and folds the log again",
    "outdated": f"{_MOVE_AWAY}, and a restart folds the log again",
    "newer": f"run the newer program that made them; or {_MOVE_AWAY}, and this one folds the log again",
    "missing": "start the server or `python -m projections run` once",
    "shorter_log": "is it another log than before? Name the right one in COLLOQUY_DATA or COLLOQUY_LOG",
    "failed": "look at the disk or the database server, then try again",
}
