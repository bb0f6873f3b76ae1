"""Verification: supervision calls a customer, blind, and what that does to the form (DESIGN 3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chalicelib.core.tallies import SILENT

REACHED: Final = ("reached", "refused", "no_answer", "wrong_number", "no_visit")
"""What a caller notes of one attempt."""

OUTCOMES: Final = (
    "confirmed", "differs", "never_answered", "no_visit", "wrong_number", "refused",
    "unreachable", "first_form",
)  # fmt: skip
"""What the program derives from the attempts and what was told; "first_form": a visit without a
form was reached, and the grades told are its form."""

VOIDS: Final = ("proposed", "approved", "refused")

SETTLEMENTS: Final = ("no_job", "other_work", "overpaid")
"""What is wrong with a bill: no job was made, other work than billed, more paid than the slip."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to reach a customer; without a call's `sid` it is unproven (dialled by hand).

    `sid` and `seconds` are of the customer's phone, `bridge` is our call to the caller's own phone
    through which it went. `reached` is one of REACHED; of a bridged call it is "" until its caller
    has said what happened.
    `appointment`: when the customer asked to be called instead.
    """

    at: datetime
    by: str
    reached: str
    sid: str = ""
    seconds: int = 0
    appointment: datetime | None = None
    bridge: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What the customer said, noted before any grade was shown to the caller.

    `grades` as letters; `answered`: did he himself answer a survey about this visit. Facts: what
    was done and when (`work`, in words; "" or "no": he could not tell), what was `paid` (in words),
    with a `slip` or not, whether anybody asked for or helped with the grades. `answered`, `slip`,
    `helped` and `complaint` (his answer when asked to register one) are "yes" | "no" | "" not told.
    `settlement` is one of SETTLEMENTS or "". `choice`: which grades hold where they differ from the
    form, "form" | "told" | "" not asked.
    """

    grades: str = SILENT
    answered: str = ""
    work: str = ""
    paid: str = ""
    slip: str = ""
    helped: str = ""
    settlement: str = ""
    remark: str = ""
    complaint: str = ""
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """What verification did to one visit's form: compact, it lies in the visit's own row.

    `cell` is the cell of `core/estimates.py` in which it was drawn, `why` the reason of the pick.
    `form` is the form, as letters, that the call was compared with, `told` the grades told; `held`
    those that hold after it. `void` is "" or one of VOIDS. `at` and `by` are of the outcome, `by`
    being who called and `noted_by` who brought it in.
    """

    draw: str
    cell: str
    why: str
    rank: int = 0
    outcome: str = ""
    at: datetime | None = None
    by: str = ""
    form: str = SILENT
    told: str = SILENT
    held: str = SILENT
    void: str = ""
    void_by: str = ""
    void_at: datetime | None = None
    void_reason: str = ""
    noted_by: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """A form of a technician that did not hold, or a bill that was wrong: more calls are owed.

    `kind`: "never_answered" | "no_visit" | "wrong_number" | "settlement". `owed` counts down as
    draws choose further visits of this technician outside the quota.
    """

    unit: str
    technician: str
    visit_id: str
    kind: str
    opened_at: datetime
    owed: int
    settlement: str = ""
    version: int = 0


def void_of(verification: Verification | None) -> str:
    """ "" | "proposed" | "form" (approved: the form leaves) | "visit" (approved: it leaves too).

    Until a second person has approved it, and where he has refused it, a form counts.
    """
    if verification is None or verification.void not in ("proposed", "approved"):
        return ""
    if verification.void == "proposed":
        return "proposed"
    return "visit" if verification.outcome == "no_visit" else "form"
