"""The service's answer to a text, read as Twilio reads messaging TwiML."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree

from tools.phone.twiml_document import TwimlError, read_response
from tools.phone.webhooks import Reply

ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = {
    "Message": frozenset({"to", "statusCallback"}),
    "Body": frozenset(),
}
"""The verb and the noun of messaging TwiML that the service may use → their attributes."""


@dataclass(frozen=True)
class Said:
    """One `<Message>`: what it says, and to whom if not to the sender."""

    body: str
    to: str | None = None
    status_callback: str | None = None


def read_messages(reply: Reply) -> list[Said]:
    """The messages of an answer, in order; TwimlError where Twilio would send nothing."""
    return [_message(element) for element in read_response(reply)]


def _message(element: ElementTree.Element) -> Said:
    if element.tag != "Message" or any(child.tag != "Body" or len(child) for child in element):
        raise TwimlError(14110, f"in <{element.tag}>")
    for each in element.iter():
        if set(each.attrib) - ATTRIBUTES[each.tag]:
            raise TwimlError(12200, f"an attribute of <{each.tag}>")
    body = (element if len(element) == 0 else element[0]).text
    if not body:
        raise TwimlError(14103, "empty")
    return Said(body, element.get("to"), element.get("statusCallback"))
