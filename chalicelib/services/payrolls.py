"""HR's payroll workbook: gathered from what is stored, mailed when a month is issued throughout."""

import json
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple, Protocol

from chalicelib.core import closing
from chalicelib.core.documents import ChainHead, StoredDocument
from chalicelib.core.effects import Effect
from chalicelib.core.people import Member, Unit
from chalicelib.core.proceedings import ISSUED, Proceeding
from chalicelib.core.register import RegisterEntry
from chalicelib.core.rules import Rulebook
from chalicelib.core.runs import RunMark
from chalicelib.core.saving import AlreadyThere
from chalicelib.payrolls import Owed, issued_before, payroll
from chalicelib.services.mail_pages import XLSX, Letter, MailPage, readers
from chalicelib.texts import Say, translator

log = logging.getLogger(__name__)

READERS: Final = {"payroll": ("hr",)}
"""Who gets which mail."""


class Documents(Protocol):
    def head(self, unit: str) -> ChainHead: ...
    def entry(self, unit: str, sequence: int) -> StoredDocument | None: ...


class Proceedings(Protocol):
    def get(self, unit: str, sequence: int) -> Proceeding | None: ...


class Register(Protocol):
    def of_month(self, month: str) -> list[RegisterEntry]: ...


class People(Protocol):
    def units(self) -> list[Unit]: ...
    def members(self) -> list[Member]: ...


class Runs(Protocol):
    def take(self, job: str, period: str, now: datetime, lease: str) -> RunMark | None: ...
    def finish(self, mark: RunMark) -> RunMark: ...


class Stores(NamedTuple):
    """What a payroll is gathered from."""

    documents: Documents
    proceedings: Proceedings
    register: Register
    people: People


class Month(NamedTuple):
    """A month of all units: what each is owed, the register, the units without a document."""

    owed: list[Owed]
    register: list[RegisterEntry]
    missing: list[str]

    @property
    def amount(self) -> int:
        """The sum over all units."""
        return sum(int(one.entry["amount"]) for one in self.owed)


class Payrolls:
    """Makes the payroll workbook, and has it mailed once for each way a month was issued."""

    def __init__(
        self,
        stores: Stores,
        runs: Runs,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
        lease: Callable[[], str],
    ) -> None:
        """`lease` gives a fresh random name for each run."""
        self._stores = stores
        self._runs = runs
        self._commit = commit
        self._rules = rules
        self._lease = lease

    def run(self, now: datetime) -> int:
        """Plan the mail of each month whose last unit was issued; how many were planned."""
        return sum(self._tried(month, now) for month in closing.closable(now, self._rules))

    def month(self, month: str) -> Month:
        """A month as its documents, proceedings and the register have it now."""
        register = self._stores.register.of_month(month)
        owed, missing = [], []
        for unit in self._stores.people.units():
            sequence = self._sequence(unit, month)
            if sequence is not None:
                owed.append(self._owed(unit, sequence, register))
            elif unit.since and unit.since <= month:
                missing.append(unit.unit_id)
        return Month(owed, register, missing)

    def workbook(self, month: str, language: str) -> bytes:
        """The workbook of a month in "zh" or "en", as things stand now."""
        return self._workbook(month, self.month(month), translator(language))

    def letter(self, effect: Effect) -> Letter:
        """The letter to HR with the workbook; NobodyToReadError where there is no HR."""
        language = self._rules.languages[0]
        say, month = translator(language), effect.values["month"]
        found = self.month(month)
        rows = [(f"{one.name} ({one.entry['unit']})", one.entry["amount"]) for one in found.owed]
        page = MailPage(
            say("mail.payroll.subject", month=month),
            [say("mail.payroll.lead", month=month)],
            [say("mail.column.unit"), say("mail.column.amount")],
            [*rows, (say("mail.sum"), found.amount)],
            attachments=[(f"payroll-{month}.xlsx", XLSX, self._workbook(month, found, say))],
        )
        return Letter(page, readers(self._stores.people.members(), effect.what, READERS), language)

    def _workbook(self, month: str, found: Month, say: Say) -> bytes:
        trial = all(one.entry["mode"] == "trial" for one in found.owed)
        notes = [say("workbook.payroll.trial")] if trial else []
        if found.missing:
            notes.append(say("workbook.payroll.missing", units=", ".join(found.missing)))
        mark = say("report_trial") if trial else ""
        return payroll(month, found.owed, found.register, say, self._rules, mark, notes)

    def _owed(self, unit: Unit, sequence: int, register: Sequence[RegisterEntry]) -> Owed:
        """In a trial month nothing is paid, so nothing was issued before either."""
        stored = self._stores.documents.entry(unit.unit_id, sequence)
        proceeding = self._stores.proceedings.get(unit.unit_id, sequence)
        if stored is None or proceeding is None:
            raise LookupError(f"document {sequence} of {unit.unit_id}")
        entry = json.loads(stored.body)
        paid = entry["mode"] != "trial"
        before = issued_before(register, unit.unit_id, sequence) if paid else None
        return Owed(entry, unit.name, proceeding.state, before)

    def _sequence(self, unit: Unit, month: str) -> int | None:
        return (self._stores.documents.head(unit.unit_id).months or {}).get(month)

    def _tried(self, month: str, now: datetime) -> int:
        """One month's failure holds up no other."""
        try:
            return self._planned(month, now)
        except Exception:
            log.exception("no payroll", extra={"month": month})
            return 0

    def _planned(self, month: str, now: datetime) -> int:
        """1 if this run planned the mail: every unit has its document, and all are issued."""
        issued = self._issued(month)
        if not issued:
            return 0
        named = sha256(",".join(issued).encode()).hexdigest()[:12]
        mark = self._runs.take("payroll", f"{month}.{named}", now, self._lease())
        if mark is None:
            return 0
        values = {"month": month}
        try:
            self._commit(
                [Effect(f"payroll~{month}~{named}", 0, "mail", "payroll", now, values)], []
            )
        except AlreadyThere:
            log.info("the payroll was planned before", extra={"month": month})
        self._runs.finish(mark)
        return 1

    def _issued(self, month: str) -> list[str]:
        """The documents of the month, each "unit:sequence"; none while a unit's is not issued."""
        named = []
        for unit in self._stores.people.units():
            sequence = self._sequence(unit, month)
            if sequence is None:
                if unit.since and unit.since <= month:
                    return []
                continue
            proceeding = self._stores.proceedings.get(unit.unit_id, sequence)
            if proceeding is None or proceeding.state != ISSUED:
                return []
            named.append(f"{unit.unit_id}:{sequence}")
        return named
