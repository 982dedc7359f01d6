"""Models from the Hugging Face hub, by its own client: resumable, at an exact revision."""

import socket
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import huggingface_hub
import huggingface_hub.constants
from huggingface_hub.errors import HfHubHTTPError
from tqdm import tqdm

from actors.models.errors import SourceFailed
from actors.models.manifest import HubSource, ModelFile
from actors.models.source import Report
from actors.models.stamp import read_chunks


class HubRepository:
    """One repository at one revision; files arrive under ``folder`` and are removed once they have been read."""

    def __init__(self, entry: HubSource, folder: Path, *, endpoint: str | None = None) -> None:
        self.label = entry.label
        self._endpoint = endpoint or huggingface_hub.constants.ENDPOINT
        self._entry = entry
        self._folder = folder

    def download_bytes(self, files: Sequence[ModelFile]) -> int:
        return sum(file.size for file in files)

    def bring(self, files: Sequence[ModelFile], report: Report) -> None:
        self._check_reachable()
        done = 0
        for file in files:
            try:
                huggingface_hub.hf_hub_download(
                    self._entry.repo,
                    self._entry.root + file.path,
                    revision=self._entry.revision,
                    local_dir=self._folder,
                    endpoint=self._endpoint,
                    tqdm_class=_reporting(report, done),
                )
            except (HfHubHTTPError, OSError, ValueError) as error:
                raise SourceFailed(self.label, f"{file.path}: {str(error).splitlines()[0]}") from error
            done += file.size
            report(done)

    def chunks(self, file: ModelFile) -> Iterator[bytes]:
        path = self._folder / self._entry.root / file.path
        yield from read_chunks(path)
        path.unlink()

    def _check_reachable(self) -> None:
        """Fail at once where the hub's name does not resolve: its client would retry each file for 24 s."""
        if huggingface_hub.constants.HF_HUB_OFFLINE:
            raise SourceFailed(self.label, "HF_HUB_OFFLINE is set")
        if urllib.request.getproxies():
            return
        host = urllib.parse.urlsplit(self._endpoint).hostname or ""
        try:
            socket.getaddrinfo(host, 443)
        except OSError as error:
            raise SourceFailed(self.label, f"the hub cannot be reached from here ({error.strerror})") from error


def _reporting(report: Report, before: int) -> type[Any]:
    """A progress bar for the hub's client that draws nothing and reports the bytes here instead."""

    class Reporting(tqdm):  # type: ignore[misc]  # tqdm has no types
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self._here = before + int(kwargs.get("initial") or 0)
            super().__init__(*args, **{**kwargs, "disable": True})

        def update(self, n: float | None = 1) -> bool | None:
            self._here += int(n or 0)
            report(self._here)
            return None

    return Reporting
