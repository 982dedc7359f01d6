"""Breaks, melody, word stress and flow of a reading that was judged: measured here, decided in `policies.prosody`."""

from collections.abc import Iterator, Sequence

from actors.assessment.tracks import Tracks
from actors.pronunciation.judgement import Expected, JudgedWord, Judgement
from actors.pronunciation.lexical_stress import stressed_syllable
from actors.pronunciation.phones import plain
from actors.pronunciation.vowels import vowels
from events.values import Prosody, Word
from policies.prosody.disfluencies import disfluencies
from policies.prosody.judging import JudgedProsody, beside_text, judged
from policies.prosody.phrasing import SHORTEST_BREAK_MS
from policies.prosody.stress import WordStress, word_stress

DOUBTED_BELOW = 9.5
"""The network's score of a word's stress (0..10); experts gave 10 or 5."""


def intonation(
    text: str,
    expected: Expected,
    judgement: Judgement,
    transcribed: Sequence[Word],
    prosody: Prosody,
    tracks: Tracks | None,
) -> JudgedProsody:
    """What is to be said of how the words of a text were said; ``prosody`` and ``tracks`` are Praat's."""
    return judged(
        beside_text(prosody, text, judgement.words),
        stress=tuple(_stresses(expected, judgement.words, tracks)) if tracks else (),
        disfluencies=disfluencies([word.text for word in judgement.words], transcribed, judgement.miscues),
    )


def _stresses(expected: Expected, words: Sequence[JudgedWord], tracks: Tracks) -> Iterator[WordStress]:
    """Of each word that was said and has a stress."""
    for index, (word, (text, ways)) in enumerate(zip(words, expected, strict=True)):
        said = tuple(phone.phone for phone in word.phones)
        way = next((way for way in ways if tuple(map(plain, way)) == said), said)
        stressed = stressed_syllable(text, way) if word.said else None
        if stressed is not None:
            yield word_stress(
                index,
                vowels(word.phones, tracks),
                stressed,
                final=_before_a_pause(words, index),
                doubted=word.stress < DOUBTED_BELOW,
            )


def _before_a_pause(words: Sequence[JudgedWord], index: int) -> bool:
    following = next((word for word in words[index + 1 :] if word.said), None)
    return following is None or following.start_ms - words[index].end_ms >= SHORTEST_BREAK_MS
