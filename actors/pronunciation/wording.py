"""What was found of a reading's prosody, a sentence each. Decides nothing."""

from collections.abc import Iterator, Sequence

from actors.pronunciation.judgement import JudgedWord
from events.values import Break, Prosody
from policies.prosody.disfluencies import FALSE_START, FILLED_PAUSE, Disfluency
from policies.prosody.judging import JudgedProsody
from policies.prosody.melody import MONOTONE_BELOW
from policies.prosody.phrasing import INSIDE_WORD, MISSING
from policies.prosody.stress import RIGHT, WRONG, WordStress
from policies.prosody.text import FALL, LEVEL, RISE

_MOVED = {FALL: "falls", RISE: "rises", LEVEL: "stays level"}
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def sentences(judged: JudgedProsody, prosody: Prosody, words: Sequence[JudgedWord]) -> tuple[str, ...]:
    """In the order in which a teacher would come to them: flow, melody, stress."""
    return (
        *_rates(prosody),
        *(_break(one, words) for one in judged.breaks),
        *(_disfluency(one) for one in judged.disfluencies),
        *_range(judged),
        *_ending(judged),
        *(_stress(one, words) for one in judged.stress if one.verdict == WRONG),
        *_stresses(judged.stress, words),
    )


def _rates(prosody: Prosody) -> Iterator[str]:
    if prosody.words_per_minute is not None and prosody.syllable_rate_hz is not None:
        yield (
            f"{prosody.words_per_minute:.0f} words a minute with the pauses, {prosody.syllable_rate_hz:.1f} syllables a"
            " second without them."
        )


def _break(one: Break, words: Sequence[JudgedWord]) -> str:
    word = words[one.after_word].text
    at = f"at {one.start_ms / 1000:.2f} s"
    if one.kind == MISSING:
        return f"No pause after “{word}” {at}, where the text has a mark: {one.silence_ms} ms of silence."
    if one.kind == INSIDE_WORD:
        return f"A pause of {one.silence_ms} ms inside “{word}” {at}."
    return f"A pause of {one.silence_ms} ms after “{word}” {at}, inside a clause."


def _disfluency(one: Disfluency) -> str:
    at = f"at {one.start_ms / 1000:.2f} s"
    if one.kind == FILLED_PAUSE:
        return f"A pause filled with “{one.heard}” {at}."
    if one.kind == FALSE_START:
        return f"“{one.heard}” {at} is a word begun and broken off."
    return f"“{one.heard}” {at} is said twice."


def _range(judged: JudgedProsody) -> Iterator[str]:
    if judged.range_semitones is None:
        return
    limit = f"below {MONOTONE_BELOW:g} a voice is heard as monotone"
    yield f"The voice moves within {judged.range_semitones:.1f} semitones" + (f": {limit}." if judged.monotone else ".")


def _ending(judged: JudgedProsody) -> Iterator[str]:
    if judged.ending is None:
        return
    moved = f"At the end the voice {_MOVED[judged.ending.movement]} ({judged.ending.semitones:+.1f} semitones)"
    if not judged.expected_ending or judged.expected_ending == judged.ending.movement:
        yield f"{moved}."
    else:
        yield f"{moved}; a sentence like this one usually {_MOVED[judged.expected_ending]}."


def _stress(one: WordStress, words: Sequence[JudgedWord]) -> str:
    return (
        f"In “{words[one.word].text}” the {_ordinal(one.heard)} syllable stands out; stressed is the"
        f" {_ordinal(one.expected)}."
    )


def _stresses(stress: Sequence[WordStress], words: Sequence[JudgedWord]) -> Iterator[str]:
    right = [words[one.word].text for one in stress if one.verdict == RIGHT]
    unclear = [words[one.word].text for one in stress if one.verdict not in (RIGHT, WRONG)]
    if right:
        yield f"Stressed on the right syllable: {', '.join(right)}."
    if unclear:
        yield f"The stress cannot be told by pitch, length and loudness: {', '.join(unclear)}."


def _ordinal(syllable: int) -> str:
    return _ORDINALS[syllable] if syllable < len(_ORDINALS) else f"{syllable + 1}th"
