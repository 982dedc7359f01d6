from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from actors.pronunciation import network
from actors.pronunciation.features import Placed, Recognised
from actors.pronunciation.inputs import scoring_inputs
from actors.pronunciation.model import SHIPPED
from actors.pronunciation.network import SCORING_INPUTS, PronunciationNetwork
from actors.pronunciation.phones import PHONES


class _Session:
    """An ONNX session that keeps what it was asked with, and like ONNX Runtime refuses what it does not know."""

    def __init__(self, inputs: tuple[str, ...]) -> None:
        self.inputs, self.asked = inputs, set[str]()

    def get_inputs(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(name=name) for name in self.inputs]

    def run(self, outputs: list[str], feeds: dict[str, Any]) -> tuple[Any, ...]:
        assert set(feeds) <= set(self.inputs)
        self.asked = set(feeds)
        return np.ones(1), np.ones((1, 3)), np.full(4, 11.0), np.zeros(1), np.zeros(())


@pytest.mark.parametrize("unknown", ["", "around_sound"])
def test_a_model_is_asked_with_the_inputs_that_it_knows(monkeypatch: pytest.MonkeyPatch, unknown: str) -> None:
    session = _Session(tuple(name for name in SCORING_INPUTS if name != unknown))
    monkeypatch.setattr(network, "open_session", lambda model, threads: session)
    inputs = scoring_inputs(
        np.ones((4, 8), np.float32),
        np.full((4, len(PHONES)), -1.0, np.float32),
        Placed(phones=np.array([1]), words=np.array([0]), spans=np.array([[1, 3]])),
        (),
        Recognised(heard=(1.0,), log_confidence=0.0, length=1.0),
    )
    verdict = PronunciationNetwork(SHIPPED).verdict(inputs)
    assert session.asked == set(session.inputs)
    assert verdict.utterance.tolist() == [10.0] * 4
    assert verdict.matches == pytest.approx(0.5)
