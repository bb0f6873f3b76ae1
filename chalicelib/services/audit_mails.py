"""Writes the mail about a month whose facts and tables differ."""

from typing import Final, Protocol

from chalicelib.core.effects import Effect
from chalicelib.core.people import Member
from chalicelib.core.rules import Rulebook
from chalicelib.services.mail_pages import Letter, MailPage, readers
from chalicelib.texts import translator

MAILS: Final = ("facts_missing",)

_READERS: Final = {"facts_missing": ("lead", "auditor")}


class People(Protocol):
    def members(self) -> list[Member]: ...


class AuditMails:
    """Tells leads and auditors what the audit has found."""

    def __init__(self, people: People, rules: Rulebook) -> None:
        """Who is to read of it, in the organisation's own language."""
        self._people = people
        self._rules = rules

    def letter(self, effect: Effect) -> Letter:
        """The letter that `effect` names; NobodyToReadError where nobody is to get it."""
        language = self._rules.languages[0]
        say, told = translator(language), effect.values
        page = MailPage(
            say("mail.facts_missing.subject", unit=told["unit"], month=told["month"]),
            [
                say("mail.facts_missing.lead", unit=told["unit"], month=told["month"]),
                say("mail.facts_missing.missing", number=told["missing"]),
                say("mail.facts_missing.lost", number=told["lost"]),
            ],
        )
        return Letter(page, readers(self._people.members(), effect.what, _READERS), language)
