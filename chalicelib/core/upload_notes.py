"""What supervision is told of uploads: no grade hangs on it, but a draw or a hidden job may.

A job number belongs to the unit that sent it first, so a unit could take the numbers of another;
each technician is a stratum of the draw, so invented ones would draw its calls to themselves; and a
settled visit that is changed enters the next frame once more, with a reason to call.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from chalicelib.core import calendar
from chalicelib.core.effects import Effect
from chalicelib.core.rules import Rulebook

MAIL: Final = "uploads_noted"
"""The mail about a day's notes."""

MAILED_AT: Final = time(7)


@dataclass(frozen=True, slots=True)
class UploadNote:
    """One thing that a unit's uploads of a day (ISO) showed.

    `kind` "taken": the job number `about` was refused because unit `other` has it; "technician":
    the name `about` is one that nobody had entered; "changed": the visit `about`, settled before,
    got another of the fields `other`.
    """

    day: str
    kind: str
    unit: str
    about: str
    other: str = ""


def mail_of(day: str, now: datetime, rules: Rulebook) -> Effect:
    """The one mail about a day, on the morning after."""
    tomorrow = calendar.local_day(now, rules) + timedelta(days=1)
    return Effect(
        f"uploads.{day}", 0, "mail", MAIL, calendar.at(tomorrow, MAILED_AT, rules), {"day": day}
    )
