import pytest

from policies.tutors import TUTORS, UnknownTutor, find_tutor
from policies.voice import bounded_rate, speaking_rate, voice_name


def test_beginners_are_spoken_to_more_slowly():
    rates = [speaking_rate(level) for level in ("A1", "A2", "B1", "B2", "C1")]
    assert rates == sorted(rates)
    assert rates[0] == 0.8
    assert rates[-1] == 1.0


def test_an_unknown_level_is_taken_as_the_middle():
    assert speaking_rate("?") == speaking_rate("B1")
    assert speaking_rate("a1") == speaking_rate("A1")


def test_no_rate_leaves_what_the_engines_can_do():
    assert bounded_rate(0.1) == 0.6
    assert bounded_rate(1.0) == 1.0
    assert bounded_rate(9.0) == 1.4


@pytest.mark.parametrize("engine", ["kokoro", "piper", "espeak"])
def test_no_two_tutors_share_a_voice(engine):
    assert len({voice_name(tutor, engine) for tutor in TUTORS}) == len(TUTORS)


def test_kokoros_voice_speaks_the_tutors_accent():
    # Kokoro names a voice by language and sex: a is American English, b British; f a woman, m a man
    for tutor in TUTORS:
        assert (tutor.kokoro_voice[0] == "b") == tutor.accent.startswith("en-gb")
        assert (tutor.kokoro_voice[1] == "f") == (tutor.piper_f0_hz > 0)


def test_a_tutor_is_found_by_name():
    assert find_tutor("joe").title == "Joe"
    with pytest.raises(UnknownTutor, match="maya"):
        find_tutor("nobody")
