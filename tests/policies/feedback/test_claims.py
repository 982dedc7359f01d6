"""Which sounds of an utterance are worth a word, and where they are."""

from msgspec.structs import replace

from events.values import Pronunciation
from policies.feedback.claims import MOST, Claim, claims_of
from tests.policies.feedback.utterance import TEXT, heard, phones, pronunciation, word


def reading(*words: str) -> Pronunciation:
    """Of "TEXT: PHONES" each, one second apart."""
    parts = [each.split(": ") for each in words]
    said = tuple(word(text, 1000 * index, written) for index, (text, written) in enumerate(parts))
    return replace(pronunciation(), reference=" ".join(text for text, _ in parts), words=said)


def test_a_claim_names_word_letters_phone_what_was_heard_where_and_the_score() -> None:
    first, second = claims_of(pronunciation(), heard("I sink we lib"))
    assert first == Claim(
        word="think", place=1, phone="TH", letters="th", start_ms=410, end_ms=510, score=20.0, heard="S", final=False
    )
    assert (second.word, second.letters, second.heard, second.final) == ("live", "v", "B", True)


def test_what_was_said_well_and_words_that_were_not_said_are_no_claim() -> None:
    claimed = {claim.word for claim in claims_of(pronunciation(), None)}
    assert claimed == {"think", "live"}


def test_without_confidence_in_the_text_nothing_is_claimed() -> None:
    assert claims_of(None, heard(TEXT)) == ()
    assert claims_of(pronunciation(confidence=0.3), None) == ()
    assert claims_of(pronunciation(completeness=20.0), None) == ()  # another sentence was said
    assert claims_of(pronunciation(), heard(TEXT, confidence=0.4)) == ()  # free speech that was hardly understood
    assert len(claims_of(pronunciation(), heard(TEXT, confidence=0.6))) == 2


def test_in_free_speech_a_word_that_nobody_knows_may_never_have_been_said() -> None:
    read = reading("sheep: SH 95, IY 20 IH, P 90", "zorbly: Z 10 S, AO 90, R 90, B 90, L 90, IY 90")
    assert {claim.word for claim in claims_of(read, heard(read.reference))} == {"sheep"}
    assert {claim.word for claim in claims_of(read, heard("ship sorbly"))} == {"sheep", "zorbly"}


def test_a_confusion_is_told_once_by_its_worst_and_few_are_told() -> None:
    read = reading(
        "think: TH 30 S, IH 90, NG 90, K 90",
        "thank: TH 10 S, AE 90, NG 90, K 90",
        "very: V 20 W, EH 90, R 20 L, IY 25 IH",
        "ship: SH 22 S, IH 90, P 90",
    )
    claims = claims_of(read, None)
    assert len(claims) == MOST
    assert [claim.word for claim in claims if claim.phone == "TH"] == ["thank"]


def test_what_was_heard_instead_and_words_with_content_go_before() -> None:
    assert [claim.word for claim in claims_of(reading("sun: S 30, AH 90, N 90", "van: V 40 B, AE 90, N 90"), None)] == [
        "van",
        "sun",
    ]
    assert [claim.word for claim in claims_of(reading("the: DH 10 D, AH 90", "van: V 25 B, AE 90, N 90"), None)] == [
        "van",
        "the",
    ]


def test_a_sound_without_a_place_in_the_recording_is_no_claim() -> None:
    nowhere = tuple(replace(phone, end_ms=phone.start_ms) for phone in phones(0, "TH 5 S"))
    read = pronunciation()
    thin = replace(read.words[1], phones=nowhere)
    assert claims_of(replace(read, words=(thin,)), None) == ()
