"""Pairs of answers to the same words: by the learner's stars, because one was made anew, or as people judged."""

from msgspec.structs import replace

from events.comparison import RepliesCompared, stream_of
from events.lesson import FeedbackRated, LessonEvent, SpeechUttered, TurnRetried, TutorReplied
from events.values import ComparedReply, EngineUse
from replay.datasets.kinds.preferences import PREFERENCES
from tests.replay.datasets.kinds.rows import drops_in, rows_in
from tests.replay.datasets.lessons import RULES, Lessons


def again(events: tuple[LessonEvent, ...], retry_of: int) -> tuple[LessonEvent, ...]:
    first, *rest = events
    assert isinstance(first, SpeechUttered)
    return (replace(first, retry_of=retry_of), *rest)


def stars(turn: int, count: int) -> FeedbackRated:
    return FeedbackRated(turn=turn, stars=count)


def contents(found: list[dict[str, str]]) -> list[str]:
    return [message["content"] for message in found]


def test_the_answer_with_more_stars_is_chosen(lessons: Lessons) -> None:
    lessons.hold(
        "s1", "ana", *lessons.answered(0, "Hello!"), *lessons.said("ana", 1, "i goed home"),
        *lessons.answered(1, "Nice."), stars(1, 2), *again(lessons.said("ana", 2, "i goed home"), 1),
        *lessons.answered(2, "You went home!"), stars(2, 5),
    )  # fmt: skip

    (row,) = rows_in(lessons, PREFERENCES)

    assert row.id == "preferences/s1/2"
    assert contents(row.columns["chosen"]) == ["You went home!"]
    assert contents(row.columns["rejected"]) == ["Nice."]
    assert contents(row.columns["prompt"])[1:] == ["Hello!", "i goed home", "Nice.", "i goed home"]
    assert (row.columns["reason"], row.columns["margin"]) == ("stars", 3)
    assert drops_in(lessons, PREFERENCES) == ["no_pair"]


def test_a_reply_that_was_made_anew_is_chosen_over_the_one_asked_away(lessons: Lessons) -> None:
    first = TutorReplied(turn=1, sentence=0, text="Hm.", engine=RULES)
    lessons.hold(
        "s1", "ana", *lessons.said("ana", 1, "i like tea"), first, TurnRetried(turn=1), *lessons.answered(1, "Me too!")
    )

    (row,) = rows_in(lessons, PREFERENCES)

    assert (contents(row.columns["chosen"]), contents(row.columns["rejected"])) == (["Me too!"], ["Hm."])
    assert row.columns["reason"] == "retry"


def test_equal_stars_or_none_make_no_pair(lessons: Lessons) -> None:
    lessons.hold(
        "s1", "ana", *lessons.said("ana", 1, "one"), *lessons.answered(1, "Two."), stars(1, 3),
        *again(lessons.said("ana", 2, "one"), 1), *lessons.answered(2, "Three."), stars(2, 3),
    )  # fmt: skip

    assert rows_in(lessons, PREFERENCES) == []
    assert drops_in(lessons, PREFERENCES) == ["no_pair", "no_pair"]


OTHER = EngineUse(kind="tutor", name="provider", version="small")


def judged(lessons: Lessons, judge: str, preferred: str, *, logged: str = "Me too!", other: str = "Which tea?") -> None:
    """Somebody compared the logged reply to turn 1 (a) with another engine's (b)."""
    event = RepliesCompared(
        session="s1", turn=1, preferred=preferred, judge=judge, run="run-1",
        a=ComparedReply(text=logged, engine=RULES), b=ComparedReply(text=other, engine=OTHER),
    )  # fmt: skip
    lessons.append(stream_of("s1"), "ana", [event])


def tea(lessons: Lessons, *more: LessonEvent) -> None:
    lessons.hold(
        "s1", "ana", *lessons.answered(0, "Hello!"), *lessons.said("ana", 1, "i like tea"),
        *lessons.answered(1, "Me too!"), *more,
    )  # fmt: skip


