"""The case that a call brings: opened once, then given what else the call says."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from chalicelib.core.call_records import Call, recording_key
from chalicelib.core.case_steps import Act, Step
from chalicelib.core.cases import Case
from chalicelib.core.effects import Effect
from chalicelib.services.intake import Intake, NewCase

CHANNEL: Final = "hotline"
SAFETY: Final = "safety"

ON_THE_LINE: Final = timedelta(minutes=2)
"""So long a caller in danger may be holding the line while the duty phones ring in turn."""


class Cases(Protocol):
    def get(self, number: str) -> Case | None: ...


@dataclass(frozen=True, slots=True)
class CaseOfCall:
    """The call with its case, and what the transaction of the request adds and saves for it."""

    call: Call
    adds: tuple[object, ...] = ()
    saves: tuple[object, ...] = ()


class HotlineCases:
    """Opens and completes the cases of calls; the caller commits."""

    def __init__(self, cases: Cases, intake: Intake) -> None:
        """`intake` opens cases of all channels."""
        self._cases = cases
        self._intake = intake

    def told(
        self,
        call: Call,
        now: datetime,
        *,
        recording: str = "",
        contact: str = "",
        danger: bool = False,
    ) -> CaseOfCall:
        """The case of `call`, opened if it has none, with what the call has told now.

        `recording` is the provider's id, `contact` a number that a withheld caller left; `danger`
        makes it a matter of safety and pages the duty phones.
        """
        case = self._cases.get(call.case) if call.case else None
        if case is None:
            return self._opened(call, now, recording, contact, danger=danger)
        act = Act("customer", now, CHANNEL)
        step = Step(case)
        for what, values, changes in _news(case, recording, contact, danger=danger):
            step = step.then(what, act, values, **changes)
        adds: tuple[object, ...] = step.events
        if danger and case.category != SAFETY:
            pages = self._intake.pages(case.number, case.phone, now, case=case.number)
            adds += _after_the_line(pages)
        return CaseOfCall(call, adds, (step.case,) if step.events else ())

    def rescued(self, call: Call, by: str, now: datetime) -> CaseOfCall:
        """A duty phone took the call of danger."""
        case = self._cases.get(call.case) if call.case else None
        if case is None:
            return CaseOfCall(call)
        step = Step(case).then("page_acknowledged", Act(by, now, CHANNEL))
        return CaseOfCall(call, step.events, (step.case,))

    def _opened(
        self, call: Call, now: datetime, recording: str, contact: str, *, danger: bool
    ) -> CaseOfCall:
        opened = self._intake.opened(
            NewCase(
                channel=CHANNEL,
                received_at=now,
                phone=call.caller or contact,
                unit=call.about.unit if call.about else "",
                visit_id=call.about.visit_id if call.about else "",
                language=call.language,
                category=SAFETY if danger else "",
                recording=recording_key(recording) if recording else "",
                call=call.sid,
            ),
            danger=danger,
        )
        code = "" if call.caller else opened.code
        taken = replace(call, case=opened.case.number, code=code)
        return CaseOfCall(taken, _after_the_line(opened.adds))


def _after_the_line(adds: tuple[object, ...]) -> tuple[object, ...]:
    """The same, the calls to duty phones later: the caller's own line rings them first."""
    return tuple(
        replace(record, due_at=record.due_at + ON_THE_LINE)
        if isinstance(record, Effect) and record.kind == "page" and record.due_at
        else record
        for record in adds
    )


_News = tuple[str, Mapping[str, str], Mapping[str, Any]]


def _news(case: Case, recording: str, contact: str, *, danger: bool) -> list[_News]:
    """What the call says that its case does not have yet: event, its values, changed fields."""
    key = recording_key(recording) if recording else ""
    found: list[tuple[bool, _News]] = [
        (bool(key) and not case.recording, ("recorded", {"recording": key}, {"recording": key})),
        (bool(contact) and not case.phone, ("phone_left", {"by": "keys"}, {"phone": contact})),
        (danger and case.category != SAFETY, ("danger", {}, {"category": SAFETY})),
    ]
    return [news for is_new, news in found if is_new]
