"""Which rows may stay: their split, filters, the recording, personal data. Measures only what the filters ask for."""

import hashlib
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from actors.hearing.decode import decode_audio, decode_flac
from actors.hearing.errors import AudioError
from actors.models import ModelStore
from actors.ports import SAMPLE_RATE_HZ, Audio
from events.blobs import BlobsByLearner
from events.errors import BlobCorrupt, BlobMissing
from events.lesson import SessionStarted
from events.sealing.errors import BlobExpired, BlobForgotten, BlobSealed
from replay.datasets.duplicates import Mark, mark_of_audio, mark_of_text
from replay.datasets.kinds.kind import Dropped, Kind
from replay.datasets.rows import SPLITS, Clip, Row
from replay.datasets.scrubbing import scrubbed
from replay.datasets.spec import Bounds, Spec
from replay.quality.catalogue import MEASURES
from replay.quality.measuring import Figures, Measurer
from replay.quality.words import words_of

OF_AUDIO = frozenset(measure.name for measure in MEASURES if measure.subject == "audio")
OF_TEXT = frozenset(measure.name for measure in MEASURES if measure.subject == "text")


def measures_of(kind: Kind) -> frozenset[str]:
    """By what rows of a kind may be filtered: what the log tells of them, and what is measured of text and sound."""
    return kind.measures | {"degraded"} | OF_TEXT | (OF_AUDIO if kind.audio else frozenset())


class Passed(Struct, frozen=True):
    """A row that stays, its mark where duplicates are looked for, and whether something personal was taken out."""

    row: Row
    mark: Mark | None
    scrubbed: bool


class Gate:
    """Lets rows of one dataset through, with what was measured of them, and tells why it does not."""

    def __init__(self, spec: Spec, kind: Kind, blobs: BlobsByLearner, models: ModelStore) -> None:
        self._spec = spec
        self._kind = kind
        self._blobs = blobs
        self._filters = tuple(sorted(spec.filters.items()))
        wanted = spec.filters.keys() - kind.measures - {"degraded"}
        self._text = Measurer(models, sorted(wanted & OF_TEXT)) if wanted & OF_TEXT else None
        self._audio = Measurer(models, sorted(wanted & OF_AUDIO)) if wanted & OF_AUDIO else None
        self._hears = kind.audio and (self._audio is not None or spec.dedup == "near")

    def passed(self, row: Row, started: SessionStarted) -> Passed | Dropped:
        """The row, or why it is left out. The cheapest tests come first."""
        reason = self._misplaced(row, started) or self._out_of_bounds(row.quality, log_only=True)
        if reason is not None:
            return Dropped(reason)
        text = self._kind.text(row.columns)
        if self._text is not None:
            row = _measured(row, self._text.of_text(text, started.language))
        sound, samples = b"", None
        if row.audio is not None:
            sound_or_reason = self._recording(row.audio)
            if isinstance(sound_or_reason, str):
                return Dropped(sound_or_reason)
            sound = sound_or_reason
            if self._hears:
                samples = _samples(row.audio, sound)
                if samples is None:
                    return Dropped("audio_undecodable")
        if self._audio is not None and samples is not None:
            row = _measured(row, self._audio.of_audio(samples))
        reason = self._out_of_bounds(row.quality, log_only=False)
        if reason is not None:
            return Dropped(reason)
        clean = scrubbed(row.columns, self._kind.tutors) if self._spec.scrub else None
        if clean is not None:
            if row.audio is not None:
                return Dropped("personal_data")  # the voice still says what the text no longer does
            row = replace(row, columns=clean)
        if self._spec.text == "normalised":  # names are told by their capitals, so not before
            words = " ".join(words_of(text))
            if not words:
                return Dropped("no_words")
            row = replace(row, columns=row.columns | {"text": words})
        return Passed(row, self._mark(text, sound, samples), clean is not None)

    def _mark(self, text: str, sound: bytes, samples: Audio | None) -> Mark | None:
        near = self._spec.dedup == "near"
        if self._spec.dedup == "none":
            return None
        if sound:
            return mark_of_audio(hashlib.sha256(sound).digest(), samples if near else None)
        return mark_of_text(text, near=near)

    def _misplaced(self, row: Row, started: SessionStarted) -> str | None:
        if row.quality.get("degraded") and not self._spec.degraded:
            return "degraded"
        splits = self._spec.splits
        held_out = started.tutor in splits.hold_out_tutors or started.mode in splits.hold_out_styles
        return "held_out" if held_out and row.split != SPLITS[2] else None

    def _out_of_bounds(self, quality: Mapping[str, float | None], *, log_only: bool) -> str | None:
        """The first filter that a row does not pass, as a reason; ``log_only``: what has not been measured may pass."""
        for name, bounds in self._filters:
            if (log_only and name not in quality) or _within(quality.get(name), bounds):
                continue
            return f"unmeasured:{name}" if quality.get(name) is None else f"filter:{name}"
        return None

    def _recording(self, clip: Clip) -> bytes | str:
        """The recording, or why it cannot be used."""
        try:
            return self._blobs.of(clip.learner).get(clip.blob.sha256)
        except BlobMissing:
            return "blob_missing"
        except BlobCorrupt:
            return "blob_corrupt"
        except BlobExpired:
            return "blob_expired"
        except (BlobSealed, BlobForgotten):
            return "blob_sealed"


def _within(value: float | None, bounds: Bounds) -> bool:
    if value is None:
        return bounds.missing == "keep"
    return (bounds.min is None or value >= bounds.min) and (bounds.max is None or value <= bounds.max)


def _measured(row: Row, figures: Figures) -> Row:
    return replace(row, quality=row.quality | figures)


def _samples(clip: Clip, sound: bytes) -> Audio | None:
    """16 kHz mono samples of the clip; None when the recording cannot be decoded."""
    try:
        samples = decode_flac(sound) if clip.sample_rate_hz == SAMPLE_RATE_HZ else decode_audio(sound)
    except AudioError:
        return None
    end = None if clip.end_ms is None else clip.end_ms * SAMPLE_RATE_HZ // 1000
    return samples[clip.start_ms * SAMPLE_RATE_HZ // 1000 : end]
