from collections.abc import Callable

import numpy as np
import pytest

from actors.hearing.errors import UnknownLanguage
from actors.hearing.sphinx import SphinxRecogniser
from tests.actors.conftest import Said


@pytest.fixture(scope="module")
def sphinx() -> SphinxRecogniser:
    return SphinxRecogniser()


def test_a_clear_sentence_is_understood_for_the_most_part_with_times(
    sphinx: SphinxRecogniser, say: Callable[[str], Said]
) -> None:
    said = say("The small garden is behind the house.")
    heard = sphinx.transcribe(said.audio)
    wanted = {"the", "small", "garden", "is", "behind", "house"}
    assert len(wanted & set(heard.text.split())) >= 4
    assert abs(heard.words[0].start_ms - said.start_ms) <= 150
    assert abs(heard.words[-1].end_ms - said.end_ms) <= 250
    assert all(0.0 <= word.confidence <= 1.0 for word in heard.words)


@pytest.mark.parametrize("samples", [0, 1, 16_000])
def test_silence_gives_no_words(sphinx: SphinxRecogniser, samples: int) -> None:
    heard = sphinx.transcribe(np.zeros(samples, np.float32))
    assert (heard.text, heard.words, heard.confidence) == ("", (), 0.0)


def test_only_english_is_taken(sphinx: SphinxRecogniser) -> None:
    with pytest.raises(UnknownLanguage, match="'fr'"):
        sphinx.transcribe(np.zeros(16_000, np.float32), language="fr")
