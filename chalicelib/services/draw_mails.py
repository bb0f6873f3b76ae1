"""Writes the mails about draws: the commitment, the frame, the week's list."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final, Protocol

from chalicelib.core import calendar, calls
from chalicelib.core.draws import Draw, Pick
from chalicelib.core.effects import Effect
from chalicelib.core.people import Member, Unit
from chalicelib.core.rules import Rulebook
from chalicelib.core.visits import Visit, VisitKey
from chalicelib.services import call_sheets
from chalicelib.services.mail_pages import XLSX, Letter, MailPage, readers
from chalicelib.texts import Say, translator

CALL_WITHIN: Final = timedelta(days=6)

READERS: Final[Mapping[str, tuple[str, ...]]] = {
    "draw_committed": ("supervisor", "lead", "auditor"),
    "draw_frozen": ("supervisor", "lead", "auditor"),
    "draw_list": ("supervisor", "lead"),
}
"""Who gets which mail; the judged unit is never among them."""


class Draws(Protocol):
    def get(self, key: str) -> Draw | None: ...
    def all(self) -> list[Draw]: ...
    def picks(self, key: str) -> list[Pick]: ...


class Visits(Protocol):
    def get(self, key: VisitKey) -> Visit | None: ...


class People(Protocol):
    def members(self) -> list[Member]: ...
    def unit(self, unit_id: str) -> Unit | None: ...


class DrawMails:
    """Composes the mails about draws from what is stored."""

    def __init__(self, draws: Draws, visits: Visits, people: People, rules: Rulebook) -> None:
        """Draws with their picks, the visits picked, and who is to read of them."""
        self._draws = draws
        self._visits = visits
        self._people = people
        self._rules = rules

    def letter(self, effect: Effect) -> Letter:
        """The letter that `effect` names; NobodyToReadError where nobody is to get it."""
        language = self._rules.languages[0]
        page = self._page(effect.what)(effect.values, translator(language))
        return Letter(page, readers(self._people.members(), effect.what, READERS), language)

    def _page(self, what: str) -> Callable[[Mapping[str, str], Say], MailPage]:
        return {
            "draw_committed": self._draw_committed,
            "draw_frozen": self._draw_frozen,
            "draw_list": self._draw_list,
        }[what]

    def _draw_committed(self, values: Mapping[str, str], say: Say) -> MailPage:
        draw = self._draw(values)
        return MailPage(
            say("mail.draw_committed.subject", key=draw.key),
            [say("mail.draw_committed.lead", key=draw.key)],
            facts=[(say("mail.commitment"), draw.commitment)],
        )

    def _draw_frozen(self, values: Mapping[str, str], say: Say) -> MailPage:
        draw = self._draw(values)
        return MailPage(
            say("mail.draw_frozen.subject", key=draw.key, count=draw.frame_count),
            [say("mail.draw_frozen.lead", count=draw.frame_count)],
            facts=[
                (say("mail.frame_count"), str(draw.frame_count)),
                (say("mail.frame_sha256"), draw.frame_sha256),
                (say("mail.commitment"), draw.commitment),
            ],
        )

    def _draw_list(self, values: Mapping[str, str], say: Say) -> MailPage:
        draw = self._draw(values)
        picks = [pick for pick in self._draws.picks(draw.key) if not pick.reserve]
        sheets = call_sheets.sheets(self._calls(picks), say)
        deadline = self._deadline(draw)
        workbook = call_sheets.workbook(sheets, deadline, say)
        lead = say(
            "mail.draw_list.lead", count=len(picks), frame=draw.frame_count, deadline=deadline
        )
        return MailPage(
            say("mail.draw_list.subject", key=draw.key, count=len(picks)),
            [lead, *self._warnings(draw, picks, say)],
            [say("mail.column.caller"), say("mail.column.calls")],
            [(sheet.caller, len(sheet.rows)) for sheet in sheets],
            facts=[(say("mail.frame_sha256"), draw.frame_sha256), *self._following(draw, say)],
            attachments=[(f"{draw.key}.xlsx", XLSX, workbook)],
        )

    def _warnings(self, draw: Draw, picks: Sequence[Pick], say: Say) -> list[str]:
        a_day = self._rules.calls_per_caller_day
        told = []
        if draw.over_capacity:
            calls_a_week = self._rules.calls_per_week
            told.append(say("mail.draw_list.over_capacity", calls=calls_a_week))
        for caller in calls.over_capacity(picks, a_day):
            told.append(say("mail.draw_list.too_many", caller=caller, a_day=a_day))
        unassigned = sum(1 for pick in picks if not pick.caller)
        if unassigned:
            told.append(say("mail.draw_list.unassigned", count=unassigned))
        return told

    def _calls(self, picks: Sequence[Pick]) -> list[call_sheets.Call]:
        found = []
        for pick in picks:
            visit = self._visits.get(VisitKey(pick.unit, pick.month, pick.visit_id))
            unit = self._people.unit(pick.unit)
            if visit is not None:
                day = calendar.local_day(visit.facts.completed_at, self._rules)
                name = unit.name if unit else pick.unit
                found.append(call_sheets.Call(pick, visit.facts, name, day.isoformat()))
        return found

    def _deadline(self, draw: Draw) -> str:
        if draw.drawn_at is None:
            raise LookupError(f"draw {draw.key} was never drawn")
        return (calendar.local_day(draw.drawn_at, self._rules) + CALL_WITHIN).isoformat()

    def _following(self, draw: Draw, say: Say) -> list[tuple[str, str]]:
        """The commitment of the draw that follows."""
        draws = self._draws.all()
        after = draws[[each.key for each in draws].index(draw.key) + 1 :]
        return [(say("mail.next_commitment", key=d.key), d.commitment) for d in after[:1]]

    def _draw(self, values: Mapping[str, str]) -> Draw:
        draw = self._draws.get(values["draw"])
        if draw is None:
            raise LookupError(f"draw {values['draw']}")
        return draw
