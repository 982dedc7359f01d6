"""The errors of the log, its codec and the blobs. All can be pickled, so they cross process borders whole."""


class EventsError(Exception):
    """The log or the blob store could not do what was asked.

    ``retryable`` says whether the same call may succeed later without a change of its arguments; ``code`` is what a
    client is told, and never changes its meaning.
    """

    code = "log_error"
    retryable = False
    absent = False
    """Whether what was asked for, or is needed for it, is not there; else it is there and cannot be used."""


class VersionConflict(EventsError):
    """Another writer appended to the stream first, or the stream is shorter than its writer believes.

    Read the stream again and decide anew; repeating the same append can only fail again.
    """

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(stream, expected, actual)
        self.stream = stream
        self.expected = expected
        self.actual = actual

    def __str__(self) -> str:
        return (
            f"stream {self.stream!r} is at version {self.actual}, not at {self.expected}:"
            " another writer was first; read it again and decide anew"
        )


class UnknownEvent(EventsError):
    """An event of a type that this program does not know stands where it must be understood."""

    def __init__(self, tag: str, stream: str = "", version: int = 0) -> None:
        super().__init__(tag, stream, version)
        self.tag = tag
        self.stream = stream
        self.version = version

    def __str__(self) -> str:
        return (
            f"version {self.version} of stream {self.stream!r} is of type {self.tag!r}, unknown here:"
            " a newer program wrote it; use that one"
        )


class FieldUnread(EventsError):
    """Somebody looked at a field of an event that was read without it."""

    def __init__(self, tag: str, field: str) -> None:
        super().__init__(tag, field)
        self.tag = tag
        self.field = field

    def __str__(self) -> str:
        return f"{self.field!r} of {self.tag!r} was left unread; take it out of what the projection names as unread"


class UnstorableEvent(EventsError):
    """An event holds a value that JSON cannot keep (NaN, infinity, half a surrogate pair)."""

    def __init__(self, tag: str, path: str, reason: str) -> None:
        super().__init__(tag, path, reason)
        self.tag = tag
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"event {self.tag!r} cannot be stored: {self.reason} at `{self.path}`"


class CorruptPayload(EventsError):
    """A stored event does not have the shape of its type. ``path`` is "" where ``reason`` names the place itself."""

    def __init__(self, stream: str, version: int, path: str, reason: str) -> None:
        super().__init__(stream, version, path, reason)
        self.stream = stream
        self.version = version
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        place = f" at `{self.path}`" if self.path else ""
        return (
            f"version {self.version} of stream {self.stream!r} cannot be read: {self.reason}{place};"
            " `python -m events verify` lists every such event"
        )


class StreamUnknown(EventsError):
    """The log holds no event of the stream.

    ``shortest`` is how many characters the beginning of a session's id must have, where this is a shorter one.
    """

    absent = True

    def __init__(self, stream: str, shortest: int = 0) -> None:
        super().__init__(stream, shortest)
        self.stream = stream
        self.shortest = shortest

    def __str__(self) -> str:
        told = f"the log has no stream {self.stream!r}; `python -m replay list` names the sessions"
        return f"{told}, and {self.shortest} characters of an id are enough" if self.shortest else told


class SessionAmbiguous(EventsError):
    """Several sessions have ids that begin so; the newest come first."""

    absent = True

    def __init__(self, prefix: str, sessions: tuple[str, ...]) -> None:
        super().__init__(prefix, sessions)
        self.prefix = prefix
        self.sessions = sessions

    def __str__(self) -> str:
        return f"{len(self.sessions):,} sessions begin with {self.prefix!r}; give more of one:{_named(self.sessions)}"


class SessionIsLearner(EventsError):
    """A learner was named where a session is wanted; ``sessions`` are the learner's, the newest first."""

    absent = True

    def __init__(self, learner: str, sessions: tuple[str, ...]) -> None:
        super().__init__(learner, sessions)
        self.learner = learner
        self.sessions = sessions

    def __str__(self) -> str:
        return f"{self.learner!r} is a learner, no session; give one of theirs:{_named(self.sessions)}"


NAMED = 20
"""Sessions that a message names."""


def _named(sessions: tuple[str, ...]) -> str:
    more = len(sessions) - NAMED
    lines = (*sessions[:NAMED], *((f"and {more:,} older ones",) if more > 0 else ()))
    return "".join(f"\n  {line}" for line in lines)


class LearnerUnnamed(EventsError):
    """Something was to be done for a learner without a name."""

    code = "learner_unnamed"

    def __str__(self) -> str:
        return "a learner has a name, and this one is empty; `python -m replay list` names the learners"


class LogUnavailable(EventsError):
    """The log cannot be used now.

    ``reason`` is full, read_only, locked, damaged, foreign, closed, missing, unreachable, refused or failed.
    ``way_out`` says what to do where more is known than the reason.
    """

    code = "log_unavailable"
    absent = True

    def __init__(self, reason: str, detail: str, way_out: str = "") -> None:
        super().__init__(reason, detail, way_out)
        self.reason = reason
        self.detail = detail
        self.way_out = way_out
        self.retryable = reason in ("full", "locked", "unreachable", "failed")

    def __str__(self) -> str:
        return f"the log is unavailable ({self.reason}): {self.detail}; {self.way_out or WAYS_OUT[self.reason]}"


