"""The desk's work on cases: load, let core decide, save the case and the event together."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple, Protocol

from chalicelib.core import acts, case_kinds
from chalicelib.core.acts import ActError
from chalicelib.core.cases import Case, CaseEvent, is_case_number
from chalicelib.core.people import Member
from chalicelib.core.saving import AlreadyThere, Busy, Stale

TRIES: Final = 8
"""Attempts at one act while others work on the same case."""


class Cases(Protocol):
    def get(self, number: str) -> Case | None: ...
    def events(self, number: str) -> list[CaseEvent]: ...


class CaseRead(NamedTuple):
    """The case as it stands after the act, and what the act did to it."""

    case: Case
    result: Literal["read", "proposed", "unchanged"]


class CaseDesk:
    """Supervision at work on cases."""

    def __init__(
        self,
        cases: Cases,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        via: str,
    ) -> None:
        """`via` names the way the acts come in ("tools") and stands in every event."""
        self._cases = cases
        self._commit = commit
        self._via = via

    def read_case(self, number: str, kind: str, by: Member, now: datetime) -> CaseRead:
        """`by` has read an unread case and says of what kind it is.

        ActError: "unknown_case" (facts number), those of `acts.allow` and of `case_kinds.read`.
        Busy when others kept changing the case.
        """
        acts.allow("read-case", by)
        for _ in range(TRIES):
            case = self._case(number)
            acts.allow("read-case", by, case.unit)
            events = self._cases.events(number)
            step = case_kinds.read(case, events, kind, by.mail.lower(), now, self._via)
            if step.event is None:
                return CaseRead(case, "unchanged")
            try:
                self._commit([step.event], [step.case])
            except (Stale, AlreadyThere):
                continue
            done = step.event.what == case_kinds.READ
            return CaseRead(step.case, "read" if done else "proposed")
        raise Busy(number)

    def _case(self, number: str) -> Case:
        case = self._cases.get(number) if is_case_number(number) else None
        if case is None:
            raise ActError("unknown_case", number=number)
        return case
