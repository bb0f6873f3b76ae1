"""What the mails about a step in the life of a frozen month say: one function for each mail.

To the unit goes its own document alone, after the notice; to members what they have to do.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.core import proceedings
from chalicelib.core.documents import StoredDocument
from chalicelib.core.proceedings import Happened, Matter, Proceeding
from chalicelib.core.register import RegisterEntry
from chalicelib.core.rules import Rulebook
from chalicelib.services.mail_pages import MailPage
from chalicelib.texts import Say

Attachment = tuple[str, str, bytes]


@dataclass(frozen=True, slots=True)
class MonthStep:
    """A step of a proceeding with what it is about; `document` speaks the reader's language.

    `entry` is what HR's register has of it, `notice` the page for the unit, each if there is one.
    """

    stored: StoredDocument
    document: Mapping[str, Any]
    proceeding: Proceeding
    step: Happened
    unit_name: str
    rules: Rulebook
    entry: RegisterEntry | None = None
    notice: Sequence[Attachment] = ()

    @property
    def named(self) -> dict[str, str]:
        """Unit and month as subjects and sentences name them."""
        return {"unit": self.unit_name, "month": self.stored.month}

    @property
    def money(self) -> dict[str, object]:
        """The sum of the document."""
        return {"amount": self.document["amount"], "currency": self.document["currency"]}


def lines(
    document: Mapping[str, Any], say: Say
) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
    """The four lines and their sum as a table: columns, rows."""
    columns = [say("mail.column.line"), say("mail.column.why"), say("mail.column.amount")]
    rows = [
        (say(f"report_line_{line['code']}"), line["sentence"], line["amount"])
        for line in document["lines"]
    ]
    return columns, [*rows, (say("mail.sum"), "", document["amount"])]


def noticed(month: MonthStep, say: Say) -> MailPage:
    """The notice of assessment, to the unit."""
    day = proceedings.last_day_to_object(month.proceeding, month.rules)
    again = ["mail.unit_month_noticed.again"] if month.stored.version_of_month > 1 else []
    return MailPage(
        say("mail.unit_month_noticed.subject", **month.named, **month.money),
        [
            say("mail.unit_month_noticed.lead", **month.named),
            *(say(each) for each in again),
            say("mail.unit_month_noticed.object", day=str(day)),
            *month.document["notes"],
        ],
        *lines(month.document, say),
        facts=[(say("mail.hash"), month.stored.sha256)],
        attachments=month.notice,
    )


def signed(month: MonthStep, say: Say) -> MailPage:
    """From when on the result may be issued, to HR."""
    day = str(proceedings.last_day_to_object(month.proceeding, month.rules))
    return MailPage(
        say("mail.month_signed.subject", day=day, **month.named),
        [say("mail.month_signed.lead", day=day, **month.named)],
        *lines(month.document, say),
        facts=[(say("mail.hash"), month.stored.sha256)],
    )


def objected(month: MonthStep, say: Say) -> MailPage:
    """An objection, to leads."""
    values = month.step.values
    about = _about(values, say)
    number = _place(proceedings.objections(month.proceeding), month.step)
    facts = [(say("mail.month.reason"), values["reason"])]
    if "file" in values:
        facts.append((say("mail.month.file"), values["file"]))
    return MailPage(
        say("mail.month_objected.subject", about=about, **month.named),
        [say("mail.month_objected.lead", about=about, number=number)],
        facts=facts,
    )


def ruled(month: MonthStep, say: Say) -> MailPage:
    """A ruling with its reason, to the unit and to HR."""
    values = month.step.values
    number, result = values["number"], say(f"mail.ruling.{values['result']}")
    objection = proceedings.objections(month.proceeding)[int(number) - 1]
    about = _about(objection.step.values, say)
    upheld = ["mail.month_ruled.upheld"] if values["result"] == "upheld" else []
    return MailPage(
        say("mail.month_ruled.subject", number=number, result=result, **month.named),
        [
            say("mail.month_ruled.lead", about=about, result=result, **month.named),
            *(say(each) for each in upheld),
        ],
        facts=[(say("mail.month.reason"), values["reason"])],
    )


def questioned(month: MonthStep, say: Say) -> MailPage:
    """HR's question, to supervision."""
    number = _place(proceedings.questions(month.proceeding), month.step)
    return MailPage(
        say("mail.month_questioned.subject", **month.named),
        [say("mail.month_questioned.lead", number=number, **month.named)],
        facts=[(say("mail.month.question"), month.step.values["words"])],
    )


def answered(month: MonthStep, say: Say) -> MailPage:
    """Supervision's answer, to HR."""
    number = month.step.values["number"]
    question = proceedings.questions(month.proceeding)[int(number) - 1]
    return MailPage(
        say("mail.month_answered.subject", **month.named),
        [say("mail.month_answered.lead", number=number, **month.named)],
        facts=[
            (say("mail.month.question"), question.step.values["words"]),
            (say("mail.month.answer"), month.step.values["words"]),
        ],
    )


def issued(month: MonthStep, say: Say) -> MailPage:
    """What was issued and what is to be paid now, to HR, leads, auditor and the unit."""
    entry = month.entry
    trial = [] if entry else [say("mail.month_issued.trial")]
    sums = [("amount", entry.amount), ("before", entry.before)] if entry else []
    sums += [("difference", entry.amount - entry.before)] if entry else []
    return MailPage(
        say("mail.month_issued.subject", **month.named, **month.money),
        [say("mail.month_issued.lead", **month.named), *trial],
        *lines(month.document, say),
        facts=[
            *((say(f"mail.month_issued.{name}"), str(amount)) for name, amount in sums),
            (say("mail.hash"), month.stored.sha256),
        ],
    )


PAGES: Final[Mapping[str, Callable[[MonthStep, Say], MailPage]]] = {
    "unit_month_noticed": noticed,
    "month_signed": signed,
    "month_objected": objected,
    "month_ruled": ruled,
    "unit_month_ruled": ruled,
    "month_questioned": questioned,
    "month_answered": answered,
    "month_issued": issued,
    "unit_month_issued": issued,
}
"""Mail → what it says."""


def _about(values: Mapping[str, str], say: Say) -> str:
    about = values["about"]
    if about.startswith("case "):
        return say("mail.month.about.case", reference=about.removeprefix("case "))
    return say("mail.month.about.line", line=say(f"report_line_{about}"))


def _place(matters: Sequence[Matter], step: Happened) -> int:
    return next(matter.number for matter in matters if matter.step == step)
