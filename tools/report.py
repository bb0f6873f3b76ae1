"""python -m tools report: the workbook of a unit's month, as its document that holds has it."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from chalicelib.core.calendar import MonthError, first_day
from chalicelib.core.saving import StoreError
from chalicelib.texts import LOCALES
from tools.connected import NotConnectedError, local_stage


def report(
    unit: Annotated[str, typer.Argument(help="the unit's id")],
    month: Annotated[str, typer.Argument(help="YYYY-MM")],
    out: Annotated[Path, typer.Option(help="the XLSX file to write")],
    own: Annotated[bool, typer.Option(help="the edition that the unit itself may see")] = False,
    language: Annotated[str, typer.Option(help="zh or en; else the rulebook's first")] = "",
) -> None:
    """Write the report of a unit's month as a workbook. Exit 2: there is no such document."""
    try:
        first_day(month)
        stage = local_stage()
        language = language or stage.rules.languages[0]
        if language not in LOCALES:
            raise typer.BadParameter(f"language {language!r} is none of {', '.join(LOCALES)}")
        known = stage.people.unit(unit)
        stored = stage.storage.documents.of_month(unit, month)
        if known is None or stored is None:
            print(f"{unit} has no document of {month}", file=sys.stderr)
            raise typer.Exit(2)
        out.write_bytes(stage.report_workbooks.workbook(stored, known, language, own=own))
    except MonthError as error:
        raise typer.BadParameter(str(error)) from None
    except (NotConnectedError, StoreError, OSError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None
    print(out)
