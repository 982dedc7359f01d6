"""The scorer and what it rests on, with a model that scores at random: all comes out whole and in range."""

from itertools import pairwise

import numpy as np
import pytest
from msgspec import UNSET

from actors.assessment.lexicon import Lexicon
from actors.hearing.whisper import WhisperRecogniser
from actors.ports import EngineInputError
from actors.pronunciation.judgement import Expected, Judge
from actors.pronunciation.listening import WhisperListener
from actors.pronunciation.model import SHIPPED, ModelFacts, open_model
from actors.pronunciation.scorer import TrainedPronunciationScorer
from actors.voice.runtime import ModelUnusable
from events.values import Miscue
from tests.actors.conftest import Said
from tests.actors.pronunciation.conftest import ModelFolder

EXPECTED: Expected = [
    ("My", (("M", "AY1"),)),
    ("sister", (("S", "IH1", "S", "T", "ER0"),)),
    ("reads", (("R", "IY1", "D", "Z"),)),
    ("blue", (("B", "L", "UW1"),)),
    ("books", (("B", "UH1", "K", "S"),)),
]
"""What `sentence` says, with "blue" for "old"."""


@pytest.fixture(scope="module")
def believing(model_folder: ModelFolder, listener: WhisperListener) -> Judge:
    """To it every word was said."""
    return Judge(open_model(model_folder()), listener)


@pytest.fixture(scope="module")
def doubting(model_folder: ModelFolder, listener: WhisperListener) -> Judge:
    """To it no text matches: what was said, the recogniser alone tells."""
    return Judge(open_model(model_folder(matches_from=1.1)), listener)


def test_every_phone_that_was_asked_for_is_judged_in_order_without_its_stress(believing: Judge, sentence: Said) -> None:
    judged = believing.judge(sentence.audio, EXPECTED)
    assert [word.text for word in judged.words] == ["My", "sister", "reads", "blue", "books"]
    assert [[phone.phone for phone in word.phones] for word in judged.words] == [
        ["M", "AY"],
        ["S", "IH", "S", "T", "ER"],
        ["R", "IY", "D", "Z"],
        ["B", "L", "UW"],
        ["B", "UH", "K", "S"],
    ]
    assert judged.completeness == 10.0
    assert judged.unheard == ""


def test_phones_follow_each_other_inside_their_words_and_the_recording(believing: Judge, sentence: Said) -> None:
    judged = believing.judge(sentence.audio, EXPECTED)
    phones = [phone for word in judged.words for phone in word.phones]
    assert all(one.start_ms < one.end_ms for one in phones)
    assert all(one.end_ms <= other.start_ms for one, other in pairwise(phones))
    assert phones[-1].end_ms <= len(sentence.audio) / 16 + 20
    for word in judged.words:
        assert (word.start_ms, word.end_ms) == (word.phones[0].start_ms, word.phones[-1].end_ms)


def test_scores_are_in_the_ranges_of_the_experts(believing: Judge, sentence: Said) -> None:
    judged = believing.judge(sentence.audio, EXPECTED)
    for figure in (judged.accuracy, judged.fluency, judged.prosodic, judged.total):
        assert 0 <= figure <= 10
    assert all(0 <= phone.score <= 2 for word in judged.words for phone in word.phones)
    assert all(0 <= figure <= 10 for word in judged.words for figure in (word.accuracy, word.stress, word.total))


def test_words_of_a_text_that_does_not_match_count_only_where_they_were_heard(
    doubting: Judge, whisper: WhisperRecogniser, sentence: Said
) -> None:
    judged = doubting.judge(sentence.audio, EXPECTED, whisper.transcribe(sentence.audio).words)
    assert [word.said for word in judged.words] == [True, True, True, False, True]
    assert judged.completeness == pytest.approx(8.0)
    (miscue,) = judged.miscues
    assert (miscue.kind, miscue.word, miscue.heard) == ("substitution", 3, "old")


def test_scores_of_a_text_that_does_not_match_fall_by_the_share_of_words_that_were_not_heard(
    doubting: Judge, believing: Judge, whisper: WhisperRecogniser, sentence: Said
) -> None:
    words = whisper.transcribe(sentence.audio).words
    partly = doubting.judge(sentence.audio, EXPECTED, words)
    wholly = believing.judge(sentence.audio, EXPECTED, words)
    assert partly.total == pytest.approx(wholly.total * 4 / 5)
    assert partly.fluency == pytest.approx(wholly.fluency * 4 / 5)


def test_a_word_that_was_not_said_keeps_its_phones_without_times_and_scores(doubting: Judge, sentence: Said) -> None:
    blue = doubting.judge(sentence.audio, EXPECTED).words[3]
    assert [phone.phone for phone in blue.phones] == ["B", "L", "UW"]
    assert (blue.start_ms, blue.end_ms, blue.accuracy, blue.stress, blue.total) == (0, 0, 0, 0, 0)
    assert all((phone.start_ms, phone.end_ms, phone.score, phone.heard) == (0, 0, 0, "") for phone in blue.phones)