def test_the_answer_that_a_person_prefers_is_chosen_whichever_engine_gave_it(lessons: Lessons) -> None:
    tea(lessons)
    judged(lessons, "eve", "b")

    (row,) = rows_in(lessons, PREFERENCES)

    assert row.id == "preferences/s1/1.ab0"
    assert (contents(row.columns["chosen"]), contents(row.columns["rejected"])) == (["Which tea?"], ["Me too!"])
    assert contents(row.columns["prompt"])[1:] == ["Hello!", "i like tea"]
    assert (row.columns["reason"], row.columns["margin"]) == ("ab", 0)
    assert row.lineage.engines == ("tutor rules 1", "asr whisper 1.2 ab", "tutor provider small")


def test_such_a_row_leads_to_the_lessons_events_and_to_the_judgement(lessons: Lessons) -> None:
    tea(lessons)
    judged(lessons, "eve", "a")

    (row,) = rows_in(lessons, PREFERENCES)

    of_lesson = [each.id for each in lessons.log.read("s1") if each.type != "session.started.v1"]
    (judgement,) = lessons.log.read("comparisons-s1")
    greeting, heard, uttered, transcribed, reply, *_ = of_lesson
    assert row.lineage.stream == "s1"
    assert row.lineage.events == (greeting, heard, uttered, transcribed, reply, judgement.id)
    assert row.lineage.types[-2:] == ("tutor.replied.v1", "replies.compared.v1")


def test_of_several_judges_more_than_half_must_prefer_an_answer(lessons: Lessons) -> None:
    tea(lessons)
    judged(lessons, "eve", "a")
    judged(lessons, "joe", "b")
    assert drops_in(lessons, PREFERENCES) == ["tie"]

    judged(lessons, "kim", "tie")
    assert drops_in(lessons, PREFERENCES) == ["tie"]  # one of three for each, one for none

    judged(lessons, "lee", "a")
    assert drops_in(lessons, PREFERENCES) == ["tie"]  # two of four are not more than half

    judged(lessons, "max", "a")
    (row,) = rows_in(lessons, PREFERENCES)
    assert contents(row.columns["chosen"]) == ["Me too!"]
    assert row.lineage.types.count("replies.compared.v1") == 5


def test_a_tie_is_no_row(lessons: Lessons) -> None:
    tea(lessons)
    judged(lessons, "eve", "tie")

    assert rows_in(lessons, PREFERENCES) == []
    assert drops_in(lessons, PREFERENCES) == ["tie"]


def test_a_judge_has_one_voice_in_whatever_order_the_answers_were_shown(lessons: Lessons) -> None:
    tea(lessons)
    judged(lessons, "eve", "b")
    judged(lessons, "eve", "b", logged="Which tea?", other="Me too!")

    (row,) = rows_in(lessons, PREFERENCES)

    assert contents(row.columns["chosen"]) == ["Me too!"]  # her last word


def test_answers_of_several_engines_to_a_turn_are_pairs_of_their_own(lessons: Lessons) -> None:
    tea(lessons, stars(1, 4))
    judged(lessons, "eve", "a", other="Tea?")
    judged(lessons, "eve", "b", other="Which tea?")

    first, second = rows_in(lessons, PREFERENCES)

    assert (first.id, second.id) == ("preferences/s1/1.ab0", "preferences/s1/1.ab1")
    assert (contents(first.columns["rejected"]), contents(second.columns["chosen"])) == (["Tea?"], ["Which tea?"])
    assert drops_in(lessons, PREFERENCES) == []  # the stars have nothing to be compared with, the turn does


def test_judged_answers_to_no_words_are_dropped(lessons: Lessons) -> None:
    lessons.hold("s1", "ana", *lessons.said("ana", 1, ""), *lessons.answered(1, "Me too!"))
    judged(lessons, "eve", "a")

    assert drops_in(lessons, PREFERENCES) == ["no_words"]
