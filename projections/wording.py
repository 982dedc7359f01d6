"""How counts, runners and extras are told to people."""

import re


def counted(count: int, noun: str) -> str:
    """The count with its noun: 1 view, 2 views, 1,000 views."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def installing(extra: str) -> str:
    """The command that installs an extra of this project into its own environment."""
    return f".venv/bin/uv pip install --python .venv/bin/python -r pyproject.toml --extra {extra} -c constraints.txt"


def runner_told(owner: str) -> str:
    """The runner that holds a lease, by what one can look for; ``owner`` as `ProjectionRunner` makes it, or its own."""
    made = re.fullmatch(r"(.+):(\d+):[0-9a-f]+", owner)
    return f"process {made[2]} on {made[1]}" if made else owner
