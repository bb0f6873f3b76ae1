"""Closed months: signed by a lead, objected to by the unit, ruled on, issued by HR (DESIGN 8)."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from chalicelib.core import acts, month_steps, proceedings
from chalicelib.core.acts import ActError
from chalicelib.core.amendments import Amendment
from chalicelib.core.case_steps import Act
from chalicelib.core.cases import Case
from chalicelib.core.people import Member
from chalicelib.core.proceedings import Proceeding
from chalicelib.core.register import RegisterEntry
from chalicelib.core.rules import Rulebook
from chalicelib.core.saving import until_saved
from chalicelib.services import month_news
from chalicelib.services.month_objections import MonthObjections, Objection, Ruling
from chalicelib.services.month_records import Held, MonthRecords, UnitMonth


class Register(Protocol):
    def of_month(self, month: str) -> list[RegisterEntry]: ...


class Acted(NamedTuple):
    """Where the month stands after an act, and whether the act changed it."""

    proceeding: Proceeding
    changed: bool


class _Seen:
    """The document that somebody signs or issues: another may take its place meanwhile."""

    def __init__(self, sha256: str) -> None:
        self._sha256 = sha256.lower()

    def check(self, held: Held) -> None:
        found = held.document.sha256
        self._sha256 = self._sha256 or found
        if not found.startswith(self._sha256):
            raise ActError("another_document", hash=found)


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
        objections: MonthObjections,
        register: Register,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
        via: str,
    ) -> None:
        """`commit` saves all of an act or nothing; `via` names the way the acts come in."""
        self._records = records
        self._objections = objections
        self._register = register
        self._commit = commit
        self._rules = rules
        self._via = via

    def sign(self, at: UnitMonth, by: Member, now: datetime, sha256: str = "") -> Acted:
        """A lead signs the facts, and the unit is given notice: `month_steps.sign`.

        What the unit has said against its cases, and nobody answered by a label, is taken up.
        `sha256`: the hash of the document that he has seen, or how it begins; without it the one
        that holds when he begins. ActError "another_document" (facts hash).
        """
        seen = _Seen(sha256)

        def decide(held: Held, act: Act) -> Proceeding:
            seen.check(held)
            before = held.proceeding
            after = month_steps.sign(before, act, held.document.sha256, self._rules)
            raised = self._objections.raised(at) if after is not before else []
            return month_steps.take_up(after, act, raised, self._rules)

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

    def object_to_case(self, case: Case, reason: str, by: str, now: datetime) -> None:
        """What the unit says against its case is an objection to the month, from its notice on.

        Before the notice it waits for the signature, which takes it up.
        """
        at = UnitMonth(case.unit, case.month)
        try:
            closed = self._records.held(at).proceeding.state == proceedings.CLOSED
        except ActError:
            return
        if not closed:
            self.object_by_unit(at, Objection(case=case.reference, reason=reason), by, now)

    def rule(self, at: UnitMonth, ruling: Ruling, by: Member, now: datetime) -> Acted:
        """A lead with no hand in it rules on an objection: `month_steps.rule`.

        Upheld it proposes an amendment in the same commit, with what must be read anew.
        ActError: "no_subject", "unknown_subject" (facts subject).
        """

        def decide(held: Held, act: Act) -> Proceeding:
            kin = self._objections.kin_of(at, held.proceeding, ruling)
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
            upheld = ruling.result == "upheld"
            return [self._objections.upheld(at, after, ruling)] if upheld else []

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

    def issue(self, at: UnitMonth, by: Member, now: datetime, sha256: str = "") -> Acted:
        """HR issues the document and enters it into its register: `month_steps.issue`.

        A trial enters no register. `sha256` as in `sign`.
        """
        seen = _Seen(sha256)

        def decide(held: Held, act: Act) -> Proceeding:
            seen.check(held)
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
            news = month_news.of(held.proceeding, after)
            self._commit([*news, *extra(held, after)], [after])
            return Acted(after, changed=True)

        return until_saved(attempt, at.named)

    # --- objections -----------------------------------------------------------------------------

    def _object(self, at: UnitMonth, objection: Objection, act: Act) -> Acted:
        about = self._objections.about(at, objection)

        def decide(held: Held, act: Act) -> Proceeding:
            reason, file = objection.reason, objection.file
            return month_steps.object_to(held.proceeding, act, about, reason, file, self._rules)

        return self._saved(at, act, decide)

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
