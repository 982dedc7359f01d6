"""What is kept of synthetic speech, and for whom."""

from pathlib import Path

import numpy as np
import pytest

from actors.voice.kokoro import LEAD_SAMPLES
from training_actors.pronunciation.rated import RatedPhone, RatedUtterance, RatedWord
from training_actors.pronunciation.speaking import Speaker


class Fakes:
    """Stands for Kokoro, the models and the hearer, and counts what is spoken."""

    def __init__(self, digest: str = "w") -> None:
        self.digest_of_whisper = digest
        self.spoken = 0

    def sound(self, symbols: list[str], voice: str, rate: float) -> tuple[np.ndarray, list[int]]:
        self.spoken += 1
        counts = [LEAD_SAMPLES, *(2400 for _ in symbols), 2400]
        return np.zeros(sum(counts), np.float32), counts

    def encoded(self, samples: np.ndarray) -> tuple[np.ndarray, int]:
        return np.zeros((9, 512), np.float16), 0


class Models:
    def digest(self, name: str) -> str:
        return name


class Hearing:
    def __init__(self, fakes: Fakes) -> None:
        self.digest, self.encoded = fakes.digest_of_whisper, fakes.encoded


def speaker(cache: Path, fakes: Fakes) -> Speaker:
    made = Speaker(Models(), cache, Hearing(fakes))  # type: ignore[arg-type]
    made.__dict__ |= {"_kokoro": fakes, "_voices": ["af_heart"]}  # what is opened at first need
    return made


def utterance(name: str, *phones: str) -> RatedUtterance:
    word = RatedWord(text=name, phones=tuple(RatedPhone(phone=phone) for phone in phones))
    return RatedUtterance(
        id=name, learner="l", age_group="child", text=name, words=(word,), recording=b"", accuracy=None, fluency=None,
        prosodic=None, completeness=None, total=None,
    )  # fmt: skip


CAT, TEA = utterance("CAT", "K", "AE1", "T"), utterance("TEA", "T", "IY1")


def test_a_sentence_is_spoken_once_however_many_runs_need_it(tmp_path: Path) -> None:
    fakes = Fakes()
    for _ in range(2):
        own = speaker(tmp_path, fakes)
        own.synthesise(0, [CAT])
        assert own.planted(0, [CAT]).words[0].text == "CAT"
    assert fakes.spoken == 2


def test_a_run_on_another_dataset_learns_from_no_sentence_of_the_one_before(tmp_path: Path) -> None:
    own = speaker(tmp_path, Fakes())
    own.synthesise(0, [CAT])
    own.planted(0, [CAT])
    assert own.planted(0, [TEA]).words[0].text == "TEA"
    with pytest.raises(FileNotFoundError):
        own.labelled(1, [TEA])


def test_another_whisper_hears_the_sentences_anew(tmp_path: Path) -> None:
    speaker(tmp_path, Fakes("one")).synthesise(0, [CAT])
    other = Fakes("other")
    speaker(tmp_path, other).synthesise(0, [CAT])
    assert other.spoken == 1
