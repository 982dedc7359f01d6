"""Scores move the way a teacher's would, are None where nothing was judged, and stay within 0..100."""

import msgspec
import pytest

from events.lesson import SpeechTranscribed
from events.values import EngineUse, Note, Pause, PitchPoint, Pronunciation, Prosody, Scores
from policies.scores import clauses, combine, fluency, grammar

TEXT = "I usually go to school by bus with my sister"
SLIP = Note(kind="tense", start=0, end=1, said="I", better="We", message="")


def transcript(text: str = TEXT, confidence: float = 0.9) -> SpeechTranscribed:
    engine = EngineUse(kind="asr", name="whisper-base", version="1")
    return SpeechTranscribed(turn=1, text=text, engine=engine, confidence=confidence)


def contour(low_hz: float, high_hz: float, points: int = 100) -> tuple[PitchPoint, ...]:
    """From low to high and back, evenly."""
    half = points // 2
    track = [low_hz + (high_hz - low_hz) * i / half for i in range(half)]
    return tuple(PitchPoint(time_ms=10 * i, f0_hz=f0) for i, f0 in enumerate(track + track[::-1]))


def prosody(**changed: object) -> Prosody:
    """Fluent and lively speech: 150 words a minute, no pause, an octave of F0."""
    fluent = Prosody(
        duration_ms=4000,
        speaking_ms=3600,
        contour=contour(150, 300),
        intensity_std_db=7.0,
        words_per_minute=150.0,
    )
    return msgspec.structs.replace(fluent, **changed)


def pronunciation(score: float = 80.0, completeness: float = 100.0, reference: str = TEXT) -> Pronunciation:
    return Pronunciation(reference=reference, score=score, completeness=completeness)


def scored(
    prosody: Prosody | None = None,
    pronunciation: Pronunciation | None = None,
    notes: tuple[Note, ...] | None = None,
    said: SpeechTranscribed | None = None,
    level: str = "B1",
) -> Scores:
    return combine(
        prosody=prosody, pronunciation=pronunciation, notes=notes, transcript=said or transcript(), level=level
    )


def test_nothing_judged_is_no_score_at_all() -> None:
    assert scored() == Scores()


def test_what_was_not_judged_is_none_and_the_total_rests_on_the_rest() -> None:
    scores = scored(pronunciation=pronunciation(70.0))
    assert scores.total == scores.pronunciation == 70.0
    assert scores.fluency is None
    assert scores.prosody is None
    assert scores.grammar is None


def test_a_typed_sentence_is_judged_by_its_grammar_alone() -> None:
    scores = scored(notes=())
    assert scores == Scores(total=100.0, grammar=100.0)


def test_fluent_lively_sound_speech_scores_near_a_hundred_in_everything() -> None:
    scores = scored(prosody(), pronunciation(95.0), ())
    for figure in (scores.total, scores.fluency, scores.prosody, scores.grammar):
        assert figure is not None
        assert figure >= 95


def test_pauses_lower_fluency_and_with_it_prosody() -> None:
    pauses = (Pause(start_ms=800, end_ms=1600, after_word=2), Pause(start_ms=2200, end_ms=2900, after_word=5))
    fluent, halting = scored(prosody()), scored(prosody(pauses=pauses, hesitations=2, words_per_minute=95.0))
    assert fluent.fluency is not None
    assert halting.fluency is not None
    assert fluent.prosody is not None
    assert halting.prosody is not None
    assert halting.fluency < fluent.fluency - 15
    assert halting.prosody < fluent.prosody


def test_half_the_rate_of_the_norm_costs_twenty_points_and_double_earns_what_is_left() -> None:
    at_norm, half, double = (fluency(prosody(words_per_minute=rate), 9, 100.0) for rate in (100.0, 50.0, 200.0))
    assert at_norm is not None
    assert half is not None
    assert at_norm - half == pytest.approx(19.4, abs=0.1)  # 28 ln 2
    assert double == 100.0


def test_more_is_asked_of_a_higher_level() -> None:
    slow = prosody(words_per_minute=80.0)
    figures = [scored(slow, level=level).fluency for level in ("A1", "A2", "B1", "B2", "C1")]
    assert all(figure is not None for figure in figures)
    assert figures == sorted(figures, key=lambda figure: -(figure or 0))
    assert len(set(figures)) == 5


def test_a_flat_voice_scores_lower_in_prosody_than_a_lively_one() -> None:
    lively, flat = scored(prosody()), scored(prosody(contour=contour(200, 210), intensity_std_db=3.0))
    assert lively.prosody is not None
    assert flat.prosody is not None
    assert flat.prosody < lively.prosody - 20


