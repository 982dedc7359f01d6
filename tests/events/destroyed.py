"""A learner forgotten as `forget` does it, without a log: the key destroyed, and the destruction told."""

from events.sealing.key_store import Telling
from events.sealing.keys import KeyRing


def destroy_and_tell(keys: KeyRing, learner: str) -> None:
    """Destroy the learner's keys; they may come back at once."""
    keys.destroy(learner)
    key = keys.destroyed(learner)
    assert key is not None
    keys.aftermath.tell(Telling(learner=learner, generation=key.generation))
    keys.aftermath.done([key], "search")
