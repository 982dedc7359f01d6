"""What is measured of an answer, a list for each kind of engine. Computes sums; intervals are in `bootstrap.py`.

A `Metric` is of one engine, so that two can be compared; a `Contrast` is of two answers to one case.
"""

from collections.abc import Callable

from msgspec import Struct

from events.values import EngineUse
from replay.counterfactual.bootstrap import Figure, correlation, ratio
from replay.counterfactual.prices import Prices
from replay.counterfactual.values import Answer, Case, Exchange, Line, Recording, Replied, Scored, Spoken, Transcribed
from replay.counterfactual.words import errors_and_words, normal

Columns = tuple[float, ...] | None
"""What one case adds to the sums; None where the metric does not apply to it."""


class Metric(Struct, frozen=True, kw_only=True):
    """``better`` is lower, higher or "" where neither is; ``scale`` and ``unit`` are for people (0.123 → 12.3 %)."""

    name: str
    title: str
    better: str
    columns: Callable[[Case, Answer], Columns]
    figure: Figure = ratio
    unit: str = ""
    scale: float = 1.0


class Contrast(Struct, frozen=True, kw_only=True):
    """As `Metric`; ``columns`` take the case, the baseline's answer and the candidate's."""

    name: str
    title: str
    columns: Callable[[Case, Answer, Answer], Columns]
    figure: Figure = ratio
    unit: str = ""
    scale: float = 1.0


def metrics_of(kind: str, prices: Prices) -> tuple[Metric, ...]:
    """The metrics of a kind, the one that matters first."""
    return (*_METRICS[kind], *_common(kind, prices))


def contrasts_of(kind: str) -> tuple[Contrast, ...]:
    """The contrasts of a kind."""
    return _CONTRASTS[kind]


def word_errors(case: Case, answer: Answer) -> Columns:
    """Word errors and words of the reference. No answer is an empty one: every word is an error."""
    if isinstance(case.prompt, Line):
        said = answer.outcome.understood if isinstance(answer.outcome, Spoken) else ""
        return errors_and_words(case.prompt.text, said)
    if not isinstance(case.prompt, Recording) or not case.prompt.reference:
        return None
    said = answer.outcome.text if isinstance(answer.outcome, Transcribed) else ""
    return errors_and_words(case.prompt.reference, said)


def _failed(case: Case, answer: Answer) -> Columns:
    return (float(answer.outcome is None), 1.0)


def _silent(case: Case, answer: Answer) -> Columns:
    if not isinstance(answer.outcome, Transcribed):
        return None
    return (float(not normal(answer.outcome.text)), 1.0)


def _latency(case: Case, answer: Answer) -> Columns:
    return (answer.latency_ms, 1.0) if answer.outcome is not None and answer.use is not None else None


def _first(case: Case, answer: Answer) -> Columns:
    return (answer.first_ms, 1.0) if answer.outcome is not None and answer.use is not None else None


def _rtf(case: Case, answer: Answer) -> Columns:
    duration_ms = _sound_ms(case, answer)
    if answer.outcome is None or answer.use is None or not duration_ms:
        return None
    return (answer.latency_ms, float(duration_ms))


def _sound_ms(case: Case, answer: Answer) -> int:
    if isinstance(answer.outcome, Spoken):
        return answer.outcome.duration_ms
    return case.prompt.duration_ms if isinstance(case.prompt, Recording) else 0


def _cost(kind: str, prices: Prices) -> Callable[[Case, Answer], Columns]:
    def columns(case: Case, answer: Answer) -> Columns:
        if answer.outcome is None or answer.use is None:
            return None
        use: EngineUse = answer.use
        text = answer.outcome.text if isinstance(answer.outcome, Replied) else ""
        characters = len(case.prompt.text) if isinstance(case.prompt, Line) else len(text)
        amount = prices.of(kind, use.name).amount(
            latency_ms=answer.latency_ms, audio_ms=_sound_ms(case, answer), characters=characters
        )
        return (1000 * amount, 1.0)

    return columns


def _common(kind: str, prices: Prices) -> tuple[Metric, ...]:
    """What is measured of every kind: failures, time, and cost where engines have prices."""
    found = [Metric(name="failures", title="No answer", better="lower", columns=_failed, unit="%", scale=100)]
    if kind in ("tutor", "voice"):
        found.append(Metric(name="first_ms", title="Time to the first part", better="lower", columns=_first, unit="ms"))
    found.append(
        Metric(name="latency_ms", title="Time for an answer, mean", better="lower", columns=_latency, unit="ms")
    )
    if kind != "tutor":
        found.append(Metric(name="rtf", title="Real-time factor", better="lower", columns=_rtf))
    if prices.any:
        found.append(Metric(name="cost", title="Cost of 1,000 answers", better="lower", columns=_cost(kind, prices)))
    return tuple(found)


def _agreement(case: Case, answer: Answer) -> Columns:
    """Sums for Pearson's r between score and human rating."""
    if not isinstance(case.prompt, Recording) or case.prompt.rated is None or not isinstance(answer.outcome, Scored):
        return None
    return _products(answer.outcome.score, case.prompt.rated)


def _products(x: float, y: float) -> tuple[float, ...]:
    return (1.0, x, y, x * x, y * y, x * y)


def _rating_error(case: Case, answer: Answer) -> Columns:
    if not isinstance(case.prompt, Recording) or case.prompt.rated is None or not isinstance(answer.outcome, Scored):
        return None
    return (abs(answer.outcome.score - case.prompt.rated), 1.0)


