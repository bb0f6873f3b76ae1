"""Months made by chance: visits with answers of every kind, calls, voids, cases, last month."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from chalicelib import rulebook
from chalicelib.core import case_facts, visit_facts
from chalicelib.core.cases import CATEGORIES, CHANNELS, KINDS, STANDINGS, Case, CaseEvent
from chalicelib.core.facts import CellFact, Facts, Previous, Usual, WeekFact
from chalicelib.core.people import technician_code
from chalicelib.core.rules import SEVERITIES, PerSeverity, Rulebook
from chalicelib.core.verification import Verification
from chalicelib.core.visits import Answer, Survey, Visit
from chalicelib.core.visits import Facts as Uploaded

UNIT, MONTH = "U1", "2026-05"
START = datetime(2026, 4, 30, 16, 0, tzinfo=UTC)
"""Midnight in Shanghai."""
CLOSE = datetime(2026, 6, 10, 1, 0, tzinfo=UTC)
NOW = CLOSE + timedelta(minutes=15)

EVIDENCE = {
    "sms": "direct",
    "link": "direct",
    "keypad": "caller_id",
    "paper": "staff",
    "call": "supervision",
}
SILENT_STATES = ("expired", "invited", "opted_out", "undeliverable", "uninvitable", "not_finished")
OF_FORMS = ("confirmed", "differs", "never_answered", "no_visit", "wrong_number", "refused",
            "unreachable", "")  # fmt: skip
OF_SILENCE = ("first_form", "refused", "unreachable", "wrong_number", "no_visit", "")
DISOWNED = ("never_answered", "no_visit", "wrong_number")


@dataclass
class Month:
    """What the tables would hold of one unit's month, and the rules of its day."""

    visits: list[Visit]
    cases: list[Case]
    events: dict[str, list[CaseEvent]]
    cells: dict[str, int]
    previous: Previous | None
    late_uploads: int
    unassigned: int
    weeks: tuple[WeekFact, ...]
    usual: Usual | None
    rules: Rulebook


def month(seed: int) -> Month:
    chance = Random(seed)  # noqa: S311 # months that come again, not secrets
    visits = [_visit(chance, number) for number in range(chance.choice((0, 1, 5, 20, 60)))]
    cells = Counter(_cell(visit) for visit in visits)
    drawn = [_drawn(chance, visit) if chance.random() < 0.4 else visit for visit in visits]
    cases = [_case(chance, number) for number in range(chance.choice((0, 1, 5, 6, 16, 31)))]
    return Month(
        visits=drawn,
        cases=cases,
        events={case.number: [CaseEvent(case.number, 0, case.received_at, "received", "customer")]
                for case in cases},
        cells=dict(cells),
        previous=_previous(chance),
        late_uploads=chance.choice((0, 0, 3)),
        unassigned=chance.choice((0, 0, 2)),
        weeks=tuple(
            WeekFact(f"2026-W{number}", chance.randrange(9), "0" * 64, state)
            for number in (18, 19, 20)
            for state in [chance.choice(("holds", "holds", "differs"))]
        ),
        usual=chance.choice((None, Usual(0, 0), Usual(1 + chance.randrange(900), 25))),
        rules=_rules(chance),
    )  # fmt: skip


def facts_of(month: Month, order: Sequence[int] = ()) -> Facts:
    """The facts of a month, whatever order its rows come in."""
    visits = [month.visits[place] for place in order] if order else month.visits
    found = [visit_facts.fact_of(visit, "", month.rules) for visit in visits]
    return Facts(
        UNIT,
        MONTH,
        tuple(sorted(found)),
        tuple(
            sorted(
                case_facts.fact_of(case, month.events[case.number], NOW, month.rules)
                for case in month.cases
            )
        ),
        tuple(CellFact(cell, size) for cell, size in sorted(month.cells.items())),
        month.previous,
        month.late_uploads,
        month.unassigned,
        month.weeks,
        month.usual,
    )


