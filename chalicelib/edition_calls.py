"""The sections of supervision's report alone: what the calls found, and how forms came in."""

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib import notice, printed
from chalicelib.edition_parts import (
    NONE,
    Asked,
    Bar,
    Cell,
    Section,
    Table,
    range_of,
    share_of,
    tenths,
    word,
)
from chalicelib.texts import Say


def calls(asked: Asked) -> Section | None:
    """What the calls say of the forms, all of it."""
    found, say = asked.document.get("verification"), asked.say
    if not found:
        return None
    outcomes = [(word("outcome", name, say), found["outcomes"][name]) for name in found["outcomes"]]
    outcomes.append((say("report.calls.open"), found["open"]))
    figures = [
        ("rate", printed.percent(found["rate"])),
        ("wilson", range_of(found["wilson"])),
        ("bounds", range_of(found["bounds"])),
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
            share = share_of(number, forms)
            rows.append((word(group, name, say), number, tenths(share), Bar(share)))
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
