"""The corpus speechocean762, in its own layout or as one line of JSON an utterance. Writes nothing.

Zhang et al., "speechocean762: An open-source non-native English speech corpus for pronunciation assessment",
Interspeech 2021 (arXiv 2104.01378). 5,000 utterances of 250 Mandarin speakers; five experts judged each.
"""

from pathlib import Path

from replay.importing import speechocean_json, speechocean_kaldi
from replay.importing.corpus import Corpus
from replay.importing.errors import NotACorpus

NAME = "speechocean762"
LICENCE = "Apache-2.0"
WANTED = f"either {speechocean_json.WANTED}, or the corpus as published ({speechocean_kaldi.WANTED})"


def read_speechocean(folder: Path, name: str = NAME) -> Corpus:
    """The corpus in ``folder`` or in the only folder inside that has it. Raises `NotACorpus`, `CorpusUnreadable`."""
    inside = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    for place in (folder, *inside):
        for layout in (speechocean_json, speechocean_kaldi):
            if layout.is_in(place):
                utterances, faults = layout.read(place, name)
                return Corpus(
                    name=name,
                    layout=f"{place} ({layout.LAYOUT})",
                    utterances=utterances,
                    faults=faults,
                    licence=LICENCE,
                    consent=LICENCE,
                )
    raise NotACorpus(folder, WANTED)
