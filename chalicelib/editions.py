"""The report of a unit's month as printed pages: the unit's own edition, and supervision's.

The unit's edition holds what a unit may know: no single form, no mean of few forms, and cases by
its own references. Supervision's adds how the forms came about and what the calls found.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from chalicelib import (
    edition_calls,
    edition_cases,
    edition_parts,
    notice,
    notice_grounds,
    printed,
)
from chalicelib.core.assessment import in_language
from chalicelib.core.callers_figures import CallerFigures
from chalicelib.core.disclosure import FEW, withheld
from chalicelib.core.facts import Facts
from chalicelib.core.grades import ITEMS, POINTS
from chalicelib.core.lines import two_decimals
from chalicelib.core.proceedings import Proceeding
from chalicelib.core.rules import Rulebook
from chalicelib.edition_parts import (
    NONE,
    Asked,
    Bar,
    Cell,
    Section,
    Table,
    left_out,
    share_of,
    tenths,
)
from chalicelib.report_parts import sums
from chalicelib.texts import Say
from chalicelib.workbooks import METHOD

STEPS: Final = ("visits", "reachable", "invited", "delivered", "answered")
"""Each a part of the one before it; what else the funnel counts stands after them."""

BESIDE: Final = ("verified", "void_proposed", "void", "late", "late_uploads")


def page(
    document: Mapping[str, Any],
    facts: Facts | None,
    proceeding: Proceeding | None,
    unit: str,
    names: Mapping[str, str],
    say: Say,
    rules: Rulebook,
    *,
    own: bool,
    callers: Sequence[CallerFigures] = (),
) -> str:
    """The report of one document as an HTML page for A4 paper: the unit's `own` edition, or not.

    Arguments as for `notice.page`; `callers` are the figures of those who called this unit's
    customers, for supervision only.
    """
    asked = Asked(in_language(dict(document), say), facts, names, say, rules, own, callers)
    edition = "own" if own else "supervision"
    return printed.render(
        "edition.html",
        say,
        edition=edition,
        organisation=rules.organisation,
        unit=unit,
        about=notice.about(document, unit, say),
        state=say(f"notice.state.{proceeding.state}") if proceeding else "",
        kind=printed.kind(document),
        mark=printed.mark(document, say),
        amended=notice.amended(document, say),
        sections=sections(asked),
        method=method(say),
        hashes=notice.hashes(document),
    )


def sections(asked: Asked) -> list[Section]:
    """The sections of an edition that have something to show."""
    return [made for make in SECTIONS[asked.own] if (made := make(asked))]


# The sections, each None where there is nothing to show


def result(asked: Asked) -> Section | None:
    """The lines with their sentences, their sum, and what a reader should know beside them."""
    document, say = asked.document, asked.say
    rows: list[Sequence[Cell]] = [
        (say(f"report_line_{line['code']}"), line["sentence"], printed.signed(line["amount"]))
        for line in document["lines"]
    ]
    rows.append((say("report_sum"), "", printed.signed(document["amount"])))
    amount = say("report_amount", currency=document["currency"])
    columns = (say("report_line"), say("report_why"), amount)
    return Section(
        "result", tables=[Table(columns, rows, last_is_sum=True)], remarks=document["notes"]
    )


def grades(asked: Asked) -> Section | None:
    """How often each grade was given; of few forms the unit does not read that."""
    document, say = asked.document, asked.say
    told = [
        say(
            "report.means",
            forms=document["forms"],
            visits=document["visits"],
            points=document["points"],
            by_form=document["mean_forms"] or NONE,
            by_visit=document["mean_visits"] or NONE,
        ),
        say("report.comments"),
    ]
    if asked.own and document["forms"] < FEW:
        return Section("grades", [*told, say("report.few_forms", few=FEW)])
    rows = [_grades_row(item, document["items"][item], say) for item in ITEMS]
    columns = (
        say("report_item"),
        *POINTS,
        say("report_grades"),
        say("report_points"),
        say("report_mean"),
    )
    return Section("grades", told, [Table(columns, rows)])


def _grades_row(item: str, found: Mapping[str, Any], say: Say) -> list[Cell]:
    mean = two_decimals(found["points"], found["n"]) if found["n"] else NONE
    counts = [found["counts"][grade] for grade in POINTS]
    return [say(f"report_item_{item}"), *counts, found["n"], found["points"], mean]


def funnel(asked: Asked) -> Section | None:
    """How many visits came how far."""
    found, say = asked.document.get("funnel"), asked.say
    if not found:
        return None
    rows: list[Sequence[Cell]] = []
    for step in STEPS:
        share = share_of(found[step], found["visits"])
        rows.append((say(f"report.funnel.{step}"), found[step], tenths(share), Bar(share)))
    beside = [(say(f"report.funnel.{step}"), found[step]) for step in BESIDE]
    rates = asked.document["response"]
    told = [
        say(f"report.completeness.{asked.document['completeness']}"),
        say("report.response", **{name: printed.percent(rates[name]) for name in ("rr1", "rr2")}),
    ]
    number = say("report.number")
    columns = (say("report.step"), number, say("report.share"), "")
    return Section(
        "funnel", told, [Table(columns, rows), Table((say("report.beside"), number), beside)]
    )


def technicians(asked: Asked) -> Section | None:
    """Forms and mean of each; supervision also reads what the calls found."""
    found, say = asked.document.get("technicians"), asked.say
    if not found:
        return None
    hidden = withheld({each["technician"]: each["forms"] for each in found}) if asked.own else ()
    more = [] if asked.own else [name for name in ("verified", "differs") if name in found[0]]
    rows = sorted(
        [
            asked.names.get(each["technician"], notice_grounds.GONE),
            each["visits"],
            each["forms"],
            NONE if each["technician"] in hidden else each["mean"] or NONE,
            *(each[name] for name in more),
        ]
        for each in found
    )
    heads = ("technician", "visits", "forms", "mean", *more)
    columns = [say(f"workbook.column.{name}") for name in heads]
    told = [say("report.withheld", few=FEW)] if hidden else []
    return Section("technicians", told, [Table(columns, rows)])


def weeks(asked: Asked) -> Section | None:
    """Visits and forms by the week in which the job was done.

    The unit reads no mean of a week, not even of many forms: beside those of its technicians, who
    are whom it has named, what is left over of a week would be a single form.
    """
    if asked.facts is None or not asked.facts.visits:
        return None
    found, say = sums(asked.facts.visits, "week"), asked.say
    shown = 3 if asked.own else 4
    rows: list[Sequence[Cell]] = [
        (week or NONE, visits, forms, two_decimals(points, forms) if forms else NONE)[:shown]
        for week, (visits, forms, points) in found.items()
    ]
    heads = ("week", "visits", "forms", "mean_forms")[:shown]
    columns = [say(f"workbook.column.{name}") for name in heads]
    told = [say("workbook.weeks_by_completion")]
    return Section("weeks", told, [Table(columns, rows)])


def verified(asked: Asked) -> Section | None:
    """What the calls say of the forms, in words."""
    told = notice.verified(asked.document, asked.say)
    return Section("verified", told) if told else None


def forms(asked: Asked) -> Section | None:
    """Every form that counts, by its visit's number."""
    if asked.facts is None or asked.rules is None:
        return None
    found = notice_grounds.grounds(asked.facts, asked.rules).forms
    return Section(
        "forms", names=found[: edition_parts.MOST], remarks=left_out(len(found), asked.say)
    )


def method(say: Say) -> list[tuple[str, str]]:
    """What each number means, in two sentences."""
    return [
        (say(f"workbook.method.{name}.name"), say(f"workbook.method.{name}.text"))
        for name in METHOD
    ]


_ALL: Final = (result, grades, funnel, technicians, edition_cases.complaints, weeks)

_CALLS: Final = (edition_calls.calls, edition_calls.evidence, edition_calls.callers)

SECTIONS: Final[Mapping[bool, Sequence[Callable[[Asked], Section | None]]]] = {
    True: (*_ALL, verified, edition_cases.cases, forms),
    False: (*_ALL, *_CALLS, edition_cases.cases, forms),
}
"""Whether it is the unit's own edition → what it shows, in order."""
