"""What the tutor does not claim: speed without figures, topics not discussed, words not said, meetings never had."""

import pytest

from events.values import PhoneScore, Pronunciation, Prosody, WordScore
from policies.learner import LearnerHistory
from policies.tutor import remarks
from policies.tutor.remarks import lines
from tests.policies.tutor.lesson import Lesson, spoken

NONSENSE = "Yo, Keno, Zeri, Ken, Bobbi, Do, Cha, Cha, Ti."


def speed(said: str, syllables_hz: float, speaking_ms: int, fluency: float | None = None) -> set[str]:
    """The kinds of tip for an utterance at a speed."""
    prosody = Prosody(
        duration_ms=speaking_ms, speaking_ms=speaking_ms, syllable_rate_hz=syllables_hz, words_per_minute=230.0
    )
    lesson = Lesson()
    lesson.say(said, prosody=prosody, fluency=fluency)
    return {finding.kind for finding in remarks.tips(lesson.last)}


def test_short_words_at_a_normal_syllable_rate_are_not_fast() -> None:
    assert "fast" not in speed("I went to the park with my dog", 4.5, 2000)


def test_a_short_burst_is_not_fast() -> None:
    assert "fast" not in speed("I like it a lot", 7.0, 900)


def test_fluent_speech_is_never_too_fast() -> None:
    assert "fast" not in speed("I went to the park with my dog", 7.0, 2000, fluency=92.0)


def test_many_syllables_a_second_over_a_whole_sentence_are_fast() -> None:
    assert "fast" in speed("I went to the park with my dog", 7.0, 2000, fluency=70.0)
    assert "fast" in speed("Elephants communicate everywhere", 7.0, 3200)


def test_the_goodbye_names_the_topic_of_most_turns() -> None:
    lesson = Lesson(topic="family")
    for said in ("I eat at school.", "My dog is brown.", "I like my cat.", "The dog and the cat are friends."):
        lesson.say(said)
    assert "animals" in lesson.say("Bye!")


def test_a_topic_of_one_turn_is_not_named_at_the_goodbye() -> None:
    lesson = Lesson(topic="family")
    lesson.say("I eat rice and soup.")
    lesson.say("It is very nice.")
    assert "nice to hear about" not in lesson.say("Bye!")


@pytest.mark.parametrize("score", [22.0, 34.0, 80.0])
def test_nonsense_that_was_hardly_recognised_is_asked_for_again(score: float) -> None:
    for seed in range(6):
        lesson = Lesson(seed=seed)
        lesson.say(NONSENSE, confidence=0.6, pronunciation=spoken(NONSENSE, score))
        assert lesson.sentences[-1].text in lines("listen")["again"]
        assert not any(sentence.evidence for sentence in lesson.sentences)


def test_words_far_from_the_sounds_are_asked_for_again_unless_they_are_sure() -> None:
    said = "The elephant drinks water."
    lesson = Lesson()
    assert "elephant" not in lesson.say(said, confidence=0.6, pronunciation=spoken(said, 25))
    lesson = Lesson()
    assert "elephant" in lesson.say(said, confidence=0.9, pronunciation=spoken(said, 25))


def test_no_sound_of_an_unknown_word_is_worked_on() -> None:
    phone = PhoneScore(phone="Z", start_ms=0, end_ms=90, score=5.0)
    for text, found in (("Zeri", False), ("zoo", True)):
        word = WordScore(text=text, start_ms=0, end_ms=300, score=30.0, phones=(phone,))
        pronunciation = Pronunciation(reference=text, score=60.0, completeness=100.0, words=(word,))
        lesson = Lesson()
        lesson.say(f"I see the {text}", pronunciation=pronunciation)
        assert bool(remarks.tips(lesson.last)) is found


@pytest.mark.parametrize("mode", ["conversation", "sentence"])
def test_whoever_comes_back_is_not_told_that_this_tutor_knows_them(mode: str) -> None:
    for seed in range(30):
        greeting = Lesson(mode=mode, seed=seed, history=LearnerHistory(sessions=3)).greeting
        assert "elcome back" in greeting
        assert "again" not in greeting
        assert "I remember" not in greeting
