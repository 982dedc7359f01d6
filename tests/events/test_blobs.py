import errno
import hashlib
import os
import threading
from pathlib import Path

import pytest

from events.blobs import BlobStore
from events.errors import BlobCorrupt, BlobMissing, BlobStoreUnavailable

# FIPS 180-2, appendix B.1: the digest of "abc".
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs" if request.param == "folder" else f"memory://{tmp_path}")


def test_a_blob_is_named_by_the_sha256_of_its_content(store: BlobStore) -> None:
    blob = store.put(b"abc", "text/plain")

    assert (blob.sha256, blob.media_type, blob.size_bytes) == (ABC, "text/plain", 3)
    assert store.get(ABC) == b"abc"


def test_bytes_come_back_as_they_were_put(store: BlobStore) -> None:
    for data in (b"", b"\x00", os.urandom(100_000)):
        assert store.get(store.put(data, "audio/flac").sha256) == data


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    first = store.put(b"abc", "text/plain")
    path = tmp_path / "ba" / "78" / ABC
    made = path.stat().st_mtime_ns

    assert store.put(b"abc", "text/plain") == first
    assert path.stat().st_mtime_ns == made
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [path]


def test_a_missing_blob_is_a_typed_error(store: BlobStore) -> None:
    assert not store.has(ABC)
    with pytest.raises(BlobMissing) as caught:
        store.get(ABC)
    assert caught.value.sha256 == ABC
    store.put(b"abc", "text/plain")
    assert store.has(ABC)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", ABC[:-1], ABC.upper(), "z" * 64, f"{ABC}/../x"])
def test_a_name_that_is_no_hash_is_never_a_path(store: BlobStore, name: str) -> None:
    assert not store.has(name)
    with pytest.raises(BlobMissing):
        store.get(name)


def test_a_blob_with_other_bytes_than_its_name_is_refused(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    store.put(b"abc", "text/plain")
    (tmp_path / "ba" / "78" / ABC).write_bytes(b"abd")

    with pytest.raises(BlobCorrupt) as caught:
        store.get(ABC)

    assert caught.value.found == hashlib.sha256(b"abd").hexdigest()


def test_a_truncated_blob_is_mended_when_it_is_put_again(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    store.put(b"abc", "text/plain")
    (tmp_path / "ba" / "78" / ABC).write_bytes(b"a")

    store.put(b"abc", "text/plain")

    assert store.get(ABC) == b"abc"


def test_a_full_disk_is_a_typed_error_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    store = BlobStore(tmp_path)
    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(BlobStoreUnavailable) as caught:
        store.put(b"abc", "text/plain")
    monkeypatch.undo()

    assert (caught.value.reason, caught.value.retryable) == ("full", True)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
    assert not store.has(ABC)
    store.put(b"abc", "text/plain")


def test_a_place_that_is_no_folder_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(BlobStoreUnavailable) as caught:
        BlobStore(tmp_path / "file").put(b"abc", "text/plain")

    assert not caught.value.retryable


def test_threads_that_put_the_same_blob_do_not_disturb_each_other(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    data = os.urandom(200_000)
    threads = [threading.Thread(target=store.put, args=(data, "video/mp4")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert store.get(hashlib.sha256(data).hexdigest()) == data
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == 1
