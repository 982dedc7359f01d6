"""Findings on sentences that Piper says, by the model that comes with the program."""

from collections.abc import Callable

import numpy as np
import pytest

from actors.assessment.lexicon import Lexicon
from actors.assessment.praat import PraatProsodyAnalyser
from actors.ports import SAMPLE_RATE_HZ, Audio
from actors.pronunciation.intonation import intonation
from actors.pronunciation.judgement import Expected, Judge
from actors.pronunciation.listening import WhisperListener
from actors.pronunciation.model import SHIPPED, open_model
from events.values import Word
from policies.prosody.judging import JudgedProsody
from tests.actors.conftest import Said

Findings = Callable[[str, Audio], JudgedProsody]


@pytest.fixture(scope="module")
def judge(listener: WhisperListener) -> Judge:
    return Judge(open_model(SHIPPED), listener)


@pytest.fixture
def findings(judge: Judge, lexicon: Lexicon) -> Findings:
    def found(text: str, audio: Audio) -> JudgedProsody:
        praat = PraatProsodyAnalyser()
        expected = expected_of(lexicon, text)
        judged = judge.judge(audio, expected)
        said = [word for word in judged.words if word.said]
        heard = tuple(Word(text=word.text, start_ms=word.start_ms, end_ms=word.end_ms, confidence=1.0) for word in said)
        return intonation(text, expected, judged, heard, praat.analyse(audio, heard), praat.tracks(audio))

    return found


def expected_of(lexicon: Lexicon, text: str) -> Expected:
    return [(word.text, word.pronunciations) for word in lexicon.words(text)]


def test_a_statement_falls_as_it_should(findings: Findings, say: Callable[[str], Said]) -> None:
    text = "We went to the park on Sunday."
    found = findings(text, say(text).audio)
    assert found.ending is not None
    assert (found.ending.movement, found.expected_ending) == ("fall", "fall")
    assert found.breaks == ()
    assert found.monotone is False


def test_a_yes_no_question_rises_as_it_should(findings: Findings, say: Callable[[str], Said]) -> None:
    text = "Can I open the window?"
    found = findings(text, say(text).audio)
    assert found.ending is not None
    assert (found.ending.movement, found.expected_ending) == ("rise", "rise")


def test_a_pause_put_between_two_words_is_found_there_with_its_length(
    findings: Findings, judge: Judge, lexicon: Lexicon, say: Callable[[str], Said]
) -> None:
    text = "My sister reads old books."
    audio = say(text).audio
    reads = judge.phone_times(audio, expected_of(lexicon, text))[2]
    at = reads[-1][1] * SAMPLE_RATE_HZ // 1000
    broken = np.concatenate((audio[:at], np.zeros(SAMPLE_RATE_HZ // 2, np.float32), audio[at:]))
    (found,) = findings(text, broken).breaks
    assert (found.kind, found.after_word) == ("unexpected", 2)
    assert found.silence_ms == pytest.approx(500, abs=100)
    assert found.start_ms == pytest.approx(reads[-1][1], abs=100)


def test_two_sentences_without_a_pause_between_them_lack_a_break(
    findings: Findings, say: Callable[[str], Said]
) -> None:
    spoken = say("My sister reads old books in her room.").audio
    (found,) = findings("My sister reads. Old books in her room.", spoken).breaks
    assert (found.kind, found.after_word) == ("missing", 2)
    assert found.silence_ms < 100


def test_stress_is_judged_of_words_of_two_and_more_syllables(findings: Findings, say: Callable[[str], Said]) -> None:
    text = "The elephant is my sister."
    found = findings(text, say(text).audio)
    assert [one.word for one in found.stress] == [1, 4]
    assert [one.expected for one in found.stress] == [0, 0]
    assert [len(one.vowels) for one in found.stress] == [3, 2]
    assert "wrong" not in [one.verdict for one in found.stress]


def test_of_silence_nothing_is_told(findings: Findings) -> None:
    assert findings("I see.", np.zeros(SAMPLE_RATE_HZ, np.float32)) == JudgedProsody()
