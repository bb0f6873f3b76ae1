"""The mails about cases: to supervision with numbers, to units with their own references.

No mail carries what a customer wrote. A mail to a unit says the same of two cases that differ only
in what the unit must not know.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from chalicelib.core import calendar
from chalicelib.core.effects import Effect
from chalicelib.core.people import Member, Unit
from chalicelib.core.rules import Rulebook
from chalicelib.core.visits import Visit, VisitKey
from chalicelib.services.mail_pages import Letter, MailPage, NobodyToReadError
from chalicelib.texts import Say, translator

TO_UNITS: Final = "mail.foot_unit"

READERS: Final[Mapping[str, tuple[str, ...]]] = {
    "cases_received": ("supervisor", "lead"),
    "case_waits": ("supervisor", "lead"),
    "case_objected": ("lead",),
    "danger_unanswered": ("supervisor", "lead", "admin"),
    "breaches": ("supervisor", "lead"),
    "unread_held": ("supervisor", "lead"),
    "members_changed": ("lead",),
}
"""Mail to members → their roles; the owner of a case alone is told what waits for him."""

MOST_NUMBERS: Final = 20
"""Cases named in one cell; the count beside it is of all."""

Values = Mapping[str, str]


class People(Protocol):
    def members(self) -> list[Member]: ...
    def unit(self, unit_id: str) -> Unit | None: ...


class Visits(Protocol):
    def key_of(self, visit_id: str) -> VisitKey | None: ...
    def get(self, key: VisitKey) -> Visit | None: ...


class CaseMails:
    """Composes the mails about cases and members."""

    def __init__(
        self, people: People, visits: Visits, rules: Rulebook, public_base_url: str
    ) -> None:
        """`public_base_url` is where a unit's link leads."""
        self._people = people
        self._visits = visits
        self._rules = rules
        self._base = public_base_url

    def letter(self, effect: Effect) -> Letter:
        """What the effect says and to whom; NobodyToReadError where nobody is to get it."""
        values = effect.values
        if effect.what in READERS:
            language = self._rules.languages[0]
            page = self._for_members(effect.what)(values, translator(language))
            return Letter(page, self._readers(effect.what, values.get("owner", "")), language)
        unit = self._people.unit(values["unit"])
        if unit is None or not unit.manager_email:
            raise NobodyToReadError(effect.what)
        page = self._for_units(effect.what)(values, translator(unit.language))
        return Letter(page, [unit.manager_email], unit.language, TO_UNITS)

    def _readers(self, what: str, owner: str) -> list[str]:
        members = self._people.members()
        mine = [member.mail for member in members if member.mail.lower() == owner != ""]
        found = mine or [member.mail for member in members if member.role in READERS[what]]
        if not found:
            raise NobodyToReadError(what)
        return sorted(found)

    # --- to members -----------------------------------------------------------------------------

    def _for_members(self, what: str) -> Callable[[Values, Say], MailPage]:
        return {
            "cases_received": self._cases_received,
            "case_waits": self._case_waits,
            "case_objected": self._case_objected,
            "danger_unanswered": self._danger_unanswered,
            "breaches": self._breaches,
            "unread_held": self._unread_held,
            "members_changed": self._members_changed,
        }[what]

    def _cases_received(self, values: Values, say: Say) -> MailPage:
        rows = json.loads(values["rows"])
        return MailPage(
            say("mail.cases_received.subject", count=len(rows)),
            [say("mail.cases_received.lead", case=rows[0]["case"])],
            [
                say(f"mail.column.{name}")
                for name in ("case", "received", "channel", "unit", "category", "due")
            ],
            [
                (
                    row["case"],
                    self._local(row["received"]),
                    say(f"mail.channel.{row['channel']}"),
                    self._unit_name(row["unit"]) if row["unit"] else "-",
                    say(f"page.category.{row['category']}") if row["category"] else "-",
                    self._local(row["due"]) if row["due"] else "-",
                )
                for row in rows
            ],
        )

    def _case_waits(self, values: Values, say: Say) -> MailPage:
        event = say(f"mail.case_event.{values['event']}")
        return MailPage(
            say("mail.case_waits.subject", case=values["case"], event=event),
            [say(f"mail.case_waits.{values['event']}", case=values["case"])],
        )

    def _case_objected(self, values: Values, say: Say) -> MailPage:
        return MailPage(
            say("mail.case_objected.subject", case=values["case"]),
            [say("mail.case_objected.lead", case=values["case"])],
        )

    def _danger_unanswered(self, values: Values, say: Say) -> MailPage:
        phones = int(values["phones"])
        lead = say("mail.danger.silent", phones=phones) if phones else say("mail.danger.no_phones")
        facts = [(say("mail.danger.caller"), values.get("caller") or say("mail.danger.withheld"))]
        if values.get("case"):
            facts.append((say("mail.column.case"), values["case"]))
        return MailPage(say("mail.danger.subject"), [lead], facts=facts)

    def _breaches(self, values: Values, say: Say) -> MailPage:
        rows = json.loads(values["rows"])
        return MailPage(
            say("mail.breaches.subject", count=len(rows)),
            [say("mail.breaches.lead", count=len(rows))],
            [say(f"mail.column.{name}") for name in ("case", "unit", "step", "due")],
            [
                (row["case"], self._unit_name(row["unit"]), self._step(row, say), self._at(row))
                for row in rows
            ],
        )

    def _unread_held(self, values: Values, say: Say) -> MailPage:
        listed = json.loads(values["rows"])
        rows = [
            (self._unit_name(unit), len(numbers), ", ".join(numbers[:MOST_NUMBERS]))
            for unit, numbers in listed
        ]
        told = {"month": values["month"], "until": self._local(values["until"])}
        return MailPage(
            say("mail.unread.subject", count=sum(len(numbers) for _, numbers in listed), **told),
            [say("mail.unread.lead", **told)],
            [say(f"mail.column.{name}") for name in ("unit", "unread", "case")],
            rows,
        )

    def _members_changed(self, values: Values, say: Say) -> MailPage:
        rows = [
            (row["name"], row["mail"], _role(row["before"], say), _role(row["role"], say))
            for row in json.loads(values["rows"])
        ]
        return MailPage(
            say("mail.members.subject", count=len(rows)),
            [say("mail.members.lead")],
            [say(f"mail.column.{name}") for name in ("member", "mail", "before", "now")],
            rows,
        )

    # --- to units -------------------------------------------------------------------------------

    def _for_units(self, what: str) -> Callable[[Values, Say], MailPage]:
        return {
            "unit_forwarded": self._forwarded,
            "unit_pause_granted": self._pause_granted,
            "unit_pause_refused": self._pause_refused,
            "unit_praised": self._praised,
            "unit_breaches": self._unit_breaches,
        }[what]

    def _forwarded(self, values: Values, say: Say) -> MailPage:
        named = {"reference": values["reference"]}
        answer_by, solve_by = (self._local(values[name]) for name in ("answer_by", "solve_by"))
        return MailPage(
            say("mail.unit_forwarded.subject", **named, answer_by=answer_by),
            [say("mail.unit_forwarded.lead", **named, answer_by=answer_by, solve_by=solve_by)],
            facts=self._link(values, say),
        )

    def _link(self, values: Values, say: Say) -> Sequence[tuple[str, str]]:
        if "secret" not in values:
            return []
        return [(say("mail.unit.link"), f"{self._base}/u/case/{values['secret']}")]

    def _pause_granted(self, values: Values, say: Say) -> MailPage:
        return _about("granted", values, say, until=values["until"])

    def _pause_refused(self, values: Values, say: Say) -> MailPage:
        return _about("refused", values, say)

    def _praised(self, values: Values, say: Say) -> MailPage:
        key = self._visits.key_of(values["visit_id"])
        visit = self._visits.get(key) if key else None
        technician = visit.facts.technician if visit else say("mail.unit_praised.somebody")
        return MailPage(
            say("mail.unit_praised.subject", technician=technician),
            [say("mail.unit_praised.lead", technician=technician)],
        )

    def _unit_breaches(self, values: Values, say: Say) -> MailPage:
        rows = json.loads(values["rows"])
        return MailPage(
            say("mail.breaches.subject", count=len(rows)),
            [say("mail.unit_breaches.lead", count=len(rows))],
            [say(f"mail.column.{name}") for name in ("reference", "step", "due")],
            [(row["reference"], self._step(row, say), self._at(row)) for row in rows],
        )

    # --- words ----------------------------------------------------------------------------------

    def _unit_name(self, unit_id: str) -> str:
        unit = self._people.unit(unit_id) if unit_id else None
        return f"{unit.name} ({unit_id})" if unit else unit_id or "-"

    def _step(self, row: Values, say: Say) -> str:
        return say(f"mail.step.{row['step']}")

    def _at(self, row: Values) -> str:
        return self._local(row["due_at"])

    def _local(self, instant: str) -> str:
        """An instant as the organisation's clocks show it."""
        at = datetime.fromisoformat(instant).astimezone(calendar.zone(self._rules))
        return at.strftime("%Y-%m-%d %H:%M")


def _about(what: str, values: Values, say: Say, **told: str) -> MailPage:
    named = {"reference": values["reference"], **told}
    return MailPage(
        say(f"mail.unit_pause_{what}.subject", **named),
        [say(f"mail.unit_pause_{what}.lead", **named)],
    )


def _role(role: str, say: Say) -> str:
    return say(f"mail.role.{role}") if role else "-"
