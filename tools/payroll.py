"""python -m tools payroll: HR's payroll workbook of a month, as things stand now."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from chalicelib.core.calendar import MonthError, first_day
from chalicelib.core.saving import StoreError
from chalicelib.texts import LOCALES
from tools.connected import NotConnectedError, local_stage


def payroll(
    month: Annotated[str, typer.Argument(help="YYYY-MM")],
    out: Annotated[Path, typer.Option(help="the XLSX file to write")],
    language: Annotated[str, typer.Option(help="zh or en; else the rulebook's first")] = "",
) -> None:
    """Write the payroll workbook of all units. Exit 2: no unit has a document of that month."""
    try:
        first_day(month)
        stage = local_stage()
        language = language or stage.rules.languages[0]
        if language not in LOCALES:
            raise typer.BadParameter(f"language {language!r} is none of {', '.join(LOCALES)}")
        if not stage.payrolls.month(month).owed:
            print(f"{month}: no unit has a document", file=sys.stderr)
            raise typer.Exit(2)
        out.write_bytes(stage.payrolls.workbook(month, language))
    except MonthError as error:
        raise typer.BadParameter(str(error)) from None
    except (NotConnectedError, StoreError, OSError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None
    print(out)
