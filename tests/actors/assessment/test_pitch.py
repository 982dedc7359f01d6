"""F0 beside Praat itself, run by a script of its own, and beside signals whose F0 is known by construction."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from actors.assessment.praat import PraatProsodyAnalyser
from actors.ports import SAMPLE_RATE_HZ, Audio
from tests.actors.assessment.test_praat import silence, voice
from tests.actors.conftest import Said
from tests.praat import TWO_PASSES, Agreement, agreement, by_praat

RECORDINGS = 50
CORPUS = Path(__file__).parents[4] / "shared/data/speechocean762-train"
SENTENCES = (Path(__file__).parent / "sound_sentences.txt").read_text("utf-8").splitlines()[::33]
SPEAKERS = (0.8, 1.0, 1.3, 1.7, 2.2)
"""So many times the pitch of the voice: from a deep man to a child."""


def agreeing(recordings: list[Audio]) -> Agreement:
    analyser = PraatProsodyAnalyser()
    each = (agreement(analyser.analyse(audio, ()).contour, by_praat(audio, TWO_PASSES)) for audio in recordings)
    return sum(each, Agreement())


def played_faster(audio: Audio, times: float) -> Audio:
    """As a record is: pitch and formants rise with the speed."""
    places = np.arange(0, len(audio) - 1, times)
    return np.interp(places, np.arange(len(audio)), audio).astype(np.float32)


def test_fifty_recordings_of_our_voice_at_the_pitch_of_men_women_and_children_have_praats_f0(
    say: Callable[[str], Said],
) -> None:
    spoken = [say(sentence).audio for sentence in SENTENCES]
    found = agreeing([played_faster(audio, times) for audio in spoken for times in SPEAKERS])
    assert len(spoken) * len(SPEAKERS) == RECORDINGS
    assert found.ours > 40 * RECORDINGS
    assert found.both >= 0.99 * found.ours
    assert found.close >= 0.99 * found.both


def test_fifty_recordings_of_learners_have_praats_f0() -> None:
    if not CORPUS.exists():
        pytest.skip(f"no learners' recordings: put speechocean762's training split into {CORPUS}")
    rows = [json.loads(line) for line in (CORPUS / "utterances.jsonl").read_text("utf-8").splitlines()]
    chosen = [row["audio"] for row in rows[:: len(rows) // RECORDINGS][:RECORDINGS]]
    found = agreeing([soundfile.read(CORPUS / audio, dtype="float32")[0] for audio in chosen])
    assert found.both >= 0.99 * found.ours
    assert found.close >= 0.99 * found.both


SECONDS = 2.0
TIMES = np.arange(round(SECONDS * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ


@pytest.mark.parametrize(
    "f0_hz",
    [
        np.linspace(80, 160, len(TIMES)),  # an octave up
        np.linspace(400, 200, len(TIMES)),  # and down
        110 * 2 ** (np.sin(2 * np.pi * TIMES) / 4),  # a man's melody, 3 semitones to each side
        220 * 2 ** (np.sin(2 * np.pi * TIMES) / 3),
        330 * 2 ** (np.sin(4 * np.pi * TIMES) / 6),  # a child's, twice as fast
    ],
    ids=["rise", "fall", "man", "woman", "child"],
)
def test_a_voice_whose_f0_is_known_is_within_one_percent_of_it(f0_hz: NDArray[np.float64]) -> None:
    lead = silence(0.3)
    audio = np.concatenate((lead, voice(f0_hz, SECONDS), silence(0.3)))
    contour = PraatProsodyAnalyser().analyse(audio, ()).contour
    at = [point.time_ms / 1000 - len(lead) / SAMPLE_RATE_HZ for point in contour]
    known = np.interp(at, TIMES, f0_hz)
    errors = np.abs(np.array([point.f0_hz for point in contour]) / known - 1)
    assert len(contour) > 0.9 * SECONDS * 100
    assert (errors <= 0.01).mean() >= 0.99
