"""Closes months: reads what came in time, freezes one document for each unit, has it mailed."""

import gzip
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Final, Protocol

from chalicelib.core import assessment, calendar, closing
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


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a unit's month rests on, counted and as the lines of its facts file."""

    tally: Tally
    complaints: ComplaintTally
    lines: tuple[str, ...]


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
        return sum(self._month(month, now) for month in closing.closable(now, self._rules))

    def _month(self, month: str, now: datetime) -> int:
        mark = self._runs.take("close", month, now, self._lease())
        if mark is None:
            return 0
        units = [unit for unit in self._units.units() if unit.since and unit.since <= month]
        done = [self._unit(unit, month, now) for unit in units]
        if None not in done:
            self._runs.finish(mark)
        return sum(1 for made in done if made)

    def _unit(self, unit: Unit, month: str, now: datetime) -> bool | None:
        """Whether the unit's document was made now; None if it waits. It holds up no other."""
        try:
            if self._documents.of_month(unit.unit_id, month) is not None:
                return False
            cases = self._cases.of_month(unit.unit_id, month)
            held_until = closing.held_until(month, self._rules)
            if any(case.kind == "unread" for case in cases) and now < held_until:
                log.warning("unread cases hold up", extra={"unit": unit.unit_id, "month": month})
                return None
            self._close(unit, month, cases, now)
        except Exception:
            log.exception("not closed", extra={"unit": unit.unit_id, "month": month})
            return None
        return True

    def _close(self, unit: Unit, month: str, cases: Sequence[Case], now: datetime) -> None:
        facts = self._facts(unit.unit_id, month, cases)
        content = "".join(f"{line}\n" for line in facts.lines).encode()
        facts_sha256 = sha256(content).hexdigest()
        self._kept(f"facts/{month}/{unit.unit_id}/{facts_sha256}.tsv.gz", content)
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
            facts_sha256=facts_sha256,
            previous_hash=head.sha256,
        )
        stored = _stored(document, head, now)
        mail = Effect(
            f"close~{month}~{unit.unit_id}",
            0,
            "mail",
            "month_closed",
            now,
            {"unit": unit.unit_id, "sequence": str(stored.sequence)},
        )
        self._commit([stored, mail], [_moved(head, stored)])

    def _facts(self, unit: str, month: str, cases: Sequence[Case]) -> _Facts:
        tally, complaints, lines = Tally(), ComplaintTally(), []
        for row in self._visits.month(unit, month, _ROW):
            if row.get("late_upload"):
                continue
            letters = str(row.get("letters") or SILENT)
            if letters == SILENT:
                tally.add_silent()
            else:
                tally.add_form(letters)
            lines.append(f"visit\t{row['visit_id']}\t{row['technician']}\t{letters}")
        for case in sorted(cases, key=lambda case: case.number):
            sort = Sort(case.kind, case.severity, case.standing, case.channel)
            complaints.add(sort)
            lines.append("\t".join(("case", case.number, *sort)))
        return _Facts(tally, complaints, tuple(lines))

    def _kept(self, key: str, content: bytes) -> None:
        """The facts file under a key that names its content, so a repeat finds it there."""
        if self._blobs.get(key) is None:
            self._blobs.put(key, gzip.compress(content, mtime=0))

    def _previous(self, unit: str, month: str) -> Figures | None:
        before = self._documents.of_month(unit, calendar.previous_month(month))
        return assessment.figures_of(json.loads(before.body)) if before else None


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
        state="closed",
        closed_at=now,
    )


def _moved(head: ChainHead, stored: StoredDocument) -> ChainHead:
    months = {**(head.months or {}), stored.month: stored.sequence}
    return replace(head, sequence=stored.sequence, sha256=stored.sha256, months=months)
