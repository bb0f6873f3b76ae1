"""Twilio's dialect for calls: requests of a call in, TwiML to speak, ask, record and ring out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from twilio.twiml.voice_response import VoiceResponse  # type: ignore[import-untyped]

from chalicelib import speech
from chalicelib.core import ivr
from chalicelib.core.call_records import Call
from chalicelib.core.called import Place
from chalicelib.core.ivr_documents import Ask, Document, End, Line, Record, Ring
from chalicelib.core.ivr_turns import Heard
from chalicelib.core.uploads import IDENTIFIER
from chalicelib.services.bridges import Bridged
from chalicelib.services.calls import CallRequest
from chalicelib.services.duty_calls import DutyAnswer
from chalicelib.services.recordings import RecordingNews
from chalicelib.web.twilio_dialect import NOTHING_TO_SAY, Account, Parameters, UnsignedError

OVERRIDES: Final = "#ct=1000&rt=3500&tt=15000&rc=5&rp=all"
"""Twilio's connection overrides: retries where its defaults have none; no part of the signature."""

VOICES: Final[Mapping[str, Mapping[str, str]]] = {
    "zh": {"language": "cmn-CN", "voice": "Polly.Zhiyu-Neural"},
    "en": {"language": "en-US", "voice": "Polly.Joanna-Neural"},
}

KEY_SECONDS: Final = 6
ENTRY_SECONDS: Final = 10
SILENCE_SECONDS: Final = 10
LONGEST_RECORDING: Final = 180
LONGEST_TALK: Final = 3600

