"""Feedback in words: what a learner reads of an utterance."""

from msgspec.structs import replace

from events.values import Miscue, Note
from policies.feedback.feedback import feedback_on
from policies.feedback.turn import AssessedTurn
from tests.policies.feedback.utterance import TEXT, free, heard, pronunciation, read_aloud, word

SLIP = Note(kind="tense", start=0, end=7, said="we live", better="we lived", message="It is over.")


def test_advice_says_word_sound_what_was_heard_and_when_with_a_tip_and_a_pair() -> None:
    first = feedback_on(read_aloud(), "en").advice[0]
    assert f"{first.text}, {first.span}" == "‘think’: the TH sounded like S, 0.41–0.51 s"
    assert first.tip.startswith("Put the tip of your tongue lightly between your teeth")
    assert first.pair == ("think", "sink")


def test_the_same_in_the_learners_own_language() -> None:
    told = {language: feedback_on(read_aloud(), language).advice[0] for language in ("es", "de", "zh")}
    assert told["es"].text == "«think»: la TH sonó como S"
    assert told["es"].span == "0,41–0,51 s"
    assert "punta de la lengua entre los dientes" in told["es"].tip
    assert told["de"].text == "„think“: Das TH klang wie S"
    assert told["zh"].text == "“think”：TH 听起来像 S"


def test_a_sound_without_a_letter_of_its_own_is_named_by_a_word_that_has_it() -> None:
    read = replace(
        pronunciation(), words=(word("ship", 0, "SH 90, IH 20 IY, P 90"), word("seat", 900, "S 90, IY 90, T 15"))
    )
    vowel, end = sorted(feedback_on(read_aloud(read), "en").advice, key=lambda each: each.claim.start_ms)
    assert vowel.text == "‘ship’: the I sounded like EE in ‘see’"
    assert vowel.pair == ("ship", "sheep")
    assert end.text == "‘seat’: the T was not clear"
    assert end.pair == ("seat", "see")


def test_a_vowel_in_the_place_of_a_consonant_is_a_consonant_that_was_lost() -> None:
    read = replace(
        pronunciation(), words=(word("week", 0, "W 90, IY 90, K 15 IY"), word("men", 900, "M 90, EH 20 N, N 90"))
    )
    first, second = feedback_on(read_aloud(read), "en").advice
    assert (first.text, first.pair) == ("‘week’: the K was hardly heard", ("week", "we"))
    assert (second.text, second.pair) == ("‘men’: the E was not clear", None)


def test_each_score_names_what_it_rests_on() -> None:
    basis = {each.score: each.facts for each in feedback_on(read_aloud(), "en").basis}
    judged = "Judged as teachers judge the whole recording"
    assert basis == {
        "total": ("Made of 5 × Sounds, 2 × Fluency, 1 × Melody, Complete",),
        "pronunciation": (judged, "Clear sounds: 8 of 10", "Not clear yet: TH (think), V (live)"),
        "fluency": (judged, "Speed: 128 words a minute", "Pauses: 2, 0.2 s in all", "Hesitations: 1"),
        "prosody": (judged, "Your voice goes up and down over 12.0 half tones (lively: 7.5 and more)"),
        "completeness": ("Words said: 4 of 5", "Left out: here"),
    }


def test_what_was_said_besides_the_sentence_is_told_with_its_time_as_far_as_it_was_understood() -> None:
    read = replace(
        pronunciation(),
        miscues=(
            Miscue(kind="insertion", word=-1, heard="um", start_ms=100, end_ms=300),
            Miscue(kind="omission", word=4),
            Miscue(kind="insertion", word=4, start_ms=2100, end_ms=3400),
        ),
    )
    (facts,) = (each.facts for each in feedback_on(read_aloud(read), "en").basis if each.score == "completeness")
    assert facts[-1] == "Said besides: um (0.10–0.30 s), (2.10–3.40 s)"


def test_a_sentence_that_was_read_word_for_word_is_judged_as_a_given_one() -> None:
    told = feedback_on(replace(read_aloud(), said=heard(TEXT)), "en")
    assert [each.facts[0] for each in told.basis if each.score == "fluency"] == [
        "Judged as teachers judge the whole recording"
    ]


def test_of_free_speech_flow_and_melody_rest_on_the_measures_alone_and_grammar_on_the_slips() -> None:
    basis = {
        each.score: each.facts for each in feedback_on(AssessedTurn(assessed=free(SLIP), said=heard(TEXT)), "de").basis
    }
    assert basis["fluency"][0] == "Tempo: 128 Wörter pro Minute"
    assert basis["prosody"] == ("Deine Stimme geht über 12,0 Halbtöne auf und ab (lebendig: ab 7,5)",)
    assert basis["grammar"] == ("Fehler: we live → we lived",)
    assert "completeness" not in basis


def test_what_was_not_judged_has_no_basis() -> None:
    typed = replace(free(SLIP), prosody=None, pronunciation=None, scores=replace(free(SLIP).scores, fluency=None))
    told = feedback_on(AssessedTurn(assessed=typed, said=heard(TEXT)), "en")
    assert told.advice == ()
    assert "fluency" not in {each.score for each in told.basis}


def test_scores_whose_words_were_forgotten_rest_on_nothing_that_could_be_counted() -> None:
    basis = {each.score: each.facts for each in feedback_on(read_aloud(replace(pronunciation(), words=())), "en").basis}
    assert (basis["pronunciation"], basis["completeness"]) == ((), ())
