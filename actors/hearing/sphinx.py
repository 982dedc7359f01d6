"""PocketSphinx with its own US English model: the recogniser that is always there. Its WER on learners is .89.

English only, on the CPU, no weights to fetch.
"""

import threading
from importlib.metadata import version

import numpy as np
from pocketsphinx import Decoder

from actors.hearing.energy import EnergyDetector
from actors.hearing.errors import ModelNotLoaded, UnknownLanguage
from actors.hearing.windows import SPEECH_AT_LEAST, speech_probabilities
from actors.ports import SAMPLE_RATE_HZ, Audio, Transcript, VoiceActivityDetector
from events.values import Word

FRAME_MS = 10


class SphinxRecogniser:
    """`actors.ports.SpeechRecogniser` of last resort."""

    name = "pocketsphinx"
    digest = ""

    def __init__(self, *, detector: VoiceActivityDetector | None = None) -> None:
        """Load the bundled en-us model; ``detector`` spares it silence, over which it makes words up.

        Raises `ModelNotLoaded`.
        """
        self._detector = detector or EnergyDetector()
        self.version = version("pocketsphinx")
        try:
            self._decoder = Decoder(loglevel="FATAL", samprate=SAMPLE_RATE_HZ)
        except RuntimeError as error:
            raise ModelNotLoaded(f"PocketSphinx cannot load its own model: {error}") from error
        self._lock = threading.Lock()  # a decoder holds one utterance at a time

    def transcribe(self, audio: Audio, *, language: str = "en", partial: bool = False) -> Transcript:
        """Transcribe English. Raises `UnknownLanguage` for any other."""
        if language not in ("en", "auto"):
            raise UnknownLanguage(language, "en")
        if np.max(speech_probabilities(audio, self._detector), initial=0.0) < SPEECH_AT_LEAST:
            return Transcript(text="")
        pcm = np.clip(np.rint(audio * 32768.0), -32768, 32767).astype("<i2").tobytes()
        with self._lock:
            self._decoder.start_utt()
            try:
                self._decoder.process_raw(pcm, no_search=False, full_utt=True)
            finally:
                self._decoder.end_utt()
            words = tuple(self._words()) if self._decoder.hyp() is not None else ()
        confidence = float(np.mean([word.confidence for word in words])) if words else 0.0
        return Transcript(text=" ".join(word.text for word in words), words=words, language="en", confidence=confidence)

    def _words(self) -> list[Word]:
        """The words of the best path, without silences and noises; "word(2)" is a second way to say it."""
        return [
            Word(
                text=segment.word.partition("(")[0],
                start_ms=segment.start_frame * FRAME_MS,
                end_ms=(segment.end_frame + 1) * FRAME_MS,
                confidence=min(1.0, segment.prob),
            )
            for segment in self._decoder.seg()
            if not segment.word.startswith(("<", "["))
        ]
