"""What a caller may note: every field of an attempt and of what was told, checked."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.verification import REACHED, SETTLEMENTS, Attempt, Told

Wrong = tuple[str, str, Mapping[str, str]]
"""A field, the code of what is wrong with it, and facts for the sentence."""

AHEAD: Final = timedelta(minutes=10)
"""How far a caller's watch may run before our clock."""

APPOINTMENT_WITHIN: Final = timedelta(days=60)

LONGEST: Final[Mapping[str, int]] = {"work": 500, "paid": 100, "remark": 1_000}
"""Characters of what a caller writes in words."""

_GRADES: Final = re.compile(r"[A-E-]{3}")

_ONE_OF: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("answered", "slip", "helped", "complaint"), ("yes", "no", "")),
    "settlement": (*SETTLEMENTS, ""),
    "choice": ("",),
}
"""Field → what it may be; the choice is asked for only once both gradings are shown."""


def wrong_with_attempt(attempt: Attempt, drawn_at: datetime, now: datetime) -> Iterator[Wrong]:
    """All that keeps an attempt dialled by hand from being noted of a pick drawn at `drawn_at`.

    Codes: "unknown_result" (facts result, results), "ahead", "before_draw", "proof" (only the
    service itself knows the id of a call), "bad_appointment".
    """
    if attempt.reached not in REACHED:
        told = {"result": attempt.reached, "results": ", ".join(REACHED)}
        yield "reached", "unknown_result", told
    if attempt.at > now + AHEAD:
        yield "at", "ahead", {}
    if attempt.at < drawn_at:
        yield "at", "before_draw", {}
    if attempt.sid or attempt.seconds:
        yield "sid", "proof", {}
    if attempt.appointment is not None and not _can_be_agreed(attempt, attempt.appointment):
        yield "appointment", "bad_appointment", {}


def _can_be_agreed(attempt: Attempt, appointment: datetime) -> bool:
    ahead = attempt.at < appointment <= attempt.at + APPOINTMENT_WITHIN
    return ahead and attempt.reached in ("reached", "no_answer")


def wrong_with_told(told: Told) -> Iterator[Wrong]:
    """All that keeps a caller's note of what was told from being taken.

    Codes: "bad_grades", "unknown_value" (facts value, values), "long_text" (facts longest).
    """
    if not _GRADES.fullmatch(told.grades):
        yield "grades", "bad_grades", {}
    for field, values in _ONE_OF.items():
        value = getattr(told, field)
        if value not in values:
            known = ", ".join(each for each in values if each)
            yield field, "unknown_value", {"value": value, "values": known}
    for field, longest in LONGEST.items():
        if len(getattr(told, field)) > longest:
            yield field, "long_text", {"longest": str(longest)}


def without_outer_space(told: Told) -> Told:
    """The same note, its words without spaces around them."""
    words = {field: getattr(told, field).strip() for field in LONGEST}
    return replace(told, **words)
