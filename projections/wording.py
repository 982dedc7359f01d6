"""How counts and runners are told to people."""

import re


def counted(count: int, noun: str) -> str:
    """The count with its noun: 1 view, 2 views, 1,000 views."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def runner_told(owner: str) -> str:
    """The runner that holds a lease, by what one can look for; ``owner`` as `ProjectionRunner` makes it, or its own."""
    made = re.fullmatch(r"(.+):(\d+):[0-9a-f]+", owner)
    return f"process {made[2]} on {made[1]}" if made else owner
