"""What to say about how it was said: praise and tips, each with the evidence that it rests on. Invents nothing."""

from functools import cache

from msgspec import Struct

from events.values import Evidence, Pause, PhoneScore, WordScore
from policies.phones import minimal_pair, substitution_tip
from policies.tutor import lexicon, tokens, topics
from policies.tutor.choice import Choice
from policies.tutor.context import Sentence, TutorContext

CLEAR = 80.0  # a word score from here on is praised
WEAK_WORD = 60.0
WEAK_PHONE = 50.0
LONG_PAUSE_MS = 700
SLOW_WPM = 65.0
FAST_SYLLABLES_HZ = 6.0  # syllables a second of speaking time; fluent speakers have 4 to 5.5
_ENOUGH_WORDS, _ENOUGH_MS = 8, 3000  # of speech before it is called fast: a short burst is no speed
_FLUENT = 90.0  # fluency score from which on no speed is too high
FLAT = 0.07  # F0 deviation / F0 mean; lively reading has 0.15 and more
LIVELY = 0.16


class Finding(Struct, frozen=True, kw_only=True):
    """Something noticed: which lines speak of it, with what filled in, its evidence, and how much it matters (0..1)."""

    kind: str
    slots: dict[str, str]
    evidence: Evidence
    weight: float


@cache
def lines(section: str) -> dict[str, list[str]]:
    """A section of lines.toml."""
    found: dict[str, dict[str, list[str]]] = topics.data("lines.toml")
    return found[section]


@cache
def sounds() -> dict[str, dict[str, str]]:
    """Tip and example word of each ARPAbet phone."""
    return topics.data("sounds.toml")


def tips(context: TutorContext) -> list[Finding]:
    """What could be better, the most useful first."""
    found = [*_phones(context), *_words(context), *_flow(context), *_melody(context)]
    return sorted(found, key=lambda finding: -finding.weight)


def weakest(context: TutorContext) -> list[Finding]:
    """The content word with the lowest score, if it is below a clear one: for a weak whole without a plain fault."""
    words = sorted(
        (word for word in _spoken(context) if len(word.text) > 2 and _has_content(word)), key=lambda w: w.score
    )
    return [
        Finding(kind="word_more", slots={"word": tokens.written(word.text.lower())}, evidence=of_word(word), weight=0.2)
        for word in words[:1]
        if word.score < CLEAR
    ]


def praises(context: TutorContext) -> list[Finding]:
    """What really was good, the best first."""
    found: list[Finding] = []
    for word in _spoken(context):
        if word.score >= CLEAR and len(word.text) > 2 and _has_content(word):
            weight = word.score / 100 + min(len(word.text), 9) / 100
            found.append(
                Finding(
                    kind="praise_word",
                    slots={"word": tokens.written(word.text.lower())},
                    evidence=of_word(word),
                    weight=weight,
                )
            )
    found += _praised_prosody(context)
    return sorted(found, key=lambda finding: -finding.weight)


def spoken_as(finding: Finding, choice: Choice, emotion: str, act: str) -> Sentence | None:
    """The finding as a sentence that has not been said yet, None if all its lines have been."""
    texts = [_filled(line, finding.slots) for line in lines("remark")[finding.kind]]
    text = choice.pick(texts, finding.kind)
    if text is None:
        return None
    return Sentence(text=text, emotion=emotion, acts=(act,), evidence=(finding.evidence,))


def _filled(line: str, slots: dict[str, str]) -> str:
    for name, value in slots.items():
        line = line.replace("{" + name + "}", value)
    return line[:1].upper() + line[1:]


def _spoken(context: TutorContext) -> list[WordScore]:
    if context.pronunciation is None:
        return []
    return [word for word in context.pronunciation.words if word.spoken and word.end_ms > word.start_ms]


def _certain(context: TutorContext) -> list[WordScore]:
    """Words worth a tip: in a conversation a word that the lexicon does not hold may never have been said."""
    spoken = _spoken(context)
    return spoken if context.mode == "sentence" else [w for w in spoken if lexicon.is_familiar(w.text.lower())]


def _has_content(word: WordScore) -> bool:
    """Whether it is worth talking about: a teacher does not dwell on "the" and "could"."""
    text = word.text.lower()
    return "'" not in text and not (lexicon.is_closed(text) or lexicon.adverb(text) or text in lexicon.INTERJECTIONS)


def of_word(word: WordScore) -> Evidence:
    """The evidence of a word's score."""
    return Evidence(
        kind="word", text=word.text.lower(), start_ms=word.start_ms, end_ms=word.end_ms, value=round(word.score, 1)
    )


def of_phone(phone: PhoneScore) -> Evidence:
    """The evidence of a phone's score."""
    return Evidence(
        kind="phone", text=phone.phone, start_ms=phone.start_ms, end_ms=phone.end_ms, value=round(phone.score, 1)
    )


def _phones(context: TutorContext) -> list[Finding]:
    found: list[Finding] = []
    for word in _certain(context):
        for index, phone in enumerate(word.phones):
            tip = sounds().get(phone.phone.rstrip("012"))
            if phone.score >= WEAK_PHONE or tip is None or len(word.text) < 3 or not _has_content(word):
                continue
            known = 0.15 if phone.phone in context.history.weak_phones[:3] else 0.0
            slots = {"place": _place(index, len(word.phones)), "word": tokens.written(word.text.lower())}
            slots["tip"] = substitution_tip(phone.phone, phone.heard) or tip["tip"]
            pair = minimal_pair(phone.phone, phone.heard)
            if pair is not None:
                slots |= {"good": pair[0], "bad": pair[1]}
            weight = (WEAK_PHONE - phone.score) / 100 + 0.4 + known
            kind = "phone" if pair is None else "phone_pair"
            found.append(Finding(kind=kind, slots=slots, evidence=of_phone(phone), weight=weight))
    return found


