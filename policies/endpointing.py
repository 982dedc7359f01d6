"""Turn taking: when has the learner finished? Hears nothing, transcribes nothing, reads no clock.

Fed with the speech probability of each 32 ms window and with what the recogniser understood so far. After a short
silence it says `MaybeEnded`, so that the host can begin to answer; how long it then waits before `Ended` depends on
the words: little when the sentence to read is completed, long when the text hangs in the air ("and", "the", "um").
Between the two stands the learner's own habit, the 90th percentile of the pauses they made inside utterances.

All times are milliseconds of audio from the start of the recording.
"""

from msgspec import Struct
from msgspec.structs import replace

from policies.reading import Reading, letters, read

WINDOW_MS = 32
SPEECH = 0.5
"""Silero's own threshold; once in speech, what stays above `STILL_SPEECH` goes on being speech."""
STILL_SPEECH = 0.35
CONFIRM_WINDOWS = 2
"""Windows above `SPEECH` in a row that make speech: a click has one."""
MAYBE_MS = 160
COMPLETE_MS = 416
FINISHED_MS = 544
NEARLY_MS = 640
INCOMPLETE_MS = 1_300
HANGING_MS = 1_500
PATIENCE_MS = (640, 1_200)
NO_SPEECH_MS = 8_000
LIMIT_MS = 60_000
PAUSES_KEPT = 20

PAUSES_BY_LEVEL = {
    "A1": (250, 400, 550, 750, 1_000),
    "A2": (250, 350, 500, 650, 900),
    "B1": (200, 300, 450, 600, 800),
    "B2": (200, 300, 400, 500, 700),
    "C1": (200, 250, 350, 450, 600),
}
"""Pauses (ms) supposed before any was heard; they count like heard ones until enough of those push them out."""

_FUNCTION_WORDS = """
    a an the my your his her its our their this these those some any every no
    and or but so because if when while although though that which who whose where as than then
    to of in on at by for from with about into onto over under between through during without after before until
    i you he she we they is am are was were be been have has had do does did
    will would can could should must may might very really not more most too
"""
_FILLERS = "um uh er erm hmm mm like well"
HANGING = frozenset(_FUNCTION_WORDS.split()) | frozenset(_FILLERS.split())
"""Words that a sentence seldom ends with: function words, fillers."""
CLOSING = (".", "?", "!", "。", "？", "！")


class SpeechStarted(Struct, frozen=True, kw_only=True):
    """The learner began to speak at ``at_ms``."""

    at_ms: int


class MaybeEnded(Struct, frozen=True, kw_only=True):
    """Speech stopped at ``at_ms``, perhaps for good: a final transcription may begin."""

    at_ms: int


class SpeechResumed(Struct, frozen=True, kw_only=True):
    """It was a pause: speech went on at ``at_ms``, what `MaybeEnded` began is void."""

    at_ms: int


class Ended(Struct, frozen=True, kw_only=True):
    """The utterance is over; its speech stopped at ``at_ms``.

    ``reason`` is complete (the reference was read to its end), finished (the sentence sounds closed), silence (the
    learner's usual pause is over) or limit (60 s).
    """

    at_ms: int
    reason: str


class NoSpeech(Struct, frozen=True, kw_only=True):
    """Nothing was said up to ``at_ms``; comes every 8 s."""

    at_ms: int


EndpointEvent = SpeechStarted | MaybeEnded | SpeechResumed | Ended | NoSpeech


class EndpointState(Struct, frozen=True, kw_only=True):
    """Where turn taking stands. ``pauses_ms`` is what is known of the learner; the rest is of one utterance.

    ``begins_ms`` is where the run of speech windows now heard began, -1 if none; ``stopped_ms`` the end of the last
    speech window; ``wait_ms`` the silence that the words heard up to ``heard_ms`` ask for, ``reason`` what they tell.
    """

    pauses_ms: tuple[int, ...]
    reference: str = ""
    speaking: bool = False
    started: bool = False
    begins_ms: int = -1
    stopped_ms: int = 0
    maybe: bool = False
    ended: bool = False
    heard_ms: int = -1
    wait_ms: int = 0
    reason: str = "silence"


def initial(*, level: str = "B1", reference: str = "") -> EndpointState:
    """Before a learner's first utterance, at a CEFR level; ``reference`` is the sentence to read, if there is one."""
    return EndpointState(pauses_ms=PAUSES_BY_LEVEL.get(level, PAUSES_BY_LEVEL["B1"]), reference=letters(reference))


def next_utterance(state: EndpointState, *, reference: str = "") -> EndpointState:
    """Ready for the next recording of the same learner, with what is known of their pauses."""
    return EndpointState(pauses_ms=state.pauses_ms, reference=letters(reference))


