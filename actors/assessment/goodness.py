"""Goodness of pronunciation: how well each aligned phone fits its frames, against every other phone and silence.

Witt & Young (2000) compare a phone's likelihood with that of the best phone; this keeps several such ratios, all in
nats a frame, at most 0 when another fits as well or better. What score they are worth is `calibration`'s business.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from actors.assessment.alignment import GARBAGE, Segment, best_single_phone

CLEARLY_ANOTHER = 2.0
"""Nats a frame by which another phone must fit better to be called heard (a likelihood ratio of 7 in every frame)."""

FEWEST_FRAMES_HEARD = 4
SHORTEST_PHONE_FRAMES = 3


class PhoneEvidence(Struct, frozen=True, kw_only=True):
    """What the frames say for one expected phone; frames are 10 ms.

    ``path``: its log-likelihood less that of the best phone in each frame. ``rival``: less that of the best single
    phone over all its frames. ``posterior``: mean log posterior among phones. ``silence``: less that of silence.
    """

    word: int
    phone: str
    start: int
    end: int
    path: float
    rival: float
    posterior: float
    silence: float
    heard: str = ""

    @property
    def frames(self) -> int:
        return self.end - self.start


def phone_evidence(
    likelihoods: NDArray[np.float32], segments: Sequence[Segment], phones: Sequence[str], fillers: Sequence[int]
) -> tuple[PhoneEvidence, ...]:
    """Evidence for every phone of the alignment; garbage has none. ``likelihoods``: (frames, phones, 3)."""
    spoken = [segment for segment in segments if segment.phone != GARBAGE]
    if not spoken:
        return ()
    per_phone = likelihoods.max(axis=2)
    sounds = np.delete(np.arange(len(phones)), list(fillers))
    per_frame = per_phone[:, sounds]
    best = per_frame.max(axis=1)
    log_sum = best + np.log(np.exp(per_frame - best[:, None]).sum(axis=1))
    silence = per_phone[:, list(fillers)].max(axis=1)
    single = best_single_phone(likelihoods, [(segment.start, segment.end) for segment in spoken])
    found = []
    for row, segment in enumerate(spoken):
        span = slice(segment.start, segment.end)
        frames = segment.end - segment.start
        own = float(single[row, segment.phone]) / frames
        rival = int(sounds[single[row, sounds].argmax()])
        lead = float(single[row, rival]) / frames - own
        clear = lead > CLEARLY_ANOTHER and frames >= FEWEST_FRAMES_HEARD
        found.append(
            PhoneEvidence(
                word=segment.word,
                phone=phones[segment.phone],
                start=segment.start,
                end=segment.end,
                path=own - float(best[span].mean()),
                rival=-lead,
                posterior=float((per_phone[span, segment.phone] - log_sum[span]).mean()),
                silence=own - float(silence[span].mean()),
                heard=phones[rival] if clear else "",
            )
        )
    return tuple(found)
