"""What a dataset is asked to be: a TOML file, read strictly. Opens nothing but that file."""

import math
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from replay.datasets.errors import SpecUnusable
from replay.quality.catalogue import BY_NAME


class Bounds(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which values of a measure a row may have; both ends belong to it.

    ``missing`` says what becomes of a row whose measure cannot be told: it has no pause to tell the noise by, say.
    """

    min: float | None = None
    max: float | None = None
    missing: Literal["drop", "keep"] = "drop"


class Splits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How learners are shared out, in parts of a hundred; see `replay.datasets.splits`.

    With ``hold_out_tutors`` (tutors' names) or ``hold_out_styles`` (modes: "conversation", "sentence"), lessons of
    those are nowhere but in the test split.
    """

    train: int = 70
    validation: int = 15
    test: int = 15
    hold_out_tutors: tuple[str, ...] = ()
    hold_out_styles: tuple[str, ...] = ()


class Query(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which sessions: an empty field asks for nothing. ``after`` <= start of the session < ``before``.

    ``corpora`` names corpora as they were imported; "" stands for lessons with a tutor.
    """

    after: datetime | None = None
    before: datetime | None = None
    learners: tuple[str, ...] = ()
    tutors: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    corpora: tuple[str, ...] = ()


class Spec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A dataset. ``language`` is the language of the sessions (BCP 47), empty for any.

    ``scrub`` takes personal data out of texts, ``dedup`` leaves out rows that are there already (exactly, or nearly),
    ``degraded`` lets in what engines of last resort said. ``text`` "normalised" writes all transcripts in one way.
    """

    kind: str
    formats: tuple[str, ...]
    name: str = ""
    description: str = ""
    language: str = "en"
    licence: str = ""
    scrub: bool = True
    text: Literal["as_written", "normalised"] = "as_written"
    dedup: Literal["none", "exact", "near"] = "exact"
    degraded: bool = False
    filters: dict[str, Bounds] = {}
    splits: Splits = Splits()
    sessions: Query = Query()

    @property
    def title(self) -> str:
        """The dataset's name: the kind's if none was given."""
        return self.name or self.kind


def read_spec(file: Path, kinds: Mapping[str, Collection[str]], formats: Mapping[str, Collection[str]]) -> Spec:
    """The spec in a file. ``kinds`` tells of each kind by which measures it may be filtered, ``formats`` of each format
    which kinds it takes.

    Raises `SpecUnusable`, which names the place and what is allowed there.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        told = SpecUnusable(str(file), "$", error.strerror or str(error))
        told.absent = isinstance(error, FileNotFoundError)
        raise told from error
    try:
        spec = msgspec.toml.decode(data, type=Spec)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `")
        path = path.rstrip("`") or "$"
        named = path.replace("[...]", f".{_faulty_filter(data)}") if "[...]" in path else path
        raise SpecUnusable(file.name, named, _small(reason), _fields_at(path)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SpecUnusable(file.name, "$", f"it is no TOML: {error}") from error
    _check(spec, file.name, kinds, formats)
    return spec


def _check(spec: Spec, file: str, kinds: Mapping[str, Collection[str]], formats: Mapping[str, Collection[str]]) -> None:
    if spec.kind not in kinds:
        raise SpecUnusable(file, "$.kind", f"there is no kind {spec.kind!r}", sorted(kinds))
    if not spec.formats:
        raise SpecUnusable(file, "$.formats", "at least one format is needed", sorted(formats))
    for number, name in enumerate(spec.formats):
        if name not in formats or name in spec.formats[:number]:
            what = f"there is no format {name!r}" if name not in formats else f"{name!r} stands there twice"
            raise SpecUnusable(file, f"$.formats[{number}]", what, sorted(formats))
        if spec.kind not in formats[name]:
            what = f"a dataset of kind {spec.kind!r} cannot be written as {name!r}"
            possible = sorted(each for each, taken in formats.items() if spec.kind in taken)
            raise SpecUnusable(file, f"$.formats[{number}]", what, possible)
    if not all(each.isalnum() or each in "-_." for each in spec.name):
        raise SpecUnusable(file, "$.name", f"{spec.name!r} may hold letters, digits and - _ . only")
    if spec.name and not any(map(str.isalnum, spec.name)):
        raise SpecUnusable(file, "$.name", f"{spec.name!r} has no letter and no digit")
    for name, bounds in spec.filters.items():
        if name not in kinds[spec.kind]:
            what = f"a dataset of kind {spec.kind!r} has no measure {name!r}"
            raise SpecUnusable(file, f"$.filters.{name}", what, sorted(kinds[spec.kind]))
        _check_bounds(name, bounds, file)
    if spec.text != "as_written" and spec.kind != "asr":
        raise SpecUnusable(file, "$.text", f"{spec.text!r} is for transcripts, of kind 'asr'", ("as_written",))
    _check_splits(spec.splits, file)
    query = spec.sessions
    for end in ("after", "before"):
        if (when := getattr(query, end)) is not None and when.tzinfo is None:
            raise SpecUnusable(file, f"$.sessions.{end}", "a time needs its zone, such as 2026-11-02T09:00:00Z")
    if query.after is not None and query.before is not None and query.after >= query.before:
        raise SpecUnusable(file, "$.sessions.before", "it is not later than `after`: no session could match")


def _check_bounds(name: str, bounds: Bounds, file: str) -> None:
    if bounds.min is None and bounds.max is None:
        raise SpecUnusable(file, f"$.filters.{name}", "neither bound is given", ("min", "max"))
    for end, bound in (("min", bounds.min), ("max", bounds.max)):
        if bound is not None and not math.isfinite(bound):
            raise SpecUnusable(file, f"$.filters.{name}.{end}", f"{bound} is no bound; leave it out for none")
    if bounds.min is not None and bounds.max is not None and bounds.min > bounds.max:
        raise SpecUnusable(file, f"$.filters.{name}", f"no value is both >= {bounds.min:g} and <= {bounds.max:g}")
    measure = BY_NAME.get(name)
    if measure is None:
        return
    if (bounds.min is not None and bounds.min > measure.high) or (bounds.max is not None and bounds.max < measure.low):
        what = f"no row could pass: {name} is {measure.low:g} to {measure.high:g} ({measure.unit}; {measure.tells})"
        raise SpecUnusable(file, f"$.filters.{name}", what)


def _check_splits(splits: Splits, file: str) -> None:
    shares = (splits.train, splits.validation, splits.test)
    if min(shares) < 0 or sum(shares) != 100:
        told = " + ".join(map(str, shares))
        raise SpecUnusable(file, "$.splits", f"the shares {told} are not 100 in all, each at least 0")
    if (splits.hold_out_tutors or splits.hold_out_styles) and not splits.test:
        raise SpecUnusable(file, "$.splits.test", "what is held out goes to the test split, which has no share")


def _small(reason: str) -> str:
    return reason[:1].lower() + reason[1:]


def _faulty_filter(data: bytes) -> str:
    """The first filter whose bounds are none; msgspec tells no keys of a mapping, and `filters` is the only one."""
    filters: dict[str, Any] = msgspec.toml.decode(data)["filters"]
    return next(name for name, bounds in filters.items() if not _are_bounds(bounds))


def _are_bounds(value: Any) -> bool:
    try:
        msgspec.convert(value, Bounds)
    except msgspec.ValidationError:
        return False
    return True


def _fields_at(path: str) -> tuple[str, ...]:
    """The fields allowed at a path such as ``$.filters[...]``; () where there are none."""
    kind: Any = Spec
    for step in path.removeprefix("$").replace("[...]", ".[]").split(".")[1:]:
        if isinstance(kind, type) and issubclass(kind, Struct):
            kind = get_type_hints(kind).get(step)
        else:
            kind = get_args(kind)[-1] if get_origin(kind) is dict else None
    if isinstance(kind, type) and issubclass(kind, Struct):
        return tuple(kind.__struct_fields__)
    return tuple(map(str, get_args(kind))) if get_origin(kind) is Literal else ()
