"""The provider's replies are streamed, checked and completed; everything that goes wrong is a typed error."""

import pytest

from actors.ports import EngineError
from actors.tutor.provider import ProviderError, ProviderRefused, ProviderTimedOut, ProviderTutor, ReplyUnsound
from events.values import PhoneScore, Pronunciation, Scores, WordScore
from policies.tutor.context import Sentence, TurnSummary, TutorContext
from tests.fakes.chat_server import Script, chunk, serving


def context(**changes: object) -> TutorContext:
    fields: dict[str, object] = {
        "session": "s1",
        "turn": 1,
        "tutor": "maya",
        "goal": "speak better",
        "level": "A1",
        "mode": "conversation",
        "seed": 3,
        "said": "I go to the park with my dog.",
        "confidence": 0.9,
        "turns": (TurnSummary(said="", replied="Hello, I'm Maya. What do you do for fun?"),),
        "used": ("Hello, I'm Maya.", "What do you do for fun?"),
    }
    return TutorContext(**{**fields, **changes})  # type: ignore[arg-type]


def asked(script: Script, said: TutorContext | None = None, **limits: float) -> list[Sentence]:
    with serving(script) as url:
        tutor = ProviderTutor(url, model="small", key="k1", **limits)
        try:
            return list(tutor.reply(said or context()))
        finally:
            tutor.close()


def test_a_good_reply_comes_sentence_by_sentence() -> None:
    script = Script(pieces=("A walk with", " your dog is nice. ", "What is your", " dog's name?"))
    texts = [sentence.text for sentence in asked(script)]
    assert texts == ["A walk with your dog is nice.", "What is your dog's name?"]


def test_the_first_sentence_is_there_before_the_stream_ends() -> None:
    script = Script(pieces=("Dogs are fun. ", "What is", " your dog like?"), gap_s=0.3)
    with serving(script) as url:
        tutor = ProviderTutor(url)
        reply = tutor.reply(context())
        assert next(reply).text == "Dogs are fun."
        assert [sentence.text for sentence in reply] == ["What is your dog like?"]
        tutor.close()


def test_the_request_names_the_model_the_level_and_what_was_said() -> None:
    script = Script(pieces=("Dogs are fun. What is your dog like?",))
    asked(script)
    request = script.requests[0]
    told = str(request["messages"])
    assert request["model"] == "small"
    assert request["stream"] is True
    assert "level is A1" in told
    assert "I go to the park with my dog." in told
    assert "What do you do for fun?" in told


def test_a_second_question_is_dropped() -> None:
    script = Script(pieces=("Dogs are fun. What is your dog like? How old is your dog?",))
    assert [sentence.text for sentence in asked(script)] == ["Dogs are fun.", "What is your dog like?"]


def test_a_reply_without_a_question_is_closed_with_one_by_the_rules() -> None:
    reply = asked(Script(pieces=("Dogs are fun.",)))
    assert reply[0].text == "Dogs are fun."
    assert reply[-1].text.endswith("?")
    assert sum(sentence.text.count("?") for sentence in reply) == 1


@pytest.mark.parametrize(
    "bad",
    [
        "You are a stupid learner.",
        "As an AI language model I can't walk.",
        "**Dogs** are fun.",
        "Visit https://example.com now.",
        "Your score is 95 percent.",
        "Hello, I'm Maya.",
        "Les chiens aiment beaucoup courir dehors.",
        "Great job!",
        "Your pronunciation was very clear.",
        "I can 🐶 see your dog.",
        "The quintessential canine companion epitomises unconditional perseverance.",
        "It is a very nice thing to go to the park with your dog on a day when the sun is so warm and good.",
    ],
)
def test_a_sentence_that_must_not_be_said_is_dropped(bad: str) -> None:
    reply = asked(Script(pieces=(bad + " ", "Dogs are fun. ", "What is your dog like?")))
    assert [sentence.text for sentence in reply] == ["Dogs are fun.", "What is your dog like?"]


def test_a_reply_of_nothing_but_rude_sentences_is_refused_with_the_reasons() -> None:
    with pytest.raises(ReplyUnsound, match="unsafe"):
        asked(Script(pieces=("You are stupid. Shut up.",)))


def test_an_empty_reply_is_refused() -> None:
    with pytest.raises(ReplyUnsound, match="empty"):
        asked(Script())


