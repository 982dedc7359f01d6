"""From model durations to phoneme times: silence where the audio is silent, contiguous, exact to the sample.

A model gives durations to spaces, punctuation and padding too. Whether those are heard as silence is read from the
audio; what sounds in them belongs to the neighbouring phonemes.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from actors.ports import Audio
from events.values import Phoneme

_HOP_MS = 5
_SILENT_DB = -34.0
"""A hop is silent when it is so far below the loud ones (their 95th percentile)."""
_SHORTEST_PAUSE_MS = 30
_SHORTEST_PHONEME_MS = 40
"""What a phoneme before a pause keeps at least, however early its sound dies away."""
_SHORTEST_GAP_MS = 90
"""Between words without punctuation, a shorter silence is the closure of a stop."""


class Span(NamedTuple):
    """A stretch of samples: a phoneme, or "" for what is no phoneme; then ``pause`` tells punctuation from a space."""

    ipa: str
    samples: int
    pause: bool = False


def settle(spans: Sequence[Span], audio: Audio, sample_rate_hz: int) -> tuple[Span, ...]:
    """Give every stretch that is no phoneme to silence or to its neighbours, by the audio's energy.

    The sum of the samples stays as it is; an empty ``ipa`` now means that nothing is heard.
    """
    whole = merged(spans)
    hop = max(1, sample_rate_hz * _HOP_MS // 1000)
    quiet = _quiet(audio, hop)
    shortest = sample_rate_hz * _SHORTEST_PHONEME_MS // 1000
    ends: list[tuple[str, int]] = []
    at = spoken = 0
    for index, span in enumerate(whole):
        end = at + span.samples
        if span.ipa:
            ends.append((span.ipa, end))
            spoken = at
        elif index == 0:
            ends.append(("", _first_sound(quiet, hop, at, end)))
        else:
            if index == len(whole) - 1:
                start, stop = _last_sound(quiet, hop, at, end), end
            else:
                start, stop = _inner_silence(quiet, hop, (at, end), sample_rate_hz, pause=span.pause)
            if span.pause and start < stop:
                start = _back_to_sound(quiet, hop, start, min(start, spoken + shortest))
            ends[-1] = (ends[-1][0], start)
            ends.append(("", stop))
        at = end
    return from_ends(ends)


def from_ends(ends: Sequence[tuple[str, int]]) -> tuple[Span, ...]:
    """Contiguous spans from each one's end (samples); empty ones are dropped, neighbouring silences joined."""
    spans: list[Span] = []
    at = 0
    for ipa, end in ends:
        if end <= at:
            continue
        if spans and not ipa and not spans[-1].ipa:
            spans[-1] = Span("", spans[-1].samples + end - at, True)
        else:
            spans.append(Span(ipa, end - at, not ipa))
        at = end
    return tuple(spans)


def merged(spans: Sequence[Span]) -> list[Span]:
    """Neighbouring stretches that are no phoneme as one, and none that lasts nothing."""
    found: list[Span] = []
    for span in spans:
        if span.samples <= 0:
            continue
        if found and not span.ipa and not found[-1].ipa:
            found[-1] = Span("", found[-1].samples + span.samples, found[-1].pause or span.pause)
        else:
            found.append(span)
    return found


def between(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """The part of the spans from sample ``start`` to ``end``; a span that reaches over an edge is shortened."""
    part: list[Span] = []
    at = 0
    for span in spans:
        samples = min(at + span.samples, end) - max(at, start)
        if samples > 0:
            part.append(span._replace(samples=samples))
        at += span.samples
    return tuple(part)


def _quiet(audio: Audio, hop: int) -> NDArray[np.bool_]:
    """For each whole hop, whether its RMS is that of silence."""
    hops = len(audio) // hop
    rms = np.sqrt(np.mean(np.square(audio[: hops * hop].reshape(hops, hop), dtype=np.float64), axis=1) + 1e-12)
    if not hops:
        return np.zeros(0, dtype=np.bool_)
    quiet: NDArray[np.bool_] = rms < np.percentile(rms, 95) * 10 ** (_SILENT_DB / 20)
    return quiet


def _first_sound(quiet: NDArray[np.bool_], hop: int, start: int, end: int) -> int:
    loud = np.flatnonzero(~quiet[start // hop : end // hop])
    return start + int(loud[0]) * hop if len(loud) else end


def _last_sound(quiet: NDArray[np.bool_], hop: int, start: int, end: int) -> int:
    loud = np.flatnonzero(~quiet[-(-start // hop) : -(-end // hop)])
    return min(end, (-(-start // hop) + int(loud[-1]) + 1) * hop) if len(loud) else start


def _back_to_sound(quiet: NDArray[np.bool_], hop: int, start: int, earliest: int) -> int:
    """Where the silence at ``start`` really begins: models let it begin within the last phoneme of a clause."""
    if start // hop < len(quiet) and not quiet[start // hop]:
        return start
    index = start // hop
    while index * hop > earliest and quiet[index - 1]:
        index -= 1
    return min(start, max(index * hop, earliest))


def _inner_silence(
    quiet: NDArray[np.bool_], hop: int, gap: tuple[int, int], sample_rate_hz: int, *, pause: bool
) -> tuple[int, int]:
    """The longest silent run inside the gap; an empty one in its middle when that is too short to be a pause."""
    at, end = gap
    first = -(-at // hop)
    best = run = (first, first)
    for index in range(first, min(end // hop, len(quiet))):
        run = (run[0], index + 1) if quiet[index] else (index + 1, index + 1)
        if run[1] - run[0] > best[1] - best[0]:
            best = run
    shortest = (_SHORTEST_PAUSE_MS if pause else _SHORTEST_GAP_MS) * sample_rate_hz // 1000
    if (best[1] - best[0]) * hop < shortest:
        return (at + end) // 2, (at + end) // 2
    return best[0] * hop, best[1] * hop


def phonemes(spans: Sequence[Span], sample_rate_hz: int) -> tuple[Phoneme, ...]:
    """Phoneme times in whole ms, contiguous from 0 to the rounded end of the last span."""
    said: list[Phoneme] = []
    samples = start_ms = 0
    for span in spans:
        samples += span.samples
        end_ms = round(samples * 1000 / sample_rate_hz)
        if end_ms > start_ms:
            said.append(Phoneme(ipa=span.ipa, start_ms=start_ms, end_ms=end_ms))
            start_ms = end_ms
    return tuple(said)
