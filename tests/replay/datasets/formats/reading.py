"""Reading WebDataset shards with the library."""

import json
import subprocess
import sys
from typing import Any

OPEN_WEB_DATASET = """
import json, sys
import webdataset
for sample in webdataset.WebDataset(sys.argv[1], shardshuffle=False):
    row = json.loads(sample.pop("json"))
    fields = {name: len(data) for name, data in sample.items() if not name.startswith("__")}
    print(json.dumps([sample["__key__"], fields, row]))
"""


def web_samples(shards: str) -> list[tuple[str, dict[str, int], dict[str, Any]]]:
    """Key, bytes of each further field, and row of each sample. In a process: the reader leaves its files open."""
    command = [sys.executable, "-c", OPEN_WEB_DATASET, shards]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]
