"""The measures of one row's audio and text; only those wanted are taken, and only their models are loaded."""

from collections.abc import Collection

from actors.hearing.clipping import clipped_ratio
from actors.hearing.silero import SileroDetector
from actors.hearing.snr import snr_db
from actors.hearing.windows import speech_probabilities
from actors.models import ModelStore
from actors.ports import SAMPLE_RATE_HZ, Audio, VoiceActivityDetector
from replay.quality.activity import lead_ms, speech_ratio, tail_ms
from replay.quality.catalogue import BY_NAME, measure_named
from replay.quality.dnsmos import MODEL, Dnsmos
from replay.quality.language import LanguageIdentifier
from replay.quality.loudness import loudness_lufs
from replay.quality.personal import scrub
from replay.quality.vocabulary import moving_average_ttr, mtld
from replay.quality.wording import filler_ratio, truncated
from replay.quality.words import words_of

Figures = dict[str, float | None]

_OF_SPEECH = ("speech_ratio", "snr_db", "lead_ms", "tail_ms")
_OF_DNSMOS = ("dnsmos_signal", "dnsmos_background", "dnsmos_overall")


class Measurer:
    """Measures rows for one build. Figures that cannot be taken (of silence, of no words) are None.

    Raises UnknownMeasure, `actors.models.ModelError` when a model is not there and cannot be fetched, LibraryMissing.
    """

    def __init__(self, store: ModelStore, wanted: Collection[str] = tuple(BY_NAME)) -> None:
        self._wanted = frozenset(measure_named(name).name for name in wanted)
        self._detector: VoiceActivityDetector | None = None
        self._dnsmos: Dnsmos | None = None
        self._language: LanguageIdentifier | None = None
        if self._wants(*_OF_SPEECH):
            self._detector = SileroDetector(store.fetch("silero-vad") / "silero_vad_v6.onnx")
        if self._wants(*_OF_DNSMOS):
            store.fetch(MODEL)
            self._dnsmos = Dnsmos(store.weights(MODEL))
        if self._wants("language_probability"):
            self._language = LanguageIdentifier()

    def of_audio(self, audio: Audio) -> Figures:
        """The wanted figures of a recording, 16 kHz mono in -1..1."""
        figures: Figures = {}
        if self._wants("duration_s"):
            figures["duration_s"] = len(audio) / SAMPLE_RATE_HZ
        if self._wants("loudness_lufs"):
            figures["loudness_lufs"] = loudness_lufs(audio)
        if self._wants("clipped_ratio"):
            figures["clipped_ratio"] = clipped_ratio(audio)
        figures |= self._of_speech(audio)
        if self._dnsmos is not None:
            scores = self._dnsmos.judge(audio)
            figures["dnsmos_signal"] = scores.signal if scores else None
            figures["dnsmos_background"] = scores.background if scores else None
            figures["dnsmos_overall"] = scores.overall if scores else None
        return self._only_wanted(figures)

    def of_text(self, text: str, language: str = "en") -> Figures:
        """The wanted figures of a text that should be in ``language``."""
        words = words_of(text)
        figures: Figures = {
            "words": float(len(words)),
            "ttr": moving_average_ttr(words),
            "mtld": mtld(words),
            "filler_ratio": filler_ratio(words),
            "truncated": truncated(text),
        }
        if self._wants("personal_data"):
            figures["personal_data"] = float(len(scrub(text).found))
        if self._language is not None:
            figures["language_probability"] = self._language.probability(text, language)
        return self._only_wanted(figures)

    def _of_speech(self, audio: Audio) -> Figures:
        if self._detector is None:
            return {}
        probabilities = speech_probabilities(audio, self._detector)
        return {
            "speech_ratio": speech_ratio(probabilities),
            "snr_db": snr_db(audio, probabilities),
            "lead_ms": lead_ms(probabilities),
            "tail_ms": tail_ms(probabilities),
        }

    def _wants(self, *names: str) -> bool:
        return not self._wanted.isdisjoint(names)

    def _only_wanted(self, figures: Figures) -> Figures:
        """In the catalogue's order, so that equal rows have equal bytes."""
        return {name: figures[name] for name in BY_NAME if name in self._wanted and name in figures}
