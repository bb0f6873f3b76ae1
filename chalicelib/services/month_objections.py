"""What units object to in closed months: which line or case, who may rule, what follows."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from chalicelib.core import case_objections, month_steps, proceedings
from chalicelib.core.acts import ActError
from chalicelib.core.amendments import Amendment
from chalicelib.core.cases import Case, CaseEvent, is_case_number, is_reference
from chalicelib.core.proceedings import Proceeding
from chalicelib.core.rules import Rulebook
from chalicelib.services.month_kin import MonthKin
from chalicelib.services.month_records import MonthRecords, UnitMonth


class Cases(Protocol):
    def get(self, number: str) -> Case | None: ...
    def of_reference(self, reference: str) -> Case | None: ...
    def of_month(self, unit: str, month: str) -> list[Case]: ...
    def events(self, number: str) -> list[CaseEvent]: ...


class Objection(NamedTuple):
    """What a unit objects to, one of `month_steps.LINES` or a case by its reference, and why.

    `file` is the key of what it has handed in.
    """

    line: str = ""
    case: str = ""
    reason: str = ""
    file: str = ""


class Ruling(NamedTuple):
    """How a lead rules on an objection; `number` "" is the only open one.

    `subjects` are the facts to be read anew if it is upheld; the case objected to is one anyway.
    """

    result: str
    reason: str
    number: str = ""
    subjects: Sequence[str] = ()


class MonthObjections:
    """Finds what objections are about."""

    def __init__(self, records: MonthRecords, kin: MonthKin, cases: Cases, rules: Rulebook) -> None:
        """The months, who worked on them, and the cases of all units."""
        self._records = records
        self._kin = kin
        self._cases = cases
        self._rules = rules

    def about(self, at: UnitMonth, objection: Objection) -> str:
        """What a proceeding calls it: the line, or "case REFERENCE".

        ActError: "one_about", "unknown_reference" (facts reference).
        """
        if bool(objection.line) == bool(objection.case):
            raise ActError("one_about")
        if objection.line:
            return objection.line
        case = self._case(objection.case)
        if case is None or (case.unit, case.month) != at or not case.reference:
            raise ActError("unknown_reference", reference=objection.case)
        return f"case {case.reference}"

    def raised(self, at: UnitMonth) -> list[tuple[str, CaseEvent]]:
        """What the unit said against cases of the month, by their references, and not here yet."""
        known = [(said["about"], said["reason"]) for said in self._records.objections(at)]
        found = []
        for case in self._cases.of_month(*at):
            events = self._cases.events(case.number)
            said = case_objections.unit_objection(case, events, self._rules)
            if said and (f"case {case.reference}", said.values["reason"]) not in known:
                found.append((case.reference, said))
        return found

    def kin_of(self, at: UnitMonth, proceeding: Proceeding, ruling: Ruling) -> set[str]:
        """Who worked on what the objection is about, and on what the ruling names.

        ActError: those of `month_steps.chosen`.
        """
        found = proceedings.objections(proceeding)
        objection = month_steps.chosen(found, ruling.number, "objection")
        about = objection.step.values["about"]
        number = self._number(about)
        kin = self._kin.of_case(number) if number else self._kin.of_line(*at, about)
        return kin | self._kin.of_subjects(ruling.subjects)

    def upheld(self, at: UnitMonth, after: Proceeding, ruling: Ruling) -> Amendment:
        """The amendment that a ruling, the last step, proposes; another person decides on it.

        ActError: "no_subject", "unknown_subject" (facts subject).
        """
        ruled = after.steps[-1]
        number = ruled.values["number"]
        objection = proceedings.objections(after)[int(number) - 1]
        case = self._number(objection.step.values["about"])
        subjects = tuple(dict.fromkeys([*([f"case {case}"] if case else []), *ruling.subjects]))
        self._records.check_subjects(at, subjects)
        return Amendment(
            at.unit,
            at.month,
            f"objection.{after.sequence}.{number}",
            "objection",
            ruled.at,
            ruled.by,
            subjects,
            tuple(sorted(self._kin.of_subjects(subjects))),
            {"words": ruled.values["reason"]},
            due_at=ruled.at,
            about=after.sequence,
        )

    def _case(self, name: str) -> Case | None:
        """A case by the unit's reference, or by its number."""
        if is_case_number(name):
            return self._cases.get(name)
        return self._cases.of_reference(name) if is_reference(name) else None

    def _number(self, about: str) -> str:
        """The number of the case that an objection is about, "" if it is about a line."""
        case = self._case(about.removeprefix("case ")) if about.startswith("case ") else None
        return case.number if case else ""
