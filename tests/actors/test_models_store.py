"""The store gives only models that are complete and right, and keeps what has come."""

import os
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from actors.models import ModelStore
from actors.models.errors import (
    CacheUnusable,
    DiskFull,
    HashMismatch,
    ModelMissing,
    NoSource,
    SourceFailed,
    UnknownModel,
)
from actors.models.manifest import InstalledSource, Model, ModelFile
from tests.actors.model_packages import CONFIG, WEIGHTS, in_folder, manifest_of, sha256, tiny_model


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    """A store whose one model lies in a folder."""
    return ModelStore(tmp_path / "cache", folder=in_folder(tmp_path / "from"), manifest=manifest_of(tiny_model()))


def test_a_model_is_missing_until_it_is_fetched_and_then_ready(store: ModelStore) -> None:
    with pytest.raises(ModelMissing, match="models fetch tiny"):
        store.path("tiny")
    assert store.missing() == ("tiny",)
    folder = store.fetch("tiny")
    assert folder == store.path("tiny")
    assert (folder / "model.bin").read_bytes() == WEIGHTS
    assert (folder / "config.json").read_bytes() == CONFIG
    assert store.missing() == ()
    assert [status.state for status in store.list()] == ["ready"]


def test_a_models_digest_is_the_hash_of_its_weights(store: ModelStore) -> None:
    store.fetch("tiny")
    assert store.digest("tiny") == sha256(WEIGHTS)
    assert store.weights("tiny").read_bytes() == WEIGHTS


def test_a_model_of_many_equal_files_is_identified_by_the_hash_of_their_list(tmp_path: Path) -> None:
    model = tiny_model()
    without_weights = Model(
        name="tiny", title="", use="test", licence="CC0-1.0", files=model.files, sources=(), default=True
    )
    store = ModelStore(tmp_path / "cache", folder=in_folder(tmp_path / "from"), manifest=manifest_of(without_weights))
    store.fetch("tiny")
    # What `sha256sum model.bin config.json | sha256sum` prints.
    listing = f"{sha256(WEIGHTS)}  model.bin\n{sha256(CONFIG)}  config.json\n"
    assert store.digest("tiny") == sha256(listing.encode())


def test_a_name_that_the_manifest_has_not_is_refused_and_the_known_ones_are_told(store: ModelStore) -> None:
    for ask in (store.path, store.digest, store.fetch, store.verify, store.weights):
        with pytest.raises(UnknownModel, match="tiny"):
            ask("whisper-huge")


def test_only_default_models_are_missed_unless_all_are_asked_for(tmp_path: Path) -> None:
    models = manifest_of(tiny_model(), tiny_model(name="other", default=False))
    store = ModelStore(tmp_path, manifest=models)
    assert store.missing() == ("tiny",)
    assert store.missing(default_only=False) == ("tiny", "other")


def test_a_wrong_file_is_set_aside_and_never_used(tmp_path: Path) -> None:
    wrong = b"x" + WEIGHTS[1:]
    store = ModelStore(
        tmp_path / "cache", folder=in_folder(tmp_path / "from", weights=wrong), manifest=manifest_of(tiny_model())
    )
    with pytest.raises(NoSource, match=r"model\.bin has the SHA-256") as caught:
        store.fetch("tiny")
    ((_, mismatch),) = caught.value.attempts
    assert isinstance(mismatch, HashMismatch)
    assert (mismatch.expected, mismatch.found) == (sha256(WEIGHTS), sha256(wrong))
    assert mismatch.aside.read_bytes() == wrong
    with pytest.raises(ModelMissing):
        store.path("tiny")


def test_a_file_that_changed_after_the_fetch_is_noticed_at_the_next_use(store: ModelStore) -> None:
    weights = store.fetch("tiny") / "model.bin"
    weights.write_bytes(b"y" * len(WEIGHTS))
    with pytest.raises(HashMismatch) as caught:
        store.path("tiny")
    assert caught.value.aside.read_bytes() == b"y" * len(WEIGHTS)
    with pytest.raises(ModelMissing):
        store.path("tiny")
    assert store.list()[0].state == "partial"
    store.fetch("tiny")
    assert (store.path("tiny") / "model.bin").read_bytes() == WEIGHTS


