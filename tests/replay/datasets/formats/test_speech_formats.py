"""WebDataset, NeMo, Kaldi and Lhotse, opened by their own libraries where these need no CUDA."""

import gzip
import io
import json
import os
import subprocess
import tarfile
from pathlib import Path

import kaldiio
import numpy as np
import pytest
import soundfile

from events.values import Blob
from replay.datasets.formats.sound import SoundUnreadable, file_id, samples_of, sound_file, wav_file
from replay.datasets.rows import Clip
from tests.fakes.sounds import MemorySounds
from tests.replay.datasets.formats.examples import RATE_HZ, RECORDINGS, SOUNDS, rows, write
from tests.replay.datasets.formats.reading import web_samples

FIRST = next(iter(RECORDINGS))


def test_samples_of_a_web_dataset_have_their_sound_and_all_of_the_row(tmp_path: Path) -> None:
    folder = write("webdataset", "asr", tmp_path, parts=2)
    found = web_samples(str(folder / "train-{00000..00001}-of-00002.tar"))
    expected = rows("asr", "train", 6)
    assert [key for key, _, _ in found] == [file_id(row.id) for row in expected]
    assert [row["id"] for _, _, row in found] == [row.id for row in expected]
    assert found[0][1] == {"flac": len(RECORDINGS[FIRST])}
    assert found[0][2]["columns"]["words"][0]["start_ms"] == 100


def test_a_dialogue_is_a_sample_without_sound(tmp_path: Path) -> None:
    folder = write("webdataset", "dialogue", tmp_path)
    (_, fields, row), *_ = web_samples(str(folder / "train-00000-of-00001.tar"))
    assert fields == {}
    assert row["columns"]["messages"][2]["role"] == "user"


def test_a_nemo_manifest_names_sounds_that_are_there(tmp_path: Path) -> None:
    """The rules of NeMo's guide: an object a line, with audio_filepath, duration in seconds and text."""
    folder = write("nemo", "asr", tmp_path, parts=2)
    entries = [json.loads(line) for line in (folder / "train_manifest.json").read_text("utf-8").splitlines()]
    assert [entry["id"] for entry in entries] == [row.id for row in rows("asr", "train", 6)]
    for entry in entries:
        assert entry["text"] == "Hello there, Tom."
        info = soundfile.info(folder / entry["audio_filepath"])
        assert info.duration == entry["duration"] == 1.0
    assert not list(folder.glob(".parts*"))


def test_a_kaldi_folder_opens_and_keeps_kaldis_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write("kaldi", "asr", tmp_path, parts=2)
    monkeypatch.chdir(folder)
    sounds = kaldiio.load_scp("train/wav.scp")
    tables = {
        name: [line.split(maxsplit=1) for line in Path("train", name).read_text("utf-8").splitlines()]
        for name in ("wav.scp", "text", "utt2spk", "utt2dur")
    }
    utterances = [utterance for utterance, _ in tables["text"]]
    # In the C locale sorted by utterance, and by speaker as well, since the speaker begins the utterance's id.
    assert utterances == sorted(utterances, key=str.encode)
    assert [[utterance for utterance, _ in table] for table in tables.values()] == [utterances] * 4
    speakers = [speaker for _, speaker in tables["utt2spk"]]
    assert speakers == sorted(speakers) == ["ana"] * 3 + ["ben"] * 3
    assert all(utterance.startswith(f"{speaker}-") for utterance, speaker in tables["utt2spk"])
    rate, samples = sounds[utterances[0]]
    assert (rate, len(samples)) == (RATE_HZ, RATE_HZ)
    assert float(tables["utt2dur"][0][1]) == 1.0
    assert Path("train/spk2utt").read_text().splitlines()[0].split() == ["ana", *utterances[:3]]


