"""Makes the documents of units' months: the first at the close, the next ones by amendments."""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from chalicelib.core import calendar, case_facts, facts, facts_reading, visit_facts
from chalicelib.core.amendments import Amendment
from chalicelib.core.assessment import canonical
from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.closing import closes_at
from chalicelib.core.counted import Counted
from chalicelib.core.documents import ChainHead, StoredDocument, facts_place, moved
from chalicelib.core.effects import Effect
from chalicelib.core.facts import CaseFact, Facts, Previous, Usual, VisitFact
from chalicelib.core.month_document import Place, month_document, previous_of
from chalicelib.core.people import Unit
from chalicelib.core.proceedings import begun
from chalicelib.core.rules import Rulebook
from chalicelib.core.visits import Visit, VisitKey
from chalicelib.services.month_facts import Before, FactsFile, Gathered, late_until
from chalicelib.texts import translator


class Visits(Protocol):
    def with_delivery(self, key: VisitKey) -> tuple[Visit, str] | None: ...


class Cases(Protocol):
    def get(self, number: str) -> Case | None: ...
    def events(self, number: str) -> list[CaseEvent]: ...


class Documents(Protocol):
    def head(self, unit: str) -> ChainHead: ...
    def entry(self, unit: str, sequence: int) -> StoredDocument | None: ...


class Months(Protocol):
    def gather(
        self,
        unit: str,
        month: str,
        cases: Sequence[Case],
        before: Before,
        at: datetime,
    ) -> Gathered: ...


class Units(Protocol):
    def units(self) -> list[Unit]: ...


class Blobs(Protocol):
    def put(self, key: str, content: bytes) -> None: ...
    def get(self, key: str) -> bytes | None: ...


class NoFactsError(Exception):
    """The facts file of a document is not there, or is another than the document names."""


@dataclass(frozen=True, slots=True)
class Made:
    """A document, and the records that one commit adds and saves with it."""

    adds: Sequence[object]
    saves: Sequence[object]
    document: StoredDocument


