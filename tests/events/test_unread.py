"""Events of which some fields are left unread."""

import pytest

from events.codec import CODEC, Place
from events.envelope import Recorded
from events.errors import FieldUnread
from events.lesson import SpeechAssessed, SpeechUttered
from events.unread import covers, unread
from events.values import Prosody, Scores
from tests.projections.histories import recorded

EVENT = SpeechAssessed(turn=3, scores=Scores(total=61.5), prosody=Prosody(duration_ms=900, speaking_ms=800))
PLACE = Place(stream="s1", version=1, type="speech.assessed.v2", position=1)


def read(*fields: str) -> Recorded:
    codec = CODEC.leaving((unread(SpeechAssessed, *fields),))
    return codec.decode_or_keep(CODEC.encode(recorded(EVENT)), PLACE)


def test_an_event_read_in_part_is_of_its_own_type_and_has_its_other_fields() -> None:
    event = read("prosody", "notes").event

    assert isinstance(event, SpeechAssessed)
    assert (event.turn, event.scores, event.pronunciation) == (3, Scores(total=61.5), None)


def test_a_field_that_was_left_unread_cannot_be_looked_at() -> None:
    event = read("prosody").event

    assert isinstance(event, SpeechAssessed)
    with pytest.raises(FieldUnread, match=r"'prosody' of 'speech\.assessed\.v2' was left unread"):
        _ = event.prosody


def test_a_pattern_that_asks_for_an_unread_field_does_not_simply_fail_to_match() -> None:
    def matches(event: object) -> bool:
        match event:
            case SpeechAssessed(prosody=None):
                return True
        return False

    assert matches(SpeechAssessed(turn=3, scores=Scores()))
    with pytest.raises(FieldUnread):
        matches(read("prosody").event)


def test_the_codec_itself_goes_on_reading_everything() -> None:
    read("prosody")

    assert CODEC.decode(CODEC.encode(recorded(EVENT))).event == EVENT


def test_only_fields_that_there_are_can_be_left_unread() -> None:
    with pytest.raises(ValueError, match="SpeechUttered has no fields prosody"):
        unread(SpeechUttered, "prosody", "text")


def test_fields_cover_what_lies_in_them() -> None:
    paths = ("pronunciation.words", "notes[].said", "text")

    assert covers(("text", "notes", "pronunciation"), paths)
    assert not covers(("text", "notes"), paths)
