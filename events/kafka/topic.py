"""The topic that the log is relayed to: its settings, making it, and whether a broker has it as it must be."""

import re
import shlex
import socket
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic
from kafka.errors import (
    AuthorizationError,
    BrokerResponseError,
    InvalidReplicationFactorError,
    InvalidTopicError,
    KafkaConfigurationError,
    KafkaConnectionError,
    KafkaError,
    MessageSizeTooLargeError,
    SaslAuthenticationFailedError,
    TopicAlreadyExistsError,
)
from msgspec import Struct

from events.errors import KafkaUnavailable

TIMEOUT_MS = 10_000
LARGEST_RECORD_BYTES = 1_000_000
BATCH_LIMIT = "max.message.bytes"
BATCH_BYTES = 1_048_588
"""What a topic must take at once, Kafka's own default; what a record may not have of it is for headers."""
DAY_MS = 24 * 3600 * 1000
APPEARING_S = 0.05
ALL_RECORDS = -1
"""Up to the high watermark (KIP-107)."""
LAST_PORT = 65_535
REACHING_S = 5.0


class KafkaTopic(Struct, frozen=True, kw_only=True):
    """Where the log is relayed to. ``servers`` are host:port; ``partitions`` can never change for a log.

    A stream's partition follows from its id and the number of partitions, so another number would tear streams apart.
    """

    servers: tuple[str, ...]
    name: str = "colloquy.events"
    partitions: int = 12


class TopicState(Struct, frozen=True, kw_only=True):
    """A topic as a broker has it. ``id`` is another one for a topic that was deleted and made anew (KIP-516).

    "" where the brokers are older than Kafka 2.8.
    """

    cluster: str
    partitions: int
    id: str = ""


def topic_at(servers: str, **fields: object) -> KafkaTopic:
    """The topic at a comma-separated list of brokers. Raises `KafkaUnavailable` when it names none."""
    named = tuple(server.strip() for server in servers.split(",") if server.strip())
    for server in named or (servers,):
        host, _, port = server.rpartition(":")
        if not host or not port.isdecimal() or int(port) > LAST_PORT:
            raise KafkaUnavailable("unnamed", f"{server!r} names no broker")
    return KafkaTopic(servers=named, **fields)  # type: ignore[arg-type]


def create_topic(topic: KafkaTopic, *, retention_days: int | None = None, replicas: int | None = None) -> TopicState:
    """Make the topic, or see that the one that is there fits. Records are kept for ever, or for some days.

    ``replicas`` None takes three, or as many as there are brokers. Raises `KafkaUnavailable`.
    """
    with _admin(topic) as admin:
        brokers = len(admin.describe_cluster()["brokers"])
        configs = {
            "retention.ms": "-1" if retention_days is None else str(retention_days * DAY_MS),
            "message.timestamp.type": "CreateTime",
            "min.insync.replicas": "1" if brokers < 3 else "2",
            BATCH_LIMIT: str(BATCH_BYTES),
        }
        new = NewTopic(topic.name, topic.partitions, replicas or min(3, brokers), topic_configs=configs)
        try:
            admin.create_topics([new])
        except TopicAlreadyExistsError:
            pass
        except InvalidReplicationFactorError as error:
            detail = f"{replicas} copies of each partition are wanted, and the brokers there are: {brokers}"
            raise KafkaUnavailable("refused", detail, "give at most so many to --replicas") from error
        return _appeared(admin, topic)


def _appeared(admin: KafkaAdminClient, topic: KafkaTopic) -> TopicState:
    """The topic as soon as the brokers tell of it: they learn a little later what the controller has made."""
    deadline = time.monotonic() + TIMEOUT_MS / 1000
    while True:
        try:
            return _inspect(admin, topic)
        except KafkaUnavailable as error:
            if error.reason != "no_topic" or time.monotonic() > deadline:
                raise
        time.sleep(APPEARING_S)


def inspect_topic(topic: KafkaTopic, *, to_write: bool = False) -> TopicState:
    """The topic as the brokers have it. Raises `KafkaUnavailable` when it is not there or has other partitions.

    ``to_write`` also when it takes smaller batches than may come: a producer would split or drop one of them and go on
    with the next, so that nobody could tell what is missing.
    """
    with _admin(topic) as admin:
        state = _inspect(admin, topic)
        if to_write:
            _check_limit(admin, topic)
        return state


def _check_limit(admin: KafkaAdminClient, topic: KafkaTopic) -> None:
    asked = ConfigResource(ConfigResourceType.TOPIC, topic.name, configs=[BATCH_LIMIT])
    found = admin.describe_configs([asked], config_filter="all")["topic"][topic.name]
    largest = int(found[BATCH_LIMIT]["value"])
    if largest < BATCH_BYTES:
        detail = f"topic {topic.name!r} takes {largest:,} bytes at once, and {BATCH_BYTES:,} may come"
        raise KafkaUnavailable("too_large", detail)


def empty_partitions(topic: KafkaTopic, partitions: Collection[int]) -> None:
    """Delete all records of these partitions; their offsets go on. Raises `KafkaUnavailable`."""
    with _admin(topic) as admin:
        admin.delete_records({TopicPartition(topic.name, number): ALL_RECORDS for number in partitions})


