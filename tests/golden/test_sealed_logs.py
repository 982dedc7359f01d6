"""Sealed logs of earlier days must open for ever. The keys of ``sealed/`` are wrapped by the bytes 0 to 31."""

import base64
import shutil
from pathlib import Path

import pytest

from events.archive import read_archive
from events.sealing.codec import SealingCodec
from events.sealing.keys import KeyRing
from events.sealing.master_keys import GivenMasterKeys
from events.sealing.sqlite_keys import sqlite_keys

FOLDER = Path(__file__).parent
MASTER = "golden:" + base64.b64encode(bytes(range(32))).decode()


@pytest.mark.parametrize("name", ["every-type-v1", "values-by-place-v2"])
def test_a_sealed_golden_log_opens_to_what_was_sealed(tmp_path: Path, name: str) -> None:
    keys = shutil.copy(FOLDER / "sealed" / "keys.sqlite", tmp_path)
    codec = SealingCodec(KeyRing(sqlite_keys(Path(keys)), GivenMasterKeys(MASTER)))
    lines = (FOLDER / "sealed" / f"{name}.jsonl").read_bytes().splitlines()

    opened = [codec.decode(line, position=number) for number, line in enumerate(lines, 1)]

    assert opened == list(read_archive(FOLDER / "logs" / f"{name}.jsonl"))
