"""The errors of the projections' store and runner. All can be pickled."""


class ProjectionsError(Exception):
    """A view could not be stored, found or rebuilt.

    ``retryable`` says whether the same call may succeed later without a change of its arguments.
    """

    retryable = False


class ProjectionUnknown(ProjectionsError):
    """There is no projection of this name."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name, known)
        self.name = name
        self.known = known

    def __str__(self) -> str:
        return f"there is no projection {self.name!r}; there are {', '.join(self.known)}"


class RunnerFenced(ProjectionsError):
    """Another runner folds into this file; this one must wait until that one stops."""

    retryable = True

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.owner = owner

    def __str__(self) -> str:
        return f"runner {self.owner!r} folds into this file; it is taken over when that one has stopped"


class ViewsUnavailable(ProjectionsError):
    """The views' file cannot be used now."""

    retryable = True

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        return f"the views cannot be used: {self.detail}; the log is untouched, so the file may be deleted and rebuilt"


class RebuildOvertaken(ProjectionsError):
    """A later rebuild of the same projection took this one's place."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"another rebuild of {self.name!r} was started later and goes on instead"


class RebuildDiffers(ProjectionsError):
    """The rebuilt views are not those in service. The old ones stay."""

    def __init__(self, name: str, position: int, keys: tuple[str, ...]) -> None:
        super().__init__(name, position, keys)
        self.name = name
        self.position = position
        self.keys = keys

    def __str__(self) -> str:
        some = ", ".join(self.keys[:5]) + (", …" if len(self.keys) > 5 else "")
        return (
            f"{self.name!r} rebuilt to position {self.position} differs in {len(self.keys)} views ({some});"
            " the old ones stay. If its fold has changed on purpose, rebuild with --accept"
        )