def patience_ms(state: EndpointState) -> int:
    """The silence after which this learner is rarely going on: the 90th percentile of their pauses, within bounds."""
    ordered = sorted(state.pauses_ms)
    usual = ordered[min(len(ordered) - 1, int(len(ordered) * 0.9))]
    return max(PATIENCE_MS[0], min(PATIENCE_MS[1], usual))


def step(state: EndpointState, probability: float, now_ms: int) -> tuple[EndpointState, tuple[EndpointEvent, ...]]:
    """Take in one window that ends at ``now_ms``. An ended state stays as it is."""
    if state.ended:
        return state, ()
    if now_ms >= LIMIT_MS:
        at_ms = now_ms if state.speaking or not state.started else state.stopped_ms
        return replace(state, ended=True), (Ended(at_ms=at_ms, reason="limit"),)
    if probability >= (STILL_SPEECH if state.speaking else SPEECH):
        return _voiced(state, now_ms)
    state = replace(state, speaking=False, begins_ms=-1)
    if not state.started:
        silent = now_ms // NO_SPEECH_MS > (now_ms - WINDOW_MS) // NO_SPEECH_MS
        return state, (NoSpeech(at_ms=now_ms),) if silent else ()
    return _silent(state, now_ms)


def heard(state: EndpointState, text: str, upto_ms: int) -> EndpointState:
    """Take in what the recogniser understood of the recording up to ``upto_ms``; later speech makes it stale."""
    wait_ms, reason = _judge(state, text)
    return replace(state, heard_ms=upto_ms, wait_ms=wait_ms, reason=reason)


def hangs(text: str) -> bool:
    """Whether a text breaks off: after a function word, a filler, a comma, a dash or an ellipsis, or with no word."""
    words = letters(text).split()
    return not words or words[-1] in HANGING or text.rstrip().endswith((",", "-", "…", "...", ":", ";"))


def _voiced(state: EndpointState, now_ms: int) -> tuple[EndpointState, tuple[EndpointEvent, ...]]:
    if state.speaking:
        return replace(state, stopped_ms=now_ms), ()
    begins_ms = now_ms - WINDOW_MS if state.begins_ms < 0 else state.begins_ms
    if now_ms - begins_ms < CONFIRM_WINDOWS * WINDOW_MS:
        return replace(state, begins_ms=begins_ms), ()
    events: tuple[EndpointEvent, ...] = ()
    pauses = state.pauses_ms
    if not state.started:
        events = (SpeechStarted(at_ms=begins_ms),)
    elif state.maybe:
        events = (SpeechResumed(at_ms=begins_ms),)
        pauses = (*pauses, begins_ms - state.stopped_ms)[-PAUSES_KEPT:]
    state = replace(state, pauses_ms=pauses, speaking=True, started=True, begins_ms=-1, stopped_ms=now_ms, maybe=False)
    return state, events


def _silent(state: EndpointState, now_ms: int) -> tuple[EndpointState, tuple[EndpointEvent, ...]]:
    silence_ms = now_ms - state.stopped_ms
    events: tuple[EndpointEvent, ...] = ()
    if not state.maybe and silence_ms >= MAYBE_MS:
        state = replace(state, maybe=True)
        events = (MaybeEnded(at_ms=state.stopped_ms),)
    current = state.heard_ms >= state.stopped_ms
    wait_ms, reason = (state.wait_ms, state.reason) if current else (patience_ms(state), "silence")
    if silence_ms < wait_ms:
        return state, events
    return replace(state, ended=True), (*events, Ended(at_ms=state.stopped_ms, reason=reason))


def _judge(state: EndpointState, text: str) -> tuple[int, str]:
    """How long to wait after these words, and what it would mean that nothing more came."""
    patience = patience_ms(state)
    if state.reference:
        return _judge_reading(read(letters(text), state.reference), patience, hangs(text))
    if hangs(text):
        return HANGING_MS, "silence"
    if text.rstrip().endswith(CLOSING) and len(letters(text).split()) >= 3:
        return max(FINISHED_MS, patience - 200), "finished"
    return max(patience, 800), "silence"


def _judge_reading(reading: Reading, patience: int, hanging: bool) -> tuple[int, str]:
    alike = reading.mismatch <= 0.5
    if alike and reading.unread <= 0.08 and reading.ending >= 0.5:
        return COMPLETE_MS, "complete"
    if (alike and reading.unread <= 0.25) or (reading.ending >= 0.75 and reading.length >= 0.8):
        return NEARLY_MS, "silence"
    if not alike and reading.length >= 0.6:  # not understood: only the amount tells that it may be all
        return patience, "silence"
    return (HANGING_MS if hanging else INCOMPLETE_MS), "silence"
