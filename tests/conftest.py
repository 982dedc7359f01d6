"""Fixtures that tests of several folders share."""

import os
from collections.abc import Iterator

import pytest

from actors.models import ModelError, ModelStore
from tests.servers.kafka import Broker, NoKafka, broker
from tests.servers.postgres import postgres


@pytest.fixture(scope="session")
def models() -> ModelStore:
    """The user's model store with the default lesson's models in it; what is missing is fetched.

    A test that asks for it is skipped, with the reason, where no source can be reached.
    """
    store = ModelStore.for_user(os.environ)
    for name in store.missing():
        try:
            store.fetch(name)
        except ModelError as error:
            pytest.skip(f"{name} is not here and cannot be fetched; run python -m actors models fetch. {error}")
    return store


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server; a test that asks for it is skipped where there is none."""
    try:
        with postgres() as url:
            yield url
    except ImportError:
        pytest.skip("no PostgreSQL: run `make setup`, or name a server in COLLOQUY_TEST_POSTGRES")


@pytest.fixture(scope="session")
def kafka() -> Iterator[Broker]:
    """A running Kafka broker; a test that asks for it is skipped where there can be none."""
    try:
        with broker() as running:
            yield running
    except NoKafka as error:
        pytest.skip(f"no Kafka: {error}")
