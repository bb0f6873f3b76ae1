"""What members do to closed months, as verbs of `python -m tools act`; the ID is UNIT/YYYY-MM."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from chalicelib.core import calendar, proceedings
from chalicelib.core.acts import ActError
from chalicelib.core.amendments import Amendment
from chalicelib.core.month_steps import LINES
from chalicelib.core.people import Member
from chalicelib.core.proceedings import Happened, Matter, Proceeding
from chalicelib.core.rules import Rulebook
from chalicelib.services.month_objections import Objection, Ruling
from chalicelib.services.month_records import UnitMonth
from chalicelib.services.months import Acted
from tools import case_acts
from tools.case_acts import VIA, Done, Values, Verb

if TYPE_CHECKING:
    from chalicelib.wiring import Wiring


def is_month(id: str) -> bool:
    """Whether an ID names a unit's month; those of cases are nine digits."""
    return "/" in id


def _sign(stage: "Wiring", id: str, values: Values, by: Member) -> Done:
    desk, seen = stage.month_desk(VIA), values.get("hash", "")
    acted = desk.sign(_month(stage, id), by, stage.now(), seen)
    unit = stage.people.unit(acted.proceeding.unit)
    told = unit.manager_email if unit else ""
    return {**_done(stage, acted), "notice_to": told or "nobody: the unit has no manager's mail"}


def _object(stage: "Wiring", id: str, values: Values, by: Member) -> Done:
    said = Objection(*(values.get(name, "") for name in ("line", "case", "reason", "file")))
    return _done(stage, stage.month_desk(VIA).object_to(_month(stage, id), said, by, stage.now()))


def _rule(stage: "Wiring", id: str, values: Values, by: Member) -> Done:
    ruling = Ruling(
        values.get("result", ""),
        values.get("reason", ""),
        values.get("objection", ""),
        _subjects(values),
    )
    return _done(stage, stage.month_desk(VIA).rule(_month(stage, id), ruling, by, stage.now()))


def _question(stage: "Wiring", id: str, values: Values, by: Member) -> Done:
    words = values.get("question", "")
    return _done(stage, stage.month_desk(VIA).question(_month(stage, id), words, by, stage.now()))


def _answer(stage: "Wiring", id: str, values: Values, by: Member) -> Done:
    at, desk = _month(stage, id), stage.month_desk(VIA)
    number, words = values.get("question", ""), values.get("answer", "")
    return _done(stage, desk.answer(at, number, words, by, stage.now()))


def _issue(stage: "Wiring", id: str, values: Values, by: Member) -> Done:
    desk, seen = stage.month_desk(VIA), values.get("hash", "")
    acted = desk.issue(_month(stage, id), by, stage.now(), seen)
    proceeding = acted.proceeding
    entries = stage.storage.register.of_month(proceeding.month)
    mine = [
        {"amount": each.amount, "before": each.before, "difference": each.amount - each.before}
        for each in entries
        if (each.unit, each.sequence) == (proceeding.unit, proceeding.sequence)
    ]
    return {**_done(stage, acted), "register": mine[0] if mine else None}


def _amend(stage: "Wiring", id: str, values: Values, by: Member) -> Done:
    at, reason = _month(stage, id), values.get("reason", "")
    return _amended(stage.amendment_desk.amend(at, _subjects(values), reason, by, stage.now()))


def _approve(stage: "Wiring", id: str, values: Values, by: Member) -> Done:
    at, cause = _month(stage, id), values.get("cause", "")
    return _decided(stage.amendment_desk.approve(at, cause, by, stage.now()))


def _refuse(stage: "Wiring", id: str, values: Values, by: Member) -> Done:
    at, cause, reason = _month(stage, id), values.get("cause", ""), values.get("reason", "")
    return _decided(stage.amendment_desk.refuse(at, cause, reason, by, stage.now()))


def _show(stage: "Wiring", id: str, values: Values, by: Member) -> Done:
    held, amendments = stage.month_desk(VIA).show(_month(stage, id), by)
    return {
        **_stands(stage.rules, held.proceeding),
        "version": held.document.version_of_month,
        "hash": held.document.sha256,
        "history": [_line(step) for step in held.proceeding.steps],
        "objections": [_matter(one) for one in proceedings.objections(held.proceeding)],
        "questions": [_matter(one) for one in proceedings.questions(held.proceeding)],
        "amendments": [_amended(one) for one in amendments],
    }


# --- what is written --------------------------------------------------------------------------


