"""Closed months: signed by a lead, objected to by the unit, ruled on, issued by HR (DESIGN 8)."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from chalicelib.core import acts, month_steps, proceedings
from chalicelib.core.acts import ActError
from chalicelib.core.amendments import Amendment
from chalicelib.core.case_steps import Act
from chalicelib.core.cases import Case, is_case_number, is_reference
from chalicelib.core.people import Member
from chalicelib.core.proceedings import Proceeding
from chalicelib.core.register import RegisterEntry
from chalicelib.core.rules import Rulebook
from chalicelib.services import month_news
from chalicelib.services.month_kin import MonthKin
from chalicelib.services.month_records import Held, MonthRecords, UnitMonth, until_saved


class Cases(Protocol):
    def get(self, number: str) -> Case | None: ...
    def of_reference(self, reference: str) -> Case | None: ...


class Register(Protocol):
    def of_month(self, month: str) -> list[RegisterEntry]: ...


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


class Acted(NamedTuple):
    """Where the month stands after an act, and whether the act changed it."""

    proceeding: Proceeding
    changed: bool


Decide = Callable[[Held, Act], Proceeding]
Extra = Callable[[Held, Proceeding], Sequence[object]]
"""The month before the act and its proceeding after it → what else the act adds."""


class MonthDesk:
    """Supervision, HR and units at work on a month that is closed.

    Every act raises ActError: "no_document" (facts month), those of `acts.allow` and of the
    function of core that it names, and Busy when others kept changing the month.
    """

    def __init__(
        self,
        records: MonthRecords,
        kin: MonthKin,
        cases: Cases,
        register: Register,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
        via: str,
    ) -> None:
        """`commit` saves all of an act or nothing; `via` names the way the acts come in."""
        self._records = records
        self._kin = kin
        self._cases = cases
        self._register = register
        self._commit = commit
        self._rules = rules
        self._via = via

    def sign(self, at: UnitMonth, by: Member, now: datetime) -> Acted:
        """A lead signs the facts, and the unit is given notice: `month_steps.sign`."""

        def decide(held: Held, act: Act) -> Proceeding:
            return month_steps.sign(held.proceeding, act, held.document.sha256, self._rules)

        return self._act("sign", at, by, now, decide)

    def object_to(self, at: UnitMonth, objection: Objection, by: Member, now: datetime) -> Acted:
        """`by` takes down what the unit objects to: `month_steps.object_to`.

        ActError: "one_about" unless it is about one line or one case, "unknown_reference".
        """
        acts.allow("object", by, at.unit)
        return self._object(at, objection, Act(by.mail.lower(), now, self._via))

    def object_by_unit(self, at: UnitMonth, objection: Objection, by: str, now: datetime) -> Acted:
        """The unit itself objects; `by` is who signed in: `month_steps.object_to`."""
        return self._object(at, objection, Act(f"unit:{at.unit}:{by}", now, "unit"))

    def rule(self, at: UnitMonth, ruling: Ruling, by: Member, now: datetime) -> Acted:
        """A lead with no hand in it rules on an objection: `month_steps.rule`.

        Upheld it proposes an amendment in the same commit, with what must be read anew.
        ActError: "no_subject", "unknown_subject" (facts subject).
        """

        def decide(held: Held, act: Act) -> Proceeding:
            kin = self._kin_of(at, held.proceeding, ruling)
            return month_steps.rule(
                held.proceeding,
                act,
                ruling.number,
                ruling.result,
                ruling.reason,
                kin,
                self._rules,
            )

        def extra(held: Held, after: Proceeding) -> Sequence[object]:
            return [] if ruling.result != "upheld" else [self._upheld(at, after, ruling)]

        return self._act("rule", at, by, now, decide, extra)

    def question(self, at: UnitMonth, words: str, by: Member, now: datetime) -> Acted:
        """HR asks back: `month_steps.question`."""

        def decide(held: Held, act: Act) -> Proceeding:
            return month_steps.question(held.proceeding, act, words, self._rules)

        return self._act("question", at, by, now, decide)

    def answer(self, at: UnitMonth, number: str, words: str, by: Member, now: datetime) -> Acted:
        """Supervision answers HR: `month_steps.answer`."""

        def decide(held: Held, act: Act) -> Proceeding:
            return month_steps.answer(held.proceeding, act, number, words, self._rules)

        return self._act("answer", at, by, now, decide)

    def issue(self, at: UnitMonth, by: Member, now: datetime) -> Acted:
        """HR issues the document and enters it into its register: `month_steps.issue`.

        A trial enters no register.
        """

        def decide(held: Held, act: Act) -> Proceeding:
            causes = [each.cause for each in self._records.open_amendments(at)]
            return month_steps.issue(held.proceeding, act, causes, self._rules)

        def extra(held: Held, after: Proceeding) -> Sequence[object]:
            return self._entered(held, by, now)

        return self._act("issue", at, by, now, decide, extra)

    def show(self, at: UnitMonth, by: Member) -> tuple[Held, list[Amendment]]:
        """The document that holds, where it stands, and every amendment of the month."""
        acts.allow("show-month", by, at.unit)
        return self._records.held(at), self._records.amendments(at)

    # --- one act --------------------------------------------------------------------------------

    def _act(
        self,
        verb: str,
        at: UnitMonth,
        by: Member,
        now: datetime,
        decide: Decide,
        extra: Extra = lambda held, after: (),
    ) -> Acted:
        acts.allow(verb, by, at.unit)
        return self._saved(at, Act(by.mail.lower(), now, self._via), decide, extra)

    def _saved(
        self,
        at: UnitMonth,
        act: Act,
        decide: Decide,
        extra: Extra = lambda held, after: (),
    ) -> Acted:
        def attempt() -> Acted:
            held = self._records.held(at)
            after = decide(held, act)
            if after is held.proceeding:
                return Acted(after, changed=False)
            self._commit([*month_news.of(after), *extra(held, after)], [after])
            return Acted(after, changed=True)

        return until_saved(attempt)

    # --- objections -----------------------------------------------------------------------------

    def _object(self, at: UnitMonth, objection: Objection, act: Act) -> Acted:
        about = self._about(at, objection)

        def decide(held: Held, act: Act) -> Proceeding:
            reason, file = objection.reason, objection.file
            return month_steps.object_to(held.proceeding, act, about, reason, file, self._rules)

        return self._saved(at, act, decide)

    def _about(self, at: UnitMonth, objection: Objection) -> str:
        if bool(objection.line) == bool(objection.case):
            raise ActError("one_about")
        if objection.line:
            return objection.line
        case = self._case(objection.case)
        if case is None or (case.unit, case.month) != at or not case.reference:
            raise ActError("unknown_reference", reference=objection.case)
        return f"case {case.reference}"

    def _case(self, name: str) -> Case | None:
        """A case by the unit's reference, or by its number."""
        if is_case_number(name):
            return self._cases.get(name)
        return self._cases.of_reference(name) if is_reference(name) else None

    def _number(self, about: str) -> str:
        """The number of the case that an objection is about, "" if it is about a line."""
        case = self._case(about.removeprefix("case ")) if about.startswith("case ") else None
        return case.number if case else ""

    def _kin_of(self, at: UnitMonth, proceeding: Proceeding, ruling: Ruling) -> set[str]:
        """Who worked on what the objection is about, and on what the ruling names."""
        found = proceedings.objections(proceeding)
        objection = month_steps.chosen(found, ruling.number, "objection")
        about = objection.step.values["about"]
        number = self._number(about)
        kin = self._kin.of_case(number) if number else self._kin.of_line(*at, about)
        return kin | self._kin.of_subjects(ruling.subjects)

    def _upheld(self, at: UnitMonth, after: Proceeding, ruling: Ruling) -> Amendment:
        """The amendment that an upheld objection proposes; another person decides on it."""
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

    # --- HR's register --------------------------------------------------------------------------

    def _entered(self, held: Held, by: Member, now: datetime) -> list[RegisterEntry]:
        """The entry of an issued document, beside what was issued for its month before."""
        document = held.document
        content = json.loads(document.body)
        if content["mode"] == "trial":
            return []
        entries = self._register.of_month(document.month)
        before = [each.amount for each in entries if each.unit == document.unit]
        return [
            RegisterEntry(
                document.month,
                document.unit,
                document.sequence,
                content["amount"],
                before[-1] if before else 0,
                now,
                by.mail.lower(),
            )
        ]
