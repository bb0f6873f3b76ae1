"""python -m tools report: a unit's month as a workbook or as pages to print, as its document that
holds has it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chalicelib.core.calendar import MonthError, first_day
from chalicelib.core.documents import StoredDocument
from chalicelib.core.people import Unit
from chalicelib.core.saving import StoreError
from chalicelib.texts import LOCALES
from tools.connected import NotConnectedError, local_stage

if TYPE_CHECKING:
    from chalicelib.wiring import Wiring


def report(
    unit: Annotated[str, typer.Argument(help="the unit's id")],
    month: Annotated[str, typer.Argument(help="YYYY-MM")],
    out: Annotated[Path, typer.Option(help="the XLSX or HTML file to write")],
    own: Annotated[bool, typer.Option(help="the edition that the unit itself may see")] = False,
    language: Annotated[str, typer.Option(help="zh or en; else the rulebook's first")] = "",
) -> None:
    """Write the report of a unit's month: a workbook, or pages to print if the file is .html.

    Exit 2: there is no such document.
    """
    if out.suffix.lower() not in (".xlsx", ".html"):
        raise typer.BadParameter(f"{out} is neither .xlsx nor .html", param_hint="--out")
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
        out.write_bytes(_content(stage, stored, known, out, language, own=own))
    except MonthError as error:
        raise typer.BadParameter(str(error)) from None
    except (NotConnectedError, StoreError, OSError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None
    print(out)


def _content(
    stage: "Wiring",
    stored: StoredDocument,
    unit: Unit,
    out: Path,
    language: str,
    *,
    own: bool,
) -> bytes:
    if out.suffix.lower() != ".html":
        return stage.report_workbooks.workbook(stored, unit, language, own=own)
    proceeding = stage.storage.proceedings.get(stored.unit, stored.sequence)
    if proceeding is None:
        raise LookupError(f"proceeding {stored.sequence} of {stored.unit}")
    return stage.notices.report(stored, proceeding, unit, language, own=own).encode()
