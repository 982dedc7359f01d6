"""Guided sentences: evidence, one thing at a time, the next sentence by what this learner finds hard."""

import re
from collections import Counter

import pytest
from msgspec.structs import replace

from events.values import Pause, PhoneScore, Pronunciation, Prosody, WordScore
from policies.learner import LearnerHistory
from policies.tutor import guided, lexicon, tokens
from policies.tutor.remarks import lines, sounds
from tests.policies.tutor.lesson import Lesson, spoken


def sentence_lesson(**fields: object) -> Lesson:
    return Lesson(mode="sentence", **fields)  # type: ignore[arg-type]


def test_the_clients_sentence_comes_first() -> None:
    lesson = sentence_lesson(exercise="The weather is fine.")
    assert lesson.sentences[-1].exercise == "The weather is fine."
    assert "The weather is fine." in lesson.greeting


def test_without_one_the_first_sentence_is_of_the_learners_level() -> None:
    for level in ("A1", "A2", "B1", "B2"):
        lesson = sentence_lesson(level=level)
        assert lesson.exercise in {item.text for item in guided.bank() if item.level == level}


def test_the_first_sentence_practises_what_is_weak() -> None:
    lesson = sentence_lesson(history=LearnerHistory(sessions=4, weak_phones=("TH",)))
    chosen = next(item for item in guided.bank() if item.text == lesson.exercise)
    assert "TH" in chosen.phones


def test_a_good_attempt_is_praised_with_evidence_and_followed_by_a_new_sentence() -> None:
    lesson = sentence_lesson()
    before = lesson.exercise
    lesson.say(before, pronunciation=spoken(before, 95))
    assert lesson.exercise != before
    praise = [sentence for sentence in lesson.sentences if "praise" in sentence.acts]
    assert len(praise) == 1
    assert praise[0].evidence[0].value == 95.0


def test_after_a_retry_of_an_old_sentence_the_one_that_waits_comes_back() -> None:
    lesson = sentence_lesson()
    lesson.context = replace(lesson.context, pending="She likes tea.")
    lesson.say(lesson.exercise, pronunciation=spoken(lesson.exercise, 95))
    assert lesson.exercise == "She likes tea."


def test_a_weak_word_is_the_one_thing_to_work_on_and_the_sentence_stays() -> None:
    lesson = sentence_lesson(exercise="The elephant drinks water.")
    lesson.say(lesson.exercise, pronunciation=spoken(lesson.exercise, 75, elephant=30))
    tips = [sentence for sentence in lesson.sentences if "correct" in sentence.acts]
    assert len(tips) == 1
    assert "elephant" in tips[0].text
    assert (tips[0].evidence[0].start_ms, tips[0].evidence[0].end_ms) == (350, 650)
    assert lesson.exercise == "The elephant drinks water."
    assert lesson.sentences[-1].exercise == "The elephant drinks water."


def test_a_phone_heard_as_another_gets_the_advice_for_that_pair() -> None:
    phone = PhoneScore(phone="TH", start_ms=0, end_ms=90, score=10.0, heard="S")
    word = WordScore(text="think", start_ms=0, end_ms=300, score=65.0, phones=(phone,))
    pronunciation = Pronunciation(reference="Think.", score=65.0, completeness=100.0, words=(word,))
    for seed in range(6):
        lesson = sentence_lesson(exercise="Think.", seed=seed)
        lesson.say("Think.", pronunciation=pronunciation)
        tip = next(sentence for sentence in lesson.sentences if "correct" in sentence.acts)
        assert "between your teeth" in tip.text or '"sink"' in tip.text
        assert (tip.evidence[0].kind, tip.evidence[0].text) == ("phone", "TH")


def test_a_missing_word_goes_before_every_other_fault() -> None:
    lesson = sentence_lesson(exercise="The elephant drinks water.")
    lesson.say("the elephant water", pronunciation=spoken(lesson.exercise, 75, elephant=30, drinks=0))
    tip = next(sentence for sentence in lesson.sentences if "correct" in sentence.acts)
    assert '"drinks"' in tip.text
    assert tip.evidence[0].text == "drinks"


def test_a_long_pause_is_named_with_its_place_and_length() -> None:
    lesson = sentence_lesson(exercise="The elephant drinks water.")
    prosody = Prosody(duration_ms=4000, speaking_ms=2500, pauses=(Pause(start_ms=660, end_ms=2060, after_word=1),))
    words = spoken(lesson.exercise, 75)
    lesson.say(lesson.exercise, pronunciation=words, prosody=prosody)
    tip = next(sentence for sentence in lesson.sentences if "correct" in sentence.acts)
    assert (tip.evidence[0].kind, tip.evidence[0].value) == ("pause", 1400.0)


def test_after_three_attempts_it_moves_on() -> None:
    lesson = sentence_lesson(exercise="The elephant drinks water.")
    for _ in range(3):
        lesson.say("The elephant drinks water.", pronunciation=spoken("The elephant drinks water.", 40))
    assert lesson.exercise != "The elephant drinks water."


