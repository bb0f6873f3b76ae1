"""Closes months: reads what came in time, freezes one document for each unit, has it mailed."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from gzip import GzipFile
from hashlib import sha256
from io import BytesIO
from typing import Final, Protocol

from chalicelib.core import assessment, calendar, closing, proceedings
from chalicelib.core.cases import Case
from chalicelib.core.documents import ChainHead, StoredDocument
from chalicelib.core.effects import Effect
from chalicelib.core.people import Unit
from chalicelib.core.rules import Rulebook
from chalicelib.core.runs import RunMark
from chalicelib.core.tallies import SILENT, ComplaintTally, Figures, Sort, Tally
from chalicelib.texts import translator

log = logging.getLogger(__name__)

_ROW: Final = ("technician", "letters", "late_upload")


class Visits(Protocol):
    def month(
        self, unit: str, month: str, attributes: Sequence[str], cursor: str = ""
    ) -> Iterator[Mapping[str, object]]: ...


class Cases(Protocol):
    def of_month(self, unit: str, month: str) -> list[Case]: ...


class Documents(Protocol):
    def head(self, unit: str) -> ChainHead: ...
    def of_month(self, unit: str, month: str) -> StoredDocument | None: ...


class Units(Protocol):
    def units(self) -> list[Unit]: ...


class Runs(Protocol):
    def take(self, job: str, period: str, now: datetime, lease: str) -> RunMark | None: ...
    def finish(self, mark: RunMark) -> RunMark: ...


class Blobs(Protocol):
    def put(self, key: str, content: bytes) -> None: ...
    def get(self, key: str) -> bytes | None: ...


class _Facts:
    """What a unit's month rests on, counted, hashed and packed row by row."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.complaints = ComplaintTally()
        self._hash = sha256()
        self._packed = BytesIO()
        self._gzip = GzipFile(fileobj=self._packed, mode="wb", mtime=0)

    def add_visit(self, visit_id: str, technician: str, letters: str) -> None:
        if letters == SILENT:
            self.tally.add_silent()
        else:
            self.tally.add_form(letters)
        self._write("visit", visit_id, technician, letters)

    def add_case(self, case: Case) -> None:
        sort = Sort(case.kind, case.severity, case.standing, case.channel)
        self.complaints.add(sort)
        self._write("case", case.number, *sort)

    def _write(self, *columns: str) -> None:
        line = ("\t".join(columns) + "\n").encode()
        self._hash.update(line)
        self._gzip.write(line)

    @property
    def sha256(self) -> str:
        """Over the lines, each with its line feed, in UTF-8."""
        return self._hash.hexdigest()

    def packed(self) -> bytes:
        """The lines in gzip, without a name or time; nothing is added afterwards."""
        self._gzip.close()
        return self._packed.getvalue()


