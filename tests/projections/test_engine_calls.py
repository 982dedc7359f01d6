"""Which calls of engines an event tells of."""

from msgspec.structs import replace

from events.lesson import TutorSpoken
from events.values import Blob, EngineUse, Melody
from projections.engine_calls import EngineCall, engine_calls

VOICE = EngineUse(kind="voice", name="piper", version="1", latency_ms=40.0)
SPOKEN = TutorSpoken(
    turn=0, segment=0, sentence=0, text="Hi.", voice="joe", sample_rate_hz=22_050, start_ms=0, duration_ms=400,
    audio=Blob(sha256="0" * 64, media_type="audio/flac", size_bytes=1), engine=VOICE,
)  # fmt: skip
SPEAKING = EngineCall(kind="voice", engine="piper", calls=1, timed=True, degraded=False, latency_us=40_000)


def test_a_segment_tells_of_the_voice_alone() -> None:
    assert list(engine_calls(SPOKEN)) == [SPEAKING]


def test_a_segment_whose_melody_was_measured_tells_of_who_measured_it_too() -> None:
    praat = EngineUse(kind="prosody", name="praat", version="1", latency_ms=12.0)
    (_, call) = engine_calls(replace(SPOKEN, melody=Melody(contour=(), engine=praat)))
    assert call == EngineCall(kind="prosody", engine="praat", calls=1, timed=True, degraded=False, latency_us=12_000)