OVER: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""CallStatus of a call in which nothing is heard any more."""

_SID: Final = re.compile(r"CA[0-9a-f]{32}")
_E164: Final = re.compile(r"\+[1-9][0-9]{3,14}", re.ASCII)
_SIP: Final = re.compile(
    r"sips?:[^@\s]{1,128}@[a-z0-9-]+\.sip\.([a-z0-9-]+\.)?twilio\.com(:[0-9]+)?(;\S*)?",
    re.IGNORECASE,
)
"""An address at a SIP domain of a Twilio account: the signature proves that it is ours."""

_SENDER: Final = re.compile(r"[^\x00-\x1f\x7f]{0,255}")
_STEP: Final = re.compile(r"[a-z]{1,20}")
_PAGE: Final = re.compile(r"[A-Za-z0-9._~-]{1,80}", re.ASCII)
_TURN: Final = re.compile(r"[1-9][0-9]?", re.ASCII)

_DRAW: Final = re.compile(r"[0-9]{4}-[A-Za-z0-9-]{1,20}", re.ASCII)
_RANK: Final = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)
_STATUS: Final = re.compile(r"[a-z-]{0,20}")

BRIDGE_STEPS: Final = ("ask", "go", "over")
"""Steps of a call that connects a caller with his customer."""

_OPTIONAL: Final[Mapping[str, re.Pattern[str]]] = {
    "Digits": re.compile(r"[0-9*#A-Da-dw]{0,40}|hangup", re.ASCII),
    "DialCallStatus": re.compile(r"[a-z-]{0,20}"),
    "DialBridged": re.compile(r"true|false|"),
    "RecordingSid": re.compile(r"(RE[0-9a-f]{32})?"),
    "ParentCallSid": re.compile(rf"({_SID.pattern})?"),
    "RecordingDuration": re.compile(r"-?[0-9]{0,6}", re.ASCII),
    "CallDuration": re.compile(r"[0-9]{0,6}", re.ASCII),
}
"""Parameters that only some requests have, and how each must look; blank is as good as absent."""


def call_request(form: Parameters, account: Account, step: str, turn: str) -> CallRequest:
    """The request of a call in a verified form; UnsignedError where Twilio sends no such thing."""
    if not _STEP.fullmatch(step) or not _TURN.fullmatch(turn):
        raise UnsignedError("path")
    sid = _needed(form, "CallSid", _SID)
    status = _needed(form, "CallStatus", _OPTIONAL["DialCallStatus"])
    told = {name: _optional(form, name) for name in _OPTIONAL}
    sender, called = _needed(form, "From", _SENDER), _called(form, account, step)
    keys = told["Digits"]
    heard = Heard(
        step,
        int(turn),
        keys="" if keys == "hangup" else keys,
        over=status in OVER or keys == "hangup",
        dialled="no-answer" if told["DialBridged"] == "false" else told["DialCallStatus"],
        recording=told["RecordingSid"],
    )
    if step not in ivr.OTHER_LEGS:
        return CallRequest(sid, sender, heard, dict(form))
    if not told["ParentCallSid"]:
        raise UnsignedError("leg")
    return CallRequest(told["ParentCallSid"], sender, heard, dict(form), sid, called)


def recording_news(form: Parameters) -> RecordingNews:
    """What a verified form tells of a recording."""
    told = {name: _optional(form, name) for name in ("RecordingSid", "RecordingDuration")}
    if not told["RecordingSid"]:
        raise UnsignedError("recording")
    return RecordingNews(
        call=_needed(form, "CallSid", _SID),
        sid=told["RecordingSid"],
        status=_needed(form, "RecordingStatus", _OPTIONAL["DialCallStatus"]),
        seconds=max(0, int(told["RecordingDuration"] or 0)),
        parameters=dict(form),
    )


def duty_answer(form: Parameters, page: str, turn: str) -> DutyAnswer:
    """What a duty phone that we called has to say, in a verified form."""
    if not _PAGE.fullmatch(page) or not _TURN.fullmatch(turn):
        raise UnsignedError("path")
    return DutyAnswer(
        sid=_needed(form, "CallSid", _SID),
        page=page,
        turn=int(turn),
        called=_needed(form, "To", _E164),
        keys=_optional(form, "Digits"),
        parameters=dict(form),
    )


def bridged(form: Parameters, place: Place, step: str) -> Bridged:
    """One request of a call that connects a caller with his customer, in a verified form."""
    sid, status = _needed(form, "CallSid", _SID), _needed(form, "CallStatus", _STATUS)
    if step == "over":
        parent, seconds = _needed(form, "ParentCallSid", _SID), _optional(form, "CallDuration")
        told = {"status": status, "seconds": int(seconds or 0), "parameters": dict(form)}
        return Bridged(parent, place, step, leg=sid, **told)  # type: ignore[arg-type] # of Bridged
    called, keys = _needed(form, "To", _E164), _optional(form, "Digits")
    return Bridged(sid, place, step, called, keys, parameters=dict(form))


def place(draw: str, unit: str, rank: str, step: str, turn: str) -> Place:
    """The pick that a path names; UnsignedError where no path of ours looks like that."""
    right = _DRAW.fullmatch(draw) and IDENTIFIER.fullmatch(unit) and _RANK.fullmatch(rank)
    if not right or step not in BRIDGE_STEPS or not _TURN.fullmatch(turn):
        raise UnsignedError("path")
    return Place(draw, unit, int(rank))


def _needed(form: Parameters, name: str, pattern: re.Pattern[str]) -> str:
    """A parameter that stands once and looks as it must."""
    if len(form.getlist(name)) != 1 or not pattern.fullmatch(form[name]):
        raise UnsignedError(name)
    return form[name]


def _optional(form: Parameters, name: str) -> str:
    return _needed(form, name, _OPTIONAL[name]) if name in form else ""


def _called(form: Parameters, account: Account, step: str) -> str:
    """Who was called: our number or SIP address; within a call a phone that we rang."""
    called = _needed(form, "To", _SENDER)
    ours = called == account.number or _SIP.fullmatch(called)
    rang = step in ivr.OTHER_LEGS and _E164.fullmatch(called)
    if not (ours or rang):
        raise UnsignedError("To")
    return called


# --- what we say ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Voice:
    """Makes TwiML of what the hotline says. URLs are absolute: a stage may be part of the path."""

    base_url: str
    number: str
    organisation: str
    root: str = "/twilio/voice"

    def twiml(self, document: Document, call: Call) -> str:
        """The document in the words of its languages, and its act."""
        response = VoiceResponse()
        if document.pause:
            response.pause(length=document.pause)
        act = document.act
        if isinstance(act, Ask):
            self._ask(response, document, act, call)
        else:
            self._say(response, document.lines, call)
        if isinstance(act, Record):
            self._record(response, act)
        if isinstance(act, Ring):
            self._ring(response, act, call)
        if isinstance(act, End):
            response.hangup()
        return str(response) if response.verbs else NOTHING_TO_SAY

    def _say(self, parent: VoiceResponse, lines: tuple[Line, ...], call: Call) -> None:
        for line in lines:
            words = speech.spoken(line, call, self.organisation)
            parent.say(words, **VOICES[speech.language_of(line, call)])

    def _ask(self, response: VoiceResponse, document: Document, ask: Ask, call: Call) -> None:
        gather = response.gather(
            action=self._url(ask.step, ask.turn),
            input="dtmf",
            num_digits=ask.digits,
            finish_on_key=ask.ends_with,
            timeout=ENTRY_SECONDS if ask.digits > 1 else KEY_SECONDS,
            action_on_empty_result=not ask.farewell,
        )
        self._say(gather, document.lines, call)
        if ask.farewell:
            self._say(response, ask.farewell, call)
            response.hangup()

    def _record(self, response: VoiceResponse, record: Record) -> None:
        response.record(
            action=self._url("recorded", record.turn),
            max_length=LONGEST_RECORDING,
            timeout=SILENCE_SECONDS,
            finish_on_key="#",
            play_beep=True,
            trim="do-not-trim",
            recording_status_callback=f"{self.base_url}/twilio/recording{OVERRIDES}",
            recording_status_callback_event="completed absent",
        )
        response.redirect(self._url("unheard", record.turn))

    def _ring(self, response: VoiceResponse, ring: Ring, call: Call) -> None:
        dial = response.dial(
            action=self._url(ring.step, ring.turn) if ring.step else None,
            timeout=ring.seconds,
            time_limit=LONGEST_TALK,
            caller_id=call.caller or self.number,
        )
        asks = self._url(ring.asks, ring.turn or 1) if ring.asks else None
        told = self._url(ring.tells, ring.turn or 1) if ring.tells else None
        for number in ring.numbers:
            dial.number(
                number,
                url=asks,
                status_callback=told,
                status_callback_event="completed" if told else None,
            )
        if not ring.step:
            self._say(response, ring.farewell, call)
            response.hangup()

    def _url(self, step: str, turn: int) -> str:
        return f"{self.base_url}{self.root}/{step}/{turn}{OVERRIDES}"