def _score(case: Case, answer: Answer) -> Columns:
    return (answer.outcome.score, 1.0) if isinstance(answer.outcome, Scored) else None


def _reply_words(case: Case, answer: Answer) -> Columns:
    return (float(len(answer.outcome.text.split())), 1.0) if isinstance(answer.outcome, Replied) else None


def _refused(case: Case, answer: Answer) -> Columns:
    """Sentences that the check of replies refuses, and sentences."""
    if not isinstance(answer.outcome, Replied):
        return None
    sentences = answer.outcome.sentences
    return (float(sum(bool(sentence.fault) for sentence in sentences)), float(len(sentences)))


def _asks(case: Case, answer: Answer) -> Columns:
    if not isinstance(answer.outcome, Replied):
        return None
    return (float("?" in answer.outcome.text), 1.0)


def _repeats(case: Case, answer: Answer) -> Columns:
    """Questions that the tutor has asked before in this session, and questions."""
    if not isinstance(answer.outcome, Replied) or not isinstance(case.prompt, Exchange):
        return None
    before = {normal(text) for text in case.prompt.context.used}
    questions = [normal(said.text) for said in answer.outcome.sentences if said.text.rstrip().endswith("?")]
    return (float(sum(question in before for question in questions)), float(len(questions)))


def _duration(case: Case, answer: Answer) -> Columns:
    return (answer.outcome.duration_ms / 1000, 1.0) if isinstance(answer.outcome, Spoken) else None


def _words_changed(case: Case, baseline: Answer, candidate: Answer) -> Columns:
    """Word errors of the candidate against the baseline's transcript, where that has words."""
    before = baseline.outcome.text if isinstance(baseline.outcome, Transcribed) else ""
    after = candidate.outcome.text if isinstance(candidate.outcome, Transcribed) else ""
    return errors_and_words(before, after)


def _same_transcript(case: Case, baseline: Answer, candidate: Answer) -> Columns:
    if not isinstance(baseline.outcome, Transcribed) or not isinstance(candidate.outcome, Transcribed):
        return None
    return (float(normal(baseline.outcome.text) != normal(candidate.outcome.text)), 1.0)


def _between(case: Case, baseline: Answer, candidate: Answer) -> Columns:
    """Sums for Pearson's r between the two engines' scores."""
    if not isinstance(baseline.outcome, Scored) or not isinstance(candidate.outcome, Scored):
        return None
    return _products(baseline.outcome.score, candidate.outcome.score)


def _apart(case: Case, baseline: Answer, candidate: Answer) -> Columns:
    if not isinstance(baseline.outcome, Scored) or not isinstance(candidate.outcome, Scored):
        return None
    return (abs(baseline.outcome.score - candidate.outcome.score), 1.0)


def _text_changed(case: Case, baseline: Answer, candidate: Answer) -> Columns:
    if not isinstance(baseline.outcome, Replied) or not isinstance(candidate.outcome, Replied):
        return None
    return (float(baseline.outcome.text != candidate.outcome.text), 1.0)


def _acts_changed(case: Case, baseline: Answer, candidate: Answer) -> Columns:
    if not isinstance(baseline.outcome, Replied) or not isinstance(candidate.outcome, Replied):
        return None
    before, after = (
        {act for sentence in outcome.sentences for act in sentence.acts}
        for outcome in (baseline.outcome, candidate.outcome)
    )
    return (float(before != after), 1.0)


_METRICS: dict[str, tuple[Metric, ...]] = {
    "asr": (
        Metric(name="wer", title="Word error rate", better="lower", columns=word_errors, unit="%", scale=100),
        Metric(name="silent", title="Heard no word", better="lower", columns=_silent, unit="%", scale=100),
    ),
    "pronunciation": (
        Metric(name="pcc", title="Agreement with people (r)", better="higher", columns=_agreement, figure=correlation),
        Metric(name="error", title="Distance from people", better="lower", columns=_rating_error, unit="points"),
        Metric(name="score", title="Score, mean", better="", columns=_score, unit="points"),
    ),
    "tutor": (
        Metric(name="refused", title="Sentences refused", better="lower", columns=_refused, unit="%", scale=100),
        Metric(name="repeats", title="Questions repeated", better="lower", columns=_repeats, unit="%", scale=100),
        Metric(name="asks", title="Replies that ask", better="", columns=_asks, unit="%", scale=100),
        Metric(name="words", title="Words a reply", better="", columns=_reply_words),
    ),
    "voice": (
        Metric(
            name="wer", title="Not understood by ASR (WER)", better="lower", columns=word_errors, unit="%", scale=100
        ),
        Metric(name="duration_s", title="Length of a sentence", better="", columns=_duration, unit="s"),
    ),
}
_CONTRASTS: dict[str, tuple[Contrast, ...]] = {
    "asr": (
        Contrast(name="changed", title="Transcripts changed", columns=_same_transcript, unit="%", scale=100),
        Contrast(name="apart", title="Words apart", columns=_words_changed, unit="%", scale=100),
    ),
    "pronunciation": (
        Contrast(name="r", title="Agreement with the baseline (r)", columns=_between, figure=correlation),
        Contrast(name="apart", title="Distance from the baseline", columns=_apart, unit="points"),
    ),
    "tutor": (
        Contrast(name="changed", title="Replies changed", columns=_text_changed, unit="%", scale=100),
        Contrast(name="acts", title="Acts changed", columns=_acts_changed, unit="%", scale=100),
    ),
    "voice": (),
}