def _month(stage: "Wiring", id: str) -> UnitMonth:
    """The unit's month that an ID names. ActError: "bad_month" (facts id), "unknown_unit"."""
    unit, _, month = id.partition("/")
    try:
        calendar.first_day(month)
    except calendar.MonthError:
        raise ActError("bad_month", id=id) from None
    if stage.people.unit(unit) is None:
        raise ActError("unknown_unit", unit=unit)
    return UnitMonth(unit, month)


def _subjects(values: Values) -> Sequence[str]:
    """The facts named as `visit ID, case NUMBER, previous`."""
    named = values.get("subjects", "").split(",")
    return [" ".join(each.split()) for each in named if each.strip()]


def _done(stage: "Wiring", acted: Acted) -> Done:
    result = "done" if acted.changed else "unchanged"
    return {"result": result, **_stands(stage.rules, acted.proceeding)}


def _stands(rules: Rulebook, proceeding: Proceeding) -> Done:
    day = proceedings.last_day_to_object(proceeding, rules)
    waits = [
        f"{duty.what} {duty.number}" if duty.number else duty.what
        for duty in proceedings.duties(proceeding, rules)
    ]
    return {
        "unit": proceeding.unit,
        "month": proceeding.month,
        "sequence": proceeding.sequence,
        "state": proceeding.state,
        "object_until": day.isoformat() if day else None,
        "waits_for": waits,
    }


def _matter(matter: Matter) -> Done:
    said = {**matter.step.values, "by": matter.step.by, "at": matter.step.at.isoformat()}
    return {"number": matter.number, **said, "answer": _line(matter.answer)}


def _line(step: Happened | None) -> list[str] | None:
    if step is None:
        return None
    told = [f"{name}={value}" for name, value in step.values.items()]
    return [step.at.isoformat(), step.what, step.by, *told]


def _decided(decided: Sequence[Amendment]) -> Done:
    """The first of them, and the causes of all that were decided with it."""
    return {**_amended(decided[0]), "causes": [each.cause for each in decided]}


def _amended(amendment: Amendment) -> Done:
    return {
        "result": amendment.state,
        "unit": amendment.unit,
        "month": amendment.month,
        "cause": amendment.cause,
        "reason": amendment.reason,
        "subjects": list(amendment.subjects),
        "proposed_by": amendment.proposed_by,
        "sequence": amendment.sequence or None,
    }


VERBS: Final[Mapping[str, Verb]] = {
    "sign": Verb(("hash",), _sign),
    "object": Verb(("line", "case", "reason", "file"), _object),
    "rule": Verb(("objection", "result", "reason", "subjects"), _rule),
    "question": Verb(("question",), _question),
    "answer": Verb(("question", "answer"), _answer),
    "issue": Verb(("hash",), _issue),
    "amend": Verb(("subjects", "reason"), _amend),
    "approve": Verb(("cause",), _approve),
    "refuse": Verb(("cause", "reason"), _refuse),
    "show-month": Verb((), _show),
}

OWN_VERBS: Final[Mapping[str, Verb]] = {
    name: verb for name, verb in VERBS.items() if name not in case_acts.VERBS
}
"""Those that are not verbs of cases too."""

SENTENCES: Final[Mapping[str, str]] = {
    "bad_month": "{id} is no month of a unit: write it UNIT/YYYY-MM",
    "no_document": "{month} has no document yet: its month is not closed",
    "month_state": "{act} is not for a month that is {state}",
    "another_document": "another document holds now: look at it first, its hash is {hash}",
    "no_facts": "the facts of the document that holds are not there, or are others: {file}",
    "one_about": f"say one thing: --line {'|'.join(LINES)}, or --case REFERENCE",
    "unknown_line": "there is no line {about}; there are: {lines}",
    "objected_too_late": "objections were taken until the end of {day}",
    "none_open": "there is no such {what} that waits",
    "which": "several are open, say one {what}: {numbers}",
    "spoken": "somebody has spoken to {what} {number} before",
    "had_a_hand": "you called, handled, signed or took down what this is about: another lead rules",
    "term": "the unit may object until the end of {day}",
    "unruled": "these objections are not ruled on: {numbers}",
    "unanswered": "these questions are not answered: {numbers}",
    "amendments_open": "first somebody decides on the amendments: {causes}",
    "no_subject": "say what is to be read anew: --subjects 'visit ID, case NUMBER'",
    "unknown_subject": "{subject} is no visit or case of this month",
    "no_amendment": "there is no such amendment that waits for a decision",
    "decided": "somebody has decided before: it is {state}",
    "kin": "you proposed it, or worked on what it is about: another member decides",
    "nothing_changed": "its facts are as the document has them: put them right first, or refuse it",
}
"""Code of a refusal → what the caller reads."""
