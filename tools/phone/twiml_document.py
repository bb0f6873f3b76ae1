"""A TwiML document as it comes over the wire: what Twilio refuses before it reads a verb."""

from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree

from tools.phone.webhooks import Reply

XML_TYPES: Final = frozenset({"text/xml", "application/xml"})

MAX_BYTES: Final = 64 * 1024
"""Of a document: 11750 above it."""

FAILURES: Final[Mapping[int, str]] = {
    11100: "Invalid URL format",
    11200: "HTTP retrieval failure",
    11205: "HTTP connection failure",
    11215: "HTTP too many redirects",
    11750: "TwiML response body too large",
    12100: "Document parse failure",
    12200: "Schema validation warning",
    12300: "Invalid Content-Type",
    13201: "Dial: Cannot Dial out from a Dial Call Segment",
    13210: "Dial: Invalid method value",
    13212: "Dial: Invalid timeout value",
    13213: "Dial: Invalid hangupOnStar value",
    13214: "Dial: Invalid callerId value",
    13215: "Dial: Invalid nested element",
    13216: "Invalid timeLimit value",
    13217: "Dial: Invalid record value",
    13218: "Dial: Invalid sequential value",
    13219: "Dial: Invalid answerOnBridge value",
    13221: "Dial->Number: Invalid method value",
    13222: "Dial->Number: Invalid sendDigits value",
    13223: "Dial: Invalid phone number format",
    13256: "Invalid recordingStatusCallback URL",
    13257: "Invalid transcribeCallback URL",
    13310: "Gather: Invalid finishOnKey value",
    13312: "Gather: Invalid method value",
    13313: "Gather: Invalid timeout value",
    13314: "Gather: Invalid numDigits value",
    13320: "Gather: Invalid nested verb",
    13326: "Gather: Invalid input value",
    13332: "Gather: Invalid bargeIn value",
    13338: "Gather: Invalid actionOnEmptyResult value",
    13410: "Play: Invalid loop value",
    13430: "Play: Invalid DTMF String",
    13510: "Say: Invalid loop value",
    13511: "Say: Invalid voice value",
    13512: "Invalid language attribute value",
    13520: "Say: Invalid text",
    13521: "<Say> element character limits exceeded",
    13610: "Record: Invalid method value",
    13611: "Record: Invalid timeout value",
    13612: "Record: Invalid maxLength value",
    13613: "Record: Invalid finishOnKey value",
    13614: "Record: Invalid transcribe value",
    13616: "Record: playBeep must be true or false",
    13710: "Redirect: Invalid method value",
    13910: "Pause: Invalid length value",
    14103: "Message: Invalid Body",
    14110: "Invalid Verb for SMS Reply",
}
"""Twilio's debugger codes for an answer it can't use, in the words of its error dictionary."""


class TwimlError(ValueError):
    """An answer Twilio would refuse: `code` is its own, the message says where."""

    def __init__(self, code: int, detail: str) -> None:
        super().__init__(f"{code} {FAILURES[code]}: {detail}")
        self.code = code


def read_response(reply: Reply) -> ElementTree.Element:
    """The <Response> of an answer; TwimlError where Twilio would not even look for verbs."""
    if reply.status is None or reply.status >= 300:
        code = 11205 if reply.failure == "ct" else 11200
        raise TwimlError(code, reply.kind if reply.status is None else f"status {reply.status}")
    media_type = reply.content_type.partition(";")[0].strip().lower()
    if media_type not in XML_TYPES:
        raise TwimlError(12300, reply.content_type or "none")
    return parse_response(reply.body)


def parse_response(body: bytes) -> ElementTree.Element:
    """The <Response> in these bytes; TwimlError where they are too many, no XML, or another."""
    if len(body) > MAX_BYTES:
        raise TwimlError(11750, f"{len(body)} bytes")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - our own service's answer
    except ElementTree.ParseError as error:
        raise TwimlError(12100, str(error)) from error
    if root.tag != "Response":
        raise TwimlError(12100, f"the root is {root.tag}, not Response")
    return root
