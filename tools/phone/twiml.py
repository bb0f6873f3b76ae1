"""The service's answer to a text, read as Twilio reads messaging TwiML."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree

from tools.phone.webhooks import Reply

XML_TYPES: Final = frozenset({"text/xml", "application/xml"})

FAILURES: Final[Mapping[int, str]] = {
    11200: "HTTP retrieval failure",
    12100: "Document parse failure",
    12200: "Schema validation warning",
    12300: "Invalid Content-Type",
    14103: "Message: Invalid Body",
    14110: "Invalid Verb for SMS Reply",
}
"""Twilio's debugger codes for an answer it can't use."""

ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = {
    "Message": frozenset({"to", "statusCallback"}),
    "Body": frozenset(),
}
"""The verb and the noun of messaging TwiML that the service may use → their attributes."""


class TwimlError(ValueError):
    """An answer Twilio would refuse: `code` is its own, the message says where."""

    def __init__(self, code: int, detail: str) -> None:
        super().__init__(f"{code} {FAILURES[code]}: {detail}")
        self.code = code


@dataclass(frozen=True)
class Said:
    """One `<Message>`: what it says, and to whom if not to the sender."""

    body: str
    to: str | None = None
    status_callback: str | None = None


def read_messages(reply: Reply) -> list[Said]:
    """The messages of an answer, in order; TwimlError where Twilio would send nothing."""
    if reply.status is None or reply.status >= 300:
        raise TwimlError(11200, reply.kind if reply.status is None else f"status {reply.status}")
    media_type = reply.content_type.partition(";")[0].strip().lower()
    if media_type not in XML_TYPES:
        raise TwimlError(12300, reply.content_type or "none")
    return [_message(element) for element in _root(reply.body)]


def _root(body: bytes) -> ElementTree.Element:
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - as above
    except ElementTree.ParseError as error:
        raise TwimlError(12100, str(error)) from error
    if root.tag != "Response":
        raise TwimlError(12100, f"the root is {root.tag}, not Response")
    return root


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
