"""python -m tools rehearse: two months of a small organisation in seconds, and the money recounted.

Exit 0: all holds. 1: a figure differs from the recount, or something failed. 2: a bad folder.
"""

import sys
from collections.abc import Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from tools.engine import ROOT
from tools.phone.mailbox import read_mailbox
from tools.recount import Happened, differences, recount
from tools.recount_calls import missed as missed_calls
from tools.recount_money import Month
from tools.recount_rules import Rules

if TYPE_CHECKING:
    from tools.rehearsal import Rehearsed

FOLDER: Final = ROOT / "var" / "rehearsal"
CONVERSATIONS: Final = ROOT / "docs" / "conversations.md"
SEED: Final = 2026
VISITS: Final = 64


def rehearse(
    seed: Annotated[int, typer.Option(help="another scenario for another number")] = SEED,
    folder: Annotated[
        Path, typer.Option(help="where database, mails and files lie; emptied first")
    ] = FOLDER,
    visits: Annotated[int, typer.Option(min=1, help="how many, over both units")] = VISITS,
) -> None:
    """Rehearse two months and compare the money with a recount; exit 1 where they differ."""
    # Imported when needed: it takes half a second, which the other commands need not wait.
    from tools.rehearsal import FolderError, rehearsed
    from tools.rehearsed_http import CastError

    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # subjects a console cannot show
    try:
        done = rehearsed(folder, seed, visits)
    except FolderError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from error
    except CastError as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from error
    if (seed, folder, visits) == (SEED, FOLDER, VISITS):
        CONVERSATIONS.write_text(done.conversations, encoding="utf-8")
    raise SystemExit(report(done))


def report(done: "Rehearsed") -> int:
    """Print table, mails and the comparison with the recount; 0 if all of it holds, else 1."""
    held = {key: _month(document) for key, document in done.documents.items()}
    print(_table(held))
    print("\nMails:")
    for mail in read_mailbox(done.folder / "mail"):
        print(f"  {done.folder / 'mail' / mail.file}  {mail.subject}")
    print(f"\n{done.stories.text}")
    print(f"\n{done.cheats}")
    print(f"\nMissed calls to ring back: {done.missed.total()}")
    found = recount(done.happened, list(done.months), Rules())
    missed = missed_calls(done.happened.calls, Rules())
    wrong = [*done.failed, *differences(held, found)]
    if done.missed != missed:
        wrong.append(f"missed calls: the list has {done.missed}, the calls come to {missed}")
    print(f"\nRecount from {_heard(done.happened)}:", end=" ")
    print("nothing differs." if not wrong else f"{len(wrong)} faults.")
    for fault in wrong:
        print(fault, file=sys.stderr)
    return 1 if wrong else 0


def _month(document: Mapping[str, Any]) -> Month:
    previous, complaints = document["previous"], document["complaints"]
    return Month(
        visits=document["visits"],
        forms=document["forms"],
        n=document["n"],
        points=document["points"],
        mean=document["mean"],
        last_mean=previous and previous["mean"],
        complaints=complaints["count"],
        lines={line["code"]: line["amount"] for line in document["lines"]},
    )


def _table(months: Mapping[tuple[str, str], Month]) -> str:
    """A row for each unit and month; amounts in the rulebook's currency."""
    head = ("unit", "month", "n", "mean", "last", "change", "all A", "all E", "complaints", "sum")
    rows = [head, *(_row(unit, month, months[unit, month]) for unit, month in sorted(months))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.rjust, row, widths)) for row in rows)


def _row(unit: str, month: str, found: Month) -> tuple[str, ...]:
    lines = found.lines
    complaints = f"{found.complaints}: {lines['complaints']:+}"
    amounts = [f"{lines[code]:+}" for code in ("change", "all_best", "all_worst")]
    means = (found.mean or "-", found.last_mean or "-")
    return unit, month, str(found.n), *means, *amounts, complaints, f"{sum(lines.values()):+}"


def _heard(happened: Happened) -> str:
    texts = sum(not message.ours for thread in happened.threads.values() for message in thread)
    told = f"{texts} texts, {len(happened.calls)} calls, {len(happened.forms)} forms of pages"
    done = f"{len(happened.acts)} acts on cases, {len(happened.notes)} notes of verification"
    return f"{told}, {done} and {len(happened.visits)} uploaded visits"
