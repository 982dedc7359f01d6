"""Which sounds of an utterance are worth a word, and where they are."""

from msgspec.structs import replace

from events.values import Pronunciation
from policies.feedback.claims import MOST, Claim, claims_of
from policies.feedback.turn import AssessedTurn
from tests.policies.feedback.utterance import TEXT, assessed, heard, phones, pronunciation, read_aloud, word


def reading(*words: str) -> Pronunciation:
    """Of "TEXT: PHONES" each, one second apart."""
    parts = [each.split(": ") for each in words]
    said = tuple(word(text, 1000 * index, written) for index, (text, written) in enumerate(parts))
    return replace(pronunciation(), reference=" ".join(text for text, _ in parts), words=said)


def test_a_claim_names_word_letters_phone_what_was_heard_where_and_the_score() -> None:
    first, second = claims_of(read_aloud())
    assert first == Claim(
        word="think", place=1, phone="TH", letters="th", start_ms=410, end_ms=510, score=20.0, heard="S", final=False
    )
    assert (second.word, second.letters, second.heard, second.final) == ("live", "v", "B", True)


def test_what_was_said_well_and_words_that_were_not_said_are_no_claim() -> None:
    claimed = {claim.word for claim in claims_of(read_aloud())}
    assert claimed == {"think", "live"}


def test_without_confidence_in_the_text_nothing_is_claimed() -> None:
    assert claims_of(AssessedTurn(assessed=replace(assessed(), pronunciation=None))) == ()
    assert claims_of(read_aloud(pronunciation(confidence=0.3))) == ()
    assert claims_of(read_aloud(pronunciation(completeness=20.0))) == ()  # another sentence was said


def test_free_speech_must_have_been_understood_and_a_sentence_that_was_given_need_not() -> None:
    def count(confidence: float, *, guided: bool) -> int:
        return len(claims_of(AssessedTurn(assessed=assessed(), said=heard(TEXT, confidence), guided=guided)))

    assert (count(0.4, guided=False), count(0.6, guided=False), count(0.4, guided=True)) == (0, 2, 2)


def test_in_free_speech_a_word_that_nobody_knows_may_never_have_been_said() -> None:
    read = reading("sheep: SH 95, IY 20 IH, P 90", "zorbly: Z 10 S, AO 90, R 90, B 90, L 90, IY 90")
    free = AssessedTurn(assessed=replace(assessed(), pronunciation=read), said=heard(read.reference))
    assert {claim.word for claim in claims_of(free)} == {"sheep"}
    assert {claim.word for claim in claims_of(read_aloud(read))} == {"sheep", "zorbly"}


def test_a_confusion_is_told_once_by_its_worst_and_few_are_told() -> None:
    read = reading(
        "think: TH 30 S, IH 90, NG 90, K 90",
        "thank: TH 10 S, AE 90, NG 90, K 90",
        "very: V 20 W, EH 90, R 20 L, IY 25 IH",
        "ship: SH 22 S, IH 90, P 90",
    )
    claims = claims_of(read_aloud(read))
    assert len(claims) == MOST
    assert [claim.word for claim in claims if claim.phone == "TH"] == ["thank"]


def test_what_was_heard_instead_and_words_with_content_go_before() -> None:
    assert [
        claim.word for claim in claims_of(read_aloud(reading("sun: S 30, AH 90, N 90", "van: V 40 B, AE 90, N 90")))
    ] == [
        "van",
        "sun",
    ]
    assert [
        claim.word for claim in claims_of(read_aloud(reading("the: DH 10 D, AH 90", "van: V 25 B, AE 90, N 90")))
    ] == [
        "van",
        "the",
    ]


def test_a_sound_without_a_place_in_the_recording_is_no_claim() -> None:
    nowhere = tuple(replace(phone, end_ms=phone.start_ms) for phone in phones(0, "TH 5 S"))
    read = pronunciation()
    thin = replace(read.words[1], phones=nowhere)
    assert claims_of(read_aloud(replace(read, words=(thin,)))) == ()
