"""Whether feedback rests on what happened: each refuses a claim that no event of the turn holds, and says why.

Three kinds of feedback are held to it: claims about sounds (`claim_fault`), a tutor's sentence by the evidence that it
cites (`sentence_fault`), and what a language model says in its own words beside the findings it was given
(`unfounded`). They judge the form of no sentence; see `policies.tutor.check`.
"""

import re

from events.values import Evidence, Pronunciation, WordScore
from policies.feedback.claims import Claim
from policies.tutor import lexicon, tokens
from policies.tutor.context import Sentence, TutorContext
from policies.tutor.remarks import Finding

_ABOUT_SPEECH = frozenset(("praise", "correct"))
_FIGURE = re.compile(r"\d+(?:[.,]\d+)?")
_QUOTED = re.compile(r"[\"“‘«]([^\"”’»]+)[\"”’»]")
_SOUNDED = re.compile(r"\b(?:sound(?:s|ed)|came out) (?:like|as)(?: in)?(?: an?| the)? [\"“‘]?([a-z]+)", re.IGNORECASE)


def claim_fault(claim: Claim, pronunciation: Pronunciation | None) -> str:
    """Why the assessment does not hold this claim, "" if it does."""
    words = pronunciation.words if pronunciation is not None else ()
    if not 0 <= claim.place < len(words):
        return f"the text that was assessed has no word number {claim.place}"
    word = words[claim.place]
    if word.text != claim.word:
        return f"word number {claim.place} is {word.text!r}, not {claim.word!r}"
    if not word.spoken:
        return f"{word.text!r} was not said"
    own = [phone for phone in word.phones if phone.phone == claim.phone]
    here = [phone for phone in own if (phone.start_ms, phone.end_ms) == (claim.start_ms, claim.end_ms)]
    if not here:
        return f"{word.text!r} has no {claim.phone} from {claim.start_ms} to {claim.end_ms} ms"
    if here[0].score != claim.score:
        return f"the {claim.phone} of {word.text!r} scored {here[0].score}, not {claim.score}"
    if here[0].heard != claim.heard:
        return f"for the {claim.phone} of {word.text!r} {here[0].heard or 'nothing else'} was heard, not {claim.heard}"
    return ""


def sentence_fault(sentence: Sentence, context: TutorContext) -> str:
    """Why a tutor's sentence may not be said to this learner in this turn, "" if it may."""
    if _ABOUT_SPEECH.intersection(sentence.acts) and not sentence.evidence:
        return "praise or correction that cites nothing"
    return next((fault for each in sentence.evidence if (fault := evidence_fault(each, context))), "")


def evidence_fault(evidence: Evidence, context: TutorContext) -> str:
    """Why no event of the turn (or, of kind history, of those before) holds this evidence, "" if one does."""
    held = {
        "phone": _phone,
        "word": _word,
        "note": _note,
        "pause": _pause,
        "pitch": _pitch,
        "rate": _rate,
        "content": _content,
        "history": _history,
    }.get(evidence.kind)
    if held is None:
        return f"there is no evidence of kind {evidence.kind!r}"
    if held(evidence, context):
        return ""
    where = f" from {evidence.start_ms} to {evidence.end_ms} ms" if evidence.end_ms else ""
    figure = "" if evidence.value is None else f" of {evidence.value:g}"
    return f"no event holds the {evidence.kind} {evidence.text!r}{where}{figure}"


def unfounded(text: str, findings: tuple[Finding, ...], said: str) -> str:
    """Why a sentence of feedback tells more than ``findings`` do: a figure, a word in quotes, a sound; "" if not."""
    known = {word for finding in findings for slot in finding.slots.values() for word in tokens.words_of(slot)}
    known |= set(tokens.words_of(said))
    figures = [figure for figure in _FIGURE.findall(text) if figure not in said]
    if figures:
        return f"a figure that no finding tells: {figures[0]}"
    for quoted in _QUOTED.findall(text):
        if not set(tokens.words_of(quoted)) <= known:
            return f"a word that no finding tells: {quoted}"
    heard = [sound for sound in _SOUNDED.findall(text) if sound.lower() not in known]
    return f"a sound that was not heard: {heard[0]}" if heard else ""


def _words(context: TutorContext) -> tuple[WordScore, ...]:
    return context.pronunciation.words if context.pronunciation is not None else ()


def _phone(evidence: Evidence, context: TutorContext) -> bool:
    return any(
        (phone.phone, phone.start_ms, phone.end_ms, round(phone.score, 1)) == _told(evidence)
        for word in _words(context)
        if word.spoken
        for phone in word.phones
    )


def _word(evidence: Evidence, context: TutorContext) -> bool:
    return any(
        (word.text.lower(), word.start_ms, word.end_ms, round(word.score, 1)) == _told(evidence)
        for word in _words(context)
    )


def _told(evidence: Evidence) -> tuple[str, int, int, float | None]:
    return evidence.text, evidence.start_ms, evidence.end_ms, evidence.value


def _note(evidence: Evidence, context: TutorContext) -> bool:
    """What is put right was said, or a note has it."""
    said, _, better = evidence.text.partition(" → ")
    noted = any((note.said, note.better) == (said, better) for note in context.notes)
    return noted or (bool(better) and _among(said, context.said))


def _pause(evidence: Evidence, context: TutorContext) -> bool:
    prosody = context.prosody
    if prosody is None:
        return False
    if evidence.text == "hesitations":
        return evidence.value == float(prosody.hesitations)
    lengths = {(pause.start_ms, pause.end_ms): float(pause.end_ms - pause.start_ms) for pause in prosody.pauses}
    if evidence.text == "longest pause":
        return evidence.value == max(lengths.values(), default=0.0)
    return lengths.get((evidence.start_ms, evidence.end_ms)) == evidence.value


def _pitch(evidence: Evidence, context: TutorContext) -> bool:
    deviation = context.prosody.f0_std_hz if context.prosody is not None else None
    return deviation is not None and evidence.value == round(deviation, 1)


def _rate(evidence: Evidence, context: TutorContext) -> bool:
    prosody = context.prosody
    measured = (prosody.words_per_minute, prosody.syllable_rate_hz) if prosody is not None else ()
    return evidence.value in {round(rate, 1) for rate in measured if rate is not None}


def _content(evidence: Evidence, context: TutorContext) -> bool:
    """It was said, or it belongs to the sentence that was to be said."""
    asked = context.pronunciation.reference if context.pronunciation is not None else ""
    return not evidence.text or any(_among(evidence.text, text) for text in (context.said, context.exercise, asked))


def _history(evidence: Evidence, context: TutorContext) -> bool:
    before, arrow, now = evidence.text.partition(" → ")
    if not arrow:
        return evidence.text in (*context.history.hard_phones, *context.history.hard_words)
    total = context.scores.total
    earlier = {f"{turn.total:.0f}" for turn in context.turns if turn.total is not None}
    return total is not None and before in earlier and now == f"{total:.0f}" and evidence.value == round(total, 1)


def _among(wanted: str, text: str) -> bool:
    """Whether all words are in the text, in whatever form: a reaction to "two dogs" rests on "dog"."""
    return _lowered(wanted) <= _forms(text)


def _lowered(text: str) -> set[str]:
    return {word.lower() for word in tokens.words_of(text)}


def _forms(text: str) -> set[str]:
    words = _lowered(text)
    verbs = {form.lemma for word in words for form in lexicon.verbs(word)}
    return words | verbs | {form.lemma for word in words for form in lexicon.nouns(word)}
