"""Which keys of the rulebook have changed."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from chalicelib.core import rulebook_changes
from chalicelib.core.rulebook_changes import Change
from chalicelib.core.rules import Rulebook
from chalicelib.rulebook import load

RULES = load()
CALENDAR = RULES.calendar


def changes(after: Rulebook) -> list[Change]:
    keys = rulebook_changes.keys_of
    return rulebook_changes.changes(keys(RULES), keys(after))


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (RULES, []),
        (replace(RULES, sha256="0" * 64), []),
        (replace(RULES, rise_award=900), [("rise_award", "1000", "900")]),
        (replace(RULES, mode="paid"), [("mode", "trial", "paid")]),
        (
            replace(
                RULES, calendar=replace(CALENDAR, holidays=CALENDAR.holidays | {date(2031, 5, 1)})
            ),
            [("calendar.holidays", "-", "2031-05-01")],
        ),
        (
            replace(RULES, severity_weight=replace(RULES.severity_weight, grave=3)),
            [("severity_weight.grave", "1", "3")],
        ),
        (
            replace(RULES, tiers=(replace(RULES.tiers[0], amount=1), *RULES.tiers[1:])),
            [("tiers", "0: 5000", "0: 1")],
        ),
    ],
    ids=["none", "wording alone", "a sum", "a word", "one day of many", "in a table", "a row"],
)
def test_the_keys_that_changed_are_named_with_their_values(
    after: Rulebook, expected: list[tuple[str, str, str]]
) -> None:
    assert changes(after) == expected


def test_what_is_seen_has_every_key_and_replaces_the_one_before() -> None:
    seen = rulebook_changes.seen(RULES, datetime(2026, 6, 1, tzinfo=UTC), 4)
    assert (seen.sha256, seen.version) == (RULES.sha256, 4)
    assert {"organisation", "tiers", "clocks.answer_h.grave", "sending_hours"} <= set(seen.keys)
    assert seen.keys["invite_at"] == "10:00"
