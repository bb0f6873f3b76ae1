"""The mails about verification calls: a void to decide, a bill that was wrong, a re-call.

They name the job and nothing that a customer said, and go to nobody of the unit.
"""

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from chalicelib.core.effects import Effect
from chalicelib.core.people import Member, Unit
from chalicelib.core.rules import Rulebook
from chalicelib.services.mail_pages import Letter, MailPage, readers
from chalicelib.texts import Say, translator

READERS: Final[Mapping[str, tuple[str, ...]]] = {
    "void_proposed": ("lead",),
    "settlement_wrong": ("hr",),
    "call_again": ("supervisor", "lead"),
}
"""Mail → the roles that get it; of a re-call the chosen caller alone is told."""

Values = Mapping[str, str]


class People(Protocol):
    def members(self) -> list[Member]: ...
    def unit(self, unit_id: str) -> Unit | None: ...


class CallMails:
    """Composes the mails about verification calls."""

    def __init__(self, people: People, rules: Rulebook) -> None:
        """Who is to read, and in which language."""
        self._people = people
        self._rules = rules

    def letter(self, effect: Effect) -> Letter:
        """The letter that `effect` names; NobodyToReadError where nobody is to get it."""
        language = self._rules.languages[0]
        page = self._page(effect.what)(effect.values, translator(language))
        return Letter(page, self._readers(effect), language)

    def _readers(self, effect: Effect) -> list[str]:
        """Those of the roles who may judge the unit."""
        members = self._people.members()
        unit, chosen = effect.values["unit"], effect.values.get("member", "")
        if chosen:
            members = [member for member in members if member.mail.lower() == chosen.lower()]
        free = [member for member in members if unit not in member.recusals]
        return readers(free, effect.what, READERS)

    def _page(self, what: str) -> Callable[[Values, Say], MailPage]:
        return {
            "void_proposed": self._void_proposed,
            "settlement_wrong": self._settlement_wrong,
            "call_again": self._call_again,
        }[what]

    def _void_proposed(self, values: Values, say: Say) -> MailPage:
        outcome = say(f"mail.outcome.{values['outcome']}")
        told = [*self._job(values, say), (say("mail.call.outcome"), outcome)]
        if changed := values.get("changed", ""):
            fields = [say(f"mail.field.{field}") for field in changed.split()]
            told.append((say("mail.call.changed"), say("mail.between").join(fields)))
        return MailPage(
            say("mail.void_proposed.subject", visit=values["visit_id"]),
            [say("mail.void_proposed.lead")],
            facts=told,
        )

    def _settlement_wrong(self, values: Values, say: Say) -> MailPage:
        what = say(f"mail.settlement.{values['settlement']}")
        return MailPage(
            say("mail.settlement_wrong.subject", visit=values["visit_id"]),
            [say("mail.settlement_wrong.lead")],
            facts=[*self._job(values, say), (say("mail.call.wrong"), what)],
        )

    def _call_again(self, values: Values, say: Say) -> MailPage:
        return MailPage(
            say("mail.call_again.subject", visit=values["visit_id"]),
            [say("mail.call_again.lead", day=values["day"])],
            facts=self._job(values, say),
        )

    def _job(self, values: Values, say: Say) -> list[tuple[str, str]]:
        unit = self._people.unit(values["unit"])
        name = f"{unit.name} ({unit.unit_id})" if unit else values["unit"]
        return [(say("mail.call.job"), values["visit_id"]), (say("mail.column.unit"), name)]
