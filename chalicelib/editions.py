"""The report of a unit's month as printed pages: the unit's own edition, and supervision's.

The unit's edition holds what a unit may know: no single form, no mean of few forms, and cases by
its own references. Supervision's adds how the forms came about and what the calls found.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from chalicelib import notice, printed
from chalicelib.core.assessment import in_language
from chalicelib.core.callers_figures import CallerFigures
from chalicelib.core.case_views import FROM_SUPERVISION
from chalicelib.core.disclosure import FEW, withheld
from chalicelib.core.facts import CaseFact, Facts
from chalicelib.core.grades import ITEMS, POINTS
from chalicelib.core.lines import two_decimals
from chalicelib.core.proceedings import Proceeding
from chalicelib.core.rules import Rulebook
from chalicelib.report_parts import sums
from chalicelib.texts import Say
from chalicelib.workbooks import METHOD, WORDS

NONE: Final = "–"
"""Where there is no figure."""

STEPS: Final = ("visits", "reachable", "invited", "delivered", "answered")
"""Each a part of the one before it; what else the funnel counts stands after them."""

BESIDE: Final = ("verified", "void_proposed", "void", "late", "late_uploads")

CLOCKS: Final = ("forwarded", "answered", "solved")

MOST: Final = 5000
"""Names that a section lists; a page with more of them is no page any more."""

_WHOLE_BAR: Final = 1000


class Bar(NamedTuple):
    """A share to be drawn, in thousandths."""

    length: int


Cell = str | int | Bar


class Table(NamedTuple):
    """Columns by their headings and rows of cells; a row begins with what it is about."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    last_is_sum: bool = False


class Section(NamedTuple):
    """A headed part of the report: sentences, tables, names one after the other."""

    name: str
    told: Sequence[str] = ()
    tables: Sequence[Table] = ()
    names: Sequence[str] = ()
    remarks: Sequence[str] = ()


class Asked(NamedTuple):
    """What an edition is made of; `own` is the unit's."""

    document: Mapping[str, Any]
    facts: Facts | None
    names: Mapping[str, str]
    say: Say
    rules: Rulebook | None
    own: bool = False
    callers: Sequence[CallerFigures] = ()


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
        share = _share(found[step], found["visits"])
        rows.append((say(f"report.funnel.{step}"), found[step], _percent(share), Bar(share)))
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
            asked.names.get(each["technician"], notice.GONE),
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


def complaints(asked: Asked) -> Section | None:
    """What came in, by what it was and who brought it, and whether the clocks were kept."""
    details, say = asked.document["complaint_details"], asked.say
    if details is None:
        return None
    tables = [_clocks(asked.document["clocks"], say)] if "clocks" in asked.document else []
    groups = {
        "kind": details["kinds"],
        "severity": details["severities"],
        "standing": details["standings"],
        "category": details.get("categories", {}),
        "channel": details["channels"],
    }
    for group, found in groups.items():
        if group == "channel" and asked.own:
            found = _sources(found)
        rows = [(_word(group, name, say, own=asked.own), found[name]) for name in found]
        heading = say(f"workbook.column.{group}")
        tables += [Table((heading, say("report.number")), rows)] if rows else []
    counted, all_of_them = asked.document["complaints"], details["with_set_aside"]
    told = [
        say("report.counted", **{name: counted[name] for name in ("count", "weighted", "tier")}),
        say(
            "notice.tiers",
            without=counted["tier"],
            with_them=all_of_them["tier"],
            per_100=details["per_100_visits"] or NONE,
        ),
    ]
    return Section("complaints", told, tables)


def _sources(channels: Mapping[str, int]) -> dict[str, int]:
    """What a unit reads of where cases came in: from customers, or from supervision."""
    from_us = sum(number for name, number in channels.items() if name in FROM_SUPERVISION)
    found = {"customer": sum(channels.values()) - from_us, "supervision": from_us}
    return {name: number for name, number in found.items() if number}


def _word(group: str, name: str, say: Say, *, own: bool = False) -> str:
    if not name:
        return NONE
    if group == "channel" and own:
        return say(f"page.unit.from.{name}")
    return say(f"{WORDS.get(group, f'workbook.{group}')}.{name}")


def _clocks(found: Mapping[str, Mapping[str, int]], say: Say) -> Table:
    states = ("kept", "late", "open")
    rows: list[Sequence[Cell]] = [
        (say(f"workbook.column.{step}"), *(found[step][state] for state in states))
        for step in CLOCKS
    ]
    return Table((say("report.clock"), *(say(f"workbook.clock.{state}") for state in states)), rows)


def weeks(asked: Asked) -> Section | None:
    """Visits and forms by the week in which the job was done."""
    if asked.facts is None or not asked.facts.visits:
        return None
    found, say = sums(asked.facts.visits, "week"), asked.say
    hidden = withheld({week: each[1] for week, each in found.items()}) if asked.own else ()
    rows: list[Sequence[Cell]] = [
        (
            week or NONE,
            visits,
            forms,
            NONE if week in hidden or not forms else two_decimals(points, forms),
        )
        for week, (visits, forms, points) in found.items()
    ]
    columns = [say(f"workbook.column.{name}") for name in ("week", "visits", "forms", "mean_forms")]
    told = [say("workbook.weeks_by_completion")]
    return Section("weeks", told, [Table(columns, rows)])


def verified(asked: Asked) -> Section | None:
    """What the calls say of the forms, in words."""
    told = notice.verified(asked.document, asked.say)
    return Section("verified", told) if told else None