class OldBytesRemain(EventsError):
    """What was deleted or replaced can still be found in the files of a database, for somebody has them in use.

    ``where`` names the files, ``holders`` who is in the way.
    """

    code = "old_bytes_remain"
    retryable = True

    def __init__(self, where: str, holders: tuple[str, ...]) -> None:
        super().__init__(where, holders)
        self.where = where
        self.holders = holders

    def __str__(self) -> str:
        return (
            f"bytes of what was deleted are still in {self.where}, in use by {'; '.join(self.holders)}."
            " When that has ended, the same command finishes it"
        )


class ViewsNotWiped(EventsError):
    """What was deleted cannot be taken out of the views' files now; ``reason`` is what the layer above says of it."""

    code = "views_not_wiped"
    retryable = True

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"what was deleted may still be in the views' files: {self.reason}"


class KafkaUnavailable(EventsError):
    """The log cannot be relayed to Kafka, or read from it, now.

    ``reason`` is unnamed, unreachable, refused, no_topic, partitions, other_cluster, other_log, incomplete, remade,
    foreign, too_large, held or failed.
    ``way_out`` says what to do where more is known than the reason.
    """

    code = "kafka_unavailable"
    absent = True

    def __init__(self, reason: str, detail: str, way_out: str = "") -> None:
        super().__init__(reason, detail, way_out)
        self.reason = reason
        self.detail = detail
        self.way_out = way_out
        self.retryable = reason in ("unreachable", "failed", "held", "remade")

    def __str__(self) -> str:
        return f"Kafka is unavailable ({self.reason}): {self.detail}; {self.way_out or _KAFKA_WAYS_OUT[self.reason]}"


class BlobMissing(EventsError):
    """The blob store has no content of this name."""

    code = "blob_missing"

    def __init__(self, sha256: str) -> None:
        super().__init__(sha256)
        self.sha256 = sha256

    def __str__(self) -> str:
        return f"no blob {self.sha256!r} in the store; was it written to another data folder?"


class BlobCorrupt(EventsError):
    """A blob's bytes are not those that its name says."""

    code = "blob_corrupt"

    def __init__(self, sha256: str, found: str) -> None:
        super().__init__(sha256, found)
        self.sha256 = sha256
        self.found = found

    def __str__(self) -> str:
        return f"blob {self.sha256} holds other bytes (SHA-256 {self.found}); restore it from a backup"


class BlobStoreUnavailable(EventsError):
    """The blob store cannot be used now. ``reason`` is full, read_only or failed."""

    code = "storage_unavailable"

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
        self.retryable = reason in ("full", "failed")

    def __str__(self) -> str:
        return f"the blob store is unavailable ({self.reason}): {self.detail}; {WAYS_OUT[self.reason]}"


_KAFKA_WAYS_OUT = {
    "unnamed": "give host:port of each, comma-separated, in --kafka, COLLOQUY_KAFKA or `make serve KAFKA=…`",
    "unreachable": "see that the brokers run and that their addresses are right",
    "refused": "see what the brokers allow this client to do",
    "no_topic": "make it with `python -m events topics --create`",
    "partitions": "relay to another topic (--topic): a stream's events must stay in one partition",
    "other_cluster": "give the brokers of that cluster; to begin anew on these, remove relay.json from the data folder",
    "other_log": "where the log was restored from a backup, delete the topic and make it anew (`python -m events topics"
    " --create`): the relay then begins from the beginning. Else name the right log, or another topic (--topic)",
    "incomplete": "delete the topic and make it anew (`python -m events topics --create`): the relay then begins from"
    " the beginning; or relay to another topic (--topic)",
    "foreign": "keep others from writing there, then delete the topic and make it anew (`python -m events topics"
    " --create`): the relay then begins from the beginning; or relay to another topic (--topic)",
    "remade": "a relay that runs on relays the whole log to the new one; else call `python -m events relay` again",
    "too_large": "raise max.message.bytes of the topic to 2 MB",
    "held": "a log has one relay at a time, and a server with KAFKA=… has it; end that one first",
    "failed": "look at the brokers' log, then try again",
}
WAYS_OUT = {
    "full": "free some disk space and try again",
    "read_only": "give this user the right to write there, or set COLLOQUY_DATA to another folder",
    "locked": "another process is writing for long; try again",
    "damaged": "restore the file from a backup",
    "foreign": "it is no log; restore the log from a backup, or name the right folder in COLLOQUY_DATA",
    "closed": "open it again",
    "missing": "hold a lesson first, or name the right folder and log in COLLOQUY_DATA and COLLOQUY_LOG",
    "unreachable": "see that the database server runs and that its URL is right",
    "refused": "give a user, password and database that the server knows",
    "failed": "look at the disk, then try again",
}