def _visit(chance: Random, number: int) -> Visit:
    completed = START + timedelta(minutes=chance.randrange(31 * 24 * 60))
    answers = tuple(
        _answer(chance, number, place) for place in range(chance.choice((0, 0, 1, 1, 3)))
    )
    state = chance.choice(SILENT_STATES) if not answers else "answered"
    invited = completed + timedelta(days=1) if state in ("expired", "invited", "answered") else None
    return Visit(
        facts=Uploaded(f"V{number:03}", UNIT, chance.choice(("Li", "王", "Zhao Yi")), completed,
                       "Mrs Chan", "+85251230001", "HK", mobile=True),
        month=MONTH,
        received_at=completed + timedelta(hours=1),
        salt="0" * 32,
        survey=Survey(state, invited_at=invited),
        answers=answers,
        comment=chance.choice(("", "谢谢", "call me at +85251230001")),
    )  # fmt: skip


def _answer(chance: Random, number: int, place: int) -> Answer:
    late = chance.random() < 0.15
    begin, span = (CLOSE, 3 * 24 * 60) if late else (START, 40 * 24 * 60)
    at = begin + timedelta(minutes=chance.randrange(span))
    grades = chance.choice(("AAA", "EEE", "".join(chance.choices("AABCDE-", k=3)), "A--", "-B-"))
    channel = chance.choice(tuple(EVIDENCE))
    source = f"SM{number:03}{place}"
    return Answer(
        grades if grades != "---" else "AAB", channel, EVIDENCE[channel], at, source, late
    )


def _in_time(visit: Visit) -> bool:
    return any(not answer.late for answer in visit.answers)


def _cell(visit: Visit) -> str:
    code = technician_code(UNIT, visit.facts.technician)
    status = "answered" if _in_time(visit) else "silent"
    reason = "reason" if visit.facts.visit_id[-1] in "123" else "none"
    return f"2026-W21/{UNIT}/{code}/{status}/{reason}"


def _drawn(chance: Random, visit: Visit) -> Visit:
    """The visit after its call, or with the call still to be made."""
    outcome = chance.choice(OF_FORMS if _in_time(visit) else OF_SILENCE)
    void = chance.choice(("proposed", "approved", "refused")) if outcome in DISOWNED else ""
    told = "".join(chance.choices("ABCDE-", k=3))
    form = visit_facts.form_of(visit, with_late=False)
    call = Verification(
        "2026-W21", _cell(visit), "random", 1, outcome, CLOSE if outcome else None, form=form,
        told=told if outcome in ("confirmed", "differs", "first_form") else "---",
        void=void if _in_time(visit) or outcome == "no_visit" else "",
    )  # fmt: skip
    if outcome == "first_form" and told != "---":
        first = Answer(told, "call", "supervision", CLOSE - timedelta(days=1), "call:1")
        visit = replace(visit, answers=(*visit.answers, first))
    return replace(visit, verification=call)


def _case(chance: Random, number: int) -> Case:
    return Case(
        f"{500000000 + number}", START + timedelta(hours=chance.randrange(24 * 30)), MONTH,
        chance.choice(CHANNELS), UNIT,
        kind=chance.choice((*KINDS, *["complaint"] * 6)),
        severity=chance.choice(SEVERITIES),
        standing=chance.choice((*STANDINGS, *["counts"] * 4)),
        category=chance.choice(("", *CATEGORIES)),
        customer_name="李", phone="+85251230009", text="漏水", repeats=chance.randrange(2),
        reference=chance.choice(("", "AAAA-BBBB")),
    )  # fmt: skip


def _previous(chance: Random) -> Previous | None:
    if chance.random() < 0.2:
        return None
    forms = chance.choice((0, 1, 4, 30))
    points = chance.randrange(-6 * forms, 6 * forms + 1)
    sms = chance.randrange(forms + 1)
    visits = forms + chance.randrange(20)
    return Previous(1, "f" * 64, forms, visits, points, 20 * forms, sms, 0, forms - sms)


def _rules(chance: Random) -> Rulebook:
    return replace(
        rulebook.load(),
        denominator=chance.choice(("forms", "visits")),
        change_min_forms=chance.choice((1, 3)),
        special_min_forms=chance.choice((1, 3)),
        sanction_from=chance.choice((30, 10)),
        counting_channels=chance.choice((CHANNELS, ("sms", "hotline"))),
        severity_weight=chance.choice((PerSeverity(1, 1, 1), PerSeverity(1, 2, 5))),
        mode=chance.choice(("trial", "paid")),
    )
