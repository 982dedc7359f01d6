"""How a recording is laid out and drawn."""

import cv2
import numpy as np
import pytest
from msgspec.structs import replace

from actors.hearing.flaws import RecordingWarning
from actors.ports import Transcript
from actors.pronunciation.assessor import Examined
from actors.pronunciation.explanation import Explanation, Reference
from actors.pronunciation.judgement import JudgedPhone, JudgedWord, Judgement
from actors.pronunciation.picture import DPI, HEAD_IN, HIGHEST_HZ, SYSTEM_IN, WIDTH_IN, drawn, spectrogram
from actors.pronunciation.report import report
from actors.pronunciation.systems import levels, systems
from events.values import Break, Ending, Miscue, PitchPoint, Prosody
from policies.prosody.disfluencies import Disfluency
from policies.prosody.judging import JudgedProsody
from policies.prosody.stress import WordStress


def word(text: str, start_ms: int, end_ms: int, *, said: bool = True) -> JudgedWord:
    """A word of one phone, heard as another."""
    phone = JudgedPhone(phone="AY", start_ms=start_ms, end_ms=end_ms, score=0.5, heard="EY")
    return JudgedWord(text=text, phones=(phone,), said=said, start_ms=start_ms, end_ms=end_ms, total=4.0)


def judged(*words: JudgedWord, miscues: tuple[Miscue, ...] = ()) -> Judgement:
    return Judgement(words=words, miscues=miscues, total=6.25)


def test_a_short_recording_is_one_line_with_a_little_room_around_its_words() -> None:
    assert systems(judged(word("a", 500, 900), word("b", 1000, 2000)), 5_000) == ((300, 2200),)


def test_room_ends_where_the_recording_does() -> None:
    assert systems(judged(word("a", 100, 2000)), 2_050) == ((0, 2050),)


def test_a_recording_in_which_nothing_was_said_is_drawn_whole() -> None:
    assert systems(judged(word("a", 0, 0, said=False)), 3_000) == ((0, 3000),)


def test_what_was_put_in_is_drawn_too() -> None:
    put_in = Miscue(kind="insertion", word=0, heard="er", start_ms=2_500, end_ms=2_900)
    assert systems(judged(word("a", 200, 900), miscues=(put_in,)), 5_000) == ((0, 3100),)


def test_a_long_recording_is_parted_between_two_words() -> None:
    # 7.4 s in two lines: the middle would be at 3,700, the nearest gap between words is from 3,900 to 4,100
    words = (word("a", 200, 1900), word("b", 2100, 3900), word("c", 4100, 7200))
    assert systems(judged(*words), 9_000) == ((0, 4000), (4000, 7400))


def test_a_single_word_that_lasts_for_minutes_is_parted_all_the_same() -> None:
    assert systems(judged(word("a", 200, 11_800)), 12_000) == ((0, 4000), (4000, 8000), (8000, 12_000))


def test_labels_never_lie_on_each_other_and_those_without_room_are_left_out() -> None:
    assert levels([(0, 10), (10, 20), (15, 25), (18, 30), (30, 40)], 2) == (0, 0, 1, None, 0)


