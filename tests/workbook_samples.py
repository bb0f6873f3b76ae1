"""Two made-up units' months for workbooks: their facts, their documents, the months before."""

from collections.abc import Sequence

from chalicelib import rulebook
from chalicelib.core.assessment import Document, assess_unit, figures_of
from chalicelib.core.facts import CaseFact, Facts, VisitFact
from chalicelib.core.people import technician_code
from chalicelib.core.tallies import SILENT, ComplaintTally, Figures, Sort, Tally
from chalicelib.report_parts import Part, by_technician
from chalicelib.texts import translator

RULES = rulebook.load()
MONTH = "2026-05"
NAMES = ("Chan Tai Man", "李卫", "Wu Ying")
CODES = {technician_code("north-1", name): name for name in NAMES}
FORMS = ("AAB", "ABA", "---", "BBC", "AAA", "A-C", "EDD", "AAA", "BAA", "---", "CBB", "AAA")
KINDS = ("complaint", "complaint", "suggestion", "complaint", "unread", "praise", "complaint")
CATEGORIES = ("timeliness", "quality", "price", "attitude", "", "quality", "parts")
CHANNELS = ("hotline", "sms", "web", "desk", "call", "sms", "hotline")


def visits(count: int, unit: str = "north-1", month: str = MONTH) -> tuple[VisitFact, ...]:
    """So many visits, three technicians in turn, over the weeks of a month."""
    codes = list(CODES)
    made = []
    for number in range(count):
        letters = FORMS[number % len(FORMS)]
        silent = letters == SILENT
        made.append(
            VisitFact(
                visit_id=f"WO-{month[2:4]}{month[5:]}-{number:04}",
                technician=codes[number % 3],
                letters=letters,
                state="expired" if silent else "answered",
                delivery="delivered",
                evidence="" if silent else ("direct", "direct", "caller_id", "staff")[number % 4],
                channel="" if silent else ("sms", "link", "keypad", "paper")[number % 4],
                late=number % 17 == 3,
                void="proposed" if number == 6 else "",
                outcome=("", "confirmed", "", "differs")[number % 4] if number < 30 else "",
                cell="",
                form="",
                told="",
                week=f"2026-W{18 + number * 5 // max(count, 1)}",
            )
        )
    return tuple(made)


def cases(count: int) -> tuple[CaseFact, ...]:
    """So many cases of all kinds, by references that say nothing."""
    return tuple(
        CaseFact(
            number=f"{731_000_000 + number}",
            reference=f"{'23456789ABCD'[number % 12] * 4}-{number:04}",
            kind=KINDS[number % 7],
            severity=("minor", "minor", "serious", "grave")[number % 4],
            standing="duplicate" if number % 9 == 8 else "counts",
            channel=CHANNELS[number % 7],
            category=CATEGORIES[number % 7],
            forwarded=("kept", "kept", "late", "")[number % 4],
            answered=("kept", "late", "open", "")[number % 4],
            solved=("kept", "late", "open", "")[number % 4],
            repeats=1 if number == 5 else 0,
        )
        for number in range(count)
    )


def entry(
    facts: Facts, previous: Figures | None, language: str, *, complaints: bool = True
) -> Document:
    """The document of these facts, as far as workbooks read it."""
    tally, cases_of = Tally(), ComplaintTally()
    for visit in facts.visits:
        if visit.letters == SILENT:
            tally.add_silent()
        else:
            tally.add_form(visit.letters)
    for case in facts.cases:
        cases_of.add(Sort(case.kind, case.severity, case.standing, case.channel))
    made = assess_unit(
        facts.unit,
        tally,
        previous,
        cases_of if complaints else None,
        RULES,
        translator(language),
    )
    technicians = [{**one, "verified": 4, "differs": 1} for one in by_technician(facts.visits)]
    hashes = {"rulebook_sha256": RULES.sha256, "facts_sha256": "f" * 64, "previous_hash": "0" * 64}
    return {**made, **hashes, "month": facts.month, "technicians": technicians}


def part(
    language: str = "en",
    unit: str = "north-1",
    name: str = "North 1",
    visited: int = 60,
    complained: int = 12,
    earlier: Sequence[tuple[str, int, int]] = (("2026-03", 40, 3), ("2026-04", 50, 8)),
) -> Part:
    """A unit with its month and those before it."""
    before: list[Document] = []
    for month, number, brought in earlier:
        facts = Facts(unit, month, visits(number, unit, month), cases(brought))
        figures = figures_of(before[-1]) if before else None
        before.append(entry(facts, figures, language))
    facts = Facts(unit, MONTH, visits(visited, unit), cases(complained))
    figures = figures_of(before[-1]) if before else None
    return Part(entry(facts, figures, language), name, facts, CODES, before)