class MonthMaker:
    """Makes documents; their facts lie in the bucket before anybody commits them."""

    def __init__(
        self,
        visits: Visits,
        cases: Cases,
        documents: Documents,
        months: Months,
        units: Units,
        blobs: Blobs,
        rules: Rulebook,
    ) -> None:
        """`months` reads a month from the tables."""
        self._visits = visits
        self._cases = cases
        self._documents = documents
        self._months = months
        self._units = units
        self._blobs = blobs
        self._rules = rules
        self._usual_of: tuple[str, datetime, Usual | None] | None = None

    def first(self, unit: Unit, month: str, cases: Sequence[Case], now: datetime) -> Made:
        """A unit's document of a month that has none; `cases` are those that ever were the unit's.

        Clocks and late uploads are told as they stood when the month closed, so that a run that
        was held up or begun anew makes the same bytes. The commit raises Stale or AlreadyThere
        where another run was faster.
        """
        at = closes_at(month, self._rules)
        head = self._documents.head(unit.unit_id)
        before = Before(self._previous(head, month), head.counted_until, self._usual(month, now))
        found = self._months.gather(unit.unit_id, month, cases, before, at)
        place = Place(head.sequence + 1, 1, unit.language, head.sha256)
        counted = replace(head, counted_until=late_until(at))
        return self._made(counted, found, place, f"close~{month}~{unit.unit_id}", now)

    def amended(self, unit: Unit, amendment: Amendment, now: datetime, *others: Amendment) -> Made:
        """The next document of a month: the subjects of the amendment as the tables have them now,
        late answers and late uploads among them; every other line as the document before has it.

        `others` of the same month take effect in the same document. Its facts may turn out to be
        the same. The amendments, and what was open about the document before, are the caller's to
        save. NoFactsError where the facts of that document are gone; LookupError where the month
        has none.
        """
        head = self._documents.head(amendment.unit)
        before = self._holding(head, amendment.month)
        if before is None:
            raise LookupError(f"{amendment.unit} has no document of {amendment.month}")
        known = self.facts_of(before)
        every = (amendment, *others)
        subjects = [subject for each in every for subject in each.subjects]
        found = _gathered(self._read_anew(known, subjects, head))
        place = Place(
            head.sequence + 1,
            before.version_of_month + 1,
            unit.language,
            head.sha256,
            {
                "sequence": before.sequence,
                "hash": before.sha256,
                "amendments": [{"cause": each.cause, "reason": each.reason} for each in every],
            },
        )
        cause = f"amend~{amendment.month}~{amendment.unit}~{place.sequence}"
        return self._made(head, found, place, cause, now)

    def facts_of(self, document: StoredDocument) -> Facts:
        """The facts that a document rests on. NoFactsError."""
        packed = self._blobs.get(facts_place(document))
        content = gzip.decompress(packed) if packed is not None else None
        if content is None or sha256(content).hexdigest() != document.facts_sha256:
            raise NoFactsError(facts_place(document))
        return facts_reading.parse(content.decode().splitlines())

    def _made(
        self, head: ChainHead, found: Gathered, place: Place, cause: str, now: datetime
    ) -> Made:
        say = translator(place.language)
        content = month_document(found.facts, found.counted, found.sha256, self._rules, place, say)
        stored = _stored(content, now)
        self._keep(facts_place(stored), found.packed)
        proceeding = begun(stored.unit, stored.sequence, stored.month, now, self._rules)
        values = {"unit": stored.unit, "sequence": str(stored.sequence)}
        mail = Effect(cause, 0, "mail", "month_closed", now, values)
        named = f"report~{stored.month}~{stored.unit}~{stored.sequence}"
        report = Effect(named, 0, "mail", "month_report", now, values)
        return Made([stored, proceeding, mail, report], [moved(head, stored)], stored)

    def _keep(self, key: str, packed: bytes) -> None:
        """Under a key that names the content; a repeat finds it there, however it was packed."""
        if self._blobs.get(key) is None:
            self._blobs.put(key, packed)

    def _holding(self, head: ChainHead, month: str) -> StoredDocument | None:
        sequence = (head.months or {}).get(month)
        return None if sequence is None else self._documents.entry(head.unit, sequence)

    def _previous(self, head: ChainHead, month: str) -> Previous | None:
        before = self._holding(head, calendar.previous_month(month))
        return previous_of(json.loads(before.body), before.sha256) if before else None

    def _usual(self, month: str, now: datetime) -> Usual | None:
        """What all units had last month, read once a run; None where no unit has a document."""
        if self._usual_of is None or self._usual_of[:2] != (month, now):
            before = calendar.previous_month(month)
            heads = (self._documents.head(unit.unit_id) for unit in self._units.units())
            found = [json.loads(x.body) for head in heads if (x := self._holding(head, before))]
            visits = sum(document["visits"] for document in found)
            complaints = sum(document["complaints"]["count"] for document in found)
            self._usual_of = (month, now, Usual(visits, complaints) if found else None)
        return self._usual_of[2]

    # --- what an amendment reads anew ----------------------------------------------------------

    def _read_anew(self, known: Facts, subjects: Sequence[str], head: ChainHead) -> Facts:
        """The facts with these subjects as they are now: "visit <id>", "case <number>" or
        "previous"."""
        named = [subject.partition(" ") for subject in subjects]
        visits = {name: self._visit(known, name) for word, _, name in named if word == "visit"}
        cases = {name: self._case(known, name) for word, _, name in named if word == "case"}
        again = any(word == "previous" for word, _, _ in named)
        return replace(
            known,
            visits=tuple(_replaced(known.visits, visits)),
            cases=tuple(_replaced(known.cases, cases)),
            previous=self._previous(head, known.month) if again else known.previous,
        )

    def _visit(self, known: Facts, visit_id: str) -> VisitFact | None:
        """The visit as it is now; one that is gone stays as it was, for nobody may delete one."""
        found = self._visits.with_delivery(VisitKey(known.unit, known.month, visit_id))
        if found is None:
            return next((fact for fact in known.visits if fact.visit_id == visit_id), None)
        visit, delivery = found
        return visit_facts.fact_of(visit, delivery, self._rules, with_late=True)

    def _case(self, known: Facts, number: str) -> CaseFact | None:
        case = self._cases.get(number)
        if case is None or (case.unit, case.month) != (known.unit, known.month):
            return None
        at = closes_at(known.month, self._rules)
        return case_facts.fact_of(case, self._cases.events(number), at, self._rules)


def _replaced(known: Sequence[Any], anew: dict[str, Any]) -> Iterator[Any]:
    """The facts in their order, those named in `anew` as they are there; None: no more."""
    kept = {fact[0]: fact for fact in known}
    kept |= anew
    yield from (kept[name] for name in sorted(kept) if kept[name] is not None)


def _gathered(found: Facts) -> Gathered:
    file = FactsFile()
    for line in facts.lines(found):
        file.add(line)
    return Gathered(found, Counted(found.visits), file.sha256, file.packed())


def _stored(content: dict[str, Any], now: datetime) -> StoredDocument:
    body = canonical(content)
    return StoredDocument(
        unit=content["unit"],
        sequence=content["sequence"],
        month=content["month"],
        version_of_month=content["version"],
        body=body.decode(),
        sha256=sha256(body).hexdigest(),
        previous_sha256=content["previous_hash"],
        facts_sha256=content["facts_sha256"],
        closed_at=now,
    )
