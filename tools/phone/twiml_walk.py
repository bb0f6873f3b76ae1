"""Walking TwiML: one leg of a call asks for documents and follows their verbs to the end.

What a verb does is elsewhere (`twiml_prompts`, `twiml_record`, `twiml_dial`); `walk` takes the
table of those that are allowed on its leg.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NoReturn
from urllib.parse import urldefrag, urljoin
from xml.etree.ElementTree import Element

from tools.phone.account import Account
from tools.phone.answering import Answering
from tools.phone.call_result import CallError, CallResult, Done, Heard
from tools.phone.calls import Call, Calls, voice_parameters
from tools.phone.deliveries import Deliveries
from tools.phone.recordings import Recordings
from tools.phone.script import Script
from tools.phone.twiml_document import TwimlError, parse_response, read_response
from tools.phone.twiml_rules import check_voice
from tools.phone.webhooks import Reply, Webhooks

MAX_DOCUMENTS: Final = 100
"""Of one leg: what asks for more goes round in a circle."""

APOLOGY: Final = "We're sorry. An application error has occurred. Goodbye."

HUNG_UP: Final = "caller hung up"
SERVICE_HUNG_UP: Final = "service hung up"
DOCUMENT_ENDED: Final = "document ended"
APPLICATION_ERROR: Final = "application error"


@dataclass(frozen=True)
class Network:
    """What every call shares. `drops_silence`: an account that keeps no silent recordings."""

    account: Account
    webhooks: Webhooks
    deliveries: Deliveries
    calls: Calls
    recordings: Recordings
    answering: Answering
    now: Callable[[], datetime]
    drops_silence: bool = False


@dataclass(frozen=True)
class Ask:
    """The next document to ask for; `inline` is one that came with the call itself."""

    url: str
    method: str = "POST"
    params: Mapping[str, str] = field(default_factory=dict)
    inline: bytes | None = None


class CallEndedError(Exception):
    """This leg is over; the reason is one of CallResult's `ended`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Leg:
    """One side of a call: where it stands in which document, and what was heard and done."""

    network: Network
    call: Call
    script: Script
    result: CallResult
    fallback_url: str | None = None
    url: str = ""

    @property
    def seconds(self) -> float:
        return self.result.seconds

    def spend(self, seconds: float) -> None:
        """Let this much of the call pass; the clock stands."""
        self.result.seconds = round(self.result.seconds + seconds, 3)

    def advance(self, status: str) -> None:
        """The call's next status, told with everything from now on."""
        self.call = self.network.calls.advance(
            self.call.sid, status, self.network.now(), self.result.seconds
        )

    def resolve(self, url: str) -> str:
        """A URL of the document made absolute; TwimlError where there is nothing to add it to."""
        absolute = urljoin(urldefrag(self.url).url, url)
        if not absolute.startswith(("http://", "https://")):
            raise TwimlError(11100, f"{url!r} is relative, and this document came without a URL")
        return absolute

    def following(self, verb: Element, params: Mapping[str, str]) -> Ask:
        """The document of a verb's action."""
        return Ask(self.resolve(verb.get("action", "")), verb.get("method", "POST"), params)

    def hear(self, heard: Heard) -> None:
        """One saying, to its end; CallEndedError where the person hangs up instead."""
        if self.script.cuts_in() and self.script.hangs_up:
            self.hang_up(heard.verb)
        self.note(heard)
        self.script.heard_one()
        if self.script.cuts_in() and self.script.hangs_up:
            self.hang_up(heard.verb)

    def note(self, heard: Heard) -> None:
        """Something heard that cannot be interrupted."""
        self.result.heard.append(heard)
        self.spend(heard.seconds)

    def did(self, act: str, at: str, sent: Mapping[str, str] | None = None, lost: str = "") -> None:
        document = self.result.documents
        self.result.done.append(Done(document, act, at, dict(sent or {}), lost))

    def hang_up(self, at: str, sent: Mapping[str, str] | None = None) -> NoReturn:
        """The person at this phone is gone: CallEndedError."""
        self.leave(at, sent)
        raise CallEndedError(HUNG_UP)

    def leave(self, at: str, sent: Mapping[str, str] | None = None) -> None:
        """The person hangs up; Twilio has something left to ask."""
        if self.script.next and self.script.hangs_up:
            self.script.take()
        self.did("hangup", at, sent)

    def document(self, ask: Ask) -> Element:
        """Ask for a document; TwimlError where Twilio could not use what it got."""
        if self.result.documents >= MAX_DOCUMENTS:
            raise TwimlError(11215, f"{MAX_DOCUMENTS} documents in one call")
        self.result.documents += 1
        self.result.urls.append(ask.url)
        self.script.stop_listening()
        self.url = ask.url
        response = parse_response(ask.inline) if ask.inline else read_response(self._reply(ask))
        check_voice(response)
        return response

    def _reply(self, ask: Ask) -> Reply:
        webhooks = self.network.webhooks
        params = {**voice_parameters(self.network.account, self.call), **ask.params}
        replies: list[Reply] = []
        number = self.call.handset
        webhooks.send(
            webhooks.webhook("voice", ask.url, number, params, replies.append, ask.method)
        )
        return replies[-1] if replies else Reply(None, failure="lost")

    def complain(self, error: TwimlError, url: str) -> None:
        """Put what Twilio could not use into its debugger."""
        result = self.result
        result.errors.append(CallError(error.code, str(error), url, result.documents))

    def ask_unheard(self, ask: Ask) -> None:
        """Ask for a document that nobody will hear: the person is gone."""
        self.advance("completed")
        try:
            self.document(ask)
        except TwimlError as error:
            self.complain(error, ask.url)


Follow = Callable[[Leg, Element], Ask | None]
"""A verb → the document it leads to, None where the next verb follows; CallEndedError ends all."""

Verbs = Mapping[str, Follow]


def walk(leg: Leg, ask: Ask, verbs: Verbs) -> str:
    """Follow documents until the leg is over; why it is, as in CallResult's `ended`."""
    following: Ask | None = ask
    try:
        while following is not None:
            following = _follow(leg, following, verbs)
    except CallEndedError as end:
        return end.reason
    return DOCUMENT_ENDED


def _follow(leg: Leg, ask: Ask, verbs: Verbs) -> Ask | None:
    try:
        return _perform(leg, leg.document(ask), verbs)
    except TwimlError as error:
        leg.complain(error, ask.url)
        return _fall_back(leg, error, ask)


def _perform(leg: Leg, response: Element, verbs: Verbs) -> Ask | None:
    for verb in response:
        if verb.tag not in verbs:
            code = 13201 if verb.tag == "Dial" else 12200
            raise TwimlError(code, f"<{verb.tag}> on the side of the one who was called")
        if leg.call.status == "ringing" and verb.tag != "Reject":
            leg.advance("in-progress")
        following = verbs[verb.tag](leg, verb)
        if following is not None:
            return following
    return None


def _fall_back(leg: Leg, error: TwimlError, ask: Ask) -> Ask:
    """The number's or the call's fallback document, once; else the apology and the end."""
    if leg.fallback_url is None or ask.url == leg.fallback_url:
        leg.note(Heard(leg.result.documents, "Error", APOLOGY, "en-US", seconds=4))
        raise CallEndedError(APPLICATION_ERROR)
    params = {"ErrorCode": str(error.code), "ErrorUrl": urldefrag(ask.url).url}
    return Ask(leg.fallback_url, params=params)
