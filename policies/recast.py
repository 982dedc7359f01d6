"""Mending a learner's sentence from its notes. Finds no slip by itself."""

from collections.abc import Iterable

from events.values import Note


def without_overlaps(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Notes in order of position; of those that touch the same characters the earlier in ``notes`` is kept."""
    kept: list[Note] = []
    for note in notes:
        if all(note.end <= other.start or note.start >= other.end for other in kept):
            kept.append(note)
    return tuple(sorted(kept, key=lambda note: (note.start, note.end)))


def corrected(text: str, notes: Iterable[Note]) -> str:
    """The whole sentence as a teacher would say it: every note carried out, from the end to the start.

    A note that does not fit the text (it was made for another one) is left out. Spaces that a removed word leaves are
    closed, and a sentence that began with a capital still does.
    """
    mended = text
    for note in reversed(without_overlaps(notes)):
        if text[note.start : note.end] == note.said:
            mended = mended[: note.start] + note.better + mended[note.end :]
    if mended == text:
        return text
    mended = " ".join(mended.split()).replace(" ,", ",").replace(" .", ".").replace(" ?", "?").replace(" !", "!")
    return mended[:1].upper() + mended[1:] if text[:1].isupper() else mended
