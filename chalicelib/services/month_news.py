"""Who hears of a step in the life of a frozen month: one row for each step, all of it by mail.

A mail to the unit leaves with the notice and after it, never before: until then it sees nothing.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final, NamedTuple

from chalicelib.core import proceedings
from chalicelib.core.amendments import Amendment
from chalicelib.core.effects import Effect
from chalicelib.core.proceedings import Happened, Proceeding


class Told(NamedTuple):
    """The mails that a step is told by: to members, to the unit; "" for none."""

    members: str = ""
    unit: str = ""


NEWS: Final[Mapping[str, Told]] = {
    proceedings.SIGNED: Told(members="month_signed", unit="unit_month_noticed"),
    proceedings.OBJECTED: Told(members="month_objected"),
    proceedings.RULED: Told(members="month_ruled", unit="unit_month_ruled"),
    proceedings.QUESTIONED: Told(members="month_questioned"),
    proceedings.ANSWERED: Told(members="month_answered"),
    proceedings.ISSUED: Told(members="month_issued", unit="unit_month_issued"),
}
"""Step → its mails; `month_mails.READERS` says who of the members reads them."""


def of(before: Proceeding, after: Proceeding) -> list[Effect]:
    """What follows from the steps of a proceeding that are new."""
    return [
        _mail(after, place, after.steps[place], number, what)
        for place in range(len(before.steps), len(after.steps))
        for number, what in enumerate(NEWS.get(after.steps[place].what, Told()))
        if what
    ]


def _mail(proceeding: Proceeding, place: int, step: Happened, number: int, what: str) -> Effect:
    """The mail names the step; what was said in it is read when the mail is written."""
    values = {
        "unit": proceeding.unit,
        "sequence": str(proceeding.sequence),
        "step": str(place),
    }
    cause = f"month~{proceeding.unit}~{proceeding.sequence}~{place}"
    return Effect(cause, number, "mail", what, step.at, values)


def decided(amendment: Amendment) -> Effect:
    """The mail about an amendment that was approved or refused."""
    values = {"unit": amendment.unit, "month": amendment.month, "cause": amendment.cause}
    cause = f"amended~{amendment_id(amendment)}"
    return Effect(cause, 0, "mail", "amendment_decided", amendment.decided_at, values)


def amendment_id(amendment: Amendment) -> str:
    """What names an amendment where its cause may not stand, as in the id of a mail."""
    return f"{amendment.unit}~{amendment.month}~{sha256(amendment.cause.encode()).hexdigest()[:16]}"