def test_a_shar_pair_holds_cuts_and_sounds_in_the_same_order(tmp_path: Path) -> None:
    folder = write("lhotse", "asr", tmp_path, parts=2)
    with gzip.open(folder / "train" / "cuts.000001.jsonl.gz", "rt") as file:
        cuts = [json.loads(line) for line in file]
    with tarfile.open(folder / "train" / "recording.000001.tar") as tar:
        names = tar.getnames()
        assert {member.mtime for member in tar.getmembers()} == {0}
    assert names == [name for cut in cuts for name in (f"{cut['id']}.flac", f"{cut['id']}.json")]
    assert [cut["custom"]["row"] for cut in cuts] == [row.id for row in rows("asr", "train", 6)[3:]]


OPEN_SHAR = """
import sys
from lhotse import CutSet
cuts = list(CutSet.from_shar(in_dir=sys.argv[1]))
for cut in cuts:
    (supervision,) = cut.supervisions
    samples = cut.load_audio()
    word = supervision.alignment["word"][0] if supervision.alignment else None
    print(cut.id, samples.shape[1], supervision.speaker, supervision.text, word and word.symbol, cut.row, sep="|")
"""


@pytest.mark.parametrize("kind", ["asr", "voice"])
def test_lhotse_opens_the_cuts_and_their_sounds(kind: str, tmp_path: Path) -> None:
    """Lhotse imports torch, which is 5 GB of CUDA on Linux: it is asked in an environment of its own."""
    python = os.environ.get("COLLOQUY_LHOTSE_PYTHON")
    if not python:
        pytest.skip("no Lhotse: `uv pip install lhotse urllib3 soundfile` elsewhere, name it in COLLOQUY_LHOTSE_PYTHON")
    folder = write("lhotse", kind, tmp_path, parts=2)
    done = subprocess.run(
        [python, "-c", OPEN_SHAR, str(folder / "train")], capture_output=True, text=True, timeout=300, check=True
    )
    speaker, text, word = {"asr": ("ben", "Hello there, Tom.", "hello"), "voice": ("af_heart", "Hi!", "None")}[kind]
    first = rows(kind, "train")[0]
    assert done.stdout.splitlines()[0] == f"{file_id(first.id)}|{RATE_HZ}|{speaker}|{text}|{word}|{first.id}"
    assert len(done.stdout.splitlines()) == 6


def test_a_whole_recording_keeps_its_bytes_and_a_stretch_becomes_wav() -> None:
    whole = Clip(blob=Blob(sha256=FIRST, media_type="audio/flac", size_bytes=0), learner="ana", sample_rate_hz=RATE_HZ)
    stretch = Clip(blob=whole.blob, learner="ana", sample_rate_hz=RATE_HZ, start_ms=250, end_ms=500)
    assert sound_file(whole, SOUNDS).data == RECORDINGS[FIRST]
    cut = sound_file(stretch, SOUNDS)
    assert (cut.suffix, cut.samples, cut.duration_s) == ("wav", 4000, 0.25)
    samples, rate = soundfile.read(io.BytesIO(cut.data), dtype="int16")
    assert rate == RATE_HZ
    np.testing.assert_array_equal(samples, samples_of(whole, SOUNDS)[0][4000:8000])


@pytest.mark.parametrize("data", [b"no recording", b"fLaC and then nothing", b""])
def test_what_is_no_recording_is_named_with_the_way_out(data: bytes) -> None:
    clip = Clip(blob=Blob(sha256="f00d", media_type="audio/flac", size_bytes=0), learner="ana", sample_rate_hz=RATE_HZ)
    for read in (sound_file, wav_file, samples_of):
        with pytest.raises(SoundUnreadable, match=r"f00d cannot be decoded: .*clipped_ratio = "):
            read(clip, MemorySounds({"f00d": data}))


def test_names_of_files_tell_rows_apart_and_have_no_dots() -> None:
    assert file_id("voice/s1/3.0") == "voice-s1-3%2E0"
    assert file_id("asr/ä b/1") == "asr-%E4%20b-1"