@pytest.mark.parametrize(("seconds", "unheard"), [(2.0, "silent"), (0.0, "silent")])
def test_of_silence_nothing_was_said(believing: Judge, seconds: float, unheard: str) -> None:
    judged = believing.judge(np.zeros(round(seconds * 16_000), np.float32), EXPECTED)
    assert judged.unheard == unheard
    assert [len(word.phones) for word in judged.words] == [2, 5, 4, 3, 4]
    assert not any(word.said for word in judged.words)
    assert judged.miscues == tuple(Miscue(kind="omission", word=index) for index in range(5))
    assert (judged.total, judged.completeness, judged.confidence) == (0, 0, 0)


def test_a_text_with_more_phones_than_the_recording_has_frames_was_not_said(believing: Judge, sentence: Said) -> None:
    judged = believing.judge(sentence.audio, EXPECTED * 12)  # 216 phones in some 2 s, which have 50 frames each
    assert judged.unheard == "short"
    assert len(judged.words) == 60
    assert believing.phone_times(sentence.audio, EXPECTED * 12) == ()


def test_times_of_phones_are_told_without_a_judgement(believing: Judge, sentence: Said) -> None:
    judged = believing.judge(sentence.audio, EXPECTED)
    times = tuple(tuple((phone.start_ms, phone.end_ms) for phone in word.phones) for word in judged.words)
    assert believing.phone_times(sentence.audio, EXPECTED) == times


def test_samples_that_are_not_finite_are_refused(believing: Judge) -> None:
    with pytest.raises(EngineInputError) as refused:
        believing.judge(np.full(16_000, np.nan, np.float32), EXPECTED)
    assert refused.value.code == "audio_not_finite"


def test_in_a_lesson_scores_are_of_a_hundred_and_the_limit_of_poor_phones_is_fifty(
    model_folder: ModelFolder, listener: WhisperListener, lexicon: Lexicon, sentence: Said
) -> None:
    model = open_model(model_folder(poor_below=0.5))
    scored = TrainedPronunciationScorer(model, listener, lexicon).score_words(sentence.audio, "My …", EXPECTED)
    judged = Judge(model, listener).judge(sentence.audio, EXPECTED)
    assert scored.score == pytest.approx(10 * judged.total, abs=0.05)
    assert scored.completeness == 100.0
    for word, expert in zip(scored.words, judged.words, strict=True):
        assert word.score == pytest.approx(10 * expert.total, abs=0.05)
        for phone, of_two in zip(word.phones, expert.phones, strict=True):
            below, above = 100 * of_two.score, 50 + 50 * (of_two.score - 0.5) / 1.5
            assert phone.score == pytest.approx(below if of_two.score < 0.5 else above, abs=0.05)


def test_in_a_lesson_a_word_that_was_not_said_has_no_phones(
    model_folder: ModelFolder, listener: WhisperListener, lexicon: Lexicon, sentence: Said
) -> None:
    scorer = TrainedPronunciationScorer(open_model(model_folder(matches_from=1.1)), listener, lexicon)
    scored = scorer.score(sentence.audio, "My sister reads old books.")
    assert [word.text for word in scored.words] == ["My", "sister", "reads", "old", "books"]
    assert all(not word.spoken and word.phones == () and word.score == 0 for word in scored.words)
    assert scored.accuracy == 0.0


def test_in_a_lesson_silence_has_no_figures_that_nobody_could_give(
    model_folder: ModelFolder, listener: WhisperListener, lexicon: Lexicon
) -> None:
    scorer = TrainedPronunciationScorer(open_model(model_folder()), listener, lexicon)
    scored = scorer.score(np.zeros(32_000, np.float32), "Old books.")
    assert (scored.score, scored.accuracy, scored.fluency, scored.prosodic) == (0.0, UNSET, UNSET, UNSET)


def test_what_is_said_after_the_text_is_told_even_where_no_recogniser_wrote_it_down(
    listener: WhisperListener, sentence: Said
) -> None:
    judge = Judge(open_model(SHIPPED), listener)
    text = [(word, ways) if word != "blue" else ("old", (("OW1", "L", "D"),)) for word, ways in EXPECTED]
    assert judge.judge(sentence.audio, text).miscues == ()
    pause = np.zeros(4_000, np.float32)
    (found,) = judge.judge(np.concatenate([sentence.audio, pause, sentence.audio]), text).miscues
    assert (found.kind, found.heard) == ("insertion", "")
    assert found.end_ms - found.start_ms >= 600  # 30 frames


def test_a_folder_that_is_no_model_is_told_by_its_file(model_folder: ModelFolder) -> None:
    folder = model_folder()
    (folder / "model.json").write_text('{"version": "1"}')
    with pytest.raises(ModelUnusable, match=r"model\.json is not a model's description.*digest"):
        open_model(folder)
    (folder / "model.json").unlink()
    with pytest.raises(ModelUnusable, match="cannot be read"):
        open_model(folder)


def test_facts_are_those_of_the_file(model_folder: ModelFolder) -> None:
    facts: ModelFacts = open_model(model_folder(poor_below=1.25)).facts
    assert (facts.version, facts.poor_below) == ("random", 1.25)


def test_a_tenth_of_a_second_cannot_hold_a_sentence_whatever_silence_is_made_up_before_it(
    believing: Judge, sentence: Said
) -> None:
    middle = len(sentence.audio) // 2
    judged = believing.judge(sentence.audio[middle : middle + 1_600], EXPECTED)
    assert judged.unheard in ("short", "silent")
    assert judged.total == 0
