"""A complaint as it was typed into the form on the web, and what is kept of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from chalicelib.core.cases import CATEGORIES, Case
from chalicelib.core.danger import danger_in
from chalicelib.core.effects import Effect
from chalicelib.core.submissions import Act, Submission
from chalicelib.core.uploads import ParsedPhone

PAGE: Final = "complaint"

LONGEST_FIELD: Final = 2_000
"""Characters kept of a field that is no text; a row has to hold them all."""

SHOWN: Final = 200
"""Characters of a field that stand in the case itself."""

_MAY_CONTACT: Final = ("unit", "supervision")
_PERSONAL: Final = ("name", "contact")


@dataclass(frozen=True, slots=True)
class WebComplaint:
    """What somebody filled in, as typed; `contact_by` is "unit", "supervision" or ""."""

    text: str
    unit: str = ""
    visit_id: str = ""
    category: str = ""
    name: str = ""
    contact: str = ""
    contact_by: str = ""
    anonymous: bool = False
    language: str = "zh"

    @property
    def named_category(self) -> str:
        """The category if it is one of ours, else ""."""
        return self.category if self.category in CATEGORIES else ""

    @property
    def chosen_contact(self) -> str:
        """Who may contact the customer by his own choice, "" if he has made none."""
        if self.anonymous:
            return "anonymous"
        return self.contact_by if self.contact_by in _MAY_CONTACT else ""

    @property
    def danger(self) -> str:
        """ "page" where somebody may be in danger, "mark" where a word of it stands, else ""."""
        return "page" if self.named_category == "safety" else danger_in(self.text)


def filled(complaint: WebComplaint) -> Mapping[str, str]:
    """What was filled in, each field as text; what is empty is left out."""
    fields = {name: str(value) for name, value in asdict(complaint).items()}
    return {name: value for name, value in fields.items() if value not in ("", "False")}


def raw(complaint: WebComplaint, act: Act, number: str, now: datetime) -> Submission:
    """The act as it is stored; its text stands in the case."""
    left_out = ("text", "language", *(_PERSONAL if complaint.anonymous else ()))
    fields = {
        name: value[:LONGEST_FIELD]
        for name, value in filled(complaint).items()
        if name not in left_out
    }
    return Submission(act.key, PAGE, number, now, fields, complaint.language)


def hints(complaint: WebComplaint, act: Act, phone: ParsedPhone | None) -> Mapping[str, str]:
    """What may help supervision to find the visit and the customer, and proves nothing.

    A number that was typed into a page is marked: whoever knows a customer's number can type it,
    so the case has its visit's unit, and a call has to show that the customer complained.
    """
    typed = {"unit": complaint.unit, "visit_id": complaint.visit_id}
    if phone is None and not complaint.anonymous:
        typed["contact"] = complaint.contact
    kept = {name: value.strip()[:SHOWN] for name, value in typed.items()}
    kept["phone"] = TYPED_IN if phone is not None else ""
    return {"submission": act.key, **{name: value for name, value in kept.items() if value}}


TYPED_IN: Final = "typed_in"
"""How a case's first event says that nobody has proved its number."""


def effects(complaint: WebComplaint, case: Case, now: datetime) -> list[Effect]:
    """A person to look at a lone word of danger; a phrase of it has paged by itself."""
    if complaint.danger != "mark":
        return []
    return [Effect(case.number, 0, "call", "maybe_danger", now, {"phone": case.phone})]


def contact_left(complaint: WebComplaint, phone: str) -> str:
    """ "anonymous"; "phone": can be called; "unread": no number we know; "none": nothing."""
    if complaint.anonymous:
        return "anonymous"
    if phone:
        return "phone"
    return "unread" if complaint.contact.strip() else "none"
