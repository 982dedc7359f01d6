"""Fixtures of the tests of the log."""

import pytest


@pytest.fixture
def quick_relay(monkeypatch: pytest.MonkeyPatch) -> None:
    """The relay gives up on brokers, and tries again, sooner than it would in service."""
    monkeypatch.setattr("events.kafka.relay.LONGEST_PAUSE_S", 1.0)
    for module in ("link", "topic"):
        monkeypatch.setattr(f"events.kafka.{module}.TIMEOUT_MS", 3_000)
    monkeypatch.setattr("events.kafka.link.DELIVERY_MS", 5_000)
