"""Missed calls: one entry of the call list for each number and day, until the caller is served.

The entry is planned when a call comes in, for the time when it is surely over, so that no trace
depends on the provider telling us of a hang-up; who tells us brings it forward.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core import calendar
from chalicelib.core.call_records import Call
from chalicelib.core.effects import Effect
from chalicelib.core.rules import Rulebook

SURELY_OVER: Final = timedelta(minutes=15)
"""Twelve documents with a three-minute recording take less."""


def cause(call: Call, rules: Rulebook) -> str:
    """What a missed call is listed under; withheld callers are never put together."""
    day = calendar.local_day(call.received_at, rules)
    return f"missed~{call.caller}~{day}" if call.caller else f"missed~{call.sid}"


def begun(entry: Effect | None, call: Call, rules: Rulebook) -> Effect:
    """The entry when a call comes in; an earlier missed call of that day stays due."""
    over = call.received_at + SURELY_OVER
    if entry is None:
        told = {"phone": call.caller, "call": call.sid, "calls": "1"}
        return Effect(cause(call, rules), 0, "call", "missed_call", over, told)
    calls = str(int(entry.values["calls"]) + 1)
    due = over if entry.due_at is None else min(entry.due_at, over)
    return replace(entry, due_at=due, values={**entry.values, "call": call.sid, "calls": calls})


def served(entry: Effect) -> Effect:
    """The entry once the caller has got what he called for: nobody need call him back."""
    return replace(entry, due_at=None)


def missed(entry: Effect, now: datetime) -> Effect:
    """The entry once the caller is gone unserved."""
    return replace(entry, due_at=min(entry.due_at or now, now))