class Closing:
    """Closes each month once for each unit, whatever crashes in between."""

    def __init__(
        self,
        visits: Visits,
        cases: Cases,
        documents: Documents,
        units: Units,
        runs: Runs,
        blobs: Blobs,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
        lease: Callable[[], str],
    ) -> None:
        """`lease` gives a fresh random name for each run."""
        self._visits = visits
        self._cases = cases
        self._documents = documents
        self._units = units
        self._runs = runs
        self._blobs = blobs
        self._commit = commit
        self._rules = rules
        self._lease = lease

    def run(self, now: datetime) -> int:
        """Close every month whose time has come, the oldest first; the documents made."""
        months = closing.closable(now, self._rules)
        return sum(self._month(month, months, now) for month in months)

    def _month(self, month: str, months: Sequence[str], now: datetime) -> int:
        mark = self._runs.take("close", month, now, self._lease())
        if mark is None:
            return 0
        before = calendar.previous_month(month)
        due = before if before in months else ""
        done = [self._unit(unit, month, due, now) for unit in self._units.units()]
        if None not in done:
            self._runs.finish(mark)
        return sum(1 for made in done if made)

    def _unit(self, unit: Unit, month: str, due_before: str, now: datetime) -> bool | None:
        """Whether the unit's document was made now; None if it waits. It holds up no other.

        `due_before` is the month before if that is to be closed as well: what is compared with it
        waits for it.
        """
        try:
            if self._is_done(unit, month):
                return False
            cases = self._cases.of_month(unit.unit_id, month)
            if self._is_unread(cases, month, now):
                log.warning("unread cases hold up", extra={"unit": unit.unit_id, "month": month})
                return None
            if not self._is_done(unit, due_before):
                log.warning("held up by the month before", extra={"unit": unit.unit_id})
                return None
            self._close(unit, month, cases, now)
        except Exception:
            log.exception("not closed", extra={"unit": unit.unit_id, "month": month})
            return None
        return True

    def _is_done(self, unit: Unit, month: str) -> bool:
        """Whether the unit has its document of this month, or gets none."""
        if not month or self._documents.of_month(unit.unit_id, month) is not None:
            return True
        return not self._is_assessed(unit, month)

    def _is_assessed(self, unit: Unit, month: str) -> bool:
        """From the month in which it was named, and before that where visits came in in time."""
        if unit.since and unit.since <= month:
            return True
        rows = self._visits.month(unit.unit_id, month, ("late_upload",))
        return any(not row.get("late_upload") for row in rows)

    def _is_unread(self, cases: Sequence[Case], month: str, now: datetime) -> bool:
        """Whether a case waits to be read, and there is still time for that."""
        unread = any(case.kind == "unread" for case in cases)
        return unread and now < closing.held_until(month, self._rules)

    def _close(self, unit: Unit, month: str, cases: Sequence[Case], now: datetime) -> None:
        facts = self._facts(unit.unit_id, month, cases)
        self._keep(f"facts/{month}/{unit.unit_id}/{facts.sha256}.tsv.gz", facts.packed())
        head = self._documents.head(unit.unit_id)
        entry = assessment.assess_unit(
            unit.unit_id,
            facts.tally,
            self._previous(unit.unit_id, month),
            facts.complaints,
            self._rules,
            translator(unit.language),
        )
        document = assessment.month_document(
            entry,
            month=month,
            version=1,
            language=unit.language,
            rulebook_sha256=self._rules.sha256,
            facts_sha256=facts.sha256,
            previous_hash=head.sha256,
        )
        stored = _stored(document, head, now)
        begun = proceedings.begun(unit.unit_id, stored.sequence, month, now, self._rules)
        self._commit([stored, begun, _mail(stored, now)], [_moved(head, stored)])

    def _facts(self, unit: str, month: str, cases: Sequence[Case]) -> _Facts:
        facts = _Facts()
        for row in self._visits.month(unit, month, _ROW):
            if not row.get("late_upload"):
                letters = str(row.get("letters") or SILENT)
                facts.add_visit(str(row["visit_id"]), str(row["technician"]), letters)
        for case in sorted(cases, key=lambda case: case.number):
            facts.add_case(case)
        return facts

    def _keep(self, key: str, packed: bytes) -> None:
        """Under a key that names the content; a repeat finds it there, however it was packed."""
        if self._blobs.get(key) is None:
            self._blobs.put(key, packed)

    def _previous(self, unit: str, month: str) -> Figures | None:
        before = self._documents.of_month(unit, calendar.previous_month(month))
        return assessment.figures_of(json.loads(before.body)) if before else None


def _mail(stored: StoredDocument, now: datetime) -> Effect:
    cause = f"close~{stored.month}~{stored.unit}"
    values = {"unit": stored.unit, "sequence": str(stored.sequence)}
    return Effect(cause, 0, "mail", "month_closed", now, values)


def _stored(document: assessment.Document, head: ChainHead, now: datetime) -> StoredDocument:
    return StoredDocument(
        unit=str(document["unit"]),
        sequence=head.sequence + 1,
        month=str(document["month"]),
        version_of_month=int(document["version"]),
        body=assessment.canonical(document).decode(),
        sha256=assessment.document_hash(document),
        previous_sha256=head.sha256,
        facts_sha256=str(document["facts_sha256"]),
        closed_at=now,
    )


def _moved(head: ChainHead, stored: StoredDocument) -> ChainHead:
    months = {**(head.months or {}), stored.month: stored.sequence}
    return replace(head, sequence=stored.sequence, sha256=stored.sha256, months=months)
