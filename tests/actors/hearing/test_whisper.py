import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from actors.hearing.errors import ModelNotLoaded, UnknownLanguage
from actors.hearing.whisper import WhisperRecogniser, _thrice_too_fast
from actors.hearing.whisper_model import LoadedWhisper
from actors.ports import SAMPLE_RATE_HZ, Audio, Transcript
from tests.actors.conftest import Said

SENTENCE = "My brother works in a small garden behind the house."
STORY = (
    SENTENCE,
    "In the morning he eats his breakfast in the kitchen.",
    "Then he goes to the city by bicycle.",
    "His sister reads old books in the library.",
    "Yesterday she wrote a long letter to a friend.",
    "We hope that the weather will be better tomorrow.",
)


@pytest.fixture(scope="module")
def sentence(say: Callable[[str], Said]) -> Said:
    return say(SENTENCE)


@pytest.fixture(scope="module")
def final(whisper: WhisperRecogniser, sentence: Said) -> Transcript:
    return whisper.transcribe(sentence.audio)


def plain(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalpha() or character == " ")


def test_a_clear_sentence_is_understood(final: Transcript) -> None:
    assert plain(final.text) == plain(SENTENCE)
    assert final.confidence > 0.7


def test_every_word_has_its_time_in_order(final: Transcript, sentence: Said) -> None:
    assert plain(" ".join(word.text for word in final.words)) == plain(SENTENCE)
    for word, following in zip(final.words, final.words[1:], strict=False):
        assert word.start_ms < word.end_ms <= following.start_ms
    assert abs(final.words[0].start_ms - sentence.start_ms) <= 120
    assert abs(final.words[-1].end_ms - sentence.end_ms) <= 250
    assert all(0.0 <= word.confidence <= 1.0 for word in final.words)


def test_a_partial_result_has_the_text_only(whisper: WhisperRecogniser, sentence: Said) -> None:
    partial = whisper.transcribe(sentence.audio, partial=True)
    assert plain(partial.text) == plain(SENTENCE)
    assert partial.words == ()


def test_a_recording_cut_close_keeps_its_first_word_and_its_times(whisper: WhisperRecogniser, sentence: Said) -> None:
    cut_ms = sentence.start_ms - 32
    close = sentence.audio[cut_ms * SAMPLE_RATE_HZ // 1000 :]
    heard = whisper.transcribe(close)
    assert plain(heard.text) == plain(SENTENCE)
    assert 0 <= heard.words[0].start_ms <= 150


def test_more_than_30_s_are_understood_to_the_end_with_times_that_go_on(
    whisper: WhisperRecogniser, say: Callable[[str], Said]
) -> None:
    said = [say(text) for text in STORY]
    # Six seconds each, as a learner would who thinks between two sentences.
    audio = np.concatenate([np.pad(one.audio, (0, 6 * SAMPLE_RATE_HZ - len(one.audio))) for one in said])
    heard = whisper.transcribe(audio)
    for index, key in enumerate(("garden", "breakfast", "bicycle", "library", "letter", "weather")):
        found = [word.start_ms for word in heard.words if plain(word.text) == key]
        assert len(found) == 1
        assert 6_000 * index < found[0] < 6_000 * (index + 1)


@pytest.mark.parametrize("kind", ["nothing", "silence", "hiss", "hum", "clicks", "one sample"])
def test_no_speech_gives_no_words(whisper: WhisperRecogniser, kind: str) -> None:
    generator = np.random.default_rng(5)
    clicks = np.zeros(4 * SAMPLE_RATE_HZ, np.float32)
    clicks[::8_000] = 0.9
    sounds: dict[str, Audio] = {
        "nothing": np.zeros(0, np.float32),
        "silence": np.zeros(3 * SAMPLE_RATE_HZ, np.float32),
        "hiss": generator.normal(0.0, 0.05, 4 * SAMPLE_RATE_HZ).astype(np.float32),
        "hum": (0.3 * np.sin(2 * np.pi * 100 * np.arange(4 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ)).astype(np.float32),
        "clicks": clicks,
        "one sample": np.ones(1, np.float32),
    }
    for partial in (False, True):
        heard = whisper.transcribe(sounds[kind], partial=partial)
        assert heard.text == ""
        assert heard.words == ()
        assert heard.confidence == 0.0


def test_the_language_is_detected_when_asked(whisper: WhisperRecogniser, sentence: Said) -> None:
    assert whisper.transcribe(sentence.audio, language="auto").language == "en"


def test_an_unknown_language_is_named_in_the_error(whisper: WhisperRecogniser) -> None:
    with pytest.raises(UnknownLanguage, match="'tlh'") as refused:
        whisper.transcribe(np.zeros(16_000, np.float32), language="tlh")
    assert refused.value.code == "unknown_language"
    assert not refused.value.retryable


def test_two_threads_do_not_disturb_each_other(whisper: WhisperRecogniser, sentence: Said) -> None:
    heard: list[str] = []
    threads = [
        threading.Thread(target=lambda: heard.append(whisper.transcribe(sentence.audio, partial=True).text))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [plain(text) for text in heard] == [plain(SENTENCE)] * 2


def test_a_folder_without_a_model_is_named_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(ModelNotLoaded, match=str(tmp_path)):
        LoadedWhisper(tmp_path)


@pytest.mark.parametrize(
    ("text", "seconds", "looped"),
    [
        ("Fall in love. Fall in love. Fall in love.", 2.0, True),
        ("Fall in love. Fall in love. Fall in love.", 4.0, False),  # said three times, with time to breathe
        ("She rows in May. She rows in May. She rows in May. She", 3.0, True),  # a fourth round has begun
        ("No no no. No no no. No no.", 1.0, False),
        ("one two three four five six seven eight nine", 1.5, False),
    ],
)
def test_a_phrase_said_thrice_too_fast_is_a_loop(text: str, seconds: float, looped: bool) -> None:
    assert _thrice_too_fast(text, seconds) is looped