def test_a_file_that_was_only_touched_is_hashed_once_and_believed(store: ModelStore) -> None:
    weights = store.fetch("tiny") / "model.bin"
    os.utime(weights, (1, 1))
    assert store.list()[0].state == "partial"
    assert store.path("tiny") == weights.parent
    assert store.list()[0].state == "ready"


def test_verify_finds_a_fault_that_size_and_time_do_not_show(store: ModelStore) -> None:
    weights = store.fetch("tiny") / "model.bin"
    before = weights.stat()
    weights.write_bytes(b"z" * len(WEIGHTS))
    os.utime(weights, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert store.path("tiny") == weights.parent
    with pytest.raises(HashMismatch):
        store.verify("tiny")
    with pytest.raises(ModelMissing):
        store.path("tiny")


def test_a_model_that_lost_a_file_is_mended_with_that_file_alone(store: ModelStore, tmp_path: Path) -> None:
    folder = store.fetch("tiny")
    (folder / "config.json").unlink()
    with pytest.raises(ModelMissing):
        store.path("tiny")
    (tmp_path / "from" / "tiny" / "model.bin").unlink()
    store.fetch("tiny")
    assert (folder / "config.json").read_bytes() == CONFIG
    assert (folder / "model.bin").read_bytes() == WEIGHTS


def test_files_that_were_right_are_kept_when_another_of_the_source_is_wrong(tmp_path: Path) -> None:
    folder = in_folder(tmp_path / "from")
    (folder / "tiny" / "config.json").write_bytes(b"{}")
    store = ModelStore(tmp_path / "cache", folder=folder, manifest=manifest_of(tiny_model()))
    with pytest.raises(NoSource):
        store.fetch("tiny")
    assert store.list()[0].state == "partial"
    (folder / "tiny" / "model.bin").unlink()
    (folder / "tiny" / "config.json").write_bytes(CONFIG)
    store.fetch("tiny")
    assert (store.path("tiny") / "model.bin").read_bytes() == WEIGHTS
    assert not (tmp_path / "cache" / ".fetching" / "tiny").exists()


def test_a_new_manifest_makes_the_old_files_incomplete(store: ModelStore, tmp_path: Path) -> None:
    store.fetch("tiny")
    newer = b"newer weights"
    renewed = ModelStore(
        store.cache,
        folder=in_folder(tmp_path / "newer", weights=newer),
        manifest=manifest_of(tiny_model(weights=newer)),
    )
    with pytest.raises(ModelMissing):
        renewed.path("tiny")
    renewed.fetch("tiny")
    assert (renewed.path("tiny") / "model.bin").read_bytes() == newer


def test_a_file_without_a_known_hash_is_pinned_by_revision_and_checked_from_then_on(tmp_path: Path) -> None:
    unpinned = Model(
        name="tiny",
        title="",
        use="test",
        licence="CC0-1.0",
        weights="model.bin",
        files=(ModelFile(path="model.bin", size=len(WEIGHTS)),),
        sources=(),
    )
    store = ModelStore(tmp_path / "cache", folder=in_folder(tmp_path / "from"), manifest=manifest_of(unpinned))
    assert store.list()[0].pinned_by == "revision"
    folder = store.fetch("tiny")
    assert store.digest("tiny") == sha256(WEIGHTS)
    (folder / "model.bin").write_bytes(b"other")
    with pytest.raises(HashMismatch):
        store.path("tiny")


def test_without_any_source_the_error_tells_each_try_and_the_way_out(tmp_path: Path) -> None:
    model = tiny_model(InstalledSource(distribution="no-such-package"))
    store = ModelStore(tmp_path / "cache", folder=tmp_path / "empty", manifest=manifest_of(model))
    with pytest.raises(NoSource) as caught:
        store.fetch("tiny")
    assert [source for source, _ in caught.value.attempts] == [
        f"folder {tmp_path / 'empty'}",
        "installed no-such-package",
    ]
    assert all(isinstance(error, SourceFailed) for _, error in caught.value.attempts)
    assert "COLLOQUY_MODELS_FROM" in str(caught.value)


def test_a_file_of_an_installed_package_is_found_without_importing_it(tmp_path: Path) -> None:
    import importlib.metadata

    import msgspec

    source = InstalledSource(distribution="msgspec", root="msgspec/")
    content = Path(msgspec.__file__).read_bytes()
    model = Model(
        name="file",
        title="",
        use="test",
        licence="BSD-3-Clause",
        weights="__init__.py",
        files=(ModelFile(path="__init__.py", size=len(content), sha256=sha256(content)),),
        sources=(source,),
    )
    store = ModelStore(tmp_path, manifest=manifest_of(model))
    assert (store.fetch("file") / "__init__.py").read_bytes() == content
    absent = Model(
        name="gone", title="", use="test", licence="", files=(ModelFile(path="gone.py", size=1),), sources=(source,)
    )
    with pytest.raises(NoSource, match=importlib.metadata.version("msgspec")):
        ModelStore(tmp_path, manifest=manifest_of(absent)).fetch("gone")


def test_a_model_larger_than_the_disk_is_refused_before_anything_is_fetched(tmp_path: Path) -> None:
    huge = Model(
        name="huge",
        title="",
        use="test",
        licence="",
        files=(ModelFile(path="model.bin", size=10**18),),
        sources=(),
    )
    store = ModelStore(tmp_path / "cache", folder=in_folder(tmp_path / "from", "huge"), manifest=manifest_of(huge))
    with pytest.raises(DiskFull, match="No room for the model huge") as caught:
        store.fetch("huge")
    assert caught.value.needed_bytes >= 10**18


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the kernel's /dev/full, a disk that is always full")
def test_a_disk_that_fills_up_is_named_and_what_has_come_is_kept(store: ModelStore) -> None:
    arriving = store.cache / ".fetching" / "tiny" / "arriving"
    arriving.mkdir(parents=True)
    (arriving / "config.json").symlink_to("/dev/full")
    with pytest.raises(DiskFull, match="COLLOQUY_MODELS"):
        store.fetch("tiny")
    assert (store.cache / ".fetching" / "tiny" / "ready" / "model.bin").read_bytes() == WEIGHTS
    (arriving / "config.json").unlink()
    store.fetch("tiny")


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    store = ModelStore(tmp_path / "cache", folder=in_folder(tmp_path / "from"), manifest=manifest_of(tiny_model()))
    with pytest.raises(CacheUnusable, match="COLLOQUY_MODELS"):
        store.fetch("tiny")


def test_a_fetch_waits_while_another_process_fetches_the_same_model(store: ModelStore) -> None:
    store.cache.mkdir()
    lock = FileLock(store.cache / ".tiny.lock")
    done = threading.Event()
    thread = threading.Thread(target=lambda: (store.fetch("tiny"), done.set()))
    with lock:
        thread.start()
        assert not done.wait(timeout=0.2)
        assert store.missing() == ("tiny",)
    thread.join(timeout=30)
    assert done.is_set()
    assert store.missing() == ()


def test_the_users_store_is_where_the_environment_says(tmp_path: Path) -> None:
    store = ModelStore.for_user({"COLLOQUY_MODELS": str(tmp_path / "here")})
    assert store.cache == tmp_path / "here"
    assert ModelStore.for_user({}).cache.parts[-2:] == ("colloquy", "models")
    assert ModelStore.for_user({"COLLOQUY_MODELS": "", "COLLOQUY_MODELS_FROM": ""}).cache.name == "models"
