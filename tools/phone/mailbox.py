"""The mails the service wrote into its folder, newest last."""

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path


@dataclass(frozen=True)
class Mail:
    """What the top of a mail says; `attachments` are file names."""

    file: str
    subject: str
    sender: str
    to: str
    date: str
    message_id: str
    attachments: Sequence[str]


def read_mailbox(folder: Path) -> list[Mail]:
    """The .eml files of `folder` by date and name; a folder that is not there holds none."""
    mails = [_read(path) for path in sorted(folder.glob("*.eml"))]
    return [mail for _, mail in sorted(mails, key=lambda each: (each[0], each[1].file))]


def find_mail(folder: Path, file: str) -> bytes | None:
    """One mail as it was written; None unless it is a file of this very folder."""
    paths = [path for path in folder.glob("*.eml") if path.name == file]
    return paths[0].read_bytes() if paths else None


def _read(path: Path) -> tuple[float, Mail]:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    sent = getattr(message["Date"], "datetime", None)
    mail = Mail(
        file=path.name,
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        date=sent.isoformat() if sent else str(message["Date"] or ""),
        message_id=str(message["Message-ID"] or ""),
        attachments=_attachments(message),
    )
    return (sent.timestamp() if sent else 0.0), mail


def _attachments(message: EmailMessage) -> list[str]:
    return [part.get_filename() or "" for part in message.iter_attachments()]
