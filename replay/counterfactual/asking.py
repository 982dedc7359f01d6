"""Puts a logged input to an engine, as the lesson's own stages do, and takes down the answer. Knows no Ray, no log."""

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import soundfile
from msgspec import Struct
from msgspec.structs import replace

from actors.chain import EngineChain
from actors.hearing.decode import decode_audio, resampled
from actors.hearing.errors import AudioError
from actors.ports import SAMPLE_RATE_HZ, Audio, EngineError, Speech, Transcript
from events.values import EngineUse, Pronunciation
from policies.tutor.check import check
from policies.tutor.context import Sentence, TutorContext
from policies.tutor.plan import plan
from replay.counterfactual.values import (
    LOGGED,
    SOUND,
    Answer,
    Case,
    Exchange,
    Line,
    Outcome,
    Recording,
    Replied,
    Said,
    Scored,
    Spoken,
    Transcribed,
)


class Task(Struct, frozen=True, kw_only=True):
    """A case to put to engines; ``sound`` holds the blobs that it names. ``deaths`` counts processes that it ended."""

    case: Case
    asked: tuple[str, ...]
    sound: tuple[bytes, ...] = ()
    deaths: int = 0


class Taken(Struct, frozen=True, kw_only=True):
    """What an engine gave, and how long it took (ms): until the first part of it, and in all."""

    outcome: Outcome
    use: EngineUse
    first_ms: float
    latency_ms: float


def ask(task: Task, chains: Mapping[str, EngineChain], judge: EngineChain | None) -> tuple[Answer, ...]:
    """The answer of each engine that is asked; that of `LOGGED` is the logged one, with what ``judge`` understands.

    An engine that cannot answer gives an answer with its fault. A sound that cannot be decoded gives one answer, that
    of `SOUND`: it says nothing of the engines.
    """
    try:
        sounds = tuple(samples_of(data) for data in task.sound)
    except AudioError as error:
        return (Answer(case=task.case.id, asked=SOUND, fault=f"{type(error).__name__}: {error}"),)
    return tuple(_ask(task.case, name, sounds, chains, judge) for name in task.asked)


def judged(context: TutorContext, sentences: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[Said, ...]:
    """Sentences (text and acts) of a reply, each with what the check of replies has against it."""
    planned = plan(context)
    said: list[Said] = []
    for text, acts in sentences:
        before = tuple(sentence.text for sentence in said)
        said.append(Said(text=text, acts=acts, fault=check(text, context, planned, before).fault))
    return tuple(said)


def samples_of(data: bytes) -> Audio:
    """Float32 mono 16 kHz samples of a stored recording. Raises `actors.hearing.errors.AudioError`."""
    try:
        samples, rate_hz = soundfile.read(io.BytesIO(data), dtype="float32")
    except soundfile.LibsndfileError:
        return decode_audio(data)
    if rate_hz != SAMPLE_RATE_HZ or samples.ndim != 1:
        return decode_audio(data)
    audio: Audio = samples
    return audio


def _ask(
    case: Case, name: str, sounds: tuple[Audio, ...], chains: Mapping[str, EngineChain], judge: EngineChain | None
) -> Answer:
    try:
        if name == LOGGED:
            return _completed(case, sounds, judge)
        taken = _taken(case, chains[name], sounds, judge)
    except EngineError as error:
        return Answer(case=case.id, asked=name, fault=f"{type(error).__name__}: {error}")
    return Answer(
        case=case.id,
        asked=name,
        outcome=taken.outcome,
        use=taken.use,
        first_ms=taken.first_ms,
        latency_ms=taken.latency_ms,
    )


def _taken(case: Case, chain: EngineChain, sounds: tuple[Audio, ...], judge: EngineChain | None) -> Taken:
    match case.prompt:
        case Recording() as prompt if chain.kind == "asr":
            heard: Transcript
            heard, use = chain.call("transcribe", sounds[0], language=prompt.language)
            return _at_once(Transcribed(text=heard.text, confidence=heard.confidence), use)
        case Recording() as prompt:
            scored: Pronunciation
            scored, use = chain.call("score", sounds[0], prompt.reference, prompt.words)
            return _at_once(_scored(scored), use)
        case Exchange(context=context):
            sentences: list[Sentence] = []
            taken = _streamed(chain, sentences.append, "reply", context)
            said = judged(context, [(sentence.text, sentence.acts) for sentence in sentences])
            return replace(taken, outcome=Replied(sentences=said))
        case Line() as line:
            stretches: list[Speech] = []
            taken = _streamed(chain, stretches.append, "speak", line.text, tutor=line.tutor, rate=line.rate)
            return replace(taken, outcome=_spoken(stretches, judge))


def _at_once(outcome: Outcome, use: EngineUse) -> Taken:
    return Taken(outcome=outcome, use=use, first_ms=use.latency_ms, latency_ms=use.latency_ms)


def _streamed(chain: EngineChain, take: Callable[[Any], None], method: str, *args: Any, **kwargs: Any) -> Taken:
    uses: list[EngineUse] = []
    for item, use in chain.stream(method, *args, **kwargs):
        take(item)
        uses.append(use)
    if not uses:
        raise EngineError(f"The {chain.kind} engine gave nothing.")
    total_ms = sum(use.latency_ms for use in uses)
    return Taken(outcome=Replied(sentences=()), use=uses[0], first_ms=uses[0].latency_ms, latency_ms=total_ms)


def _scored(pronunciation: Pronunciation) -> Scored:
    return Scored(
        score=pronunciation.score,
        completeness=pronunciation.completeness,
        words=tuple(word.score for word in pronunciation.words),
    )


def _spoken(stretches: Sequence[Speech], judge: EngineChain | None) -> Spoken:
    sounds = [resampled(stretch.samples.astype(np.float32) / 32768.0, stretch.sample_rate_hz) for stretch in stretches]
    duration_ms = sum(stretch.duration_ms for stretch in stretches)
    return Spoken(duration_ms=duration_ms, understood=_understood(sounds, judge), voice=stretches[0].voice)


def _completed(case: Case, sounds: tuple[Audio, ...], judge: EngineChain | None) -> Answer:
    """The logged answer; where it is a sound, with what is understood of it."""
    logged = case.logged
    assert logged is not None
    if not isinstance(logged.outcome, Spoken):
        return logged
    return replace(logged, outcome=replace(logged.outcome, understood=_understood(sounds, judge)))


def _understood(sounds: Sequence[Audio], judge: EngineChain | None) -> str:
    assert judge is not None
    heard: Transcript
    heard, _ = judge.call("transcribe", np.concatenate(sounds).astype(np.float32), language="en")
    return heard.text