def calls(asked: Asked) -> Section | None:
    """What the calls say of the forms, all of it."""
    found, say = asked.document.get("verification"), asked.say
    if not found:
        return None
    outcomes = [
        (_word("outcome", name, say), found["outcomes"][name]) for name in found["outcomes"]
    ]
    outcomes.append((say("report.calls.open"), found["open"]))
    figures = [
        ("rate", printed.percent(found["rate"])),
        ("wilson", _range(found["wilson"])),
        ("bounds", _range(found["bounds"])),
        ("covered", printed.percent(found["covered"])),
        ("calls", found["calls"]),
        ("adjusted_mean", found["adjusted_mean"] or NONE),
    ]
    number = say("report.number")
    tables = [
        Table(
            (say("report.figure"), number),
            [(say(f"report.calls.{name}"), value) for name, value in figures],
        ),
        Table((say("workbook.column.outcome"), number), outcomes),
        _agreements(found["items"], say),
    ]
    return Section("verified", notice.verified(asked.document, say), tables)


def _agreements(found: Mapping[str, Mapping[str, Any] | None], say: Say) -> Table:
    rows: list[Sequence[Cell]] = [
        (
            say(f"report_item_{item}"),
            printed.percent(each["agreement"]) if each else NONE,
            each["difference"] if each else NONE,
            each["calls"] if each else 0,
        )
        for item, each in found.items()
    ]
    heads = (say(f"report.calls.{name}") for name in ("agreement", "difference", "calls"))
    return Table((say("report_item"), *heads), rows)


def evidence(asked: Asked) -> Section | None:
    """How the counted forms came in and how strong they are, and the weeks that do not match."""
    document, say = asked.document, asked.say
    if "evidence" not in document:
        return None
    forms, tables = document["forms"], []
    for group, found in (("evidence", document["evidence"]), ("channel", document["channels"])):
        rows: list[Sequence[Cell]] = []
        for name, number in found.items():
            share = _share(number, forms)
            rows.append((_word(group, name, say), number, _percent(share), Bar(share)))
        columns = (say(f"workbook.column.{group}"), say("report.number"), say("report.share"), "")
        tables.append(Table(columns, rows))
    differ = ", ".join(document["weeks_differ"])
    told = say("report.weeks_differ", weeks=differ) if differ else say("report.weeks_match")
    return Section("evidence", [told], tables)


def callers(asked: Asked) -> Section | None:
    """Each caller's part in what the calls changed."""
    if not asked.callers:
        return None
    say = asked.say
    heads = ("calls", "up", "down", "net", "attempts", "proven", "recalls", "agreed")
    rows: list[Sequence[Cell]] = [
        (asked.names.get(each.caller, each.caller), *(getattr(each, name) for name in heads))
        for each in asked.callers
    ]
    columns = (say("report.caller"), *(say(f"report.caller.{name}") for name in heads))
    return Section("callers", [say("report.callers.meant")], [Table(columns, rows)])


def cases(asked: Asked) -> Section | None:
    """Each case by the unit's reference; supervision also reads where it came in."""
    if asked.facts is None or not asked.facts.cases:
        return None
    words = ("kind", "severity", "standing", "category", "channel")
    columns = [asked.say(f"workbook.column.{name}") for name in ("reference", *words, *CLOCKS)]
    rows = sorted(_case_row(case, asked) for case in asked.facts.cases)
    table = Table(columns, rows[:MOST])
    return Section("cases", tables=[table], remarks=_left_out(len(rows), asked.say))


def _case_row(case: CaseFact, asked: Asked) -> list[str]:
    own, say = asked.own, asked.say
    source = "supervision" if case.channel in FROM_SUPERVISION else "customer"
    shown = case._replace(channel=source) if own else case
    words = [
        _word(group, getattr(shown, group), say, own=own)
        for group in ("kind", "severity", "standing", "category", "channel")
    ]
    clocks = [_word("clock", getattr(case, step), say) for step in CLOCKS]
    return [case.reference or notice.GONE, *words, *clocks]


def _left_out(number: int, say: Say) -> list[str]:
    return [say("report.more", number=number - MOST)] if number > MOST else []


def forms(asked: Asked) -> Section | None:
    """Every form that counts, by its visit's number."""
    if asked.facts is None or asked.rules is None:
        return None
    found = notice.grounds(asked.facts, asked.rules).forms
    return Section("forms", names=found[:MOST], remarks=_left_out(len(found), asked.say))


def method(say: Say) -> list[tuple[str, str]]:
    """What each number means, in two sentences."""
    return [
        (say(f"workbook.method.{name}.name"), say(f"workbook.method.{name}.text"))
        for name in METHOD
    ]


_ALL: Final = (result, grades, funnel, technicians, complaints, weeks)

SECTIONS: Final[Mapping[bool, Sequence[Callable[[Asked], Section | None]]]] = {
    True: (*_ALL, verified, cases, forms),
    False: (*_ALL, calls, evidence, callers, cases, forms),
}
"""Whether it is the unit's own edition → what it shows, in order."""


def _share(part: int, whole: int) -> int:
    """In thousandths."""
    return (2 * _WHOLE_BAR * part + whole) // (2 * whole) if whole else 0


def _percent(share: int) -> str:
    return f"{share // 10}.{share % 10}%"


def _range(found: Sequence[str] | None) -> str:
    return " – ".join(printed.percent(each) for each in found) if found else NONE
