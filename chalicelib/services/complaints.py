"""Complaints from the web: kept whatever they say, once for each time somebody meant it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from chalicelib.core import case_messages, complaint_visits, links, web_complaints
from chalicelib.core.case_clocks import clocks
from chalicelib.core.case_steps import Act as CaseAct
from chalicelib.core.case_steps import Step
from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.links import CaseLink
from chalicelib.core.people import Unit
from chalicelib.core.phones import Phone
from chalicelib.core.rules import Rulebook
from chalicelib.core.saving import AlreadyThere, Busy
from chalicelib.core.signals import name_key
from chalicelib.core.submissions import Act, Submission, act_of, is_nonce
from chalicelib.core.uploads import IDENTIFIER, ParsedPhone
from chalicelib.core.visits import Visit, VisitKey
from chalicelib.core.web_complaints import SHOWN, WebComplaint
from chalicelib.services import phone_numbers
from chalicelib.services.intake import Intake, NewCase, Opened

TRIES: Final = 5
"""Attempts at one complaint while numbers are taken or the database is busy."""


class Submissions(Protocol):
    def get(self, key: str) -> Submission | None: ...


class Visits(Protocol):
    def key_of(self, visit_id: str) -> VisitKey | None: ...
    def get(self, key: VisitKey) -> Visit | None: ...


class Phones(Protocol):
    def get(self, number: str) -> Phone: ...


class Units(Protocol):
    def units(self) -> list[Unit]: ...


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the customer takes home; `secret` opens the case's page.

    `read_by` and `solved_by` are what we promise. `contact` is as `web_complaints.contact_left`
    has it, `danger` as `WebComplaint.danger`.
    """

    case_number: str
    code: str
    secret: str
    received_at: datetime
    read_by: datetime
    solved_by: datetime
    contact: str
    danger: str


class Complaints:
    """Takes complaints from the form on the web."""

    def __init__(
        self,
        submissions: Submissions,
        visits: Visits,
        phones: Phones,
        units: Units,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
        salt: Callable[[], str],
    ) -> None:
        """`salt` gives 32 fresh random hex digits: a nonce for whoever sent none of ours."""
        self._submissions = submissions
        self._visits = visits
        self._phones = phones
        self._units = units
        self._commit = commit
        self._rules = rules
        self._salt = salt
        self._region = phone_numbers.country_of(rules.timezone)

    def receive(self, complaint: WebComplaint, nonce: str, now: datetime) -> Receipt:
        """Open a case, or find the one that the same nonce and words opened before.

        Busy when the database let nothing through: nothing was kept, all may be sent again.
        """
        trusted = nonce if is_nonce(nonce) else self._salt()
        act = act_of(trusted, web_complaints.PAGE, "", web_complaints.filled(complaint))
        phone = self._phone(complaint)
        new = self._new_case(complaint, phone, now)
        intake = Intake(self._rules, act.numbers())
        failure: Exception = Busy()
        for _ in range(TRIES):
            opened = intake.opened(new, danger=complaint.danger == "page")
            try:
                self._commit(_records(opened, complaint, act, phone, now), [])
            except Busy as error:
                failure = error
            except AlreadyThere as error:
                if isinstance(error.record, Submission):
                    return self._first_receipt(complaint, act, new)
            else:
                return self._receipt(opened, complaint, act, now)
        raise failure

    def _first_receipt(self, complaint: WebComplaint, act: Act, new: NewCase) -> Receipt:
        """The receipt of a complaint that was kept before: the same number, code and link."""
        kept = self._submissions.get(act.key)
        if kept is None:
            raise LookupError("the copy of a kept complaint is not there")
        new = replace(new, received_at=kept.received_at)
        intake = Intake(self._rules, act.numbers())
        drawn = (intake.opened(new) for _ in range(TRIES))
        opened = next(each for each in drawn if each.case.number == kept.about)
        return self._receipt(opened, complaint, act, kept.received_at)

    def _receipt(self, opened: Opened, complaint: WebComplaint, act: Act, at: datetime) -> Receipt:
        case = opened.case
        first = [record for record in opened.adds if isinstance(record, CaseEvent)]
        due = {clock.step: clock.due_at for clock in clocks(case, first, self._rules)}
        return Receipt(
            case_number=case.number,
            code=opened.code,
            secret=_secret(act),
            received_at=at,
            read_by=due["forward"],
            solved_by=due["promise"],
            contact=web_complaints.contact_left(complaint, case.phone),
            danger=complaint.danger,
        )

    def _phone(self, complaint: WebComplaint) -> ParsedPhone | None:
        """The number left, None where there is none or nobody could call it."""
        if complaint.anonymous or not complaint.contact.strip():
            return None
        parsed = phone_numbers.parse(complaint.contact[:SHOWN], self._region)
        return parsed if isinstance(parsed, ParsedPhone) else None

    def _new_case(
        self, complaint: WebComplaint, phone: ParsedPhone | None, now: datetime
    ) -> NewCase:
        about = self._visit(complaint, phone.e164) if phone else None
        return NewCase(
            channel="web",
            received_at=now,
            text=case_messages.parts(complaint.text)[0],
            phone=phone.e164 if phone else "",
            unit=about.unit if about else "",
            visit_id=about.visit_id if about else "",
            language=complaint.language,
            category=complaint.named_category,
            contact=complaint.chosen_contact,
            customer_name="" if complaint.anonymous else complaint.name.strip()[:SHOWN],
        )

    def _visit(self, complaint: WebComplaint, number: str) -> VisitKey | None:
        phone = self._phones.get(number)
        named = self._named_visit(complaint.visit_id.strip())
        unit = self._named_unit(complaint.unit)
        last = phone.last or phone.current
        return complaint_visits.visit_complained_of(number, named, last, unit)

    def _named_visit(self, visit_id: str) -> Visit | None:
        key = self._visits.key_of(visit_id) if IDENTIFIER.fullmatch(visit_id) else None
        return self._visits.get(key) if key else None

    def _named_unit(self, typed: str) -> str:
        """The unit whose id or name was typed, "" if none is called so."""
        wanted = name_key(typed[:SHOWN])
        if not wanted:
            return ""
        units = self._units.units()
        return next((u.unit_id for u in units if wanted in map(name_key, (u.unit_id, u.name))), "")


def _records(
    opened: Opened, complaint: WebComplaint, act: Act, phone: ParsedPhone | None, now: datetime
) -> list[object]:
    """What one transaction adds: the raw fact, the case with its events, the link, what to send."""
    further = complaint.text[case_messages.PART :]
    step = case_messages.messages(Step(opened.case), further, CaseAct("customer", now, "web"))
    case = step.case
    hints = web_complaints.hints(complaint, act, phone)
    return [
        web_complaints.raw(complaint, act, case.number, now),
        *(_with_more(record, case, hints) for record in opened.adds),
        *step.events,
        CaseLink(links.hashed(_secret(act)), case.number, now + links.CASE_LIFE),
        *web_complaints.effects(complaint, case, now),
    ]


def _with_more(record: object, case: Case, hints: Mapping[str, str]) -> object:
    """A record of the intake with what a page knows more of it."""
    if isinstance(record, Case):
        return case
    return replace(record, values=hints) if isinstance(record, CaseEvent) else record


def _secret(act: Act) -> str:
    return links.secret_of(act.bytes_for("link"))
