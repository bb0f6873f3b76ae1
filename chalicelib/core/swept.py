"""What the provider's lists say came in, each with the instant at which it was received."""

from datetime import datetime
from typing import NamedTuple


class SweptText(NamedTuple):
    """A text to our number."""

    sid: str
    sender: str
    body: str
    at: datetime


class SweptCall(NamedTuple):
    """A call to our number; `sender` as the provider tells it, withheld or not."""

    sid: str
    sender: str
    at: datetime


class SweptRecording(NamedTuple):
    """A complete recording that the provider still holds."""

    sid: str
    call: str
    seconds: int
    at: datetime
