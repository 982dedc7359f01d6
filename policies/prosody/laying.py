"""One voice's melody laid into the times of another that says the same text, phone by phone. Moves no pitch."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from events.values import PitchPoint, WordScore
from policies.prosody.phone_matching import matched

Span = tuple[int, int]
"""First and last ms."""
SAME_TEXT = 0.6
"""Share of a text's phones from which a voice has said it: accents differ in fewer, other sentences agree in fewer."""


class SaidPhone(NamedTuple):
    """A phone of a voice (ARPAbet without stress) and its times."""

    phone: str
    start_ms: int
    end_ms: int


def beside(
    contour: Sequence[PitchPoint], phones: Sequence[SaidPhone], words: Sequence[WordScore]
) -> tuple[PitchPoint, ...]:
    """A voice's contour in the times of a learner's words; () where its phones are not those of the words.

    The voice may say more before the text and after it.
    """
    wanted: list[str] = []
    left_out: list[int] = []
    for word in words:
        if not word.spoken:
            left_out.append(len(wanted))
        wanted += (phone.phone for phone in word.phones if word.spoken)
    places = matched([each.phone for each in phones], wanted, left_out)
    same = sum(place is not None and phones[place].phone == phone for place, phone in zip(places, wanted, strict=True))
    if not wanted or same < SAME_TEXT * len(wanted):
        return ()
    return warped(contour, _spoken(words, phones, places), [_times(word) for word in words])


def warped(
    contour: Sequence[PitchPoint], spoken: Sequence[Sequence[Span]], own: Sequence[Sequence[Span]]
) -> tuple[PitchPoint, ...]:
    """A contour in the times of other words, linear within each phone and between two.

    ``spoken`` are the times that it has the phones of each word in, () where they are not known; ``own`` those of the
    words, () of one that was not said. Where a word has another number of phones, being said another way, it is linear
    within the word. What lies in words that were not said, before the first that was and after the last, is left out.
    """
    pairs = list(zip(spoken, own, strict=True)) if len(spoken) == len(own) else []
    theirs: list[int] = []
    ours: list[int] = []
    for there, here in pairs:
        if there and here:
            alike = len(there) == len(here)
            theirs += _edges(there if alike else [_whole(there)])
            ours += _edges(here if alike else [_whole(here)])
    if not theirs:
        return ()
    unsaid = [_whole(there) for there, here in pairs if there and not here]
    return tuple(
        PitchPoint(time_ms=round(_interpolated(point.time_ms, theirs, ours)), f0_hz=point.f0_hz)
        for point in contour
        if theirs[0] <= point.time_ms <= theirs[-1] and not any(start <= point.time_ms < end for start, end in unsaid)
    )


def _spoken(
    words: Sequence[WordScore], phones: Sequence[SaidPhone], places: Sequence[int | None]
) -> list[tuple[Span, ...]]:
    """When the voice says each word; of one that the learner left out, all between the words beside it."""
    found: list[tuple[Span, ...]] = []
    count = 0
    for word in words:
        own = _between(places, count) if not word.spoken else places[count : count + len(word.phones)]
        count += len(word.phones) if word.spoken else 0
        said = [phones[place] for place in own if place is not None]
        found.append(tuple((phone.start_ms, phone.end_ms) for phone in said))
    return found


def _between(places: Sequence[int | None], count: int) -> Sequence[int]:
    """What was said between the first phones of a text, so many, and the others."""
    before = [place for place in places[:count] if place is not None]
    after = [place for place in places[count:] if place is not None]
    return range(before[-1] + 1, after[0]) if before and after else ()


def _times(word: WordScore) -> tuple[Span, ...]:
    return tuple((phone.start_ms, phone.end_ms) for phone in word.phones) if word.spoken else ()


def _edges(spans: Sequence[Span]) -> list[int]:
    return [edge for span in spans for edge in span]


def _whole(spans: Sequence[Span]) -> Span:
    return spans[0][0], spans[-1][1]


def _interpolated(at: int, theirs: Sequence[int], ours: Sequence[int]) -> float:
    """Where ``at`` lies in ``ours``; ``theirs`` are in order, and neighbours may be equal."""
    index = min(bisect_right(theirs, at), len(theirs) - 1)
    start, end = theirs[index - 1], theirs[index]
    share = (at - start) / (end - start) if end > start else 1.0
    return ours[index - 1] + share * (ours[index] - ours[index - 1])