def _place(index: int, count: int) -> str:
    if index == 0:
        return "start"
    return "end" if index == count - 1 else "middle"


def _words(context: TutorContext) -> list[Finding]:
    return [
        Finding(
            kind="word",
            slots={"word": tokens.written(word.text.lower())},
            evidence=of_word(word),
            weight=(WEAK_WORD - word.score) / 100 + 0.25,
        )
        for word in _certain(context)
        if word.score < WEAK_WORD and len(word.text) > 2 and _has_content(word)
    ]


def _flow(context: TutorContext) -> list[Finding]:
    prosody = context.prosody
    if prosody is None:
        return []
    found: list[Finding] = []
    fluency = 0.2 if "fluen" in context.goal.lower() else 0.0
    pauses = [pause for pause in prosody.pauses if pause.end_ms - pause.start_ms >= LONG_PAUSE_MS]
    if pauses:
        longest = max(pauses, key=lambda pause: pause.end_ms - pause.start_ms)
        found.append(_paused(context, longest, fluency))
    wpm = prosody.words_per_minute
    if wpm is not None and wpm < SLOW_WPM and len(context.said.split()) >= 4:
        evidence = Evidence(kind="rate", text="words per minute", end_ms=prosody.duration_ms, value=round(wpm, 1))
        found.append(Finding(kind="slow", slots={}, evidence=evidence, weight=0.3 + fluency))
    rate = prosody.syllable_rate_hz
    if rate is not None and _too_fast(context, rate, prosody.speaking_ms):
        evidence = Evidence(kind="rate", text="syllables per second", end_ms=prosody.duration_ms, value=round(rate, 1))
        found.append(Finding(kind="fast", slots={}, evidence=evidence, weight=0.3 + fluency))
    if prosody.hesitations >= 3:
        evidence = Evidence(
            kind="pause", text="hesitations", end_ms=prosody.duration_ms, value=float(prosody.hesitations)
        )
        found.append(Finding(kind="hesitation", slots={}, evidence=evidence, weight=0.35 + fluency))
    return found


def _too_fast(context: TutorContext, rate_hz: float, speaking_ms: int) -> bool:
    """Whether so many syllables a second, kept up long enough, made the learner hard to follow."""
    long_enough = len(context.said.split()) >= _ENOUGH_WORDS or speaking_ms >= _ENOUGH_MS
    fluency = context.scores.fluency
    return rate_hz > FAST_SYLLABLES_HZ and long_enough and (fluency is None or fluency < _FLUENT)


def _paused(context: TutorContext, pause: Pause, extra: float) -> Finding:
    length = pause.end_ms - pause.start_ms
    following = next((word for word in _spoken(context) if word.start_ms >= pause.end_ms - 80), None)
    evidence = Evidence(kind="pause", text="pause", start_ms=pause.start_ms, end_ms=pause.end_ms, value=float(length))
    weight = 0.3 + min(length, 2000) / 10_000 + extra
    if following is None:
        return Finding(kind="pause_plain", slots={}, evidence=evidence, weight=weight)
    return Finding(kind="pause", slots={"word": following.text.lower()}, evidence=evidence, weight=weight)


def _melody(context: TutorContext) -> list[Finding]:
    spread = _spread(context)
    if spread is None or spread[0] >= FLAT or len(context.said.split()) < 4:
        return []
    return [Finding(kind="flat", slots={}, evidence=spread[1], weight=0.35)]


def _spread(context: TutorContext) -> tuple[float, Evidence] | None:
    """F0 deviation over F0 mean, and its evidence in Hz."""
    prosody = context.prosody
    if prosody is None or not prosody.f0_mean_hz or prosody.f0_std_hz is None:
        return None
    evidence = Evidence(kind="pitch", text="F0 range", end_ms=prosody.duration_ms, value=round(prosody.f0_std_hz, 1))
    return prosody.f0_std_hz / prosody.f0_mean_hz, evidence


def _praised_prosody(context: TutorContext) -> list[Finding]:
    prosody = context.prosody
    if prosody is None or len(context.said.split()) < 5:
        return []
    found: list[Finding] = []
    wpm = prosody.words_per_minute
    if wpm is not None and 95 <= wpm <= 165:
        evidence = Evidence(kind="rate", text="words per minute", end_ms=prosody.duration_ms, value=round(wpm, 1))
        found.append(Finding(kind="praise_rate", slots={}, evidence=evidence, weight=0.8))
    longest = max((pause.end_ms - pause.start_ms for pause in prosody.pauses), default=0)
    if longest < 400 and prosody.hesitations == 0 and (wpm or 0) > SLOW_WPM:
        evidence = Evidence(kind="pause", text="longest pause", end_ms=prosody.duration_ms, value=float(longest))
        found.append(Finding(kind="praise_flow", slots={}, evidence=evidence, weight=0.82))
    spread = _spread(context)
    if spread is not None and spread[0] > LIVELY:
        found.append(Finding(kind="praise_pitch", slots={}, evidence=spread[1], weight=0.78))
    return found
