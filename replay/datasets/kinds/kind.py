"""What a kind of dataset is, and how each of its rows is put together. Pure."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, get_type_hints

import msgspec
from msgspec import Struct

from events.envelope import Fact
from events.unread import Unread
from events.values import EngineUse
from replay.datasets.logged import LoggedSession, Told
from replay.datasets.rows import Clip, Lineage, Row


class Context(Struct, frozen=True, kw_only=True):
    """The columns that end every row: who spoke, to whom, how. An empty text stands for what is not known."""

    tutor: str
    mode: str
    language: str
    level: str
    first_language: str
    age_group: str
    gender: str
    corpus: str


class Dropped(Struct, frozen=True):
    """A turn of which no row was made, and why (one of the reasons of `replay.datasets.drops`)."""

    reason: str


class Kind(Struct, frozen=True, kw_only=True):
    """A kind of dataset.

    ``types`` are the events that it needs, ``unread`` the fields of these that it does not look at; ``columns`` is the
    type of its columns, context and all, ``measures`` what its rows can be filtered by. ``rows`` goes through one
    session in order; ``text`` gives of a row's columns the text that is measured and known again. ``audio`` says that
    rows may have sound. ``tutors`` are the columns that hold nothing but the tutor's words, beside messages, which tell
    by their role whose they are.
    """

    name: str
    types: frozenset[str]
    unread: Unread = ()
    columns: type[Struct]
    measures: frozenset[str]
    rows: Callable[[LoggedSession], Iterator[Row | Dropped]]
    text: Callable[[dict[str, Any]], str]
    audio: bool = False
    tutors: frozenset[str] = frozenset()


def text_of(columns: dict[str, Any]) -> str:
    """The text of kinds that have one in a column of that name."""
    text: str = columns["text"]
    return text


def with_context(own: type[Struct]) -> type[Struct]:
    """The type of a kind's columns: its own, then those of the context."""
    fields = [*get_type_hints(own).items(), *get_type_hints(Context).items()]
    made = msgspec.defstruct(own.__name__, fields, frozen=True, kw_only=True)
    made.__doc__ = own.__doc__
    return made


def context_of(session: LoggedSession) -> dict[str, Any]:
    """The columns that end every row of a session."""
    started, known = session.started.event, session.known
    return {
        "tutor": started.tutor,
        "mode": started.mode,
        "language": started.language,
        "level": started.level,
        "first_language": known.first_language,
        "age_group": known.age_group,
        "gender": known.gender,
        "corpus": known.corpus,
    }


def row(
    session: LoggedSession,
    place: str,
    own: Struct,
    sources: Sequence[Told[Fact]],
    *,
    audio: Clip | None = None,
    quality: dict[str, float | None],
) -> Row:
    """A row of the kind that ``place`` begins with ("asr/3": kind, then turn and what else tells it from others).

    ``sources`` are the events that it was made from, in the order of the log.
    """
    kind, _, rest = place.partition("/")
    engines = [use for told in sources for use in _engines_of(told.event)]
    known = session.known
    return Row(
        id=f"{kind}/{session.stream}/{rest}",
        kind=kind,
        learner=known.learner,
        columns=msgspec.to_builtins(own) | context_of(session),
        lineage=Lineage(
            stream=session.stream,
            events=tuple(told.id for told in sources),
            types=tuple(told.type for told in sources),
            engines=tuple(dict.fromkeys(map(_told_of, engines))),
            consent=known.consent,
        ),
        audio=audio,
        quality=quality | {"degraded": float(any(use.degraded for use in engines))},
        split=known.split,
    )


def _engines_of(event: Fact) -> tuple[EngineUse, ...]:
    engine = getattr(event, "engine", None)
    return (engine,) if engine is not None else getattr(event, "engines", ())


def _told_of(use: EngineUse) -> str:
    told = f"{use.kind} {use.name} {use.version}"
    return f"{told} {use.digest}" if use.digest else told
