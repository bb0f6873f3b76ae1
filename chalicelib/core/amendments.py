"""Amendments: what is to change in a month that has its document, by two persons (DESIGN 8)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from chalicelib.core.cases import Case

STATES: Final = ("proposed", "approved", "refused")

REASONS: Final = (
    "outcome", "void", "case_changed", "read_later", "late_form", "swept", "previous_month",
    "objection", "other",
)  # fmt: skip
"""Why a month changes after its document; the words for them are made at the edge."""

SERVICE: Final = "service"
"""Who proposes what the program proposes by itself: no member has this address."""

MONEY_HANGS_ON: Final = ("unit", "standing", "severity", "kind")
"""Fields of a case that decide whose complaint it is, whether it counts, and how much."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change proposed for one unit's month; it takes effect as the next document of its chain.

    `cause` names what it came from, so that the same thing never proposes it twice. `subjects` are
    the facts that are to be read anew: "visit <id>", "case <number>" or "previous" (last month's
    figures); all others stay as the document before has them. `kin` did the work it is about and
    may not approve it. `due_at` is when somebody is to be told of it, None once it is decided;
    `about` is the document that held when it was proposed, `sequence` the one it took effect in.
    """

    unit: str
    month: str
    cause: str
    reason: str
    proposed_at: datetime
    proposed_by: str
    subjects: tuple[str, ...] = ()
    kin: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    state: str = "proposed"
    decided_at: datetime | None = None
    decided_by: str = ""
    sequence: int = 0
    version: int = 0
    due_at: datetime | None = None
    about: int = 0


def touched(before: Case, after: Case) -> list[str]:
    """The units whose document of the case's month a change of it may change, sorted.

    None if the four fields that money hangs on stay as they were, or if somebody only read as a
    complaint what counted as one unread.
    """
    changed = [name for name in MONEY_HANGS_ON if getattr(before, name) != getattr(after, name)]
    if not changed or (changed == ["kind"] and (before.kind, after.kind) == _READ_AS_COUNTED):
        return []
    return sorted({before.unit, after.unit} - {""})


def why_changed(before: Case) -> str:
    """The reason of an amendment that a change of this case proposes."""
    return "read_later" if before.kind == "unread" else "case_changed"


def people_among(doers: Iterable[str]) -> tuple[str, ...]:
    """The addresses of members among those who did something: clocks and units approve nothing."""
    return tuple(sorted({doer.lower() for doer in doers if "@" in doer and ":" not in doer}))


_READ_AS_COUNTED: Final = ("unread", "complaint")
