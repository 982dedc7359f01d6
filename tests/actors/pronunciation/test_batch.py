"""A manifest worked through by an assessor that only knows what it was asked."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from actors.pronunciation.assessor import error_of
from actors.pronunciation.batch import NotResults, Tally, kept, run
from actors.pronunciation.judgement import JudgedPhone, JudgedWord
from actors.pronunciation.manifest import Ask, Failed

LINE = '{{"id": "{}", "audio": "a.wav", "text": "Hi"}}\n'


class Echo:
    """Answers with what it was asked; remembers how many were on their way at most."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def assess(self, asks: Iterable[Ask]) -> Iterator[Failed]:
        for ask in asks:
            self.asked.append(str(ask.id))
            yield Failed(id=ask.id, failed="as told")


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    file = tmp_path / "in.jsonl"
    file.write_text(LINE.format("a") + "{bad\n" + LINE.format("c") + LINE.format("d"))
    return file


def whole(manifest: Path, out: Path) -> tuple[Echo, Tally, list[int]]:
    echo, shown = Echo(), []
    return echo, run(manifest, out, echo, kept(manifest, out), shown.append), shown


def test_lines_come_out_in_order_with_the_bad_ones_in_their_places(manifest: Path, tmp_path: Path) -> None:
    echo, tally, shown = whole(manifest, tmp_path / "out.jsonl")
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert [line[:8] for line in lines] == ['{"id":"a', '{"id":"2', '{"id":"c', '{"id":"d']
    assert (echo.asked, tally, shown) == (["a", "c", "d"], Tally(failed=4), [1, 2, 3, 4])


@pytest.mark.parametrize("there", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("broken", ["", '{"id":"d","sco', '{"id":"d"}'])
def test_a_run_that_was_broken_off_goes_on_after_its_last_whole_line(
    manifest: Path, tmp_path: Path, there: int, broken: str
) -> None:
    out = tmp_path / "out.jsonl"
    whole(manifest, out)
    complete = out.read_bytes()
    out.write_bytes(b"".join(complete.splitlines(keepends=True)[:there]) + broken.encode())
    echo, tally, _ = whole(manifest, out)
    assert out.read_bytes() == complete
    assert echo.asked == ["a", "c", "d"][there - (there > 1) :]
    assert tally.lines == 4


def test_lines_of_other_ids_are_assessed_anew_from_the_first_of_them(manifest: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text('{"id":"a","scores":{}}\n{"id":"x"}\n{"id":"c"}\n')
    echo, tally, _ = whole(manifest, out)
    assert echo.asked == ["c", "d"]
    assert out.read_text().startswith('{"id":"a","scores":{}}\n{"id":"2","failed"')
    assert tally == Tally(assessed=1, failed=3)


@pytest.mark.parametrize(
    "there",
    ["Chapter 1\n", "Chapter 1", '{"id":"other","scores":{"total":7.0}}\n', '{"id":"a","audio":"a.wav","text":"A"}\n'],
)
def test_a_file_of_something_else_or_of_another_manifest_is_refused_and_left_as_it_is(
    manifest: Path, tmp_path: Path, there: str
) -> None:
    out = tmp_path / "thesis.txt"
    out.write_text(there)
    with pytest.raises(NotResults, match=r"thesis\.txt holds no results"):
        whole(manifest, out)
    assert out.read_text() == there


def word(*scores: float, said: bool = True) -> JudgedWord:
    return JudgedWord(text="hi", said=said, phones=tuple(JudgedPhone(phone="AY", score=score) for score in scores))


@pytest.mark.parametrize(
    ("judged", "replaced", "error"),
    [
        (word(2.0, 1.2), False, ""),
        (word(2.0, 1.1), False, "mispronunciation"),
        (word(0.0, said=False), False, "omission"),
        (word(0.0, said=False), True, "substitution"),
    ],
)
def test_a_words_error_is_that_of_its_worst_phone_or_that_it_was_not_said(
    judged: JudgedWord, replaced: bool, error: str
) -> None:
    assert error_of(judged, 1.2, replaced=replaced) == error
