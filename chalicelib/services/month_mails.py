"""Writes the mails about months: the document that was frozen, and all that happens to it then."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from chalicelib.core import assessment, calendar
from chalicelib.core.amendments import SERVICE, Amendment
from chalicelib.core.documents import StoredDocument
from chalicelib.core.effects import Effect
from chalicelib.core.people import Member, Unit
from chalicelib.core.proceedings import Proceeding
from chalicelib.core.register import RegisterEntry
from chalicelib.core.rules import Rulebook
from chalicelib.services import month_letters
from chalicelib.services.mail_pages import Letter, MailPage, NobodyToReadError, readers
from chalicelib.services.month_letters import MonthStep
from chalicelib.texts import Say, translator

READERS: Final[Mapping[str, tuple[str, ...]]] = {
    "month_closed": ("lead", "hr", "auditor"),
    "month_signed": ("hr", "auditor"),
    "month_objected": ("lead",),
    "month_ruled": ("hr", "auditor"),
    "month_questioned": ("supervisor", "lead"),
    "month_answered": ("hr",),
    "month_issued": ("lead", "hr", "auditor"),
    "amendments_proposed": ("lead", "auditor"),
    "amendment_decided": ("lead", "hr", "auditor"),
    "month_alarm": ("lead", "auditor"),
    "rulebook_changed": ("lead", "hr", "auditor"),
}
"""Mail to members → their roles."""

NOTICED: Final = "unit_month_noticed"

UNIT_MAILS: Final = (NOTICED, "unit_month_ruled", "unit_month_issued")
"""Mails to the manager of the unit that is judged: its own document alone, from the notice on."""

MAILS: Final = (*READERS, *UNIT_MAILS)

_FOOT_UNIT: Final = "mail.foot_unit_month"

Values = Mapping[str, str]


class Documents(Protocol):
    def entry(self, unit: str, sequence: int) -> StoredDocument | None: ...


class Proceedings(Protocol):
    def get(self, unit: str, sequence: int) -> Proceeding | None: ...


class Amendments(Protocol):
    def get(self, unit: str, month: str, cause: str) -> Amendment | None: ...


class Register(Protocol):
    def of_month(self, month: str) -> list[RegisterEntry]: ...


class People(Protocol):
    def members(self) -> list[Member]: ...
    def unit(self, unit_id: str) -> Unit | None: ...


class Notices(Protocol):
    def page(self, document: StoredDocument, proceeding: Proceeding, unit: Unit) -> str: ...
    def report(
        self,
        document: StoredDocument,
        proceeding: Proceeding,
        unit: Unit,
        language: str,
        *,
        own: bool,
    ) -> str: ...


class MonthSources(NamedTuple):
    """Where what the mails tell of is stored."""

    documents: Documents
    proceedings: Proceedings
    amendments: Amendments
    register: Register


class MonthMails:
    """Composes the mails about months from what is stored."""

    def __init__(
        self, sources: MonthSources, people: People, notices: Notices, rules: Rulebook
    ) -> None:
        """What happened to the months, who is to read of it, and who makes the notice."""
        self._sources = sources
        self._people = people
        self._notices = notices
        self._rules = rules

    def letter(self, effect: Effect) -> Letter:
        """The letter that `effect` names; NobodyToReadError where nobody is to get it."""
        if effect.what in UNIT_MAILS:
            return self._to_unit(effect)
        language = self._rules.languages[0]
        page = self._page(effect.what)(effect.values, translator(language))
        return Letter(page, readers(self._people.members(), effect.what, READERS), language)

    def _to_unit(self, effect: Effect) -> Letter:
        unit = self._people.unit(effect.values["unit"])
        if unit is None or not unit.manager_email:
            raise NobodyToReadError(effect.what)
        step = self._month_step(effect.values, translator(unit.language))
        if effect.what == NOTICED:
            step = replace(step, notice=self._pages(step, unit))
        page = month_letters.PAGES[effect.what](step, translator(unit.language))
        return Letter(page, [unit.manager_email], unit.language, _FOOT_UNIT)

    def _pages(self, step: MonthStep, unit: Unit) -> list[month_letters.Attachment]:
        """The notice and the unit's edition of the report, as pages to print."""
        about = (step.stored, step.proceeding, unit)
        notice = self._notices.page(*about)
        report = self._notices.report(*about, unit.language, own=True)
        name = f"{step.stored.unit}-{step.stored.month}"
        return [
            (f"{name}.html", "text/html", notice.encode()),
            (f"{name}-report.html", "text/html", report.encode()),
        ]

    def _page(self, what: str) -> Callable[[Values, Say], MailPage]:
        others = {
            "month_closed": self._month_closed,
            "amendments_proposed": self._amendments_proposed,
            "amendment_decided": self._amendment_decided,
            "month_alarm": self._month_alarm,
            "rulebook_changed": self._rulebook_changed,
        }
        return others.get(what) or self._step(what)

    # --- documents ------------------------------------------------------------------------------

    def _month_closed(self, values: Values, say: Say) -> MailPage:
        stored, document = self._document(values, say)
        named = {"unit": self._unit_name(stored.unit), "month": stored.month}
        columns, rows = month_letters.lines(document, say)
        return MailPage(
            say(
                "mail.month_closed.subject",
                amount=document["amount"],
                currency=document["currency"],
                **named,
            ),
            [say("mail.month_closed.lead", **named), *document["notes"]],
            columns,
            rows,
            facts=[
                (say("mail.hash"), stored.sha256),
                (say("mail.previous_hash"), stored.previous_sha256 or "-"),
                (say("mail.facts_hash"), stored.facts_sha256),
                (say("mail.rulebook_hash"), document["rulebook_sha256"]),
            ],
            attachments=[
                (f"{stored.unit}-{stored.month}.json", "json", stored.body.encode()),
            ],
        )

    def _step(self, what: str) -> Callable[[Values, Say], MailPage]:
        """A step of a proceeding, as `month_letters` words it."""

        def page(values: Values, say: Say) -> MailPage:
            return month_letters.PAGES[what](self._month_step(values, say), say)

        return page

    def _month_step(self, values: Values, say: Say) -> MonthStep:
        stored, document = self._document(values, say)
        proceeding = self._sources.proceedings.get(stored.unit, stored.sequence)
        if proceeding is None:
            raise LookupError(f"proceeding {stored.sequence} of {stored.unit}")
        entered = self._sources.register.of_month(stored.month)
        mine = [e for e in entered if (e.unit, e.sequence) == (stored.unit, stored.sequence)]
        return MonthStep(
            stored,
            document,
            proceeding,
            proceeding.steps[int(values["step"])],
            self._unit_name(stored.unit),
            self._rules,
            mine[0] if mine else None,
        )

    def _document(self, values: Values, say: Say) -> tuple[StoredDocument, assessment.Document]:
        """A document as it is stored, and with every sentence in the reader's language."""
        stored = self._sources.documents.entry(values["unit"], int(values["sequence"]))
        if stored is None:
            raise LookupError(f"document {values['sequence']} of {values['unit']}")
        return stored, assessment.in_language(json.loads(stored.body), say)

    # --- amendments -----------------------------------------------------------------------------

    def _amendments_proposed(self, values: Values, say: Say) -> MailPage:
        rows = json.loads(values["rows"])
        names = ("unit", "month", "reason", "subjects", "proposer")
        return MailPage(
            say("mail.amendments_proposed.subject", count=len(rows)),
            [say("mail.amendments_proposed.lead")],
            [*(say(f"mail.column.{name}") for name in names), say("mail.month.cause")],
            [
                (
                    self._unit_name(row["unit"]),
                    row["month"],
                    say(f"mail.amendment.{row['reason']}"),
                    row["subjects"],
                    _proposer(row["by"], say),
                    row["cause"],
                )
                for row in rows
            ],
        )

    def _amendment_decided(self, values: Values, say: Say) -> MailPage:
        names = values["unit"], values["month"], values["cause"]
        amendment = self._sources.amendments.get(*names)
        if amendment is None:
            raise LookupError(f"amendment of {values['unit']}")
        named = {"unit": self._unit_name(amendment.unit), "month": amendment.month}
        decision = say(f"mail.decision.{amendment.state}")
        lead = say(
            "mail.amendment_decided.lead",
            decision=decision,
            member=amendment.decided_by,
            **named,
        )
        in_document = say("mail.amendment_decided.document", sequence=amendment.sequence)
        why = amendment.values.get("refused", "")
        return MailPage(
            say("mail.amendment_decided.subject", decision=decision, **named),
            [lead, *([in_document] if amendment.sequence else [])],
            facts=[
                (say("mail.column.reason"), say(f"mail.amendment.{amendment.reason}")),
                (say("mail.column.subjects"), ", ".join(amendment.subjects)),
                (say("mail.month.cause"), amendment.cause),
                *([(say("mail.month.refused"), why)] if why else []),
            ],
        )

    # --- alarms ---------------------------------------------------------------------------------

    def _month_alarm(self, values: Values, say: Say) -> MailPage:
        rows = json.loads(values["rows"])
        names = ("unit", "month", "duty", "since")
        return MailPage(
            say("mail.month_alarm.subject", count=len(rows)),
            [say("mail.month_alarm.lead")],
            [say(f"mail.column.{name}") for name in names],
            [
                (
                    self._unit_name(row["unit"]),
                    row["month"],
                    say(f"mail.duty.{row['what']}", **_numbered(row)),
                    self._local(row["since"]),
                )
                for row in rows
            ],
        )

    def _rulebook_changed(self, values: Values, say: Say) -> MailPage:
        rows = json.loads(values["rows"])
        return MailPage(
            say("mail.rulebook_changed.subject", count=len(rows)),
            [say("mail.rulebook_changed.lead", at=self._local(values["at"]))],
            [say(f"mail.column.{name}") for name in ("key", "before", "now")],
            rows,
            facts=[(say("mail.rulebook_hash"), values["sha256"])],
        )

    # --- words ----------------------------------------------------------------------------------

    def _unit_name(self, unit_id: str) -> str:
        unit = self._people.unit(unit_id)
        return f"{unit.name} ({unit_id})" if unit else unit_id

    def _local(self, instant: str) -> str:
        """An instant as the organisation's clocks show it."""
        at = datetime.fromisoformat(instant).astimezone(calendar.zone(self._rules))
        return at.strftime("%Y-%m-%d %H:%M")


def _proposer(by: str, say: Say) -> str:
    return say("mail.amendment.service") if by == SERVICE else by


def _numbered(row: Mapping[str, str]) -> dict[str, str]:
    return {"number": row["number"]} if row["what"] in _NUMBERED else {}


_NUMBERED: Final[Sequence[str]] = ("unruled", "unanswered")
