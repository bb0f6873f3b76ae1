"""What Twilio accepts in a voice document: verbs, attributes and their values, nesting.

Twilio only warns of much of this and then does what it likes with the verb; here all of it ends the
call, so that a service which passes has nothing in Twilio's debugger. From the reference pages of
the verbs and the error dictionary. Verbs of Twilio's that are not simulated count as unknown.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from tools.phone.speaking import is_chinese
from tools.phone.twiml_document import TwimlError

Holds = Callable[[str], bool]
Attribute = tuple[Holds, int]
"""Whether a value is allowed, and Twilio's code where it is not."""

LONGEST_S: Final = 14_400
"""Twilio's longest call, unless an account has more."""


def _pattern(pattern: str) -> Holds:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: compiled.fullmatch(value) is not None


def _one_of(*values: str) -> Holds:
    return lambda value: value in values


def _words_of(*values: str) -> Holds:
    return lambda value: bool(value.split()) and set(value.split()) <= set(values)


def _between(least: int, most: int) -> Holds:
    number = _pattern("[0-9]{1,6}")
    return lambda value: number(value) and least <= int(value) <= most


def _any(_: str) -> bool:
    return True


def is_url(value: str) -> bool:
    """Whether a URL can be asked: absolute over HTTP with a host (no underscore), or relative."""
    if not value or re.search(r"\s", value):
        return False
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme or parts.netloc:
        return parts.scheme in {"", "http", "https"} and bool(host) and "_" not in host
    return True


