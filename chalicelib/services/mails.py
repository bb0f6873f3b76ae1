"""Writes the mails that effects name: subject, HTML, plain text, attachments."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.core import assessment, calendar, calls
from chalicelib.core.documents import StoredDocument
from chalicelib.core.draws import Draw, Pick
from chalicelib.core.effects import Effect
from chalicelib.core.people import Member, Unit
from chalicelib.core.rules import Rulebook
from chalicelib.core.visits import Visit, VisitKey
from chalicelib.services import call_sheets
from chalicelib.services.mail_pages import Letter, MailPage, NobodyToReadError
from chalicelib.texts import Say, translator

if TYPE_CHECKING:
    from jinja2 import Template

TEMPLATE: Final = Path(__file__).parent.parent / "templates" / "mail.html"
XLSX: Final = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"

CALL_WITHIN: Final = timedelta(days=6)

READERS: Final[Mapping[str, tuple[str, ...]]] = {
    "draw_committed": ("supervisor", "lead", "auditor"),
    "draw_frozen": ("supervisor", "lead", "auditor"),
    "draw_list": ("supervisor", "lead"),
    "month_closed": ("lead", "hr", "auditor"),
}
"""Who gets which mail; the judged unit is never among them."""


class Draws(Protocol):
    def get(self, key: str) -> Draw | None: ...
    def all(self) -> list[Draw]: ...
    def picks(self, key: str) -> list[Pick]: ...


class Visits(Protocol):
    def get(self, key: VisitKey) -> Visit | None: ...


class Documents(Protocol):
    def entry(self, unit: str, sequence: int) -> StoredDocument | None: ...


class People(Protocol):
    def members(self) -> list[Member]: ...
    def unit(self, unit_id: str) -> Unit | None: ...


class OfCases(Protocol):
    def letter(self, effect: Effect) -> Letter: ...


class Mails:
    """Composes mails from what is stored; the same effect gives the same mail."""

    def __init__(
        self,
        draws: Draws,
        visits: Visits,
        documents: Documents,
        people: People,
        of_cases: OfCases,
        rules: Rulebook,
        sender: str,
    ) -> None:
        """`sender` is whom the mails come from; `of_cases` writes those that are not in READERS."""
        self._draws = draws
        self._visits = visits
        self._documents = documents
        self._people = people
        self._of_cases = of_cases
        self._rules = rules
        self._sender = sender
        self._domain = parseaddr(sender)[1].rpartition("@")[2]

    def compose(self, effect: Effect) -> EmailMessage:
        """The mail that `effect` names; NobodyToReadError where nobody is to get it."""
        letter = self._letter(effect)
        page, say = letter.page, translator(letter.language)
        message = EmailMessage()
        message["Message-ID"] = f"<{effect.cause}.{effect.number}@{self._domain}>"
        message["From"] = self._sender
        message["To"] = ", ".join(letter.to)
        message["Subject"] = header(self._marked(page.title, say))
        if effect.outbox.leased_at is not None:
            message["Date"] = format_datetime(effect.outbox.leased_at)
        message.set_content(_plain(page))
        message.add_alternative(self._html(letter, say), subtype="html")
        for name, subtype, content in page.attachments:
            message.add_attachment(content, maintype="application", subtype=subtype, filename=name)
        _set_boundaries(message)
        return message

    def _letter(self, effect: Effect) -> Letter:
        if effect.what not in READERS:
            return self._of_cases.letter(effect)
        language = self._rules.languages[0]
        page = self._page(effect.what)(effect.values, translator(language))
        return Letter(page, self._readers(effect.what), language)

    def _page(self, what: str) -> Callable[[Mapping[str, str], Say], MailPage]:
        return {
            "draw_committed": self._draw_committed,
            "draw_frozen": self._draw_frozen,
            "draw_list": self._draw_list,
            "month_closed": self._month_closed,
        }[what]

    def _readers(self, what: str) -> list[str]:
        found = [m.mail for m in self._people.members() if m.role in READERS[what]]
        if not found:
            raise NobodyToReadError(what)
        return sorted(found)

    def _marked(self, title: str, say: Say) -> str:
        return f"[{say('mail.trial')}] {title}" if self._rules.mode == "trial" else title

    def _html(self, letter: Letter, say: Say) -> str:
        page = letter.page
        return _template().render(
            language=letter.language,
            title=self._marked(page.title, say),
            paragraphs=page.paragraphs,
            columns=page.columns,
            rows=page.rows,
            facts=page.facts,
            foot=say(letter.foot, organisation=self._rules.organisation),
        )

    # --- one function for each mail -------------------------------------------------------------

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

    def _draw(self, values: Mapping[str, str]) -> Draw:
        draw = self._draws.get(values["draw"])
        if draw is None:
            raise LookupError(f"draw {values['draw']}")
        return draw


def header(text: str) -> str:
    """A header value on one line in which no encoded word can hide (CVE-2024-6923)."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    return printable.replace("=?", "= ?").replace("?=", "? =")


def _plain(page: MailPage) -> str:
    table = ["\t".join(str(cell) for cell in row) for row in (page.columns, *page.rows) if row]
    facts = [f"{name}\n{value}" for name, value in page.facts]
    return "\n\n".join([page.title, *page.paragraphs, "\n".join(table), *facts]) + "\n"


def _set_boundaries(message: EmailMessage) -> None:
    """The same lines between the parts each time: email draws them by chance otherwise."""
    named = sha256(str(message["Message-ID"]).encode()).hexdigest()[:32]
    for place, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{place}_{named}")


@cache
def _template() -> "Template":
    from jinja2 import Environment

    return Environment(autoescape=True).from_string(TEMPLATE.read_text(encoding="utf-8"))
