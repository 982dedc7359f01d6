"""The contract of `actors.ports.Voice`, run on all three engines."""

import re
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby, pairwise

import jiwer
import numpy as np
import pytest

from actors.ports import EngineInputError, Voice
from policies.tutors import TUTORS

SENTENCE = "I like your story, but what happened to the dog when it came home?"
VOWELS = set("aeiouæɑɒɔəɛɜɪʊʌ")


@pytest.fixture(params=["kokoro", "piper", "espeak_voice"], scope="module")
def voice(request: pytest.FixtureRequest) -> Voice:
    found: Voice = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def spoken(voice: Voice):
    return list(voice.speak(SENTENCE, tutor="maya"))


def test_an_engine_tells_what_it_is(voice):
    assert voice.name
    assert voice.version
    assert isinstance(voice.digest, str)


def test_the_parts_say_the_whole_sentence_and_only_the_last_is_marked_so(spoken):
    assert " ".join(part.text for part in spoken) == SENTENCE
    assert [part.last for part in spoken] == [False] * (len(spoken) - 1) + [True]


def test_every_part_lasts_whole_video_frames(spoken):
    for part in spoken:
        assert len(part.pcm) % (2 * part.sample_rate_hz // 25) == 0
        assert part.duration_ms % 40 == 0


def test_phonemes_cover_every_part_without_a_hole(spoken):
    for part in spoken:
        assert part.phonemes[0].start_ms == 0
        assert part.phonemes[-1].end_ms == part.duration_ms
        for earlier, later in pairwise(part.phonemes):
            assert earlier.start_ms < earlier.end_ms == later.start_ms


def test_phonemes_are_ipa_without_stress_marks(spoken):
    for part in spoken:
        for phoneme in part.phonemes:
            assert not set(phoneme.ipa) & set("ˈˌ|_ ,.?")


def test_the_phonemes_are_those_of_the_sentence(voice):
    parts = voice.speak("My friend keeps two big dogs.", tutor="joe")
    said = [phoneme.ipa.rstrip("ː") for part in parts for phoneme in part.phonemes if phoneme.ipa]
    once = [ipa for ipa, _ in groupby(said)]  # a seam may lie within a phoneme
    # CMUdict: M AY1 / F R EH1 N D / K IY1 P S / T UW1 / B IH1 G / D AO1 G Z, where eSpeak NG has the cot-caught merger
    assert " ".join(once) == "m aɪ f ɹ ɛ n d k i p s t u b ɪ ɡ d ɑ ɡ z"


def test_silence_is_quiet_and_vowels_are_loud(spoken):
    silent, vowels = [], []
    for part in spoken:
        samples = part.samples.astype(float) / 32768
        for phoneme in part.phonemes:
            start, end = (ms * part.sample_rate_hz // 1000 for ms in (phoneme.start_ms, phoneme.end_ms))
            power = np.mean(samples[start:end] ** 2)
            if not phoneme.ipa and end - start > part.sample_rate_hz // 50:
                silent.append(power)
            elif phoneme.ipa[:1] in VOWELS:
                vowels.append(power)
    assert silent
    assert 10 * np.log10(np.median(vowels) / max(np.max(silent), 1e-12)) > 25


def test_all_voices_are_about_as_loud(spoken):
    samples = np.concatenate([part.samples for part in spoken]).astype(float) / 32768
    assert -25 < 10 * np.log10(np.mean(samples**2)) < -17
    assert np.max(np.abs(samples)) < 1.0


def test_the_comma_is_heard_as_a_pause(spoken):
    phonemes = [phoneme for part in spoken for phoneme in part.phonemes]
    story = next(index for index, phoneme in enumerate(phonemes) if not phoneme.ipa and index > 0)
    assert phonemes[story - 1].ipa == "i"
    pause_ms = 0
    while not phonemes[story].ipa:
        pause_ms += phonemes[story].end_ms - phonemes[story].start_ms
        story += 1
    assert 80 <= pause_ms <= 500
    assert phonemes[story].ipa == "b"


def test_a_lower_rate_is_slower(voice):
    def speaking_ms(rate):
        parts = voice.speak("This is a nice day.", tutor="joe", rate=rate)
        return sum(phoneme.end_ms - phoneme.start_ms for part in parts for phoneme in part.phonemes if phoneme.ipa)

    assert 1.12 < speaking_ms(0.8) / speaking_ms(1.0) < 1.4  # 1 / 0.8 = 1.25


def test_the_same_sentence_is_cut_the_same_again(voice, spoken):
    """A reply that is spoken on after a crash must join what the log already holds."""
    again = list(voice.speak(SENTENCE, tutor="maya"))
    assert [(part.text, part.duration_ms) for part in again] == [(part.text, part.duration_ms) for part in spoken]
    for part, earlier in zip(again, spoken, strict=True):
        assert [phoneme.ipa for phoneme in part.phonemes] == [phoneme.ipa for phoneme in earlier.phonemes]
        for phoneme, before in zip(part.phonemes, earlier.phonemes, strict=True):
            assert abs(phoneme.end_ms - before.end_ms) <= 10


def test_whisper_understands_it(voice, hear):
    sentence = "What do you usually eat for breakfast on a Sunday?"
    heard = hear(list(voice.speak(sentence, tutor="maya")))
    plain = [re.sub(r"[^a-z ]", "", text.lower()) for text in (sentence, heard)]
    assert jiwer.wer(*plain) <= (0.2 if voice.name == "espeak" else 0.0), heard


@pytest.mark.parametrize("text", ["", "   ", "😀🎉", "***", "?!…", "你好"])
def test_what_cannot_be_said_is_refused(voice, text):
    with pytest.raises(EngineInputError) as refused:
        list(voice.speak(text, tutor="maya"))
    assert refused.value.code == "text_unspeakable"


def test_an_unknown_tutor_is_refused(voice):
    with pytest.raises(EngineInputError) as refused:
        list(voice.speak("Hello.", tutor="nobody"))
    assert refused.value.code == "tutor_unknown"


def test_every_tutor_has_a_voice_of_its_own(voice):
    names = set()
    for tutor in TUTORS:
        (part,) = voice.speak("Hi.", tutor=tutor.name)
        assert np.max(np.abs(part.samples)) > 1000
        names.add(part.voice)
    assert len(names) == len(TUTORS)


def test_threads_do_not_disturb_each_other(voice):
    sentences = ["Good morning.", "Thank you."]

    def ipa(text):
        return [phoneme.ipa for part in voice.speak(text, tutor="iris") for phoneme in part.phonemes]

    alone = [ipa(text) for text in sentences]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(ipa, sentences)) == alone
