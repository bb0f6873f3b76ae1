"""Mail: one finished message out, by SES or into a folder of .eml files."""

from email.message import EmailMessage
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4


class Post(Protocol):
    """Takes a finished mail; sending the same Message-ID twice must do no harm."""

    def send(self, message: EmailMessage) -> None:
        """Send, or raise."""


class FolderPost:
    """Writes each mail as a file named by its Message-ID, so a repeat overwrites itself."""

    def __init__(self, folder: Path) -> None:
        """The folder is made when first needed."""
        self._folder = folder

    def send(self, message: EmailMessage) -> None:
        """Write the mail, whole or not at all."""
        self._folder.mkdir(parents=True, exist_ok=True)
        name = str(message["Message-ID"]).strip("<>").split("@")[0]
        draft = self._folder / f".{uuid4().hex}.part"
        draft.write_bytes(bytes(message))
        draft.replace(self._folder / f"{name}.eml")


class SesPost:
    """Sends by Amazon SES."""

    def __init__(self) -> None:
        """The client is made when first needed."""
        self._ses: Any = None

    def send(self, message: EmailMessage) -> None:
        """Send the raw mail to its own recipients."""
        if self._ses is None:
            import boto3

            self._ses = boto3.client("sesv2")
        self._ses.send_email(
            FromEmailAddress=message["From"].addresses[0].addr_spec,
            Destination={"ToAddresses": [each.addr_spec for each in message["To"].addresses]},
            Content={"Raw": {"Data": bytes(message)}},
        )
