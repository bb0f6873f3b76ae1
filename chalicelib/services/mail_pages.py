"""What a mail says before it is dressed, to whom, and in which language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from chalicelib.core.people import Member

XLSX: Final = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""The subtype of an attached workbook."""


@dataclass(frozen=True, slots=True)
class MailTable:
    """One more table of a mail, under a title of its own."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True)
class MailPage:
    """A title, paragraphs, a table and others, facts as name and value, attachments."""

    title: str
    paragraphs: Sequence[str]
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[object]] = ()
    facts: Sequence[tuple[str, str]] = ()
    attachments: Sequence[tuple[str, str, bytes]] = field(default_factory=tuple)
    tables: Sequence[MailTable] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """A page with its readers' addresses; `foot` is the id of the sentence below it."""

    page: MailPage
    to: Sequence[str]
    language: str
    foot: str = "mail.foot"


class NobodyToReadError(LookupError):
    """No member has a role that gets this mail: add members with `tools people`."""


def readers(
    members: Iterable[Member], what: str, roles: Mapping[str, tuple[str, ...]]
) -> list[str]:
    """The sorted addresses of those who get the mail `what`; NobodyToReadError without any."""
    found = sorted(member.mail for member in members if member.role in roles[what])
    if not found:
        raise NobodyToReadError(what)
    return found
