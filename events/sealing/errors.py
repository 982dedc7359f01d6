"""The errors of learner keys, and of what cannot be read any more because it is meant to be gone."""

from datetime import datetime

from events.errors import WAYS_OUT, EventsError


class MasterKeyMissing(EventsError):
    """The learners' keys are wrapped by a master key that is not here."""

    code = "master_key_missing"
    absent = True

    def __init__(self, wanted: str, known: tuple[str, ...]) -> None:
        super().__init__(wanted, known)
        self.wanted = wanted
        self.known = known

    def __str__(self) -> str:
        known = ", ".join(self.known) or "none"
        return (
            f"the learners' keys are wrapped by master key {self.wanted!r}; known here: {known}. Give it in"
            " COLLOQUY_MASTER_KEY (base64, or ID:base64 separated by commas), or restore the file of master keys"
        )


class MasterKeyWrong(EventsError):
    """A master key has the right name and other bytes."""

    code = "master_key_wrong"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return (
            f"master key {self.name!r} is not the one that wrapped the learners' keys; nothing was written with it."
            " Give the right one in COLLOQUY_MASTER_KEY, or restore the file of master keys from its backup"
        )


class MasterKeyUnusable(EventsError):
    """What was given as a master key is none."""

    code = "master_key_unusable"

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(where, reason)
        self.where = where
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"{self.where} holds no master key: {self.reason}. It must be the base64 of 32 bytes"
            " (`openssl rand -base64 32` makes one), or such keys as ID:base64 separated by commas, the newest last"
        )


class MasterKeyFileUnavailable(MasterKeyUnusable):
    """The file of master keys cannot be read or written now; ``task`` says which."""

    absent = False

    def __init__(self, where: str, task: str, reason: str, detail: str) -> None:
        super().__init__(where, detail)
        self.args = (where, task, reason, detail)
        self.task = task
        self.detail = detail
        self.cause = reason
        self.retryable = reason in ("full", "locked", "failed")

    def __str__(self) -> str:
        way_out = f"give this user the right to {self.task} it" if self.cause == "read_only" else WAYS_OUT[self.cause]
        done = {"read": "read", "write": "written, and nothing in it is lost"}[self.task]
        return f"{self.where} cannot be {done}: {self.detail}; {way_out}"


class MasterKeyChanging(EventsError):
    """Another process is changing the master key."""

    code = "master_key_changing"
    retryable = True

    def __str__(self) -> str:
        return (
            "another `python -m events rotate-master-key` is changing the master key of this log; no key was lost."
            " Call again when that one has ended"
        )


class KeysUnavailable(EventsError):
    """The store of the learners' keys cannot be used now. The fields are as in `LogUnavailable`."""

    code = "keys_unavailable"
    absent = True

    def __init__(self, reason: str, detail: str, way_out: str = "") -> None:
        super().__init__(reason, detail, way_out)
        self.reason = reason
        self.detail = detail
        self.way_out = way_out
        self.retryable = reason in ("full", "locked", "unreachable", "failed")

    def __str__(self) -> str:
        way_out = self.way_out or WAYS_OUT[self.reason]
        return f"the store of the learners' keys is unavailable ({self.reason}): {self.detail}; {way_out}"


class LearnerKeyMissing(EventsError):
    """A learner's key is not in the store although nobody has destroyed it."""

    code = "learner_key_missing"
    absent = True

    def __init__(self, learner: str, generation: int) -> None:
        super().__init__(learner, generation)
        self.learner = learner
        self.generation = generation

    def __str__(self) -> str:
        return (
            f"key {self.generation} of learner {self.learner!r} is not in the key store;"
            " restore the store (keys.sqlite, or the table learner_keys) from its backup"
        )


class KeyStoreLost(EventsError):
    """The log holds sealed events, and the store of the learners' keys is empty: it was lost, or is another one."""

    code = "key_store_lost"

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where

    def __str__(self) -> str:
        return (
            f"the log is sealed, and {self.where} holds no key at all; nothing was written, for new keys would take the"
            " numbers of the lost ones. Restore it from its backup, the newest there is"
        )


class KeyStoreOlder(KeyStoreLost):
    """The log needs a learner's key that the store does not know of: the store is from an older backup."""

    def __init__(self, learner: str, generation: int) -> None:
        super().__init__("keys.sqlite, or the table learner_keys")
        self.args = (learner, generation)
        self.learner = learner
        self.generation = generation

    def __str__(self) -> str:
        return (
            f"the log needs key {self.generation} of learner {self.learner!r}, and the key store ({self.where}) does"
            " not know of it: it comes from an older backup. Nothing was written, for a new key would be lost when the"
            " newest store is put back. Do that; only if there is none, `python -m events forget"
            f" {self.learner}` lets go of what was lost with the key"
        )


class LearnerUnknown(EventsError):
    """Neither log nor key store has ever heard of the learner. ``instead`` is what else may have been meant."""

    code = "learner_unknown"
    absent = True

    def __init__(self, learner: str, instead: str = "") -> None:
        super().__init__(learner, instead)
        self.learner = learner
        self.instead = instead

    def __str__(self) -> str:
        return (
            f"nothing is known of a learner {self.learner!r}; `python -m replay list` names the learners{self.instead}"
        )


class LearnerForgotten(EventsError):
    """The learner has been forgotten: an old session of theirs cannot go on."""

    code = "learner_forgotten"

    def __init__(self, learner: str) -> None:
        super().__init__(learner)
        self.learner = learner

    def __str__(self) -> str:
        return f"learner {self.learner!r} has been forgotten; this session is over, start a new one"


class LearnerBeingForgotten(LearnerForgotten):
    """The learner's key is destroyed, and the log does not tell of it yet: it will in a moment."""

    retryable = True

    def __str__(self) -> str:
        return f"learner {self.learner!r} is just being forgotten; begin again in some seconds"


class RegisterDamaged(EventsError):
    """The register of datasets cannot be read, so nobody knows which of them held a learner."""

    code = "register_damaged"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"the register of datasets, {self.path}, cannot be read: {self.reason};"
            " mend it, or restore it from a backup"
        )


class BlobForgotten(EventsError):
    """A blob belongs to a learner who has been forgotten; nobody can open it."""

    code = "blob_forgotten"

    def __init__(self, sha256: str, learner: str) -> None:
        super().__init__(sha256, learner)
        self.sha256 = sha256
        self.learner = learner

    def __str__(self) -> str:
        return f"blob {self.sha256} was of learner {self.learner!r}, who has been forgotten; it cannot be opened again"


class BlobSealed(EventsError):
    """A blob does not open with the learner's key."""

    code = "blob_sealed"

    def __init__(self, sha256: str, learner: str) -> None:
        super().__init__(sha256, learner)
        self.sha256 = sha256
        self.learner = learner

    def __str__(self) -> str:
        return f"blob {self.sha256} does not open with the key of learner {self.learner!r}; it is somebody else's"


class BlobExpired(EventsError):
    """A recording was deleted when its time was over."""

    code = "blob_expired"

    def __init__(self, sha256: str, when: datetime) -> None:
        super().__init__(sha256, when)
        self.sha256 = sha256
        self.when = when

    def __str__(self) -> str:
        return (
            f"recording {self.sha256} was deleted on {self.when:%Y-%m-%d}:"
            " recordings are kept for a limited time, and only as long as the learner agrees"
        )