def test_a_tone_of_1000_hz_is_strongest_at_1000_hz() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000).astype(np.float32)
    levels_db = spectrogram(tone)
    assert levels_db.shape == (HIGHEST_HZ * 512 // 16_000 + 1, 500)  # a column every 2 ms
    assert levels_db[:, 250].argmax() == 1000 * 512 // 16_000


@pytest.fixture
def explanation() -> Explanation:
    seconds = 9
    rng = np.random.default_rng(3)
    return Explanation(
        name="<take 1>.wav",
        text="Costs $5 & <more> $6 😀",
        found=Examined(
            audio=rng.normal(0, 0.05, seconds * 16_000).astype(np.float32),
            transcript=Transcript(text="costs <five>"),
            expected=[],
            judgement=judged(
                word("Costs", 200, 1900),
                word("$5", 2100, 3900),
                word("&", 0, 0, said=False),
                word("<more>", 4100, 4140),
                word("$6", 4140, 7200),
                miscues=(
                    Miscue(kind="omission", word=2),
                    Miscue(kind="insertion", word=-1, heard="<well>", start_ms=10, end_ms=150),
                ),
            ),
            prosody=Prosody(
                duration_ms=9000,
                speaking_ms=7000,
                contour=(PitchPoint(time_ms=300, f0_hz=140.0),),
                words_per_minute=38.0,
                syllable_rate_hz=1.5,
            ),
            warnings=(RecordingWarning(kind="noisy", value=3.0, trust=0.5, told="speech & <noise>"),),
        ),
        intonation=JudgedProsody(
            breaks=(
                Break(kind="unexpected", after_word=0, start_ms=1850, end_ms=2150, silence_ms=300),
                Break(kind="inside_word", after_word=4, start_ms=5000, end_ms=5400, silence_ms=400),
                Break(kind="missing", after_word=3, start_ms=4140, end_ms=4140, silence_ms=0),
            ),
            range_semitones=2.5,
            monotone=True,
            ending=Ending(start_ms=6800, end_ms=7100, semitones=3.25, movement="rise"),
            expected_ending="fall",
            stress=(
                WordStress(word=0, expected=0, heard=1, verdict="wrong", vowels=()),
                WordStress(word=3, expected=0, heard=0, verdict="right", vowels=()),
                WordStress(word=4, expected=0, heard=-1, verdict="unclear", vowels=()),
            ),
            disfluencies=(
                Disfluency(kind="filled_pause", heard="um", start_ms=2000, end_ms=2100),
                Disfluency(kind="repetition", heard="$6", start_ms=7200, end_ms=7900),
                Disfluency(kind="false_start", heard="co-", start_ms=10, end_ms=100),
            ),
        ),
        poor_below=1.0,
        reference=Reference(missing="no voice <here>"),
    )


def test_the_picture_grows_by_a_line_for_every_four_seconds(explanation: Explanation) -> None:
    picture = cv2.imdecode(np.frombuffer(drawn(explanation), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (round((HEAD_IN + 2 * SYSTEM_IN) * DPI), round(WIDTH_IN * DPI), 3)
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 100


def test_the_report_tells_words_phones_and_miscues_and_lets_no_text_be_markup(explanation: Explanation) -> None:
    told = report(explanation, b"png").decode()
    for part in (
        "data:image/png;base64,cG5n",
        "&lt;take 1&gt;.wav",
        "no voice &lt;here&gt;",
        "<td>omission</td><td>&amp;</td>",
        "<td>insertion</td><td>(before the first word)</td><td>&lt;well&gt;</td><td>0.01–0.15</td>",
        "<td>$5</td><td>AY</td><td>2.10–3.90</td><td>0.50</td><td>EY (poor)</td>",
        "<td>&lt;more&gt;</td><td>4.10–4.14</td><td>0.0</td><td>0.0</td><td>4.0</td><td>mispronunciation</td>",
        "not measurable",
        "<b>Warning (noisy):</b> speech &amp; &lt;noise&gt;.",
        "<li>38 words a minute with the pauses, 1.5 syllables a second without them.</li>",
        "<li>A pause of 300 ms after “Costs” at 1.85 s, inside a clause.</li>",
        "<li>A pause of 400 ms inside “$6” at 5.00 s.</li>",
        "<li>No pause after “&lt;more&gt;” at 4.14 s, where the text has a mark: 0 ms of silence.</li>",
        "<li>A pause filled with “um” at 2.00 s.</li>",
        "<li>“$6” at 7.20 s is said twice.</li>",
        "<li>“co-” at 0.01 s is a word begun and broken off.</li>",
        "<li>The voice moves within 2.5 semitones: below 3 a voice is heard as monotone.</li>",
        "<li>At the end the voice rises (+3.2 semitones); a sentence like this one usually falls.</li>",
        "<li>In “Costs” the second syllable stands out; stressed is the first.</li>",
        "<li>Stressed on the right syllable: &lt;more&gt;.</li>",
        "<li>The stress cannot be told by pitch, length and loudness: $6.</li>",
    ):
        assert part in told
    assert "<more>" not in told


def test_the_report_tells_how_far_experts_lie_from_a_score_where_the_model_knows(explanation: Explanation) -> None:
    assert "±" not in report(explanation, b"png").decode()

    judgement = replace(explanation.found.judgement, margins=(0.68, 0.8, 0.92, 0.73))
    told = report(replace(explanation, found=replace(explanation.found, judgement=judgement)), b"png").decode()

    assert "<small>total</small><b>6.2</b><small>of 10, ± 0.7</small>" in told
    assert "<small>prosodic</small><b>0.0</b><small>of 10, ± 0.9</small>" in told
    assert "<small>completeness</small><b>0.0</b><small>of 10</small>" in told
    assert "±: experts’ ratings lie so far from the score, at most, in four of five recordings." in told
