"""python -m tools coverage: a settlement or invoice list against what was uploaded.

A unit that leaves out the jobs it is not proud of is asked about none of them: only a list from
elsewhere shows that. Documents go on saying "unproven" until the service itself holds such a list.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from chalicelib import rulebook
from chalicelib.core.calendar import MonthError, first_day
from chalicelib.sheet_pages import Column, Page, Table
from chalicelib.spreadsheets import workbook
from chalicelib.texts import LOCALES, Say, translator
from tools.comparison import Comparison, Job, by_unit, compare, read_jobs, told
from tools.facts import BadRowsError
from tools.sheet import InputError


def coverage(
    visits: Annotated[Path, typer.Option(help="what was uploaded, CSV or XLSX")],
    reference: Annotated[Path, typer.Option(help="jobs settled or invoiced, CSV or XLSX")],
    month: Annotated[str, typer.Option(help="compare this month alone, YYYY-MM")] = "",
    listed: Annotated[
        Path | None, typer.Option("--list", help="XLSX file for the single jobs")
    ] = None,
    rules_file: Annotated[
        Path | None, typer.Option("--rulebook", help="a rulebook other than the deployed one")
    ] = None,
    language: Annotated[str, typer.Option(help="zh or en; else the rulebook's first")] = "",
) -> None:
    """Compare uploads with the jobs that were paid for. Exit 0: they agree; 1: they differ.

    The first row names the columns. Uploads: visit_id, unit, technician,
    completed_at, and if you like phone. Reference: visit_id, and the others if
    you like. Usual other headings, 工单号 for one, are understood.
    """
    try:
        if month:
            first_day(month)
        rules = rulebook.load(rules_file)
        language = language or rules.languages[0]
        if language not in LOCALES:
            raise typer.BadParameter(f"language {language!r} is none of {', '.join(LOCALES)}")
        uploads = read_jobs(visits, rules, month, uploads=True)
        jobs = read_jobs(reference, rules, month, uploads=False)
        found = compare(uploads, jobs)
        say = translator(language)
        if listed:
            listed.write_bytes(jobs_workbook(found, say))
    except MonthError as error:
        raise typer.BadParameter(str(error)) from None
    except (rulebook.RulebookError, InputError, BadRowsError, OSError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None
    for message, values in [*uploads.notices, *jobs.notices]:
        print(say(message, **values), file=sys.stderr)
    print_table(found, say)
    print(json.dumps(told(found), ensure_ascii=False))
    raise typer.Exit(0 if found.is_complete else 1)


def print_table(found: Comparison, say: Say) -> None:
    """For a person, on stderr: each unit and technician with what is missing."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table as Shown

    table = Shown(title=say("coverage.title"))
    for what in ("unit", "technician"):
        table.add_column(say(f"workbook.column.{what}"))
    for what in ("jobs", "missing", "share"):
        table.add_column(say(f"coverage.column.{what}"), justify="right")
    for unit, technician, figures in _rows(found):
        numbers = [str(figures[what]) for what in ("reference", "missing", "share")]
        table.add_row(escape(unit), escape(technician), *numbers)
    console = Console(stderr=True)
    console.print(table)
    for line in summary(found, say):
        console.print(escape(line), highlight=False)


def _rows(found: Comparison) -> list[tuple[str, str, Mapping[str, object]]]:
    rows: list[tuple[str, str, Mapping[str, object]]] = []
    for unit in by_unit(found):
        rows.append((str(unit["unit"]) or "–", "", unit))
        technicians = unit["technicians"]
        assert isinstance(technicians, list)  # noqa: S101 # as by_unit makes it
        rows += [("", one["technician"], one) for one in technicians]
    return rows


def summary(found: Comparison, say: Say) -> list[str]:
    """What the table does not show."""
    lines = [
        say("coverage.missing", missing=len(found.missing), jobs=len(found.reference)),
        say("coverage.extra", extra=len(found.extra), uploaded=found.uploaded),
        say("coverage.differing", differing=len(found.differing)),
    ]
    if found.alike:
        lines.append(say("coverage.alike", alike=len(found.alike)))
    return [*lines, say("coverage.unproven")]


def jobs_workbook(found: Comparison, say: Say) -> bytes:
    """The single jobs as a workbook: never uploaded, only uploaded, differing."""
    columns = [
        Column(say("workbook.column.visit"), 24, "text"),
        Column(say("workbook.column.unit"), 18, "text"),
        Column(say("workbook.column.technician"), 22, "text"),
        Column(say("coverage.column.completed_on"), 14, "text"),
    ]
    differing = [
        [visit_id, ", ".join(say(f"coverage.field.{name}") for name in fields)]
        for visit_id, fields in found.differing.items()
    ]
    heads = [columns[0], Column(say("coverage.column.fields"), 40, "text")]
    return workbook(
        [
            _page(say("coverage.page.missing"), Table(columns, _listed(found.missing))),
            _page(say("coverage.page.extra"), Table(columns, _listed(found.extra))),
            _page(say("coverage.page.differing"), Table(heads, differing)),
        ]
    )


def _page(name: str, table: Table) -> Page:
    return Page(name, name, (), [table])


def _listed(jobs: Sequence[Job]) -> list[list[str]]:
    return [
        [
            job.visit_id,
            job.unit,
            job.technician,
            job.completed_on.isoformat() if job.completed_on else "",
        ]
        for job in jobs
    ]
