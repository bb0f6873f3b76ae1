"""Reasons to call: each a small question about one visit's facts (DESIGN 7).

A reason sends a form to a human call and changes no score, so a false alarm costs one call.
"""

import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Final

from chalicelib.core.grades import Grades, is_complete

FAST: Final = timedelta(seconds=60)
"""An answer this soon after the question is quicker than most people find their phone."""

SAME_DEVICE: Final = timedelta(minutes=10)
"""Two forms this close together from one device were hardly filled in by two customers."""

WATCHED_FIELDS: Final = frozenset({"phone", "completed_at", "technician"})
"""Fields of an upload that decide who is asked and when; changing one later is a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalFacts:
    """What the reasons look at, of one visit at the freeze; the defaults give no reason.

    `forms`: channel → the grades last given on it. `asked_phone`: the number that was asked, be it
    replaced since. `asked_at`: our last text before the answer.
    `invitation_due_at`: when the customer would have been asked, had the visit been uploaded in
    time. `device_forms_at`: when forms of other customers' visits came from a device that forms
    of this one came from, at `web_forms_at`.
    `phone_names`: names of the customers visited under this visit's phone. `changed_fields`: what
    later uploads changed. `paper_numbers`: printed forms given out for the visit. `crowded_out`:
    the customer was never asked because other visits on the phone always went first.
    """

    grades: Grades
    forms: Mapping[str, Grades]
    not_me: bool = False
    phone: str = ""
    asked_phone: str = ""
    phone_names: Collection[str] = ()
    technician_phones: Collection[str] = ()
    changed_fields: Collection[str] = ()
    uploaded_at: datetime | None = None
    invitation_due_at: datetime | None = None
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    web_forms_at: Collection[datetime] = ()
    device_forms_at: Collection[datetime] = ()
    paper_numbers: Collection[str] = ()
    observed: bool = False
    crowded_out: bool = False


def has_worst_grade(grades: Grades) -> bool:
    """Whether any item has an E."""
    return "E" in grades.values()


def is_partial(grades: Grades) -> bool:
    """Whether the form has a grade and a blank."""
    return bool(grades) and not is_complete(grades)


def channels_conflict(forms: Mapping[str, Grades]) -> bool:
    """Whether two channels gave one item different grades; a correction on one channel is none."""
    given = [set(grades.items()) for grades in forms.values()]
    cells = set[tuple[str, str]]().union(*given)
    return len(cells) > len({item for item, _ in cells})


def phone_is_shared(names: Collection[str]) -> bool:
    """Whether customers of different names were visited under one phone; no name is no other."""
    return len({name_key(name) for name in names} - {""}) > 1


def is_technicians_phone(phone: str, technician_phones: Collection[str]) -> bool:
    """Whether the customer's phone is that of a technician; both in E.164."""
    return bool(phone) and phone in technician_phones


def changed_after_upload(changed_fields: Collection[str]) -> bool:
    """Whether phone or date were ever changed, also if they were changed back."""
    return not WATCHED_FIELDS.isdisjoint(changed_fields)


def is_fast(asked_at: datetime | None, answered_at: datetime | None) -> bool:
    """Whether the answer came within 60 s of our text."""
    if asked_at is None or answered_at is None:
        return False
    return timedelta(0) <= answered_at - asked_at <= FAST


def is_same_device(
    web_forms_at: Collection[datetime], device_forms_at: Collection[datetime]
) -> bool:
    """Whether another customer's form came from the same device within 10 minutes.

    Behind one address there may be many people with the same browser: the reason asks for a call.
    """
    pairs = product(web_forms_at, device_forms_at)
    return any(abs(form - other) <= SAME_DEVICE for form, other in pairs)


def is_late_upload(uploaded_at: datetime | None, invitation_due_at: datetime | None) -> bool:
    """Whether the visit came in only after its customer should have been asked."""
    if uploaded_at is None or invitation_due_at is None:
        return False
    return uploaded_at > invitation_due_at


def has_missing_paper(numbers: Collection[str], missing: Collection[str]) -> bool:
    """Whether a printed form given out for the visit was not handed in."""
    return not set(missing).isdisjoint(numbers)


def name_key(name: str) -> str:
    """A name without what people write differently: width, case, spaces, punctuation.

    >>> name_key("Ｌi  Wei"), name_key("li-wei"), name_key(" . ")
    ('liwei', 'liwei', '')
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(letter for letter in folded if letter.isalnum())


_Signal = Callable[[SignalFacts, Collection[str]], bool]

SIGNALS: Final[Mapping[str, _Signal]] = {
    "worst_grade": lambda facts, missing: has_worst_grade(facts.grades),
    "partial": lambda facts, missing: is_partial(facts.grades),
    "not_me": lambda facts, missing: facts.not_me,
    "conflict": lambda facts, missing: channels_conflict(facts.forms),
    "shared_phone": lambda facts, missing: phone_is_shared(facts.phone_names),
    "technician_phone": lambda facts, missing: any(
        is_technicians_phone(phone, facts.technician_phones)
        for phone in (facts.phone, facts.asked_phone)
    ),
    "changed_after_upload": lambda facts, missing: changed_after_upload(facts.changed_fields),
    "fast": lambda facts, missing: is_fast(facts.asked_at, facts.answered_at),
    "same_device": lambda facts, missing: is_same_device(facts.web_forms_at, facts.device_forms_at),
    "late_upload": lambda facts, missing: is_late_upload(
        facts.uploaded_at, facts.invitation_due_at
    ),
    "missing_paper": lambda facts, missing: has_missing_paper(facts.paper_numbers, missing),
    "observation": lambda facts, missing: facts.observed,
    "crowded_out": lambda facts, missing: facts.crowded_out,
}
"""Reason code → its question."""


def reasons(facts: SignalFacts, missing_papers: Collection[str]) -> tuple[str, ...]:
    """The codes of all reasons to call about a visit, sorted; `missing_papers` are the numbers
    of printed forms that were issued and neither handed in nor reported as spoiled."""
    return tuple(sorted(code for code, asks in SIGNALS.items() if asks(facts, missing_papers)))
