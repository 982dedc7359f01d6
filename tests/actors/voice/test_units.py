from actors.voice.phonemize import Pronunciation
from actors.voice.timing import Span
from actors.voice.units import Unit, cut, spans, units


def test_words_are_parted_by_spaces_and_clauses_closed_by_marks():
    said = [Pronunciation((("ˈaɪ",), ("s", "iː")), ","), Pronunciation((("j", "uː"),), ".")]
    found = units(said, lambda phoneme: phoneme)
    assert "".join(unit.symbols for unit in found) == "ˈaɪ siː, juː."
    assert [unit.ipa for unit in found if unit.ipa] == ["aɪ", "s", "iː", "j", "uː"]
    assert [unit.pause for unit in found if not unit.ipa] == [False, True, True, True]


def test_phonemes_that_the_model_cannot_write_are_left_out():
    found = units([Pronunciation((("q", "a"),), "")], lambda phoneme: "" if phoneme == "q" else phoneme)
    assert found == [Unit("a", "a")]


def test_long_text_is_cut_at_gaps():
    text = [Unit("ab", "a"), Unit(" "), Unit("cd", "c"), Unit(" "), Unit("ef", "e")]
    assert cut(text, 6) == [text[:4], text[4:]]
    assert cut(text, 5) == [text[:2], text[2:]] or all(sum(len(u.symbols) for u in run) <= 5 for run in cut(text, 5))


def test_a_word_longer_than_the_model_takes_is_cut_too():
    runs = cut([Unit("a", "a")] * 1200, 510)
    assert [len(run) for run in runs] == [510, 510, 180]


def test_spans_add_up_with_the_padding():
    found = spans([Unit("a", "a"), Unit(".", pause=True)], [300, 200], before=50, after=60)
    assert found == [Span("", 50, True), Span("a", 300), Span("", 200, True), Span("", 60, True)]
