"""The tutor's voice and face over its reply."""

import asyncio
from collections.abc import AsyncIterator

from actors.ports import FaceTrack, Fragment, Speech
from actors.session.state import SessionState
from actors.session.work import Render, Speak
from actors.stages.modelling import melody_of
from actors.stages.stage import Resources
from events.lesson import LessonEvent, TutorRendered, TutorSpoken
from policies.visemes import viseme_timeline
from policies.voice import speaking_rate


async def speak(work: Speak, state: SessionState, resources: Resources) -> AsyncIterator[LessonEvent]:
    """The segments of one sentence; those that the log already holds are made again but not told again."""
    assert state.started is not None
    turn = state.turns[work.turn]
    sentence = turn.replied[work.sentence]
    skip = sum(1 for segment in turn.spoken if segment.sentence == work.sentence)
    index = len(turn.spoken)
    start_ms = turn.spoken[-1].start_ms + turn.spoken[-1].duration_ms if turn.spoken else 0
    rate = speaking_rate(state.started.level)
    speech: Speech
    async for speech, use in resources.engines.stream(
        "voice", "speak", sentence.text, tutor=state.started.tutor, rate=rate
    ):
        if skip:
            skip -= 1
            continue
        audio, melody = await asyncio.gather(
            resources.keep_audio(state.started.learner, speech.samples, speech.sample_rate_hz),
            melody_of(speech, sentence, resources, first=index == 0),
        )
        yield TutorSpoken(
            turn=work.turn,
            segment=index,
            sentence=work.sentence,
            text=speech.text,
            voice=speech.voice,
            audio=audio,
            sample_rate_hz=speech.sample_rate_hz,
            start_ms=start_ms,
            duration_ms=speech.duration_ms,
            engine=use,
            phonemes=speech.phonemes,
            visemes=viseme_timeline(speech.phonemes, duration_ms=speech.duration_ms),
            rate=speech.rate,
            sentence_end=speech.last,
            last=speech.last and sentence.last,
            melody=melody,
        )
        index += 1
        start_ms += speech.duration_ms


async def render(work: Render, state: SessionState, resources: Resources) -> AsyncIterator[LessonEvent]:
    """The fragments of one segment's video; those that the log already holds are drawn again but not told again."""
    assert state.started is not None
    turn = state.turns[work.turn]
    segment = turn.spoken[work.segment]
    emotion = turn.replied[segment.sentence].emotion
    skip = sum(1 for fragment in turn.rendered if fragment.segment == work.segment)
    track = FaceTrack(
        visemes=segment.visemes,
        duration_ms=segment.duration_ms,
        start_ms=segment.start_ms,
        tutor=state.started.tutor,
        emotion=emotion,
        emotion_before=turn.replied[turn.spoken[work.segment - 1].sentence].emotion if work.segment else "",
        seed=state.started.seed,
    )
    blobs = resources.blobs.of(state.started.learner)
    index = 0
    fragment: Fragment
    async for fragment, use in resources.engines.stream("face", "render", track):
        if index >= skip:
            init = await asyncio.to_thread(blobs.put, fragment.init, "video/mp4")
            media = await asyncio.to_thread(blobs.put, fragment.media, "video/iso.segment")
            yield TutorRendered(
                turn=work.turn,
                segment=work.segment,
                fragment=index,
                init=init,
                media=media,
                start_ms=segment.start_ms + fragment.start_ms,
                duration_ms=fragment.duration_ms,
                look=state.started.tutor,
                emotion=emotion,
                engine=use,
                last=fragment.start_ms + fragment.duration_ms >= segment.duration_ms,
            )
        index += 1