def test_progress_since_the_last_attempt_is_what_is_praised() -> None:
    lesson = sentence_lesson(exercise="The elephant drinks water.")
    lesson.say(lesson.exercise, pronunciation=spoken(lesson.exercise, 50))
    lesson.say(lesson.exercise, pronunciation=spoken(lesson.exercise, 70))
    praise = next(sentence for sentence in lesson.sentences if "praise" in sentence.acts)
    assert praise.evidence[0].text == "50 → 70"


def test_without_any_figures_there_is_neither_praise_nor_blame() -> None:
    lesson = sentence_lesson(exercise="The elephant drinks water.")
    lesson.say("The elephant drinks water.")
    assert not {"praise", "correct"} & {act for sentence in lesson.sentences for act in sentence.acts}
    assert lesson.exercise != "The elephant drinks water."


@pytest.mark.parametrize("said", ["", "I have no idea what you mean", "can you repeat that please", "slower please"])
def test_what_is_no_attempt_keeps_the_sentence(said: str) -> None:
    lesson = sentence_lesson(exercise="The elephant drinks water.")
    lesson.say(said)
    assert lesson.exercise == "The elephant drinks water."
    assert lesson.sentences[-1].exercise == "The elephant drinks water."


def test_sixty_attempts_never_bring_the_same_line() -> None:
    for score in (40.0, 95.0):
        lesson = sentence_lesson()
        for _ in range(60):
            lesson.say(lesson.exercise, pronunciation=spoken(lesson.exercise, score))
        assert len(set(lesson.used)) == len(lesson.used)


def test_guided_lessons_ask_no_question_of_their_own() -> None:
    lesson = sentence_lesson()
    for score in (95.0, 40.0, 70.0):
        lesson.say(lesson.exercise, pronunciation=spoken(lesson.exercise, score))
        assert not any(s.text.endswith("?") and not s.exercise for s in lesson.sentences)


def test_the_bank_has_twenty_five_sentences_a_level_and_covers_every_phone() -> None:
    counts = Counter(item.level for item in guided.bank())
    assert all(counts[level] >= 25 for level in ("A1", "A2", "B1", "B2"))
    assert len({item.text for item in guided.bank()}) == len(guided.bank())
    practised = {phone for item in guided.bank() for phone in item.phones}
    assert set(sounds()) <= practised


def test_sentences_for_beginners_use_their_words() -> None:
    for item in guided.bank():
        if item.level == "A1":
            levels = [lexicon.cefr_level(word) or 1 for word in tokens.words_of(item.text)]
            assert max(levels) <= 4, item.text
            assert sum(level > 2 for level in levels) <= 1, item.text


def test_a_weak_whole_without_a_plain_fault_names_its_weakest_word() -> None:
    lesson = sentence_lesson(exercise="The elephant drinks water.")
    lesson.say(lesson.exercise, pronunciation=spoken(lesson.exercise, 72, drinks=66))
    tip = next(sentence for sentence in lesson.sentences if "correct" in sentence.acts)
    assert (tip.evidence[0].text, tip.evidence[0].value) == ("drinks", 66.0)
    assert lesson.exercise == "The elephant drinks water."


def test_another_sentence_is_no_attempt_to_compare_with() -> None:
    lesson = sentence_lesson(exercise="I want to be able to help my neighbours.")
    lesson.say("I had a great day", pronunciation=spoken(lesson.exercise, 13))
    lesson.say(lesson.exercise, pronunciation=spoken(lesson.exercise, 99))
    said = [evidence for sentence in lesson.sentences for evidence in sentence.evidence]
    assert not any(evidence.kind == "history" for evidence in said)
    assert said[0].value == 99.0


def test_an_attempt_is_compared_with_the_last_attempt_and_not_with_what_came_between() -> None:
    lesson = sentence_lesson(exercise="The elephant drinks water.", seed=3)
    lesson.say(lesson.exercise, pronunciation=spoken(lesson.exercise, 50))
    lesson.say("I had a great day", pronunciation=spoken(lesson.exercise, 13))
    lesson.say("The elephant drinks water.", pronunciation=spoken("The elephant drinks water.", 70))
    praise = next(sentence for sentence in lesson.sentences if "praise" in sentence.acts)
    assert praise.evidence[0].text == "50 → 70"


def test_sounds_of_another_sentence_do_not_choose_the_next_one() -> None:
    lesson = sentence_lesson(exercise="The elephant drinks water.")
    chosen = []
    for pronunciation in (spoken(lesson.exercise, 5), None):
        lesson = sentence_lesson(exercise="The elephant drinks water.")
        lesson.say("let's change the topic", pronunciation=pronunciation)
        chosen.append(lesson.exercise)
    assert chosen[0] == chosen[1] != "The elephant drinks water."


