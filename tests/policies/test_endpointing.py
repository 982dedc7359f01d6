"""Turn taking, told as what is heard window by window: 32 ms each."""

import pytest
from msgspec import Struct

from policies.endpointing import (
    LIMIT_MS,
    NO_SPEECH_MS,
    WINDOW_MS,
    Ended,
    EndpointEvent,
    EndpointState,
    MaybeEnded,
    NoSpeech,
    SpeechResumed,
    SpeechStarted,
    hangs,
    heard,
    initial,
    next_utterance,
    patience_ms,
    step,
)

SENTENCE = "She opened the door and looked around the bathroom"


class Ear(Struct):
    """Feeds the policy and keeps what it said, with the time at which it said it."""

    state: EndpointState
    now_ms: int = 0
    said: list[tuple[int, EndpointEvent]] = []

    def hears(self, probability: float, duration_ms: int) -> "Ear":
        for _ in range(duration_ms // WINDOW_MS):
            self.now_ms += WINDOW_MS
            self.state, events = step(self.state, probability, self.now_ms)
            self.said.extend((self.now_ms, event) for event in events)
        return self

    def speech(self, duration_ms: int) -> "Ear":
        return self.hears(0.95, duration_ms)

    def silence(self, duration_ms: int) -> "Ear":
        return self.hears(0.02, duration_ms)

    def understands(self, text: str) -> "Ear":
        self.state = heard(self.state, text, self.now_ms)
        return self

    def events(self) -> list[EndpointEvent]:
        return [event for _, event in self.said]

    def wait_ms(self) -> int:
        """Silence between the end of speech and the decision."""
        (decided_ms, ended), *_ = [(at, event) for at, event in self.said if isinstance(event, Ended)]
        assert isinstance(ended, Ended)
        return decided_ms - ended.at_ms


def ear(*, level: str = "B1", reference: str = "") -> Ear:
    return Ear(initial(level=level, reference=reference))


def test_speech_starts_where_its_first_window_starts() -> None:
    assert ear().silence(320).speech(320).events() == [SpeechStarted(at_ms=320)]


def test_a_click_of_one_window_is_no_speech() -> None:
    assert ear().silence(320).speech(32).silence(320).events() == []


def test_a_short_silence_may_be_the_end_and_says_so_at_once() -> None:
    listening = ear().silence(320).speech(640).silence(192)
    assert listening.events() == [SpeechStarted(at_ms=320), MaybeEnded(at_ms=960)]
    assert listening.said[-1][0] <= 960 + 200


def test_going_on_voids_what_was_begun() -> None:
    listening = ear().speech(640).silence(256).speech(320)
    assert listening.events() == [SpeechStarted(at_ms=0), MaybeEnded(at_ms=640), SpeechResumed(at_ms=896)]


def test_a_breath_of_one_window_does_not_void_it() -> None:
    listening = ear().speech(640).silence(256).speech(32).silence(2_000)
    assert [type(event) for event in listening.events()] == [SpeechStarted, MaybeEnded, Ended]
    assert listening.events()[-1] == Ended(at_ms=640, reason="silence")


def test_a_weak_window_inside_speech_is_speech() -> None:
    assert ear().speech(640).hears(0.4, 960).speech(320).events() == [SpeechStarted(at_ms=0)]


def test_a_completed_sentence_ends_within_half_a_second() -> None:
    listening = ear(reference=SENTENCE).speech(2_560).silence(192).understands(SENTENCE + ".").silence(2_000)
    assert listening.events()[-1] == Ended(at_ms=2_560, reason="complete")
    assert 350 <= listening.wait_ms() <= 450


def test_a_sentence_completed_though_misheard_ends_soon() -> None:
    listening = ear(reference=SENTENCE).speech(2_560).silence(192)
    listening.understands("She open the dog and look around the bus room.").silence(2_000)
    assert listening.wait_ms() <= 700


@pytest.mark.parametrize("text", ["She opened the", "She opened the door and", "She opened the door."])
def test_an_unfinished_sentence_is_waited_for(text: str) -> None:
    listening = ear(reference=SENTENCE).speech(1_280).silence(192).understands(text).silence(928)
    assert not any(isinstance(event, Ended) for event in listening.events())
    listening.silence(960)
    assert 1_200 <= listening.wait_ms() <= 1_600


def test_the_wait_is_longer_after_a_hanging_word_than_after_a_closed_sentence() -> None:
    closed = ear().speech(1_600).silence(192).understands("I went to the market with my sister.").silence(2_000)
    hanging = ear().speech(1_600).silence(192).understands("I went to the market and").silence(2_000)
    assert closed.events()[-1] == Ended(at_ms=1_600, reason="finished")
    assert hanging.events()[-1] == Ended(at_ms=1_600, reason="silence")
    assert closed.wait_ms() <= 700
    assert 1_200 <= hanging.wait_ms() <= 1_600


@pytest.mark.parametrize("text", ["I like", "um", "I think that", "Yesterday, uh", "Well,", "and then...", ""])
def test_text_that_hangs_in_the_air(text: str) -> None:
    assert hangs(text)


@pytest.mark.parametrize("text", ["I like music.", "My sister lives in Rome", "Yes!"])
def test_text_that_does_not(text: str) -> None:
    assert not hangs(text)


def test_words_heard_before_the_last_speech_do_not_count() -> None:
    listening = ear(reference=SENTENCE).speech(640).understands(SENTENCE).speech(640).silence(480)
    assert not any(isinstance(event, Ended) for event in listening.events())
    listening.silence(1_200)
    assert listening.events()[-1] == Ended(at_ms=1_280, reason="silence")


def test_words_that_come_late_end_it_at_once() -> None:
    listening = ear(reference=SENTENCE).speech(2_560).silence(608)
    assert not any(isinstance(event, Ended) for event in listening.events())
    listening.understands(SENTENCE).silence(32)
    assert listening.events()[-1] == Ended(at_ms=2_560, reason="complete")


def test_a_learner_who_pauses_long_is_given_more_time() -> None:
    listening = ear(level="C1")
    before = patience_ms(listening.state)
    for _ in range(20):
        listening.speech(640).silence(192).understands("I think that").silence(832)
    assert patience_ms(listening.state) > before
    assert patience_ms(listening.state) >= 1_000


def test_what_was_learned_of_the_pauses_outlasts_the_utterance() -> None:
    listening = ear().speech(640).silence(448).speech(640)
    following = next_utterance(listening.state, reference="Good morning")
    assert following.pauses_ms[-1] == 448
    assert following.reference == "good morning"
    assert step(following, 0.0, WINDOW_MS)[1] == ()


def test_beginners_are_given_more_time_than_advanced_learners() -> None:
    assert patience_ms(initial(level="A1")) > patience_ms(initial(level="C1"))


def test_an_unknown_level_is_treated_as_the_middle_one() -> None:
    assert patience_ms(initial(level="Z9")) == patience_ms(initial(level="B1"))


def test_silence_from_the_beginning_is_told_every_eight_seconds() -> None:
    told = ear().silence(20_000).said
    assert [type(event) for _, event in told] == [NoSpeech, NoSpeech]
    assert [at // NO_SPEECH_MS for at, _ in told] == [1, 2]


def test_sixty_seconds_are_the_limit() -> None:
    listening = ear().speech(LIMIT_MS + 640)
    assert listening.events()[-1] == Ended(at_ms=LIMIT_MS, reason="limit")
    assert len(listening.events()) == 2


def test_after_the_end_nothing_more_is_said() -> None:
    listening = ear().speech(640).silence(2_000)
    count = len(listening.said)
    listening.speech(1_000).silence(2_000)
    assert len(listening.said) == count
