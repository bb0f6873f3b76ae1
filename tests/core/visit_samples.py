"""Visits as tests of core need them, under the deployed rulebook."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from chalicelib import rulebook
from chalicelib.core.phones import Phone
from chalicelib.core.visits import Facts, Survey, Visit

RULES = rulebook.load()
COMPLETED = datetime(2026, 6, 3, 6, 0, tzinfo=UTC)
"""A Wednesday, 14:00 in Shanghai."""
INVITED_AT = datetime(2026, 6, 4, 2, 0, tzinfo=UTC)
"""The day after, 10:00."""
NUMBER = "+85251230001"
ZONES = ("Asia/Hong_Kong",)

SCHEDULED = Visit(
    facts=Facts("V1", "U1", "Li", COMPLETED, phone=NUMBER, country="HK", mobile=True),
    month="2026-06",
    received_at=COMPLETED + timedelta(hours=1),
    salt="0" * 32,
    survey=Survey(due_at=INVITED_AT),
)
INVITED = replace(
    SCHEDULED,
    survey=Survey(
        state="invited",
        due_at=INVITED_AT + timedelta(hours=48),
        invited_at=INVITED_AT,
        contacts=1,
    ),
)
PHONE = Phone(NUMBER, last=SCHEDULED.key)
ASKED = replace(PHONE, current=SCHEDULED.key)
