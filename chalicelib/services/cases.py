"""Supervision at work on cases: who may, what core decides, saved as one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from chalicelib.core import (
    acts,
    calendar,
    case_clocks,
    case_kinds,
    case_labels,
    case_life,
    case_objections,
    case_pauses,
    case_views,
    cases,
    unit_links,
)
from chalicelib.core.acts import ActError
from chalicelib.core.case_steps import Act, Step, written
from chalicelib.core.case_views import Belongs
from chalicelib.core.cases import Case, CaseEvent, CaseName
from chalicelib.core.people import Member, Unit
from chalicelib.core.rules import Rulebook
from chalicelib.services import case_news
from chalicelib.services.case_writer import CaseWriter, Decide, Extra, by_number


class Cases(Protocol):
    def get(self, number: str) -> Case | None: ...
    def events(self, number: str) -> list[CaseEvent]: ...
    def of_number(self, number: str) -> list[Case]: ...
    def of_month(self, unit: str, month: str) -> list[Case]: ...


class People(Protocol):
    def unit(self, unit_id: str) -> Unit | None: ...
    def member(self, mail: str) -> Member | None: ...


@dataclass(frozen=True, slots=True)
class CaseChance:
    """Where randomness comes from: numbers of 60 bits and more, secrets of 128 bits for links."""

    number: Callable[[], int]
    secret: Callable[[], str]


class Why(NamedTuple):
    """Why a label changes, and the case that a duplicate is one of."""

    reason: str = ""
    of: str = ""


class CaseRead(NamedTuple):
    """The case as it stands after the act, and what the act did to it."""

    case: Case
    result: Literal["read", "proposed", "unchanged"]


class CaseDesk:
    """Supervision at work on cases.

    Every act raises ActError: "unknown_case" (facts number), those of `acts.allow` and of the
    function of core that it names, and Busy when others kept changing the case.
    """

    def __init__(
        self,
        cases: Cases,
        people: People,
        writer: CaseWriter,
        rules: Rulebook,
        chance: CaseChance,
        via: str,
    ) -> None:
        """`via` names the way the acts come in ("tools") and stands in every event."""
        self._cases = cases
        self._people = people
        self._writer = writer
        self._rules = rules
        self._chance = chance
        self._via = via

    def read_case(self, number: str, kind: str, by: Member, now: datetime) -> CaseRead:
        """`by` has read an unread case and says of what kind it is: `case_kinds.read`."""

        def decide(case: Case, events: Sequence[CaseEvent], act: Act) -> Step:
            return case_kinds.read(case, events, kind, act)

        step = self._change("read-case", number, by, now, decide)
        if not step.events:
            return CaseRead(step.case, "unchanged")
        done = step.events[0].what == case_kinds.READ
        return CaseRead(step.case, "read" if done else "proposed")

    def forward(self, number: str, summary: str, by: Member, now: datetime) -> Step:
        """The case goes to its unit, whose manager is mailed a link: `case_life.forward`."""

        def decide(case: Case, events: Sequence[CaseEvent], act: Act) -> Step:
            return case_life.forward(self._named(case), act, summary)

        return self._change("forward", number, by, now, decide, self._link)

    def label(
        self, number: str, label: Mapping[str, str], why: Why, by: Member, now: datetime
    ) -> Step:
        """What the case is called, one label at a time: `case_labels.label` and `.relabel`.

        ActError: "one_label" for none or several, "unknown_unit" (facts unit), "unknown_member".
        """
        if len(label) != 1:
            raise ActError("one_label")
        ((field, value),) = label.items()
        if field == "unit":
            self._check_unit(value, by)

        def decide(case: Case, events: Sequence[CaseEvent], act: Act) -> Step:
            if field == "owner":
                self._check_owner(value, case.unit)
            if field in case_labels.FREE:
                return case_labels.label(case, act, field, value)
            if value == "duplicate" and why.of != case.duplicate_of:
                other = by_number(self._cases, why.of)
                case_labels.check_duplicate(case, other, self._rules)
            return case_labels.relabel(case, events, act, field, value, why.reason, why.of)

        return self._change("label-case", number, by, now, decide)

    def assign(self, number: str, unit: str, by: Member, now: datetime) -> Step:
        """A case that matched no visit gets its unit from two members: `case_labels.assign`."""
        self._check_unit(unit, by)

        def decide(case: Case, events: Sequence[CaseEvent], act: Act) -> Step:
            return case_labels.assign(case, events, act, unit)

        return self._change("assign-case", number, by, now, decide)

    def grant_pause(self, number: str, until: str, by: Member, now: datetime) -> Step:
        """The pause that the unit asked for is granted: `case_pauses.grant`."""

        def decide(case: Case, events: Sequence[CaseEvent], act: Act) -> Step:
            return case_pauses.grant(case, events, act, self._rules, until)

        return self._change("grant-pause", number, by, now, decide)

    def refuse_pause(self, number: str, by: Member, now: datetime) -> Step:
        """The pause that the unit asked for is not granted: `case_pauses.refuse`."""
        return self._change("refuse-pause", number, by, now, case_pauses.refuse)

    def end_pause(self, number: str, by: Member, now: datetime) -> Step:
        """The clocks run again before the pause is over: `case_pauses.end`."""
        return self._change("end-pause", number, by, now, case_pauses.end)

    def follow_up(self, number: str, result: str, note: str, by: Member, now: datetime) -> Step:
        """What the customer said when supervision called: `case_life.follow_up`."""

        def decide(case: Case, events: Sequence[CaseEvent], act: Act) -> Step:
            return case_life.follow_up(case, events, act, self._rules, result, note)

        return self._change("follow-up", number, by, now, decide)

    def object_to(self, number: str, words: str, by: Member, now: datetime) -> Step:
        """The customer told `by` that he objects: `case_objections.object_to`. "empty_text"."""

        def decide(case: Case, events: Sequence[CaseEvent], act: Act) -> Step:
            step = case_objections.object_to(case, events, act, words.strip())
            written("words", words)
            return step

        return self._change("object", number, by, now, decide)

    def rule(self, number: str, result: str, reason: str, by: Member, now: datetime) -> Step:
        """A lead who is new to the case rules on the objection: `case_objections.rule`."""

        def decide(case: Case, events: Sequence[CaseEvent], act: Act) -> Step:
            return case_objections.rule(case, events, act, result, reason)

        return self._change("rule", number, by, now, decide)

    def history(self, number: str, by: Member) -> tuple[Case, list[CaseEvent], list[Belongs]]:
        """A case with its events and the cases that may be about the same trouble."""
        acts.allow("show-case", by)
        case = by_number(self._cases, number)
        acts.allow("show-case", by, case.unit)
        return case, self._cases.events(number), self.may_belong(case)

    def may_belong(self, case: Case) -> list[Belongs]:
        """Cases that may be about the same trouble: `case_views.may_belong`."""
        near = (calendar.previous_month(case.month), case.month, calendar.next_month(case.month))
        found = self._cases.of_number(case.phone) if case.phone else []
        for month in near:
            found += self._cases.of_month(case.unit, month)
        return case_views.may_belong(case, {each.number: each for each in found}.values())

    def _change(
        self,
        verb: str,
        number: str,
        by: Member,
        now: datetime,
        decide: Decide,
        extra: Extra = lambda before, step: (),
    ) -> Step:
        """One act of a member on a case, if he may do it there."""
        acts.allow(verb, by)

        def find() -> Case:
            case = by_number(self._cases, number)
            acts.allow(verb, by, case.unit)
            return case

        return self._writer.change(find, decide, Act(by.mail.lower(), now, self._via), extra)

    def _named(self, case: Case) -> Case:
        """The case with a reference for its unit; those of old have none before they need it."""
        return replace(
            case, reference=case.reference or cases.unit_reference(self._chance.number())
        )

    def _link(self, before: Case, step: Step) -> list[object]:
        """The link by which the unit answers, and the mail that brings it."""
        case, event, secret = step.case, step.events[-1], self._chance.secret()
        named = [] if before.reference else [CaseName(case.reference, case.number)]
        link = unit_links.link(secret, case.reference, case.unit, event.at)
        due = case_clocks.unit_terms(case, event.at, self._rules)
        told = {f"{step}_by": at.isoformat() for step, at in due.items()} | {"secret": secret}
        return [*named, link, case_news.to_unit(case, event, "unit_forwarded", told)]

    def _check_unit(self, unit: str, by: Member) -> None:
        if not unit or self._people.unit(unit) is None:
            raise ActError("unknown_unit", unit=unit)
        if unit in by.recusals:
            raise ActError("recused", unit=unit)

    def _check_owner(self, mail: str, unit: str) -> None:
        """Whoever sees a case through may read it himself."""
        member = self._people.member(mail)
        if member is None:
            raise ActError("unknown_member", by=mail)
        acts.allow("read-case", member, unit)
