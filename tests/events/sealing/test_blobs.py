from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from events.blobs import BlobStore
from events.sealing.blobs import LearnerBlobs
from events.sealing.errors import BlobExpired, BlobForgotten, BlobSealed, LearnerForgotten
from tests.fakes.keys import key_ring

VOICE = b"fLaC the voice of somebody " * 40


def blobs_in(folder: Path) -> LearnerBlobs:
    return LearnerBlobs(BlobStore(folder / "blobs", durable=False), key_ring(folder))


def files(folder: Path) -> list[Path]:
    return [path for path in (folder / "blobs").rglob("*") if path.is_file()]


def test_a_blob_reads_as_it_was_in_every_process(tmp_path: Path) -> None:
    blob = blobs_in(tmp_path).of("ana").put(VOICE, "audio/flac")

    assert blobs_in(tmp_path).of("ana").get(blob.sha256) == VOICE
    assert blob.size_bytes == len(VOICE)


def test_its_file_is_named_by_its_sealed_bytes_and_holds_nothing_else(tmp_path: Path) -> None:
    blob = blobs_in(tmp_path).of("ana").put(VOICE, "audio/flac")

    (path,) = files(tmp_path)
    kept = path.read_bytes()
    assert b"voice" not in kept
    assert (path.name, blob.sha256) == (sha256(kept).hexdigest(), sha256(kept).hexdigest())
    # mark 4 bytes, number 4, nonce 12, tag 16
    assert blob.stored_bytes == len(kept) == len(VOICE) + 36


def test_the_same_content_of_a_learner_is_kept_once_and_of_two_learners_twice(tmp_path: Path) -> None:
    blobs = blobs_in(tmp_path)

    one, two, other = (blobs.of(learner).put(VOICE, "audio/flac") for learner in ("ana", "ana", "ben"))

    assert one == two
    assert other.sha256 != one.sha256
    assert len(files(tmp_path)) == 2


def test_different_contents_have_different_nonces(tmp_path: Path) -> None:
    blobs = blobs_in(tmp_path).of("ana")
    for n in range(50):
        blobs.put(b"%d" % n, "audio/flac")

    assert len({path.read_bytes()[8:20] for path in files(tmp_path)}) == 50


def test_another_learner_cannot_open_it(tmp_path: Path) -> None:
    blobs = blobs_in(tmp_path)
    blob = blobs.of("ana").put(VOICE, "audio/flac")
    blobs.of("ben").put(b"else", "audio/flac")

    with pytest.raises(BlobSealed):
        blobs.of("ben").get(blob.sha256)


def test_of_a_forgotten_learner_nobody_can(tmp_path: Path) -> None:
    blobs, keys = blobs_in(tmp_path), key_ring(tmp_path)
    blob, bens = blobs.of("ana").put(VOICE, "audio/flac"), blobs.of("ben").put(VOICE, "audio/flac")
    keys.destroy("ana")
    blobs = blobs_in(tmp_path)

    with pytest.raises(BlobForgotten, match="cannot be opened again"):
        blobs.of("ana").get(blob.sha256)
    with pytest.raises(LearnerForgotten):
        blobs.of("ana").put(VOICE, "audio/flac")
    assert blobs.of("ben").get(bens.sha256) == VOICE


def test_blobs_from_before_there_were_keys_are_read_as_they_are(tmp_path: Path) -> None:
    blobs = blobs_in(tmp_path)
    blob = blobs.store.put(VOICE, "audio/flac")

    assert blobs.of("ana").get(blob.sha256) == VOICE
    assert blobs.of("ana").has(blob.sha256)


def test_an_expired_blob_says_when_it_went(tmp_path: Path) -> None:
    blobs = blobs_in(tmp_path)
    blob = blobs.of("ana").put(VOICE, "audio/flac")

    assert blobs.store.expire(blob.sha256, datetime(2026, 12, 2, tzinfo=UTC))
    assert not blobs.store.expire(blob.sha256, datetime(2027, 1, 1, tzinfo=UTC))

    assert not blobs.of("ana").has(blob.sha256)
    with pytest.raises(BlobExpired, match="2026-12-02"):
        blobs.of("ana").get(blob.sha256)


def test_what_is_kept_again_after_it_expired_is_there_again(tmp_path: Path) -> None:
    blobs = blobs_in(tmp_path)
    blob = blobs.of("ana").put(VOICE, "audio/flac")
    blobs.store.expire(blob.sha256, datetime(2026, 12, 2, tzinfo=UTC))

    assert blobs.of("ana").put(VOICE, "audio/flac") == blob
    assert blobs.of("ana").get(blob.sha256) == VOICE
