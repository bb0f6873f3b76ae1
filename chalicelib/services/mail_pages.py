"""What a mail says before it is dressed, to whom, and in which language."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class MailPage:
    """A title, paragraphs, a table, facts as name and value, attachments."""

    title: str
    paragraphs: Sequence[str]
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[object]] = ()
    facts: Sequence[tuple[str, str]] = ()
    attachments: Sequence[tuple[str, str, bytes]] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Letter:
    """A page with its readers' addresses; `foot` is the id of the sentence below it."""

    page: MailPage
    to: Sequence[str]
    language: str
    foot: str = "mail.foot"


class NobodyToReadError(LookupError):
    """No member has a role that gets this mail: add members with `tools people`."""