def test_a_whisper_without_pitch_has_fluency_but_no_prosody() -> None:
    scores = scored(prosody(contour=()))
    assert scores.fluency is not None
    assert scores.prosody is None


def test_silence_is_not_judged() -> None:
    scores = scored(Prosody(duration_ms=3000, speaking_ms=0))
    assert scores == Scores()


def test_one_or_two_words_have_no_flow_and_no_grammar() -> None:
    scores = scored(prosody(), pronunciation(90, reference="Yes please"), (), transcript("Yes please"))
    assert scores.fluency is None
    assert scores.grammar is None
    assert scores.pronunciation == 90


def test_one_slip_a_clause_halves_grammar_and_one_in_two_clauses_costs_less() -> None:
    assert grammar("I go to school yesterday", 0) == 100
    assert grammar("I go to school yesterday", 1) == pytest.approx(50)
    assert grammar("I like my dog very much because he go with me", 1) == pytest.approx(70.7, abs=0.1)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("I like dogs.", 1),
        ("I like dogs, and my sister likes cats.", 2),
        ("I like dogs and cats.", 1),
        ("When it rains hard, we stay at home, but my brother goes out.", 3),
        ("", 1),
    ],
)
def test_clauses_are_stretches_of_three_words_between_marks_and_conjunctions(text: str, count: int) -> None:
    assert clauses(text) == count


def test_a_given_sentence_has_completeness_and_no_grammar() -> None:
    scores = scored(prosody(), pronunciation(70.0, 88.9), None, transcript("I usually go to school by bus"))
    assert scores.completeness == 88.9
    assert scores.grammar is None


def test_free_speech_has_no_completeness() -> None:
    assert scored(prosody(), pronunciation(), ()).completeness is None


def test_another_sentence_than_the_given_one_is_worth_nothing_however_fluent() -> None:
    scores = scored(prosody(), pronunciation(0.0, 0.0), None, transcript("The weather is fine today my friend"))
    assert scores.total == 0
    assert scores.completeness == 0
    assert scores.fluency is None  # the flow of another sentence says nothing of this one


def test_free_speech_that_nobody_understood_has_no_pronunciation() -> None:
    unsure = transcript(confidence=0.2)
    assert scored(prosody(), pronunciation(60.0), (), unsure).pronunciation is None


def test_a_given_sentence_has_a_pronunciation_even_if_the_recogniser_is_unsure() -> None:
    said = transcript("I used to go", confidence=0.2)
    assert scored(prosody(), pronunciation(60.0), None, said).pronunciation == 60


def test_a_slip_lowers_the_total_by_its_share() -> None:
    # pronunciation, fluency, prosody and grammar weigh .5, .2, .1 and .2
    sound, slipped = scored(prosody(), pronunciation(), ()), scored(prosody(), pronunciation(), (SLIP,))
    assert sound.total is not None
    assert slipped.total is not None
    assert sound.total - slipped.total == pytest.approx(0.2 * 50, abs=0.1)


@pytest.mark.parametrize(
    "text", ["asdf qwer zxcv", "Asdf Qwer Zxcv", "ich habe einen Hund", "xx yy zz I like", "1 2 3"]
)
def test_what_is_not_english_has_no_grammar_and_so_no_total(text: str) -> None:
    assert scored(notes=(), said=transcript(text)) == Scores()


@pytest.mark.parametrize(
    "text",
    [
        "My name is Xiaoming Zhang.",
        "I live in Hangzhou with Wei.",
        "i don't like wifi at all",
        "He goed to the shop.",
        "HELLO MY FRIEND HOW ARE YOU",
        "I've got three well-known friends, haven’t I?",
        "We eat jiaozi at Chinese New Year.",
    ],
)
def test_names_short_forms_and_a_strange_word_leave_a_text_english(text: str) -> None:
    assert grammar(text, 0) == 100.0


def test_a_rate_far_above_the_norm_earns_no_more_than_full_fluency() -> None:
    assert fluency(prosody(words_per_minute=330.0), 9, 100.0) == 100.0
    assert fluency(prosody(words_per_minute=None), 9, 100.0) is None  # words that nobody can say so fast


def test_of_a_given_sentence_fluency_and_prosody_are_what_a_model_of_the_ratings_says() -> None:
    rated = msgspec.structs.replace(pronunciation(), fluency=64.0, prosodic=71.0)
    scores = scored(prosody(), rated)
    assert (scores.fluency, scores.prosody) == (64.0, 71.0)
    free = scored(prosody(), rated, notes=())  # it learnt from readings, not from talk
    assert free.fluency != 64.0
    assert scored(None, rated).fluency is None  # where nothing was measured, nothing is claimed
