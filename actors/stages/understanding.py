"""Understanding the learner: transcription and assessment. Judges nothing by itself."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from msgspec import structs

from actors.chain import ChainExhausted
from actors.ports import EngineError, Transcript
from actors.session.state import SessionState
from actors.session.work import Assess, Transcribe
from actors.stages.modelling import tutor_contour
from actors.stages.stage import AudioOf, Resources
from events.lesson import LessonEvent, SpeechAssessed, SpeechTranscribed
from events.values import EngineUse, Note, Pronunciation, Prosody
from policies.prosody.judging import beside_text
from policies.scores import combine


async def transcribe(
    work: Transcribe, state: SessionState, resources: Resources, audio_of: AudioOf
) -> AsyncIterator[LessonEvent]:
    """What was said; a typed utterance is its own transcript."""
    uttered = state.turns[work.turn].uttered
    assert uttered is not None
    assert state.started is not None
    if uttered.audio is None:
        use = EngineUse(kind="asr", name="typed", version="1")
        yield SpeechTranscribed(turn=work.turn, text=uttered.text, engine=use, confidence=1.0)
        return
    audio = await audio_of(work.turn)
    heard: Transcript
    heard, use = await resources.engines.call("asr", "transcribe", audio, language=state.started.language)
    yield SpeechTranscribed(
        turn=work.turn,
        text=heard.text,
        engine=use,
        words=heard.words,
        language=heard.language,
        confidence=heard.confidence,
    )


async def assess(
    work: Assess, state: SessionState, resources: Resources, audio_of: AudioOf
) -> AsyncIterator[LessonEvent]:
    """How it was said: prosody, pronunciation and language side by side; a part that fails never holds up the others.

    Without a reference the transcript is what should have been said; language is judged in free speech only.
    """
    turn = state.turns[work.turn]
    assert turn.uttered is not None
    assert turn.transcribed is not None
    assert state.started is not None
    level = state.started.level
    said = turn.transcribed
    guided = bool(turn.uttered.reference)
    reference = turn.uttered.reference or said.text
    recorded = turn.uttered.audio is not None and bool(said.text)
    audio = await audio_of(work.turn) if recorded else None
    scored, analysed, checked = await asyncio.gather(
        # The slowest first: each call takes a while to be sent.
        _judge(resources, recorded, "pronunciation", "score", audio, reference, said.words),
        _judge(resources, recorded, "prosody", "analyse", audio, said.words),
        _judge(resources, bool(said.text) and not guided, "language", "check", said.text),
    )
    pronunciation: Pronunciation | None = scored[0] if guided else _said_freely(scored[0])
    prosody: Prosody | None = analysed[0]
    if guided and prosody is not None and pronunciation is not None:
        prosody = structs.replace(
            beside_text(prosody, reference, pronunciation.words),
            tutor_contour=tutor_contour(state.turns[: work.turn], reference, pronunciation.words),
        )
    notes: tuple[Note, ...] | None = checked[0]
    yield SpeechAssessed(
        turn=work.turn,
        scores=combine(prosody=prosody, pronunciation=pronunciation, notes=notes, transcript=said, level=level),
        prosody=prosody,
        pronunciation=pronunciation,
        notes=notes or (),
        engines=tuple(use for _, use in (analysed, scored, checked) if use is not None),
    )


def _said_freely(pronunciation: Pronunciation | None) -> Pronunciation | None:
    """Without what was said besides a text: in free speech there is none to leave, only words not understood."""
    if pronunciation is None or not pronunciation.miscues:
        return pronunciation
    return structs.replace(pronunciation, miscues=tuple(one for one in pronunciation.miscues if one.heard))


async def _judge(
    resources: Resources, needed: bool, kind: str, method: str, *args: Any
) -> tuple[Any, EngineUse | None]:
    if not needed:
        return None, None
    try:
        return await resources.engines.call(kind, method, *args)
    except (ChainExhausted, EngineError) as error:
        return None, EngineUse(kind=kind, name="none", version="", degraded=True, reason=str(error))
