"""Sentences are mended from their notes, whatever the notes are like."""

from events.values import Note
from policies.recast import corrected, without_overlaps


def note(text: str, said: str, better: str, *, kind: str = "tense", shift: int = 0) -> Note:
    start = text.index(said) + shift
    return Note(kind=kind, start=start, end=start + len(said), said=said, better=better, message="")


def test_every_note_is_carried_out() -> None:
    text = "Yesterday he go to a park and see two dog."
    notes = [note(text, "go", "went"), note(text, "see", "saw"), note(text, "dog", "dogs")]
    assert corrected(text, notes) == "Yesterday he went to a park and saw two dogs."


def test_a_sentence_without_notes_stays_as_it_is_down_to_its_spaces() -> None:
    assert corrected("I  like  it", []) == "I  like  it"


def test_a_word_left_out_leaves_no_double_space_and_no_space_before_a_mark() -> None:
    text = "He can to swim very ."
    assert corrected(text, [note(text, "to ", ""), note(text, "very", "")]) == "He can swim."


def test_a_sentence_that_began_with_a_capital_still_does() -> None:
    text = "More better than before."
    assert corrected(text, [note(text, "More better", "better")]) == "Better than before."


def test_of_notes_that_touch_the_same_words_the_first_is_kept() -> None:
    text = "He go home"
    first, second = note(text, "go", "goes"), note(text, "go home", "went home")
    assert without_overlaps([first, second]) == (first,)
    assert corrected(text, [first, second]) == "He goes home"


def test_notes_come_in_order_of_position() -> None:
    text = "He go to school and see dog"
    late, early = note(text, "dog", "a dog"), note(text, "go", "goes")
    assert without_overlaps([late, early]) == (early, late)


def test_a_note_of_another_text_changes_nothing() -> None:
    assert corrected("I like tea", [note("She go home", "go", "goes")]) == "I like tea"
