"""Months made up for tests of the pages about them: a document, its facts, where it stands."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from chalicelib import notice, rulebook
from chalicelib.core import proceedings
from chalicelib.core.amendments import REASONS
from chalicelib.core.cases import case_number, unit_reference
from chalicelib.core.counted import Counted
from chalicelib.core.facts import CaseFact, CellFact, Facts, Previous, Usual, VisitFact
from chalicelib.core.month_document import Place, month_document
from chalicelib.core.people import technician_code
from chalicelib.core.proceedings import Happened, Proceeding
from chalicelib.core.rules import Rulebook
from chalicelib.core.tallies import SILENT
from chalicelib.texts import Say, translator

RULES: Final = rulebook.load()
UNIT: Final = "north-1"
NAMES: Final = ("李伟", "Wang Fang", "张敏", "刘洋", "Chen Jie")
LEAD: Final = "zhao@example.org"
CLOSED_AT: Final = datetime(2026, 6, 10, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Month:
    """A unit's month, and the names that stand on its pages."""

    document: Mapping[str, Any]
    facts: Facts
    proceeding: Proceeding
    names: Mapping[str, str]
    say: Say
    unit: str = "北区安装维修一站"
    rules: Rulebook = RULES

    def notice(self) -> str:
        """The page of the notice."""
        return notice.page(
            self.document,
            self.facts,
            self.proceeding,
            self.unit,
            self.names,
            self.say,
            self.rules,
        )


def month(
    language: str,
    *,
    forms: int = 60,
    counting: int = 6,
    set_aside: int = 1,
    names: Sequence[str] = NAMES,
    visit_id: str = "WO-202605-{:05}",
    unit: str = "北区安装维修一站",
    unit_id: str = UNIT,
    amended: Sequence[str] = (),
    state: str = "noticed",
    rules: Rulebook = RULES,
    lead: str = "赵静",
) -> Month:
    """A month with so many forms, half as many silent visits, and calls to a quarter of both."""
    codes = {technician_code(unit_id, name): name for name in names}
    chance = random.Random(forms)  # noqa: S311 # made-up grades
    visits = [
        _visit(number, number < forms, visit_id, list(codes), chance)
        for number in range(forms + forms // 2)
    ]
    facts = Facts(
        unit_id,
        "2026-05",
        tuple(visits),
        tuple(_case(number, number < counting, chance) for number in range(counting + set_aside)),
        _cells(visits),
        Previous(1, "12" * 32, 50, 60, 190, 800, sms=50),
        late_uploads=2,
        unassigned=1,
        usual=Usual(1000, 30),
    )
    say = translator(language)
    place = Place(5, 2 if amended else 1, language, "cd" * 32, _supersedes(amended))
    document = month_document(facts, Counted(visits), "ab" * 32, rules, place, say)
    proceeding = _proceeding(unit_id, state, rules)
    return Month(document, facts, proceeding, {**codes, LEAD: lead}, say, unit, rules)


def worst(language: str) -> Month:
    """The month that takes most room: everything long and much of it, amended, and in trial."""
    return month(
        language,
        forms=1000,
        counting=31,
        set_aside=40,
        names=[f"{number:02}" + "魏" * 62 for number in range(12)],
        visit_id="W" * 58 + "-{:05}",
        unit="W" * 50 + "魏" * 50,
        unit_id="W" * 64,
        amended=REASONS,
        lead="魏" * 64,
    )


def _visit(
    number: int, answered: bool, visit_id: str, codes: Sequence[str], chance: random.Random
) -> VisitFact:
    letters = "".join(chance.choices("AAABBC", k=3)) if answered else SILENT
    technician, called = chance.choice(codes), number % 4 == 0
    told = letters if called and answered else ""
    return VisitFact(
        visit_id=visit_id.format(number),
        technician=technician,
        letters=letters,
        state="answered" if answered else "expired",
        delivery="delivered",
        evidence="direct" if answered else "",
        channel="link" if answered else "",
        late=False,
        void="",
        outcome=_outcome(number, answered) if called else "",
        cell=f"2026-W22/{UNIT}/{technician}/{_kind(answered)}/none" if called else "",
        form=told,
        told=told,
        week=f"2026-W{19 + number % 4}",
    )


def _kind(answered: bool) -> str:
    return "answered" if answered else "silent"


def _outcome(number: int, answered: bool) -> str:
    if not answered:
        return "unreachable"
    return "differs" if number % 20 == 0 else "confirmed"


def _cells(visits: Sequence[VisitFact]) -> tuple[CellFact, ...]:
    """Each call stands for four visits."""
    sizes = Counter(visit.cell for visit in visits if visit.cell)
    return tuple(CellFact(cell, 4 * number) for cell, number in sorted(sizes.items()))


def _case(number: int, counts: bool, chance: random.Random) -> CaseFact:
    return CaseFact(
        number=case_number(chance.getrandbits(40)),
        reference=unit_reference(chance.getrandbits(40)),
        kind="complaint",
        severity="minor",
        standing="counts" if counts else "duplicate",
        channel=("hotline", "web", "desk")[number % 3],
        category=("quality", "attitude", "price")[number % 3],
        forwarded="kept",
        answered="kept",
        solved="late" if number % 3 == 0 else "kept",
        repeats=0,
    )


def _supersedes(reasons: Sequence[str]) -> Mapping[str, Any] | None:
    if not reasons:
        return None
    causes = [{"cause": f"case {number}", "reason": each} for number, each in enumerate(reasons)]
    return {"sequence": 4, "hash": "ef" * 32, "amendments": causes}


def _proceeding(unit_id: str, state: str, rules: Rulebook) -> Proceeding:
    fresh = proceedings.begun(unit_id, 5, "2026-05", CLOSED_AT, rules)
    signed = Happened(datetime(2026, 6, 11, 3, tzinfo=UTC), proceedings.SIGNED, LEAD)
    issued = Happened(datetime(2026, 6, 18, 3, tzinfo=UTC), proceedings.ISSUED, "qian@example.org")
    steps = {"closed": (), "noticed": (signed,), "issued": (signed, issued)}[state]
    return replace(fresh, state=state, steps=(*fresh.steps, *steps))
