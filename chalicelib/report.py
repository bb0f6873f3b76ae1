"""The report of a month made offline, on one page: all units, then the notice of each."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from chalicelib import editions, notice, printed
from chalicelib.core.rules import Rulebook
from chalicelib.edition_parts import Asked, Section
from chalicelib.report_parts import Part, by_technician
from chalicelib.texts import Say


def page(
    month: Mapping[str, Any],
    say: Say,
    notices: Sequence[str] = (),
    parts: Sequence[Part] = (),
    rules: Rulebook | None = None,
) -> str:
    """The report of a month made offline as one HTML page that needs no other file.

    `month` is an `assessment.json`; every unit's notice follows its report, a sheet each. `parts`
    hold what is known of the units besides: their facts and the names of their technicians.
    """
    known = {part.unit: part for part in parts}
    units = [known.get(entry["unit"], Part(entry)) for entry in month["units"]]
    whole = [_whole(part, month) for part in units]
    return printed.render(
        "report.html",
        say,
        month=printed.month(month["month"], say),
        kind=printed.kind(month),
        mark=printed.mark(month, say),
        notices=notices,
        units=[(part.unit, _sections(part, say, rules)) for part in whole],
        sheets=[_sheet(part, say, rules) for part in whole],
        method=editions.method(say),
        rulebook_sha256=month["rulebook_sha256"],
    )


def _whole(part: Part, month: Mapping[str, Any]) -> Part:
    """The part with what its notice needs of the month."""
    names = ("month", "language", "offline", "mode", "rulebook_sha256")
    told = {name: month[name] for name in names if name in month}
    technicians = {"technicians": by_technician(part.visits)} if part.visits else {}
    return replace(part, entry={**technicians, **part.entry, **told})


def _sections(part: Part, say: Say, rules: Rulebook | None) -> list[Section]:
    asked = Asked(part.entry, part.facts, part.names, say, rules)
    return editions.sections(asked)


def _sheet(part: Part, say: Say, rules: Rulebook | None) -> dict[str, Any]:
    name = part.name or part.unit
    return notice.sheet(part.entry, part.facts, None, name, part.names, say, rules)
