"""Opens cases: one way for texts, calls, pages and supervision's own notes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.core import calendar, cases
from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.effects import Effect
from chalicelib.core.rules import Rulebook


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

    def opened(self, new: NewCase, *, danger: bool = False) -> Opened:
        """The case with a fresh number and code; a commit that meets a taken number tries again.

        `danger` (or category "safety") pages the duty phones at once.
        """
        number = cases.case_number(self._random_number())
        code = cases.query_code(self._random_number())
        case = Case(
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
            customer_name=new.customer_name,
            code_sha256=cases.code_hash(number, code),
            recording=new.recording,
            call=new.call,
        )
        first = CaseEvent(number, 0, new.received_at, "received", new.by, via=new.channel)
        paged = danger or new.category == "safety"
        pages = self.pages(number, new.phone, new.received_at) if paged else ()
        return Opened(case, code, (case, first, *pages))

    def pages(self, cause: str, caller: str, now: datetime) -> tuple[Effect, ...]:
        """One text to each duty phone: somebody may be in danger."""
        values = {"language": self._rules.languages[0], "caller": caller}
        return tuple(
            Effect(cause, place, "sms", "danger_page", now, {**values, "to": duty})
            for place, duty in enumerate(self._rules.duty_numbers, start=1)
        )
