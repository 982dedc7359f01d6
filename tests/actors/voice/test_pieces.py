from actors.voice.phonemize import Pronunciation
from actors.voice.pieces import pieces
from actors.voice.timing import Span

RATE = 1000  # so that samples are milliseconds


def sentence(text, *, phoneme="a", word_ms=300, gap_ms=10):
    """A sentence of one-phoneme words; a comma is a pause of 200 ms."""
    spans = [Span("", 50, True)]
    for word in text.split():
        spans += [Span(phoneme, word_ms), Span("", 200 if word[-1] in ",." else gap_ms, word[-1] in ",.")]
    clauses = text.replace(".", "").split(",")
    said = [Pronunciation(tuple((phoneme,) for _ in clause.split()), ",") for clause in clauses]
    return text, said, spans, RATE


def test_a_short_sentence_is_one_piece():
    text, said, spans, rate = sentence("one two three")
    assert [piece.text for piece in pieces(text, said, spans, rate)] == ["one two three"]


def test_the_first_piece_is_short_and_the_pieces_say_the_whole_text():
    text, said, spans, rate = sentence("a b c d e f g h i j k l m n o p q r s t u v w x y z")
    found = pieces(text, said, spans, rate)
    assert found[0].text == "a b"  # two words of 300 ms: the first gap after 600 ms
    assert " ".join(piece.text for piece in found) == text
    assert found[-1].end == sum(span.samples for span in spans)


def test_a_pause_is_worth_waiting_for():
    text, said, spans, rate = sentence("one two three, four five six seven")
    first = pieces(text, said, spans, rate)[0]
    assert first.text == "one two three,"
    assert first.end == 50 + 3 * 300 + 2 * 10 + 100  # the middle of the pause


def test_without_a_pause_the_seam_lies_within_a_voiceless_consonant():
    text, said, spans, rate = sentence("one two three four five six")
    spans[2 * 3 + 1] = Span("s", 300)  # "four"
    first = pieces(text, said, spans, rate)[0]
    assert first.text == "one two three"
    assert first.end == 50 + 3 * 310 + 150


def test_a_number_of_several_words_is_never_torn():
    _, said, spans, rate = sentence("w w w w w w w")
    found = pieces("I have 42351 cats", said, spans, rate)
    assert " ".join(piece.text for piece in found) == "I have 42351 cats"
    assert all(piece.text for piece in found)
