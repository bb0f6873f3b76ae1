"""Opens cases: one way for texts, calls, pages and supervision's own notes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.core import calendar, case_clocks, cases, paging
from chalicelib.core.cases import Case, CaseEvent, CaseName
from chalicelib.core.paging import Page
from chalicelib.core.rules import Rulebook
from chalicelib.services import alerts, case_news
from chalicelib.services.received_cases import news_of


@dataclass(frozen=True, slots=True)
class NewCase:
    """What somebody brings to us; "" where nothing is known. Instants in UTC."""

    channel: str
    received_at: datetime
    text: str = ""
    phone: str = ""
    unit: str = ""
    visit_id: str = ""
    language: str = "zh"
    category: str = ""
    contact: str = ""
    customer_name: str = ""
    recording: str = ""
    call: str = ""
    by: str = "customer"


@dataclass(frozen=True, slots=True)
class Opened:
    """A case ready to be committed: `adds` belong into the transaction of whatever brought it.

    `code` is the query code in clear, told once and stored hashed.
    """

    case: Case
    code: str
    adds: tuple[object, ...]


class Intake:
    """Numbers and describes new cases; the caller commits them with the raw fact."""

    def __init__(self, rules: Rulebook, random_number: Callable[[], int]) -> None:
        """`random_number` gives at least 60 random bits at each call."""
        self._rules = rules
        self._random_number = random_number

    def number(self) -> str:
        """A fresh case number, for whoever has to tell it before the case is opened."""
        return cases.case_number(self._random_number())

    def opened(self, new: NewCase, *, number: str = "", danger: bool = False) -> Opened:
        """The case with a fresh number and code; a commit that meets a taken number tries again.

        `danger` (or category "safety") pages the duty phones at once. The customer is told the
        number by a text, unless he texted himself: then the answer tells it.
        """
        number = number or self.number()
        code = cases.query_code(self._random_number())
        case = self._case(new, number, code)
        first = CaseEvent(number, 0, new.received_at, "received", new.by, via=new.channel)
        case = replace(case, due_at=case_clocks.next_due(case, [first], self._rules))
        name = CaseName(case.reference, number)
        paged = danger or new.category == "safety"
        pages = self.pages(number, new.phone, new.received_at, case=number) if paged else ()
        told = (news_of(number, new.received_at), *case_news.received(case))
        return Opened(case, code, (case, first, name, *told, *pages))

    def _case(self, new: NewCase, number: str, code: str) -> Case:
        return Case(
            number=number,
            received_at=new.received_at,
            month=calendar.month_of(new.received_at, self._rules),
            channel=new.channel,
            unit=new.unit,
            visit_id=new.visit_id,
            phone=new.phone,
            text=new.text,
            language=new.language,
            category=new.category,
            contact=new.contact or cases.default_contact(new.category),
            contact_said=bool(new.contact),
            customer_name=new.customer_name,
            code_sha256=cases.code_hash(number, code),
            recording=new.recording,
            call=new.call,
            reference=cases.unit_reference(self._random_number()),
        )

    def pages(
        self, cause: str, caller: str, now: datetime, *, case: str = ""
    ) -> tuple[object, ...]:
        """What pages the duty phones: somebody may be in danger. To be committed with its cause."""
        page = Page(cause, now, caller, case)
        turn = paging.opened(page, self._rules.duty_numbers, now)
        return (turn.page, *alerts.of(turn, now, self._rules))
