"""Which mouth shape when: the tutor's phonemes as a timeline of visemes. Draws nothing and hears nothing.

The shapes are the 15 of the Oculus (OVR) lip-sync set, by the names of its reference table
(https://developers.meta.com/horizon/documentation/unity/audio-ovrlipsync-viseme-reference/): sil PP FF TH DD kk CH SS
nn RR aa E ih oh ou.

Coarticulation follows the dominance idea of Cohen & Massaro (1993, "Modeling coarticulation in synthetic visual
speech"): each sound pulls at the lips with its own strength and starts before, and lasts beyond, its own time. Here a
sound gives up to its vowel neighbours the share of its time in which it would not dominate; lip rounding is the
strongest and reaches back over several consonants; a lip closure or lip-teeth contact gives nothing away and takes
time from its neighbours if it is shorter than a video frame can show. Whoever draws the timeline moves from one entry
to the next within about 100 ms, and reaches every `CONTACTS` shape fully.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct, structs

from events.values import Phoneme, Viseme
from policies.mouth_sounds import MouthSound, sounds_of

VISEMES = ("sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "ih", "oh", "ou")
CONTACTS = frozenset({"sil", "PP", "FF"})

LONGEST_BRIDGED_SILENCE_MS = 80
SHORTEST_CONTACT_MS = 60
SHORTEST_ENTRY_MS = 20
FULL_VOWEL_MS = 70
ROUNDING_REACH_MS = 160
SPREAD_REACH_MS = 70
CARRY_OVER_MS = 50
CARRIED = 0.75


class _Span(Struct, frozen=True, kw_only=True):
    """A stretch of the timeline while it is being made."""

    viseme: str
    start_ms: float
    end_ms: float
    weight: float
    dominance: float
    vowel: bool = False

    @property
    def length_ms(self) -> float:
        return self.end_ms - self.start_ms


def viseme_timeline(phonemes: Sequence[Phoneme], *, duration_ms: int = 0) -> tuple[Viseme, ...]:
    """The mouth over one segment: entries in order, without gaps or overlaps, from 0 to the end.

    ``duration_ms`` is the segment's length when it is longer than the last phoneme. ``weight`` says how far the shape
    is formed, from closed lips (0) to the full shape (1). Silence of 80 ms or more closes the lips.
    """
    end_ms = max([float(duration_ms), *(float(phoneme.end_ms) for phoneme in phonemes)])
    spans = _spans(phonemes, end_ms)
    spans = _bridged(spans)
    spans = _with_contacts(spans)
    spans = _coarticulated(spans)
    return _rounded(_merged(spans))


def _spans(phonemes: Sequence[Phoneme], end_ms: float) -> list[_Span]:
    """One span a mouth shape, silences made explicit; sounds without a shape of their own leave a hole to bridge."""
    spans: list[_Span] = []
    now = 0.0
    stressed = False
    for phoneme in sorted(phonemes, key=lambda each: (each.start_ms, each.end_ms)):
        start, end = max(now, float(phoneme.start_ms)), float(phoneme.end_ms)
        if end <= start:
            stressed = stressed or phoneme.ipa in {"ˈ", "'"}
            continue
        if start > now:
            spans.append(_silence(now, start))
        sounds = sounds_of(phoneme.ipa)
        stressed = stressed or "ˈ" in phoneme.ipa
        spans.extend(_sounded(sounds, start, end, stressed) if sounds else [_silence(start, end)])
        stressed = stressed and not any(sound.vowel for sound in sounds)
        now = end
    if end_ms > now:
        spans.append(_silence(now, end_ms))
    return spans


def _silence(start_ms: float, end_ms: float) -> _Span:
    return _Span(viseme="sil", start_ms=start_ms, end_ms=end_ms, weight=1.0, dominance=1.0)


def _sounded(sounds: Sequence[MouthSound], start: float, end: float, stressed: bool) -> list[_Span]:
    """Share a phoneme's time among its shapes; a short or unstressed vowel does not reach its target (undershoot)."""
    total = sum(sound.share for sound in sounds)
    spans: list[_Span] = []
    for sound in sounds:
        length = (end - start) * sound.share / total
        begin = spans[-1].end_ms if spans else start
        weight = sound.weight
        if sound.vowel:
            weight *= (1.0 if stressed else 0.88) * (0.7 + 0.3 * min(1.0, length / FULL_VOWEL_MS))
        spans.append(
            _Span(
                viseme=sound.viseme,
                start_ms=begin,
                end_ms=begin + length,
                weight=weight,
                dominance=sound.dominance,
                vowel=sound.vowel,
            )
        )
    return spans


def _bridged(spans: list[_Span]) -> list[_Span]:
    """Silences too short to close the lips go to the sounds on both sides."""
    spans = _joined(spans)
    bridged: list[_Span] = []
    for index, span in enumerate(spans):
        inner = 0 < index < len(spans) - 1
        if span.viseme != "sil" or not inner or span.length_ms >= LONGEST_BRIDGED_SILENCE_MS:
            bridged.append(span)
            continue
        middle = span.start_ms + span.length_ms / 2
        bridged[-1] = structs.replace(bridged[-1], end_ms=middle)
        spans[index + 1] = structs.replace(spans[index + 1], start_ms=middle)
    return bridged