@pytest.mark.parametrize("said", ["hello what should I do", "What do I have to do?", "hello", "how does it work"])
def test_whoever_does_not_know_what_to_do_is_told(said: str) -> None:
    lesson = sentence_lesson(exercise="The elephant drinks water.")
    lesson.say(said)
    assert lesson.sentences[0].text in lines("sentence")["how"]
    assert lesson.sentences[-1].exercise == "The elephant drinks water."


def test_a_request_to_repeat_is_met_by_the_sentence_alone() -> None:
    lesson = sentence_lesson(exercise="The elephant drinks water.")
    text = lesson.say("Can you repeat, please?")
    assert [sentence.exercise for sentence in lesson.sentences] == ["The elephant drinks water."]
    assert text.endswith("The elephant drinks water.")


def test_a_sentence_that_was_typed_is_to_be_said_aloud() -> None:
    lesson = sentence_lesson(exercise="The elephant drinks water.")
    lesson.say("The elephant drinks water.", typed=True)
    assert lesson.exercise == "The elephant drinks water."
    assert re.search(r"aloud|hear", lesson.sentences[0].text)
    lesson.say("The elephant drinks water.", typed=True)
    lesson.say("The elephant drinks water.", typed=True)
    assert lesson.exercise != "The elephant drinks water."


def test_a_sentence_that_sounds_like_a_goodbye_is_an_attempt() -> None:
    lesson = sentence_lesson(exercise="Goodbye, see you tomorrow.")
    lesson.say("goodbye see you tomorrow", pronunciation=spoken("Goodbye, see you tomorrow.", 95))
    assert "close" not in {act for sentence in lesson.sentences for act in sentence.acts}


def test_an_attempt_after_the_goodbye_is_welcome() -> None:
    lesson = sentence_lesson(exercise="The elephant drinks water.")
    lesson.say("Bye!")
    text = lesson.say("The elephant drinks water.", pronunciation=spoken("The elephant drinks water.", 95))
    assert "still here" in text or "stay" in text
    assert len(lesson.sentences) <= 4


@pytest.mark.parametrize("typed", [True, False])
@pytest.mark.parametrize(
    "said",
    ["skip", "I want to skip this sentence", "Next sentence, please.", "Another sentence please", "This is too hard.",
     "Can we do another one?", "I don't like this sentence.",
     "Can you give me an easier sentence?", "I can't say this."],
)  # fmt: skip
def test_whoever_wants_another_sentence_gets_it(said: str, typed: bool) -> None:
    for seed in range(8):
        lesson = sentence_lesson(exercise="The elephant drinks water.", seed=seed, level="A2")
        lesson.say(said, typed=typed)
        assert lesson.exercise != "The elephant drinks water."
        assert lesson.sentences[0].text not in lines("sentence")["other"] + lines("sentence")["other_typed"]


def test_what_is_too_hard_gives_way_to_a_sentence_of_a_lower_level() -> None:
    level_of = {item.text: item.level for item in guided.bank()}
    for level, below in (("B1", "A2"), ("A2", "A1")):
        lesson = sentence_lesson(level=level)
        lesson.say("This is too hard.")
        assert level_of[lesson.exercise] == below
        assert lesson.sentences[0].text in lines("sentence")["easier"]


def test_what_is_too_hard_on_the_first_level_gives_way_to_a_shorter_sentence() -> None:
    long = "There are five birds in the tree."
    lesson = sentence_lesson(level="A1", exercise=long)
    lesson.say("It is too long for me.")
    assert len(lesson.exercise.split()) < len(long.split())


def test_a_sentence_with_skip_or_next_in_it_is_an_attempt() -> None:
    lesson = sentence_lesson(exercise="The next sentence, please.")
    lesson.say("The next sentence, please.", pronunciation=spoken("The next sentence, please.", 70, sentence=30))
    assert lesson.exercise == "The next sentence, please."


def test_other_words_that_were_typed_were_not_heard() -> None:
    for seed in range(8):
        lesson = sentence_lesson(exercise="The elephant drinks water.", seed=seed)
        text = lesson.say("My brother lives in Paris.", typed=True)
        assert "heard" not in text
        assert lesson.sentences[0].text in lines("sentence")["other_typed"]
        assert lesson.exercise == "The elephant drinks water."


def test_a_word_of_the_sentence_is_said_or_explained_on_request() -> None:
    lesson = sentence_lesson(exercise="The elephant drinks water.")
    assert '"elephant"' in lesson.say("How do you pronounce elephant?")
    assert "long nose" in lesson.say("What does elephant mean?")
    assert lesson.exercise == "The elephant drinks water."


@pytest.mark.parametrize("said", ["Can you say it?", "How do you say it?", "Can you say the sentence, please?"])
def test_whoever_wants_to_hear_the_sentence_hears_it(said: str) -> None:
    lesson = sentence_lesson(exercise="The elephant drinks water.")
    lesson.say(said)
    assert [sentence.exercise for sentence in lesson.sentences] == ["The elephant drinks water."]