def _described(admin: KafkaAdminClient, topic: KafkaTopic) -> dict[str, Any]:
    found = [one for one in admin.describe_topics([topic.name]) if one.get("partitions")]
    if not found:
        named = "" if topic.name == KafkaTopic(servers=()).name else f" --topic {shlex.quote(topic.name)}"
        way_out = f"make it with `python -m events topics --create{named}`"
        raise KafkaUnavailable("no_topic", f"the brokers have no topic {topic.name!r}", way_out)
    described: dict[str, Any] = found[0]
    return described


def id_of_topic(admin: KafkaAdminClient, topic: KafkaTopic) -> str:
    """The topic's id now, as in `TopicState`. Raises Kafka's errors and `KafkaUnavailable`."""
    return _id(_described(admin, topic))


def _id(described: Mapping[str, Any]) -> str:
    topic_id = described.get("topic_id")
    return str(topic_id) if topic_id and UUID(str(topic_id)).int else ""


def _inspect(admin: KafkaAdminClient, topic: KafkaTopic) -> TopicState:
    described = _described(admin, topic)
    partitions = len(described["partitions"])
    if partitions != topic.partitions:
        raise KafkaUnavailable(
            "partitions",
            f"topic {topic.name!r} has {partitions} partitions instead of {topic.partitions}",
            f"give COLLOQUY_KAFKA_PARTITIONS={partitions} (or --partitions) if it was made so for this log, else"
            " another topic (COLLOQUY_KAFKA_TOPIC or --topic): a stream's events must stay in one partition",
        )
    return TopicState(cluster=str(admin.describe_cluster()["cluster_id"]), partitions=partitions, id=_id(described))


@contextmanager
def _admin(topic: KafkaTopic) -> Iterator[KafkaAdminClient]:
    with kafka_errors():
        admin = admin_of(topic)
        try:
            yield admin
        finally:
            admin.close()


def admin_of(topic: KafkaTopic) -> KafkaAdminClient:
    """A client of the topic's brokers for what is asked of them. Raises Kafka's errors, and `KafkaUnavailable`."""
    _see_brokers(topic.servers)
    return KafkaAdminClient(
        bootstrap_servers=list(topic.servers),
        request_timeout_ms=TIMEOUT_MS,
        bootstrap_timeout_ms=TIMEOUT_MS,
    )


def consumer_of(topic: KafkaTopic, **settings: object) -> KafkaConsumer:
    """A consumer at the topic's brokers that keeps its own place: no group, no commits.

    Raises Kafka's errors, and `KafkaUnavailable`.
    """
    _see_brokers(topic.servers)
    return KafkaConsumer(
        bootstrap_servers=list(topic.servers),
        enable_auto_commit=False,
        request_timeout_ms=TIMEOUT_MS,
        bootstrap_timeout_ms=TIMEOUT_MS,
        **settings,
    )


@contextmanager
def kafka_errors() -> Iterator[None]:
    """Raise `KafkaUnavailable` for the errors of Kafka's client."""
    try:
        yield
    except (AuthorizationError, SaslAuthenticationFailedError, KafkaConfigurationError) as error:
        raise KafkaUnavailable("refused", _told(error)) from error
    except InvalidTopicError as error:
        raise KafkaUnavailable("refused", _told(error), "give another name (--topic, COLLOQUY_KAFKA_TOPIC)") from error
    except MessageSizeTooLargeError as error:
        raise KafkaUnavailable("too_large", _told(error)) from error
    except KafkaConnectionError as error:
        raise KafkaUnavailable("unreachable", _told(error), ADVERTISED) from error
    except (KafkaError, OSError) as error:
        if silent := re.search(r"Unable to bootstrap from \[(.*)\]", str(error)):
            detail = f"what listens at {silent[1].replace(chr(39), '')} does not answer as a broker does"
            raise KafkaUnavailable("unreachable", detail, SILENT) from error
        reason = "failed" if isinstance(error, BrokerResponseError) else "unreachable"
        raise KafkaUnavailable(reason, _told(error)) from error


ADVERTISED = "see that the brokers run, and that this machine reaches what they advertise (advertised.listeners)"
SILENT = "see that the broker is well, and that this is its port for clients without TLS and password"


def _told(error: Exception) -> str:
    """What an error says; of a broker's answer, which tells the whole exchange, the broker's own words."""
    name, text = type(error).__name__, str(error)
    text = re.sub(rf"^(\[Error \d+\] )?({name}:? ?)*", "", text)
    said = re.search(r"error_message=(['\"])(.*?)\1", text)
    text = said[2] if said else text
    return f"{name}: {text}" if text else name


def _see_brokers(servers: Sequence[str]) -> None:
    """See that one of them takes connections: Kafka's client tries for long, and does not say what was wrong."""
    faults = []
    for server in servers:
        host, _, port = server.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), REACHING_S).close()
            return
        except socket.gaierror:
            faults.append(f"the host name in {server} is not known")
        except ConnectionRefusedError:
            faults.append(f"nothing listens at {server}")
        except OSError as error:
            faults.append(f"{server} does not answer ({error.strerror or error})")
    raise KafkaUnavailable("unreachable", ", ".join(faults))
