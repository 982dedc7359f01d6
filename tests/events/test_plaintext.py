"""The search that the tests of forgetting rest on finds what it should."""

import base64
import json
import os
import random
import shutil
import threading
from pathlib import Path

import pytest

from tests.events.plaintext import forms_of_bytes, forms_of_text, found_in, rare_letters, rare_word

WORD = rare_word(rare_letters(random.Random(1)), random.Random(2))
SOUND = random.Random(2).randbytes(4_000)

WRITTEN = {
    "utf-8": WORD.encode(),
    "utf-16": f"so {WORD}".encode("utf-16"),
    "json": json.dumps({"said": f"so {WORD}"}).encode(),
    "hexadecimal": WORD.encode().hex().encode(),
    **{f"base64 {before}": base64.b64encode(b"x" * before + WORD.encode() + b"yy") for before in range(4)},
    **{f"json in base64 {n}": base64.urlsafe_b64encode(b"x" * n + json.dumps(WORD).encode()) for n in range(3)},
}


@pytest.mark.parametrize("written", WRITTEN)
def test_a_word_is_found_however_it_is_written(tmp_path: Path, written: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "file").write_bytes(b"\0before" + WRITTEN[written] + b"after")

    assert found_in([tmp_path], {"word": forms_of_text(WORD)}) == {"word": {"file"}}
    assert found_in([tmp_path], {"word": forms_of_text(WORD[::-1])}) == {"word": set()}


@pytest.mark.parametrize("piece", [SOUND[:500], SOUND[1_900:2_200], base64.b64encode(b"ab" + SOUND)])
def test_a_piece_of_a_recording_is_found(tmp_path: Path, piece: bytes) -> None:
    (tmp_path / "file").write_bytes(b"RIFF" + piece)

    assert found_in([tmp_path], {"sound": forms_of_bytes(SOUND)}) == {"sound": {"file"}}
    assert found_in([tmp_path], {"sound": forms_of_bytes(SOUND[::-1])}) == {"sound": set()}


@pytest.mark.parametrize("written", WRITTEN)
def test_a_file_is_passed_over_only_without_the_beginning_of_the_words(tmp_path: Path, written: str) -> None:
    (tmp_path / "file").write_bytes(WRITTEN[written])
    forms, signs = {"word": forms_of_text(WORD)}, forms_of_text(rare_letters(random.Random(1)))

    assert found_in([tmp_path], forms, first=signs) == {"word": {"file"}}


def test_a_file_that_is_older_than_the_words_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "file").write_text(WORD)
    os.utime(tmp_path / "file", (0, 1_000))

    assert found_in([tmp_path], {"word": forms_of_text(WORD)}, since=1_001) == {"word": set()}


def test_files_and_folders_that_vanish_meanwhile_end_no_search(tmp_path: Path) -> None:
    (tmp_path / "stays").write_bytes(WORD.encode())
    ended = threading.Event()

    def come_and_go() -> None:
        while not ended.is_set():
            for number in range(20):
                (tmp_path / f"{number}" / "in").mkdir(parents=True)
                (tmp_path / f"{number}" / "in" / "file").touch()
            for number in range(20):
                shutil.rmtree(tmp_path / f"{number}")

    coming = threading.Thread(target=come_and_go)
    coming.start()
    try:
        for _ in range(200):
            assert found_in([tmp_path], {"word": forms_of_text(WORD)}) == {"word": {"stays"}}
    finally:
        ended.set()
        coming.join()
