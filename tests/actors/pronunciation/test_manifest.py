"""The lines of a manifest, good and bad."""

from pathlib import Path

import pytest

from actors.assessment.lexicon import Lexicon
from actors.ports import EngineInputError
from actors.pronunciation.manifest import Ask, Failed, expected_words, read_manifest


def manifest(folder: Path, *lines: str) -> Path:
    file = folder / "in.jsonl"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


def test_a_recording_is_looked_for_from_the_manifests_folder_unless_its_path_is_absolute(tmp_path: Path) -> None:
    file = manifest(
        tmp_path, '{"id": "a", "audio": "x/a.wav", "text": "Hi"}', '{"id": 7, "audio": "/b.wav", "text": "Hi"}'
    )
    assert list(read_manifest(file)) == [
        Ask(number=1, id="a", audio=tmp_path / "x/a.wav", text="Hi"),
        Ask(number=2, id=7, audio=Path("/b.wav"), text="Hi"),
    ]


def test_a_bad_line_is_told_under_its_id_or_its_number_and_the_next_is_read(tmp_path: Path) -> None:
    file = manifest(
        tmp_path,
        "{not json",
        "",
        '{"id": "b", "text": "Hi"}',
        "[1, 2]",
        '{"id": true, "audio": "a", "text": "Hi"}',
        '{"id": "e", "audio": "a", "text": "Hi", "speaker": "is passed over"}',
    )
    *bad, good = read_manifest(file)
    assert all(isinstance(line, Failed) for line in bad)
    assert [line.id for line in bad] == ["1", "b", "4", "5"]
    assert "line 3 of in.jsonl" in bad[1].failed
    assert "`audio`" in bad[1].failed
    assert good == Ask(number=6, id="e", audio=tmp_path / "a", text="Hi")


def test_bytes_that_are_no_text_are_a_bad_line(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes(b'{"id": "a", "audio": "\xff", "text": "Hi"}\n')
    (line,) = read_manifest(file)
    assert isinstance(line, Failed)


def ask(text: str, phones: tuple[tuple[str, ...], ...] | None = None) -> Ask:
    return Ask(number=1, id="a", audio=Path("a.wav"), text=text, phones=phones)


def test_with_phones_the_words_are_those_between_white_space(lexicon: Lexicon) -> None:
    words = expected_words(ask("Oh - HI!", (("OW1",), ("AH0",), ("HH", "AY1"))), lexicon)
    assert words == [("Oh", (("OW1",),)), ("-", (("AH0",),)), ("HI!", (("HH", "AY1"),))]


def test_without_phones_the_dictionary_gives_them(lexicon: Lexicon) -> None:
    assert expected_words(ask("Hi - book!"), lexicon) == [("Hi", (("HH", "AY"),)), ("book", (("B", "UH", "K"),))]


@pytest.mark.parametrize(
    ("text", "phones", "told"),
    [
        ("Hi there", (("HH", "AY"),), "phones of 1 words, and the text has 2"),
        ("Hi", (("HH", "QQ"),), "'QQ', which is no ARPAbet phone"),
        ("Hi", ((),), "'Hi' has no phones"),
        ("  ", (), "the text holds no word"),
        ("😀", None, "the text holds no word"),
        ("你好", None, "cannot be said in English"),
        ("a " * 201, (("AH",),) * 201, "more than 200 words"),
    ],
)
def test_a_text_that_cannot_be_placed_is_refused_with_the_reason(
    lexicon: Lexicon, text: str, phones: tuple[tuple[str, ...], ...] | None, told: str
) -> None:
    with pytest.raises(EngineInputError, match=told):
        expected_words(ask(text, phones), lexicon)
