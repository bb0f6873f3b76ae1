"""What of a case is a fact of its month."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.core import case_labels
from chalicelib.core.case_facts import unit_at
from chalicelib.core.case_steps import Act
from chalicelib.core.cases import Case

NOW = datetime(2026, 6, 10, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(("hours", "unit"), [(-1, ""), (2, "U2")])
def test_a_case_belongs_to_nobody_until_two_members_have_assigned_it(hours: int, unit: str) -> None:
    case = Case("572000001", NOW - 5 * HOUR, "2026-06", "hotline", kind="complaint")
    proposed = case_labels.assign(case, [], Act("sun@s.example", NOW, "desk"), "U2")
    agreed = case_labels.assign(
        proposed.case, proposed.events, Act("mei@s.example", NOW, "desk"), "U2"
    )
    events = [*proposed.events, *agreed.events]
    assert agreed.case.unit == "U2"
    assert unit_at(agreed.case, events, NOW + hours * HOUR) == unit