def test_an_http_error_is_typed_and_retryable_only_when_the_server_is_at_fault() -> None:
    with pytest.raises(ProviderRefused, match="500") as failed:
        asked(Script(status=500))
    assert failed.value.retryable
    with pytest.raises(ProviderRefused) as refused:
        asked(Script(status=404))
    assert not refused.value.retryable
    assert isinstance(refused.value, EngineError)


def test_a_refused_key_is_replaced_by_the_next_one() -> None:
    script = Script(pieces=("Dogs are fun. What is your dog like?",), refused_keys=("old",))
    with serving(script) as url:
        tutor = ProviderTutor(url, key="old, new")
        assert len(list(tutor.reply(context()))) == 2
        assert script.keys == ["old", "new"]
        tutor.close()


def test_a_provider_that_does_not_begin_times_out() -> None:
    with pytest.raises(ProviderTimedOut):
        asked(Script(pieces=("Dogs are fun.",), wait_s=0.6), first_s=0.2)


def test_a_provider_that_drips_times_out_in_all() -> None:
    with pytest.raises(ProviderTimedOut):
        asked(Script(pieces=("Dogs ",) * 50, gap_s=0.05), first_s=1.0, total_s=0.3)


@pytest.mark.parametrize(
    "drip", [b": keep-alive\n\n", chunk(""), b"x"], ids=["keep-alive", "no content", "no end of line"]
)
def test_bytes_that_are_no_text_do_not_put_the_time_limit_off(drip: bytes) -> None:
    with pytest.raises(ProviderTimedOut):
        asked(Script(drip=drip, drips=60, gap_s=0.05), first_s=0.3, total_s=5.0)


def test_a_line_without_an_end_is_no_answer() -> None:
    with pytest.raises(ProviderError, match="a line of more than"):
        asked(Script(drip=b"x" * 10_000, drips=20))


def test_a_chunk_that_is_no_json_is_a_typed_error() -> None:
    with pytest.raises(ProviderError, match="no chunk"):
        asked(Script(raw=b'data: {"choices": [{"delta": {"con\n\n'))


def test_a_chunk_without_choices_is_a_typed_error() -> None:
    with pytest.raises(ProviderError, match="no chunk"):
        asked(Script(raw=b'data: {"error": "overloaded"}\n\n'))


def test_a_stream_that_breaks_after_a_sentence_is_made_whole_by_the_rules() -> None:
    reply = asked(Script(pieces=("Dogs are fun. What",), raw=b"data: {broken\n\n"))
    assert reply[0].text == "Dogs are fun."
    assert reply[-1].text.endswith("?")


def test_an_unfinished_last_sentence_is_left_out() -> None:
    reply = asked(Script(pieces=("Dogs are fun. They like to",), cut=True))
    assert "They like to" not in " ".join(sentence.text for sentence in reply)


def test_nobody_at_the_url_is_a_typed_error() -> None:
    tutor = ProviderTutor("http://127.0.0.1:9")
    with pytest.raises(ProviderError, match="No connection"):
        list(tutor.reply(context()))
    tutor.close()


def test_feedback_with_a_finding_carries_its_evidence() -> None:
    phone = PhoneScore(phone="P", start_ms=400, end_ms=480, score=20.0)
    word = WordScore(text="PARK", start_ms=400, end_ms=700, score=65.0, phones=(phone,))
    pronunciation = Pronunciation(reference="I GO TO THE PARK", score=70.0, completeness=100.0, words=(word,))
    said = context(pronunciation=pronunciation, scores=Scores(total=70.0))
    script = Script(pieces=("The start of the word park was not clear. What is your dog like?",))
    reply = asked(script, said)
    assert [(evidence.kind, evidence.text, evidence.value) for evidence in reply[0].evidence] == [("phone", "P", 20.0)]
    assert reply[0].acts == ("correct",)
    assert 'the start of the word "park" was not clear' in str(script.requests[0]["messages"])


def test_in_guided_mode_the_rules_set_the_exercise() -> None:
    said = context(mode="sentence", exercise="I like red apples.", attempts=1, said="I like red apples.")
    script = Script(pieces=("That is fine. Now say the word elephant. Can you say it again?",))
    reply = asked(script, said)
    assert reply[-1].exercise
    assert reply[-1].exercise in reply[-1].text
    assert not any("?" in sentence.text for sentence in reply)
    assert reply[-1].exercise in str(script.requests[0]["messages"])


def test_pieces_of_other_lines_are_passed_over() -> None:
    script = Script(raw=b": keep-alive\n\nevent: x\n" + chunk("Dogs are fun. What is your dog like?"))
    assert len(asked(script)) == 2
