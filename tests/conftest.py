"""Fixtures that tests of several folders share."""

import os

import pytest

from actors.models import ModelError, ModelStore


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
