"""The sections of a printed report about cases: what came in, and each case by its reference."""

from collections.abc import Mapping, Sequence
from typing import Final

from chalicelib import edition_parts, notice_grounds
from chalicelib.core import disclosure
from chalicelib.core.case_views import FROM_SUPERVISION
from chalicelib.core.facts import CaseFact
from chalicelib.edition_parts import Asked, Cell, Section, Table, left_out, word
from chalicelib.texts import Say

CLOCKS: Final = ("forwarded", "answered", "solved")


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
            found = {name: n for name, n in disclosure.sources(found).items() if n}
        rows = [(word(group, name, say, own=asked.own), found[name]) for name in found]
        heading = say(f"workbook.column.{group}")
        tables += [Table((heading, say("report.number")), rows)] if rows else []
    counted = asked.document["complaints"]
    told = [
        say("report.counted", **{name: counted[name] for name in ("count", "weighted", "tier")}),
        notice_grounds.tiers(asked.document, say),
    ]
    return Section("complaints", told, tables)


def _clocks(found: Mapping[str, Mapping[str, int]], say: Say) -> Table:
    states = ("kept", "late", "open")
    rows: list[Sequence[Cell]] = [
        (say(f"workbook.column.{step}"), *(found[step][state] for state in states))
        for step in CLOCKS
    ]
    return Table((say("report.clock"), *(say(f"workbook.clock.{state}") for state in states)), rows)


def cases(asked: Asked) -> Section | None:
    """Each case by the unit's reference; supervision also reads where it came in."""
    if asked.facts is None or not asked.facts.cases:
        return None
    words = ("kind", "severity", "standing", "category", "channel")
    columns = [asked.say(f"workbook.column.{name}") for name in ("reference", *words, *CLOCKS)]
    rows = sorted(_case_row(case, asked) for case in asked.facts.cases)
    table = Table(columns, rows[: edition_parts.MOST])
    return Section("cases", tables=[table], remarks=left_out(len(rows), asked.say))


def _case_row(case: CaseFact, asked: Asked) -> list[str]:
    own, say = asked.own, asked.say
    source = "supervision" if case.channel in FROM_SUPERVISION else "customer"
    shown = case._replace(channel=source) if own else case
    words = [
        word(group, getattr(shown, group), say, own=own)
        for group in ("kind", "severity", "standing", "category", "channel")
    ]
    clocks = [word("clock", getattr(case, step), say) for step in CLOCKS]
    return [case.reference or notice_grounds.GONE, *words, *clocks]
