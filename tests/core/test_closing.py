"""When months are looked at once more."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.core.closing import closes_at, next_look
from tests.core.visit_samples import RULES


@pytest.mark.parametrize(
    ("now", "look"),
    [
        ("2026-06-11T01:59:59+00:00", "2026-06-11T02:00:00+00:00"),
        ("2026-06-11T02:00:00+00:00", "2026-06-12T02:00:00+00:00"),
        ("2026-06-11T16:30:00+00:00", "2026-06-12T02:00:00+00:00"),
    ],
    ids=["before", "at", "after midnight of the zone"],
)
def test_it_is_at_ten_each_day_in_the_organisations_zone(now: str, look: str) -> None:
    at = datetime.fromisoformat(now).astimezone(UTC)
    assert next_look(at, RULES) == datetime.fromisoformat(look)


def test_the_look_after_the_next_days_is_a_day_after_the_document() -> None:
    made = closes_at("2026-05", RULES)
    second = next_look(next_look(made, RULES), RULES)
    assert timedelta(days=1) <= second - made < timedelta(days=2)
