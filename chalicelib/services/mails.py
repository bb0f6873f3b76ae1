"""Writes the mails that effects name: subject, HTML, plain text, attachments."""

from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.core.effects import Effect
from chalicelib.core.rules import Rulebook
from chalicelib.services import draw_mails, month_mails
from chalicelib.services.mail_pages import Letter, MailPage
from chalicelib.texts import Say, translator

if TYPE_CHECKING:
    from jinja2 import Template

TEMPLATE: Final = Path(__file__).parent.parent / "templates" / "mail.html"


class Letters(Protocol):
    def letter(self, effect: Effect) -> Letter: ...


class Mails:
    """Composes mails from what is stored; the same effect gives the same mail."""

    def __init__(
        self,
        of_draws: Letters,
        of_months: Letters,
        of_cases: Letters,
        rules: Rulebook,
        sender: str,
        others: Mapping[str, Letters] | None = None,
    ) -> None:
        """`sender` is whom the mails come from; `of_cases` writes whatever no other does.

        `others`: the name of a mail → who writes it.
        """
        self._others: Mapping[str, Letters] = {
            **dict.fromkeys(draw_mails.READERS, of_draws),
            **dict.fromkeys(month_mails.MAILS, of_months),
            **(others or {}),
        }
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
        for name, kind, content in page.attachments:
            main, _, subtype = kind.rpartition("/")
            message.add_attachment(
                content, maintype=main or "application", subtype=subtype, filename=name
            )
        _set_boundaries(message)
        return message

    def _letter(self, effect: Effect) -> Letter:
        return self._others.get(effect.what, self._of_cases).letter(effect)

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
            tables=page.tables,
            facts=page.facts,
            foot=say(letter.foot, organisation=self._rules.organisation),
        )


def header(text: str) -> str:
    """A header value on one line in which no encoded word can hide (CVE-2024-6923)."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    return printable.replace("=?", "= ?").replace("?=", "? =")


def _plain(page: MailPage) -> str:
    table = _plain_table(page.columns, page.rows)
    more = [f"{one.title}\n\n{_plain_table(one.columns, one.rows)}" for one in page.tables]
    facts = [f"{name}\n{value}" for name, value in page.facts]
    return "\n\n".join([page.title, *page.paragraphs, table, *more, *facts]) + "\n"


def _plain_table(columns: Sequence[object], rows: Sequence[Sequence[object]]) -> str:
    return "\n".join("\t".join(str(cell) for cell in row) for row in (columns, *rows) if row)


def _set_boundaries(message: EmailMessage) -> None:
    """The same lines between the parts each time: email draws them by chance otherwise."""
    named = sha256(str(message["Message-ID"]).encode()).hexdigest()[:32]
    for place, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{place}_{named}")


@cache
def _template() -> "Template":
    from jinja2 import Environment

    return Environment(autoescape=True).from_string(TEMPLATE.read_text(encoding="utf-8"))
