"""python -m tools outcomes FILE.xlsx --by MEMBER: bring in what callers noted away from the desk.

Everything is checked before anything is kept. The same file twice changes nothing. Exit status: 0
taken, 2 refused (stderr: `file: sheet!cell: reason`, in the member's language).
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from chalicelib.core.acts import ActError
from chalicelib.core.call_rows import CallRow, RowError, RowsError
from chalicelib.core.people import Member
from chalicelib.core.saving import StoreError
from chalicelib.services.called_visits import CalledVisits
from chalicelib.texts import MissingTextError, Say, translator
from tools.act import SENTENCES, member_named
from tools.call_sheet_reader import FilledRow, Flaw, Read, UnreadableError, read_calls
from tools.connected import NotConnectedError, local_stage

if TYPE_CHECKING:
    from chalicelib.wiring import Wiring

LARGEST: Final = 20_000_000
"""Bytes of a workbook; a week of two hundred calls has some thirty thousand."""


class RefusedError(Exception):
    """Nothing was brought in; the text has a line for each reason."""


def outcomes(
    file: Annotated[Path, typer.Argument(help="the week's workbook, filled in")],
    by: Annotated[str, typer.Option(metavar="MEMBER", help="mail address, or name if unique")],
) -> None:
    """Bring in the calls of a week's workbook: all of it or nothing; twice is once."""
    try:
        stage = local_stage()
        member = member_named(stage.people.members(), by)
        changed, rows = bring_in(file, member, stage, stage.now())
    except (RefusedError, NotConnectedError) as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from error
    except ActError as error:
        print(SENTENCES[error.code].format(**error.facts), file=sys.stderr)
        raise SystemExit(2) from error
    except StoreError as error:
        print(f"{file}: the database was busy ({error}): run it again", file=sys.stderr)
        raise SystemExit(2) from error
    print(translator(member.language)("calls.taken", changed=changed, rows=rows))


def bring_in(file: Path, by: Member, stage: "Wiring", now: datetime) -> tuple[int, int]:
    """Rows that changed something, and all rows; RefusedError with each flaw on a line."""
    say = translator(by.language)
    read = _read(file, stage, say)
    found = read.flaws or list(_of_other_draws(read.rows, stage))
    if not found:
        found = list(_placed(stage.call_import.check(_calls(read), by, now), read.rows))
    if found:
        raise RefusedError("\n".join(_line(file, flaw, say) for flaw in found))
    try:
        return stage.call_import.import_calls(_calls(read), by, now), len(read.rows)
    except RowsError as error:
        told = [_line(file, flaw, say) for flaw in _placed(error.errors, read.rows)]
        raise RefusedError("\n".join(told)) from error


def _read(file: Path, stage: "Wiring", say: Say) -> Read:
    try:
        if file.stat().st_size > LARGEST:
            raise UnreadableError(f"> {LARGEST} bytes")
        return read_calls(file.read_bytes(), stage.rules)
    except OSError as error:
        reason = str(error.strerror)
    except UnreadableError as error:
        reason = str(error)
    raise RefusedError(f"{file}: {say('calls.refused.unreadable', reason=reason)}")


def _calls(read: Read) -> list[CallRow]:
    return [row.call for row in read.rows]


def _of_other_draws(rows: Iterable[FilledRow], stage: "Wiring") -> Iterator[Flaw]:
    """Rows about a pick that is not the latest of its visit: they would be noted of another."""
    called = CalledVisits(stage.storage.visits, stage.storage.draws)
    for row in rows:
        try:
            latest = called.of(row.call.visit_id).pick.draw
        except ActError as error:
            yield Flaw(row.sheet, row.cells[""], error.code, error.facts)
        else:
            if latest != row.draw:
                yield Flaw(row.sheet, row.cells[""], "other_draw", {"draw": row.draw})


def _placed(errors: Iterable[RowError], rows: Sequence[FilledRow]) -> Iterator[Flaw]:
    """What the desk refuses, with the cell it is about."""
    for error in errors:
        row = rows[error.row]
        cell = row.cells.get(error.field, row.cells[""])
        yield Flaw(row.sheet, cell, error.code, error.facts)


def _line(file: Path, flaw: Flaw, say: Say) -> str:
    place = f"{flaw.sheet}!{flaw.cell}: " if flaw.sheet else ""
    return f"{file}: {place}{_sentence(flaw, say)}"


def _sentence(flaw: Flaw, say: Say) -> str:
    try:
        return say(f"calls.refused.{flaw.code}", **flaw.facts)
    except (MissingTextError, KeyError):
        return say("calls.refused.other", code=flaw.code)
