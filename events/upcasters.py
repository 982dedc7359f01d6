"""How events of old shapes become events of today's. Pure functions from payload to payload; stored bytes stay as is.

A new field with a default needs no upcaster. A changed meaning needs a new type (``v2``), and here a function under
the old tag that gives the new tag and the new payload. They are chained: v1 to v2, v2 to v3.
"""

from collections.abc import Callable, Mapping
from typing import Any

Upcaster = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]

UPCASTERS: Mapping[str, Upcaster] = {}
"""By old tag. Empty: every family is at its first version."""
