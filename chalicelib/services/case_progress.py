"""Where a case stands, in one text: for the phone that it came from, without a code."""

from typing import Protocol

from chalicelib.core.case_life import is_solved
from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.visits import Said


class Cases(Protocol):
    def events(self, number: str) -> list[CaseEvent]: ...
    def of_number(self, number: str) -> list[Case]: ...


class CaseProgress:
    """Answers the question how far a case is."""

    def __init__(self, cases: Cases) -> None:
        """Two trips for the cases of a phone, one for the events of the one asked about."""
        self._cases = cases

    def words(self, number: str, phone: str) -> Said:
        """What to tell `phone`, which asked about the case `number`, or about its own with "".

        Without a number it is the latest case that is not closed, else the latest. Another phone's
        number, one that does not exist and a phone without cases are answered alike.
        """
        asked = [case for case in self._of(phone) if number in ("", case.number)]
        if not asked:
            return Said("case_progress_unknown")
        case = max(asked, key=lambda case: (case.state != "closed", case.received_at, case.number))
        values = {"case_number": case.number, "case_state": self._state(case)}
        if case.promised and values["case_state"] in ("forwarded", "answered"):
            return Said("case_progress_day", {**values, "day": case.promised})
        return Said("case_progress", values)

    def has_open(self, phone: str) -> bool:
        """Whether a number has a case that is not closed: then a lone word asks about it."""
        return any(case.state != "closed" for case in self._of(phone))

    def _of(self, phone: str) -> list[Case]:
        return self._cases.of_number(phone) if phone else []

    def _state(self, case: Case) -> str:
        """The state as the customer hears it; "solved" is the unit's word, checked by us."""
        if case.state == "answered" and is_solved(self._cases.events(case.number)):
            return "solved"
        return "closed" if case.state == "confirmed" else case.state
