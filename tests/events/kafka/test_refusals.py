"""Why Kafka cannot be used, told once and with the way out."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka.errors import InvalidPartitionsError, KafkaConnectionError, KafkaTimeoutError

from events.__main__ import main
from events.errors import KafkaUnavailable
from events.kafka import topic as kafka_topic
from events.kafka.topic import inspect_topic, kafka_errors, topic_at
from events.location import DataFolder
from tests.servers.kafka import Broker


@pytest.fixture
def listener() -> Iterator[str]:
    """Something that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def told(error: Exception) -> str:
    with pytest.raises(KafkaUnavailable) as caught, kafka_errors():
        raise error
    return str(caught.value)


@pytest.mark.parametrize("servers", ["nonsense", "broker:9092,other", ":9092", "broker:port", "broker:70000", " , "])
def test_what_names_no_broker_is_told_with_how_to_name_one(servers: str) -> None:
    with pytest.raises(KafkaUnavailable, match="names no broker; give host:port of each, comma-separated") as caught:
        topic_at(servers)
    assert (caught.value.reason, caught.value.retryable) == ("unnamed", False)


def test_a_port_without_a_listener_and_an_unknown_host_are_told_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(KafkaUnavailable) as caught:
        inspect_topic(topic_at(f"no.such.host.invalid:9092,127.0.0.1:{port}"))

    assert str(caught.value) == (
        "Kafka is unavailable (unreachable): the host name in no.such.host.invalid:9092 is not known,"
        f" nothing listens at 127.0.0.1:{port}; see that the brokers run and that their addresses are right"
    )


def test_a_listener_that_is_no_broker_is_told(listener: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka_topic, "TIMEOUT_MS", 200)

    with pytest.raises(KafkaUnavailable) as caught:
        inspect_topic(topic_at(listener))

    assert f"what listens at {listener} does not answer as a broker does" in str(caught.value)
    assert "KafkaTimeoutError" not in str(caught.value)


def test_the_name_of_an_error_is_told_once() -> None:
    assert "(unreachable): KafkaTimeoutError: no answer; " in told(KafkaTimeoutError("no answer"))
    assert "(unreachable): KafkaTimeoutError; " in told(KafkaTimeoutError())
    assert "advertised.listeners" in told(KafkaConnectionError("DNS Resolution failure"))


def test_of_a_brokers_answer_only_its_own_words_are_told() -> None:
    answer = (
        "Request 'CreateTopicsRequest(name='x')' failed with response 'Result(error_message='It is too few.', n=1)'."
    )

    assert "(failed): InvalidPartitionsError: It is too few.; look at" in told(InvalidPartitionsError(answer))


def test_a_topic_that_is_missing_or_misnamed_or_has_other_partitions_is_told_with_what_to_give(
    tmp_path: Path, kafka: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    at, few = ["--kafka", kafka.address], ["--topic", f"few-{tmp_path.name}"]
    folder = DataFolder(tmp_path)

    assert main(["topics", *at, *few], folder) == 2
    assert f"make it with `python -m events topics --create --topic {few[1]}`" in capsys.readouterr().err
    assert main(["topics", *at, "--create", *few, "--partitions", "3"], folder) == 0
    assert main(["topics", *at, *few], folder) == 2
    assert "has 3 partitions instead of 12; give COLLOQUY_KAFKA_PARTITIONS=3" in capsys.readouterr().err
    assert main(["topics", *at, "--create", "--topic", "with blank"], folder) == 2
    assert "give another name (--topic" in capsys.readouterr().err
    assert main(["topics", *at, "--create", "--topic", f"many-{tmp_path.name}", "--replicas", "9"], folder) == 2
    assert "9 copies of each partition are wanted, and the brokers there are: 1" in capsys.readouterr().err


def test_the_partitions_of_the_environment_are_those_of_the_commands(
    tmp_path: Path, kafka: Broker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLLOQUY_KAFKA_PARTITIONS", "5")

    topic = ["--kafka", kafka.address, "--topic", f"five-{tmp_path.name}"]
    assert main(["topics", "--create", *topic], DataFolder(tmp_path)) == 0

    assert len([line for line in capsys.readouterr().out.splitlines() if "empty" in line]) == 5


@pytest.mark.parametrize("number", ["0", "-1", "many"])
def test_a_number_of_partitions_that_is_none_is_refused(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["topics", "--partitions", number], DataFolder(Path("nowhere")))
    assert "is no number from 1" in capsys.readouterr().err
