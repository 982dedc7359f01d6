from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from replay.counterfactual.errors import BadQuery
from replay.counterfactual.query import parse_query
from tests.projections.histories import started

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
SESSION = replace(started("ana", "s1"), client="web 1.4", level="A2")


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("all", True),
        ("level=A2", True),
        ("level=B1", False),
        ("level=B1,A2", True),
        ("level=A2 learner=ben", False),
        ("session=s1", True),
        ("client=web*", True),
        ("client=web", False),
        ("since=2026-11-02", True),
        ("since=2026-11-03", False),
        ("until=2026-11-02T12:00", False),
        ("until=2026-11-02T14:00+01:00", True),
    ],
)
def test_a_session_is_taken_when_every_term_holds(text: str, taken: bool) -> None:
    assert parse_query(text).takes(SESSION, NOON) is taken


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("levl=A2", "level"),
        ("level", "FIELD=VALUE"),
        ("since=monday", "2026-11-01"),
        (" ", "all"),
    ],
)
def test_what_is_no_query_is_refused_with_the_way_out(text: str, told: str) -> None:
    with pytest.raises(BadQuery, match=told):
        parse_query(text)
