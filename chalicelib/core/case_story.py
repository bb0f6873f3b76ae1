"""What a customer sees of his case: an allow-list of what happened, and what was promised.

Nothing here comes from the unit's answer or from supervision's notes: an event that is not named
in `_TOLD` stays unseen.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from chalicelib.core import case_objections
from chalicelib.core.case_clocks import clocks
from chalicelib.core.case_messages import MESSAGE
from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.rules import Rulebook


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened: its code in the catalogue and what is put into the sentence."""

    at: datetime
    code: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Story:
    """A case as its customer sees it.

    `promised_by` is by when it shall be solved, `promised_day` the local day (ISO) that he was
    told, None and "" once it is closed. `may_object`: something was changed that he may not like.
    """

    number: str
    received_at: datetime
    state: str
    version: int
    text: str
    lines: tuple[Line, ...]
    forwarded_by: datetime | None = None
    promised_by: datetime | None = None
    promised_day: str = ""
    may_object: bool = False


def story(case: Case, events: Sequence[CaseEvent], rules: Rulebook) -> Story:
    """The case for its customer."""
    running = [] if case.state == "closed" else clocks(case, events, rules)
    due = {clock.step: clock.due_at for clock in running if clock.ended_at is None}
    return Story(
        number=case.number,
        received_at=case.received_at,
        state=case.state,
        version=case.version,
        text=case.text,
        lines=tuple(line for event in events for line in _lines(event)),
        forwarded_by=due.get("forward"),
        promised_by=due.get("promise"),
        promised_day=case.promised if case.state != "closed" else "",
        may_object=may_object(events),
    )


def may_object(events: Sequence[CaseEvent]) -> bool:
    """Whether a change was told that nobody has objected to or ruled on since."""
    told = case_objections.told_changes(events)
    since = [e.sequence for e in events if e.what in ("objected", "ruled")]
    return bool(told) and told[-1].sequence > max(since, default=-1)


def _lines(event: CaseEvent) -> list[Line]:
    if case_objections.is_told(event):
        return [Line(event.at, _changed(event))]
    told = _TOLD.get(event.what)
    return [Line(event.at, *told(event.values))] if told else []


def _changed(event: CaseEvent) -> str:
    field_ = event.values.get("field", "kind")
    value = event.values["to"] if field_ == "standing" else ""
    return f"changed.{field_}.{value}".rstrip(".")


_Told = tuple[str, Mapping[str, str]]


def _plain(code: str) -> Callable[[Mapping[str, str]], _Told]:
    return lambda values: (code, {})


def _with(code: str, name: str) -> Callable[[Mapping[str, str]], _Told]:
    return lambda values: (code, {name: values.get(name, "")})


def _by(code: str, name: str, known: Sequence[str]) -> Callable[[Mapping[str, str]], _Told]:
    """A code for each known value of `name`, and one for all others."""
    return lambda values: (f"{code}.{values[name]}" if values.get(name) in known else code, {})


_TOLD: Final[Mapping[str, Callable[[Mapping[str, str]], _Told]]] = {
    "received": _plain("received"),
    "forwarded": _plain("forwarded"),
    "moved": _plain("moved"),
    "answered": _plain("answered"),
    "dated": _with("dated", "day"),
    "solved": _plain("solved"),
    "missed": _plain("missed"),
    "confirmed": _plain("confirmed"),
    "reopened": _plain("reopened"),
    "closed": _by("closed", "why", ("fixed", "unreachable")),
    "objected": _plain("objected"),
    "ruled": _by("ruled", "result", case_objections.RULINGS),
    MESSAGE: _with("message", "text"),
}
"""Event → the code of its sentence and what stands in it."""
