"""Writes the mails about months: the document that was frozen."""

import json
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from chalicelib.core import assessment
from chalicelib.core.documents import StoredDocument
from chalicelib.core.effects import Effect
from chalicelib.core.people import Member, Unit
from chalicelib.core.rules import Rulebook
from chalicelib.services.mail_pages import Letter, MailPage, readers
from chalicelib.texts import Say, translator

READERS: Final[Mapping[str, tuple[str, ...]]] = {
    "month_closed": ("lead", "hr", "auditor"),
}
"""Who gets which mail."""


class Documents(Protocol):
    def entry(self, unit: str, sequence: int) -> StoredDocument | None: ...


class People(Protocol):
    def members(self) -> list[Member]: ...
    def unit(self, unit_id: str) -> Unit | None: ...


class MonthMails:
    """Composes the mails about months from what is stored."""

    def __init__(self, documents: Documents, people: People, rules: Rulebook) -> None:
        """Frozen documents, and who is to read of them."""
        self._documents = documents
        self._people = people
        self._rules = rules

    def letter(self, effect: Effect) -> Letter:
        """The letter that `effect` names; NobodyToReadError where nobody is to get it."""
        language = self._rules.languages[0]
        page = self._page(effect.what)(effect.values, translator(language))
        return Letter(page, readers(self._people.members(), effect.what, READERS), language)

    def _page(self, what: str) -> Callable[[Mapping[str, str], Say], MailPage]:
        return {"month_closed": self._month_closed}[what]

    def _month_closed(self, values: Mapping[str, str], say: Say) -> MailPage:
        stored = self._documents.entry(values["unit"], int(values["sequence"]))
        if stored is None:
            raise LookupError(f"document {values['sequence']} of {values['unit']}")
        document = assessment.in_language(json.loads(stored.body), say)
        lines = document["lines"]
        rows = [(say(f"report_line_{x['code']}"), x["sentence"], x["amount"]) for x in lines]
        named = {"unit": self._unit_name(stored.unit), "month": stored.month}
        return MailPage(
            say(
                "mail.month_closed.subject",
                amount=document["amount"],
                currency=document["currency"],
                **named,
            ),
            [say("mail.month_closed.lead", **named), *document["notes"]],
            [say("mail.column.line"), say("mail.column.why"), say("mail.column.amount")],
            [*rows, (say("mail.sum"), "", document["amount"])],
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

    def _unit_name(self, unit_id: str) -> str:
        unit = self._people.unit(unit_id)
        return f"{unit.name} ({unit_id})" if unit else unit_id
