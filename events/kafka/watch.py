"""Notices that a topic was deleted and made anew under those who write to it; a producer knows it by its name only."""

import time
from collections.abc import Callable

from events.kafka.topic import KafkaTopic, admin_of, id_of_topic, kafka_errors

ASK_EVERY_S = 1.0
"""How often the brokers are asked; what is written to the new topic before is found there, and dealt with."""


class TopicWatch:
    """Asks now and then whether a topic still has the id that it had. Without one (see `TopicState`) it never asks."""

    def __init__(self, topic: KafkaTopic, topic_id: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._topic = topic
        self._id = topic_id
        self._clock = clock
        self._asked = clock()
        with kafka_errors():
            self._admin = admin_of(topic)

    def is_remade(self) -> bool:
        """Whether it has another id by now. Raises `KafkaUnavailable`, also where it is not there."""
        if not self._id or self._clock() < self._asked + ASK_EVERY_S:
            return False
        with kafka_errors():
            found = id_of_topic(self._admin, self._topic)
        self._asked = self._clock()
        return found != self._id

    def close(self) -> None:
        """Leave the brokers."""
        self._admin.close()
