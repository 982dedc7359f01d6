"""What engines cost. The table ``prices`` is the operator's to edit; local engines are in it with 0."""

from projections.tables import Table, Values, real, text

COLUMNS = (
    text("kind", "vad, asr, prosody, pronunciation, language, tutor, voice or face"),
    text("engine", "the engine's name; empty for what is used before it is known which engine answers"),
    real("per_call", "price of one call"),
    real("per_engine_hour", "price of an hour of the engine's time"),
    real("per_audio_minute", "price of a minute of audio, heard (kind asr, no engine) or spoken (kind voice)"),
    real("per_1000_characters", "price of 1000 characters sent to the tutor (no engine), replied or spoken"),
)

PRICES = Table(
    name="prices", about="what an engine costs a row, in a currency of your own; yours to edit", columns=COLUMNS, keys=2
)

LOCAL: tuple[Values, ...] = tuple(
    (kind, engine, 0.0, 0.0, 0.0, 0.0)
    for kind, engines in {
        "asr": ("", "whisper-large-v3-turbo", "whisper-small", "whisper-base", "whisper-tiny.en", "pocketsphinx"),
        "prosody": ("praat",),
        "pronunciation": ("colloquy", "gop"),
        "language": ("languagetool", "harper"),
        "tutor": ("", "provider", "rules"),
        "voice": ("kokoro", "piper", "espeak"),
        "face": ("vector",),
    }.items()
    for engine in engines
)
"""Everything that runs on one's own machine; whoever pays a provider writes its prices over the zeros."""