def _joined(spans: Iterable[_Span]) -> list[_Span]:
    """Neighbouring silences as one."""
    joined: list[_Span] = []
    for span in spans:
        if joined and span.viseme == joined[-1].viseme == "sil":
            joined[-1] = structs.replace(joined[-1], end_ms=span.end_ms)
        else:
            joined.append(span)
    return joined


def _with_contacts(spans: list[_Span]) -> list[_Span]:
    """Widen lip contacts that one video frame could miss, at the cost of neighbours that are not contacts."""
    for index, span in enumerate(spans):
        missing = SHORTEST_CONTACT_MS - span.length_ms
        if span.viseme not in {"PP", "FF"} or missing <= 0:
            continue
        before = _spare(spans, index - 1)
        after = _spare(spans, index + 1)
        left = min(before, max(missing / 2, missing - after))
        right = min(after, missing - left)
        spans[index] = structs.replace(span, start_ms=span.start_ms - left, end_ms=span.end_ms + right)
        if left > 0:
            spans[index - 1] = structs.replace(spans[index - 1], end_ms=span.start_ms - left)
        if right > 0:
            spans[index + 1] = structs.replace(spans[index + 1], start_ms=span.end_ms + right)
    return spans


def _spare(spans: Sequence[_Span], index: int) -> float:
    """How many ms a neighbour can give: half of a sound, what a silence has beyond its least length."""
    if not 0 <= index < len(spans) or spans[index].viseme in {"PP", "FF"}:
        return 0.0
    span = spans[index]
    if span.viseme == "sil":
        return max(0.0, span.length_ms - LONGEST_BRIDGED_SILENCE_MS)
    return span.length_ms / 2


def _coarticulated(spans: Sequence[_Span]) -> list[_Span]:
    """Let vowels reach into the consonants around them, as far as those do not dominate the lips."""
    result: list[_Span] = []
    for index, span in enumerate(spans):
        if span.vowel or span.viseme in CONTACTS:
            result.append(span)
            continue
        result.extend(_yielding(span, _vowel(spans, index, -1), _vowel(spans, index, +1)))
    return result


def _vowel(spans: Sequence[_Span], index: int, step: int) -> _Span | None:
    """The nearest vowel on one side with no silence or lip contact between, or None."""
    while 0 <= (index := index + step) < len(spans):
        if spans[index].viseme in CONTACTS:
            return None
        if spans[index].vowel:
            return spans[index]
    return None


def _yielding(span: _Span, before: _Span | None, after: _Span | None) -> list[_Span]:
    """A consonant with the stretches that it leaves to the vowel before it and to the one after it."""
    give = 1.0 - span.dominance
    lag = lead = 0.0
    if before is not None and before.end_ms >= span.start_ms - 1:
        lag = min(CARRY_OVER_MS, span.length_ms * give * 0.4)
    if after is not None:
        reach = ROUNDING_REACH_MS if after.viseme in {"ou", "oh"} else SPREAD_REACH_MS
        within = reach - (after.start_ms - span.end_ms)
        lead = max(0.0, min(within, span.length_ms * give * 0.6))
    parts: list[_Span] = []
    begin, end = span.start_ms, span.end_ms
    if before is not None and lag >= SHORTEST_ENTRY_MS / 2:
        begin += lag
        parts.append(structs.replace(before, start_ms=span.start_ms, end_ms=begin, weight=before.weight * CARRIED))
    tail: list[_Span] = []
    if after is not None and lead >= SHORTEST_ENTRY_MS / 2:
        end -= lead
        tail.append(structs.replace(after, start_ms=end, end_ms=span.end_ms, weight=after.weight * CARRIED))
    return [*parts, structs.replace(span, start_ms=begin, end_ms=end), *tail]


def _merged(spans: Sequence[_Span]) -> list[_Span]:
    """Equal neighbours as one; what is too short to see goes to the entry before it."""
    merged: list[_Span] = []
    for span in spans:
        last = merged[-1] if merged else None
        same = last is not None and last.viseme == span.viseme and abs(last.weight - span.weight) < 0.05
        brief = last is not None and span.length_ms < SHORTEST_ENTRY_MS / 2 and span.viseme not in CONTACTS
        if same or brief:
            merged[-1] = structs.replace(merged[-1], end_ms=span.end_ms)
        else:
            merged.append(span)
    return merged


def _rounded(spans: Sequence[_Span]) -> tuple[Viseme, ...]:
    """Whole milliseconds, each entry starting where the last one ends."""
    entries: list[Viseme] = []
    for span in spans:
        start = entries[-1].end_ms if entries else 0
        end = round(span.end_ms)
        if end > start:
            weight = round(min(1.0, span.weight), 2)
            entries.append(Viseme(viseme=span.viseme, start_ms=start, end_ms=end, weight=weight))
    return tuple(entries)
