"""python -m tools verify-chain: every entry of a unit's chain, its facts and its head."""

import gzip
import json
import sys
import zlib
from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from chalicelib.core.documents import ChainHead, StoredDocument, facts_place
from chalicelib.core.saving import StoreError
from tools.connected import NotConnectedError, local_stage

if TYPE_CHECKING:
    from chalicelib.wiring import Wiring


class Documents(Protocol):
    def head(self, unit: str) -> ChainHead: ...
    def entry(self, unit: str, sequence: int) -> StoredDocument | None: ...


class Blobs(Protocol):
    def get(self, key: str) -> bytes | None: ...


def verify_chain(
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="the unit's id")],
) -> None:
    """Check a unit's chain on the local stage: status 0 it holds, 1 it is broken, 2 none there."""
    try:
        stage = local_stage(sends=True)
        head = stage.storage.documents.head(unit)
        found = list(broken(unit, stage.storage.documents, stage.blobs)) if head.sequence else []
    except (NotConnectedError, StoreError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None
    if not head.sequence:
        print(f"{unit}: has no documents", file=sys.stderr)
        raise typer.Exit(2)
    if found:
        print(*found, f"the chain of {unit} is broken", sep="\n")
        raise typer.Exit(1)
    _print(stage, unit, head)


def _print(stage: "Wiring", unit: str, head: ChainHead) -> None:
    print(f"the chain of {unit} holds: {head.sequence} entries with their facts.")
    print("Compare with the mails that came before:")
    for sequence in range(1, head.sequence + 1):
        entry = stage.storage.documents.entry(unit, sequence)
        if entry is not None:
            print(
                f"  {sequence:>4}  {entry.month} version {entry.version_of_month}  {entry.sha256}"
            )


def broken(unit: str, documents: Documents, blobs: Blobs) -> Iterator[str]:
    """Every link that does not hold, as `entry N: what: why`."""
    head, before = documents.head(unit), ""
    months: dict[str, tuple[int, StoredDocument]] = {}
    for sequence in range(1, head.sequence + 1):
        entry = documents.entry(unit, sequence)
        if entry is None:
            yield f"entry {sequence}: is missing"
            before = "?"
            continue
        wrong = [
            *_record(entry, before),
            *_body(entry, months.get(entry.month)),
            *_facts(entry, blobs),
        ]
        yield from (f"entry {sequence}: {each}" for each in wrong)
        months[entry.month] = (sequence, entry)
        before = entry.sha256
    if documents.entry(unit, head.sequence + 1) is not None:
        yield f"head: entry {head.sequence + 1} lies behind it"
    yield from _is("head: sha256", head.sha256, before)
    holding = {month: sequence for month, (sequence, _) in months.items()}
    yield from _is("head: months", dict(head.months or {}), holding)


def _record(entry: StoredDocument, before: str) -> Iterator[str]:
    """The entry's own hash, and that of the entry before it, which may be missing ("?")."""
    yield from _is("sha256", entry.sha256, sha256(entry.body.encode()).hexdigest())
    if before != "?":
        yield from _is("previous_sha256", entry.previous_sha256, before)


def _body(entry: StoredDocument, last: tuple[int, StoredDocument] | None) -> Iterator[str]:
    """What the document says of its own place against where it lies."""
    try:
        body: Any = json.loads(entry.body)
    except ValueError as error:
        yield f"body: is no JSON: {error}"
        return
    if not isinstance(body, dict):
        yield "body: is no document"
        return
    lies: dict[str, object] = {
        "unit": entry.unit,
        "sequence": entry.sequence,
        "month": entry.month,
        "version": entry.version_of_month,
        "previous_hash": entry.previous_sha256,
        "facts_sha256": entry.facts_sha256,
    }
    for name, value in lies.items():
        yield from _is(name, body.get(name), value)
    yield from _is("version", body.get("version"), last[1].version_of_month + 1 if last else 1)
    superseded = body.get("supersedes") or {}
    told = (superseded.get("sequence"), superseded.get("hash"))
    yield from _is("supersedes", told, (last[0], last[1].sha256) if last else (None, None))


def _facts(entry: StoredDocument, blobs: Blobs) -> Iterator[str]:
    packed = blobs.get(facts_place(entry))
    if packed is None:
        yield f"facts: {facts_place(entry)} is missing"
        return
    try:
        content = gzip.decompress(packed)
    except (OSError, EOFError, zlib.error) as error:
        yield f"facts: cannot be unpacked: {error}"
        return
    yield from _is("facts: SHA-256", sha256(content).hexdigest(), entry.facts_sha256)


def _is(what: str, given: object, derived: object) -> Iterator[str]:
    if given != derived:
        yield f"{what}: is {given!r}, must be {derived!r}"