BOOLEAN: Final = _one_of("true", "false")
METHOD: Final = _one_of("GET", "POST")
URL: Final[Attribute] = (is_url, 11100)
PROGRESS: Final[Attribute] = (_words_of("initiated", "ringing", "answered", "completed"), 12200)
RECORDED: Final[Attribute] = (_words_of("in-progress", "completed", "absent"), 12200)
TRIM: Final[Attribute] = (_one_of("trim-silence", "do-not-trim"), 12200)
ANYTHING: Final[Attribute] = (_any, 12200)
LANGUAGE: Final = _pattern(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
VOICE: Final = _pattern(r"man|woman|alice|(Polly|Google)\.[A-Za-z0-9-]+")
SSML: Final = frozenset(
    {"break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"}
)

CHINESE_VOICES: Final = frozenset({"Zhiyu", "Hiujin"})
"""Amazon Polly's voices that speak Chinese; all its others do not."""

SAY_LIMITS: Final[Mapping[str, int]] = {"Polly": 3000, "Google": 5000}
"""Characters a voice takes at once; the basic ones 4096."""


@dataclass(frozen=True)
class Verb:
    """What one element may have; `text`: "none", "needed", or "allowed" beside children."""

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    children: frozenset[str] = frozenset()
    text: str = "none"
    wrong_child: int = 12200
    needed: Mapping[str, str] = field(default_factory=dict)
    """Attributes that must be there → why."""


RECORDING: Final[Mapping[str, Attribute]] = {
    "recordingStatusCallback": (is_url, 13256),
    "recordingStatusCallbackMethod": (METHOD, 12200),
    "recordingStatusCallbackEvent": RECORDED,
    "trim": TRIM,
}

LOOPS: Final[Mapping[str, str]] = {"action": "without it Twilio asks for this document again"}

VERBS: Final[Mapping[str, Verb]] = {
    "Response": Verb(
        children=frozenset(
            {"Say", "Play", "Pause", "Gather", "Record", "Dial", "Redirect", "Hangup", "Reject"}
        )
    ),
    "Say": Verb(
        {
            "language": (LANGUAGE, 13512),
            "loop": (_between(0, 1000), 13510),
            "voice": (VOICE, 13511),
        },
        SSML,
        "needed",
    ),
    "Play": Verb(
        {"digits": (_pattern("[0-9*#wW]+"), 13430), "loop": (_between(0, 1000), 13410)},
        text="allowed",
    ),
    "Pause": Verb({"length": (_between(1, LONGEST_S), 13910)}),
    "Gather": Verb(
        {
            "action": URL,
            "actionOnEmptyResult": (BOOLEAN, 13338),
            "bargeIn": (BOOLEAN, 13332),
            "debug": (BOOLEAN, 12200),
            "enhanced": (BOOLEAN, 12200),
            "finishOnKey": (_pattern("[0-9*#]?"), 13310),
            "hints": ANYTHING,
            "input": (_words_of("dtmf", "speech"), 13326),
            "language": (LANGUAGE, 13512),
            "maxSpeechTime": (_between(1, 60), 12200),
            "method": (METHOD, 13312),
            "numDigits": (_between(1, 1000), 13314),
            "partialResultCallback": URL,
            "partialResultCallbackMethod": (METHOD, 12200),
            "profanityFilter": (BOOLEAN, 12200),
            "speechModel": ANYTHING,
            "speechTimeout": (_pattern("auto|[1-9][0-9]{0,3}"), 12200),
            "timeout": (_between(1, LONGEST_S), 13313),
        },
        frozenset({"Say", "Play", "Pause"}),
        wrong_child=13320,
        needed=LOOPS,
    ),
    "Record": Verb(
        {
            **RECORDING,
            "action": URL,
            "finishOnKey": (_pattern("[0-9*#]{0,12}"), 13613),
            "maxLength": (_between(2, LONGEST_S), 13612),
            "method": (METHOD, 13610),
            "playBeep": (BOOLEAN, 13616),
            "recordingConfigurationId": ANYTHING,
            "timeout": (_between(0, LONGEST_S), 13611),
            "transcribe": (BOOLEAN, 13614),
            "transcribeCallback": (is_url, 13257),
        },
        needed=LOOPS,
    ),
    "Dial": Verb(
        {
            **RECORDING,
            "action": URL,
            "answerOnBridge": (BOOLEAN, 13219),
            "callReason": (lambda value: len(value) <= 50, 12200),
            "callerId": (_any, 13214),
            "hangupOnStar": (BOOLEAN, 13213),
            "method": (METHOD, 13210),
            "record": (
                _pattern("true|false|do-not-record|record-from-(answer|ringing)(-dual)?"),
                13217,
            ),
            "recordingTrack": (_one_of("inbound", "outbound", "both"), 12200),
            "recordingConfigurationId": ANYTHING,
            "ringTone": (_pattern("[a-z]{2}"), 12200),
            "sequential": (BOOLEAN, 13218),
            "timeLimit": (_between(1, LONGEST_S), 13216),
            "timeout": (_between(1, 600), 13212),
        },
        frozenset({"Number"}),
        "allowed",
        wrong_child=13215,
    ),
    "Number": Verb(
        {
            "byoc": (_pattern("BY[0-9a-fA-F]{32}"), 12200),
            "method": (METHOD, 13221),
            "sendDigits": (_pattern("[0-9A-DwW*#]+"), 13222),
            "statusCallback": URL,
            "statusCallbackEvent": PROGRESS,
            "statusCallbackMethod": (METHOD, 12200),
            "url": URL,
        },
        text="needed",
    ),
    "Redirect": Verb({"method": (METHOD, 13710)}, text="needed"),
    "Hangup": Verb(),
    "Reject": Verb({"reason": (_one_of("rejected", "busy"), 12200)}),
}
"""What each element may have; who may stand in whom is in its parent's `children`."""

EMPTY: Final[Mapping[str, int]] = {"Say": 13520, "Number": 13223, "Redirect": 11100}
"""An element without the text it needs → Twilio's code."""


def check_voice(response: Element) -> None:
    """TwimlError on the first thing in the document that Twilio would complain of."""
    _check(response, "Response")
    for element in response.iter():
        _CHECKS.get(element.tag, _nothing)(element)


def _check(element: Element, name: str) -> None:
    verb = VERBS[name]
    for attribute, value in element.attrib.items():
        _check_attribute(name, verb, attribute, value)
    for attribute, why in verb.needed.items():
        if attribute not in element.attrib:
            raise TwimlError(12200, f"<{name}> has no {attribute}: {why}")
    if verb.text == "none" and _text(element):
        raise TwimlError(12200, f"text in <{name}>")
    if verb.text == "needed" and not "".join(element.itertext()).strip():
        raise TwimlError(EMPTY[name], f"<{name}> is empty")
    for child in element:
        _check_child(name, verb, child)


def _check_child(name: str, verb: Verb, child: Element) -> None:
    if child.tag not in verb.children:
        raise TwimlError(verb.wrong_child, f"<{child.tag}> in <{name}>")
    if child.tag in VERBS:
        _check(child, child.tag)


def _check_attribute(name: str, verb: Verb, attribute: str, value: str) -> None:
    if attribute not in verb.attributes:
        raise TwimlError(12200, f"attribute {attribute} of <{name}>")
    holds, code = verb.attributes[attribute]
    if not holds(value):
        raise TwimlError(code, f'{attribute}="{value}" of <{name}>')


def _text(element: Element) -> str:
    """What is written in an element itself, beside its children."""
    return "".join([element.text or "", *(child.tail or "" for child in element)]).strip()


def _check_say(say: Element) -> None:
    if wrong := next(_strange(say), None):
        raise TwimlError(12200, f"<{wrong}> in <Say>")
    voice, language = say.get("voice", "man"), say.get("language")
    kind, _, name = voice.partition(".")
    limit = SAY_LIMITS.get(kind, 4096)
    if len("".join(say.itertext())) > limit:
        raise TwimlError(13521, f"more than {limit} characters for {voice}")
    speaks_chinese = name.partition("-")[0] in CHINESE_VOICES
    if kind == "Polly" and language and speaks_chinese is not is_chinese(language):
        raise TwimlError(13511, f"{voice} does not speak {language}")


def _strange(say: Element) -> Iterator[str]:
    return (each.tag for each in say.iter() if each is not say and each.tag not in SSML)


def _check_play(play: Element) -> None:
    url = _text(play)
    if (url == "") is ("digits" not in play.attrib) or not (url == "" or is_url(url)):
        raise TwimlError(11100, f"<Play> of {url!r}")


def _check_redirect(redirect: Element) -> None:
    if not is_url(_text(redirect)):
        raise TwimlError(11100, f"<Redirect> to {_text(redirect)!r}")


def _check_dial(dial: Element) -> None:
    if bool(_text(dial)) is (len(dial) > 0) or len(dial) > 10:
        raise TwimlError(13215, "<Dial> takes one number as text, or one to ten <Number>")


def _nothing(_: Element) -> None:
    pass


_CHECKS: Final[Mapping[str, Callable[[Element], None]]] = {
    "Say": _check_say,
    "Play": _check_play,
    "Redirect": _check_redirect,
    "Dial": _check_dial,
}
