"""The card of a dataset: README.md with the header that Hugging Face reads, so that `load_dataset` of the folder works.

The header's fields are those of https://huggingface.co/docs/hub/datasets-cards.
"""

import json

import msgspec

from replay.datasets.formats.huggingface import configuration
from replay.datasets.kinds.catalogue import KINDS
from replay.datasets.manifest import Left, Manifest
from replay.datasets.rows import SPLITS

TASKS = {
    "asr": "automatic-speech-recognition",
    "pronunciation": "audio-classification",
    "dialogue": "text-generation",
    "preferences": "text-generation",
    "voice": "text-to-speech",
    "endpointing": "voice-activity-detection",
    "feedback": "text-generation",
}
SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)


def card(manifest: Manifest) -> bytes:
    """The file."""
    spec = manifest.spec
    parts = [
        _header(manifest),
        f"# {manifest.name}",
        spec.description or _purpose(manifest),
        _splits(manifest),
        f"Rows are of kind `{spec.kind}`, in these formats: {', '.join(f'`{form}`' for form in spec.formats)}. Learners"
        " are pseudonyms; each is in one split only, of this and of every other dataset with the same shares."
        " The shares are kept by level and first language.",
        "## Where it comes from",
        f"Made from the log up to position {manifest.position} ({manifest.created:%Y-%m-%d %H:%M} UTC) by version"
        f" {manifest.code}. Only learners who agreed to training are in it. What learners did not hear is not in it."
        " `lineage/` leads from every row to its events, engines and consent: `python -m replay trace DIR ROW`."
        " The same log and spec give the same bytes; `manifest.json` has the hashes.",
        "## What is not in it",
        _left("Sessions", manifest.sessions_dropped) + _left("Rows", manifest.rows_dropped) or "Nothing was left out.",
        _forgotten(manifest),
        "## Spec",
        f"```json\n{json.dumps(msgspec.to_builtins(spec), indent=2, ensure_ascii=False)}\n```",
    ]
    return ("\n\n".join(part for part in parts if part) + "\n").encode()


def _purpose(manifest: Manifest) -> str:
    told = KINDS[manifest.spec.kind].columns.__doc__ or ""
    return " ".join(told.split())


def _header(manifest: Manifest) -> str:
    spec = manifest.spec
    lines = ["---", f"pretty_name: {json.dumps(manifest.name)}"]
    if spec.language:
        lines += ["language:", f"- {spec.language}"]
    if spec.licence:
        lines.append(f"license: {json.dumps(spec.licence)}")
    size = next((told for limit, told in SIZES if manifest.rows < limit), "10M<n<100M")
    lines += ["task_categories:", f"- {TASKS[spec.kind]}", "size_categories:", f"- {size}", "tags:", "- colloquy"]
    if "huggingface" in spec.formats:
        held = (split for split in SPLITS if manifest.splits[split].rows)
        paths = {split: f"huggingface/{split}-*.parquet" for split in held}
        lines += configuration(manifest.name, manifest.version, paths)
    return "\n".join([*lines, "---"])


def _splits(manifest: Manifest) -> str:
    lines = ["| split | rows | learners | hours |", "|---|---|---|---|"]
    for split in SPLITS:
        count = manifest.splits[split]
        lines.append(f"| {split} | {count.rows:,} | {count.learners:,} | {count.hours:,.2f} |")
    return "\n".join(lines)


def _left(what: str, left: tuple[Left, ...]) -> str:
    return "".join(f"- {what}: {each.count:,} because {each.meaning} (`{each.reason}`)\n" for each in left)


def _forgotten(manifest: Manifest) -> str:
    if not manifest.forgotten:
        return ""
    return f"Forgotten, and so not in it any more: {', '.join(manifest.forgotten)}."
