"""python -m tools assess: a month's assessments offline, from files, by the service's own rules."""

import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Final

import typer

from chalicelib import printed, report, rulebook, workbooks
from chalicelib.core.assessment import Document, assess_unit
from chalicelib.core.calendar import MonthError, first_day
from chalicelib.core.rules import Rulebook
from chalicelib.core.tallies import ComplaintTally, Tally
from chalicelib.payrolls import Owed, payroll
from chalicelib.report_parts import Part
from chalicelib.texts import LOCALES, Say, translator
from tools.columns import Row
from tools.facts import BadRowsError, Facts, read_facts
from tools.sheet import InputError, Sheet

_STEP: Final = 1000
"""Rows between two moves of the progress bar."""


def assess(
    visits: Annotated[Path, typer.Option(help="visits and their grades, CSV or XLSX")],
    month: Annotated[str, typer.Option(help="the month to assess, YYYY-MM")],
    out: Annotated[Path, typer.Option(help="folder for the results")],
    complaints: Annotated[Path | None, typer.Option(help="complaints, CSV or XLSX")] = None,
    previous: Annotated[Path | None, typer.Option(help="last month's visits")] = None,
    rules_file: Annotated[
        Path | None, typer.Option("--rulebook", help="a rulebook other than the deployed one")
    ] = None,
    language: Annotated[str, typer.Option(help="zh or en; else the rulebook's first")] = "",
) -> None:
    """Assess a month offline, from files: assessment.json, report.html, report and payroll XLSX.

    The first row names the columns. Visits: visit_id, unit, technician,
    completed_at, timeliness, quality, attitude, and if you like comment.
    Complaints: case_id, unit, received_at, and if you like severity, kind,
    standing, channel. Usual other headings, 工单号 for one, are understood.
    """
    try:
        first_day(month)
        rules = rulebook.load(rules_file)
        language = _known(language or rules.languages[0])
        facts = read_facts(visits, complaints, previous, month, rules, _progress)
        document = assess_month(facts, month, language, rules)
        notices = [translator(language)(message, **values) for message, values in facts.notices]
        write(out, files_of(document, facts, rules, notices))
    except MonthError as error:
        raise typer.BadParameter(str(error)) from None
    except (rulebook.RulebookError, InputError, BadRowsError, OSError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None
    for notice in notices:
        print(notice, file=sys.stderr)
    print(out)


def _known(language: str) -> str:
    if language not in LOCALES:
        raise typer.BadParameter(f"language {language!r} is none of {', '.join(LOCALES)}")
    return language


def assess_month(facts: Facts, month: str, language: str, rules: Rulebook) -> Document:
    """The `assessment.json` of INTERFACES, marked as made offline."""
    say = translator(language)
    return {
        "month": month,
        "offline": True,
        "mode": rules.mode,
        "language": language,
        "rulebook_sha256": rules.sha256,
        "cases_without_unit": facts.without_unit,
        "units": [_entry(unit, facts, rules, say) for unit in facts.units()],
    }


def _entry(unit: str, facts: Facts, rules: Rulebook, say: Say) -> Document:
    now, before = facts.now.get(unit, Tally()), facts.before.get(unit)
    complaints = None
    if facts.complaints is not None:
        complaints = facts.complaints.get(unit, ComplaintTally())
    last = before.figures() if before else None
    return assess_unit(unit, now, last, complaints, rules, say)


def files_of(
    document: Document, facts: Facts, rules: Rulebook, notices: list[str]
) -> dict[str, bytes]:
    """Name → content of the files to write; the same facts make the same bytes."""
    say, month = translator(document["language"]), document["month"]
    mark = printed.mark(document, say)
    names = facts.names()
    parts = [_part(entry, document, facts, names) for entry in document["units"]]
    owed = [Owed(part.entry, "", "offline", None) for part in parts]
    offline = [say("workbook.payroll.offline")]
    return {
        "assessment.json": _json(document),
        "report.html": report.page(document, say, notices, parts, rules).encode("utf-8"),
        "report.xlsx": workbooks.report(parts, month, say, mark, notices),
        "payroll.xlsx": payroll(month, owed, (), say, rules, mark, offline),
    }


def _part(entry: Document, document: Document, facts: Facts, names: dict[str, str]) -> Part:
    unit = entry["unit"]
    told = {**entry, "rulebook_sha256": document["rulebook_sha256"]}
    return Part(told, "", facts.of_unit(unit, document["month"]), names)


def _json(document: Document) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def write(out: Path, files: dict[str, bytes]) -> None:
    """Write all of `files` into the folder `out`, or none of them (OSError)."""
    made = not out.exists()
    out.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=out) as folder:
            for name, content in files.items():
                (Path(folder) / name).write_bytes(content)
            for name in files:
                (Path(folder) / name).replace(out / name)
    except OSError:
        if made:
            out.rmdir()
        raise


def _progress(sheet: Sheet, rows: Iterable[Row]) -> Iterator[Row]:
    """The same rows, with a bar on stderr while they pass, if a person is watching."""
    if not sys.stderr.isatty():
        yield from rows
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(escape(sheet.path.name), total=sheet.about)
        for number, row in enumerate(rows):
            if number % _STEP == 0:
                bar.update(task, completed=number)
            yield row
