"""Verbs that speak and ask for keys: Say, Play, Pause, Gather; and Redirect, Hangup, Reject.

Gather, after its reference page: keys pressed while its prompt is spoken stop the prompt; it ends
with `numDigits` keys, the `finishOnKey` after at least one other, or `timeout` seconds of silence.
Without a key (`finishOnKey` alone is none) the next verb follows, unless `actionOnEmptyResult`.
"""

from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from tools.phone.call_result import Heard
from tools.phone.script import Act
from tools.phone.speaking import speaking_seconds
from tools.phone.twiml_walk import SERVICE_HUNG_UP, Ask, CallEndedError, Leg, Verbs

UNHEARD_S: Final = 5
"""Seconds of a Play, whose sound nobody fetches here."""

REJECTED: Final = {"busy": "busy", "rejected": "no-answer"}
"""A Reject's reason → the status the call ends with."""


def say(leg: Leg, verb: Element) -> None:
    """Speak; `loop="0"` goes on until the person hangs up."""
    leg.hear(_saying(leg, verb))
    if verb.get("loop") == "0":
        leg.hang_up(verb.tag)


def pause(leg: Leg, verb: Element) -> None:
    leg.hear(_saying(leg, verb))


def _saying(leg: Leg, verb: Element, within: str | None = None) -> Heard:
    text = " ".join(_spoken(verb).split())
    times = max(1, int(verb.get("loop", "1")))
    document = leg.result.documents
    if verb.tag == "Pause":
        seconds = float(verb.get("length", "1"))
        return Heard(document, "Pause", seconds=seconds, within=within)
    if verb.tag == "Play":
        heard = text or verb.get("digits", "")
        return Heard(document, "Play", heard, seconds=UNHEARD_S * times, within=within)
    language = verb.get("language")
    seconds = round(speaking_seconds(text, language) * times, 3)
    return Heard(document, "Say", text, language, verb.get("voice"), seconds, within)


def _spoken(verb: Element) -> str:
    """What a saying sounds like: a substitute instead of what it stands for."""
    inner = verb.get("alias") if verb.tag == "sub" else None
    if inner is None:
        inner = (verb.text or "") + "".join(_spoken(each) + (each.tail or "") for each in verb)
    return inner


def gather(leg: Leg, verb: Element) -> Ask | None:
    """Speak the prompt, take the keys; what follows is the action, or the next verb."""
    patience = int(verb.get("timeout", "5"))
    asked = {
        "keys": int(verb.get("numDigits", "0")) or None,
        "finish_on_key": verb.get("finishOnKey", "#"),
        "timeout": patience,
        "action": verb.get("action"),
    }
    leg.note(Heard(leg.result.documents, "Gather", language=verb.get("language"), asked=asked))
    _prompt(leg, verb)
    act = _pressed(leg, verb, patience)
    keys = _taken(act.keys if act else "", verb)
    if act:
        leg.did(act.text, "Gather", {"Digits": keys.digits} if keys.digits else {}, keys.lost)
    if keys.waits:
        leg.spend(patience)
    if keys.digits:
        return leg.following(verb, {**keys.params(), "FinishedOnKey": keys.finish})
    return leg.following(verb, keys.params()) if _wants_silence(verb) else None


@dataclass(frozen=True)
class Keys:
    """What a Gather makes of keys: its Digits, the key that ended them, and what it never heard.

    `waits`: it ended by nobody pressing any more.
    """

    digits: str
    finish: str = ""
    lost: str = ""
    waits: bool = False

    def params(self) -> dict[str, str]:
        return {"Digits": self.digits, "msg": "Gather End"}


def _prompt(leg: Leg, verb: Element) -> None:
    """Say what a Gather says, until the person presses a key or hangs up."""
    for each in verb:
        if leg.script.cuts_in() and _next_keys(leg, verb):
            return
        leg.hear(_saying(leg, each, "Gather"))


def _next_keys(leg: Leg, verb: Element) -> bool:
    act = leg.script.next
    takes_keys = "dtmf" in verb.get("input", "dtmf").split()
    return takes_keys and act is not None and act.kind == "keys"


def _wants_silence(verb: Element) -> bool:
    return verb.get("actionOnEmptyResult") == "true"


def _pressed(leg: Leg, verb: Element, patience: int) -> Act | None:
    """The keys pressed; None for silence until the timeout."""
    silent = 0
    while True:
        if leg.script.hangs_up:
            leg.spend(silent)
            leg.hang_up("Gather")
        if _next_keys(leg, verb):
            leg.spend(silent)
            return leg.script.take()
        act = leg.script.next
        if act is None or act.kind != "wait":
            leg.script.stay_silent()
            return None
        leg.script.take()
        leg.did(act.text, "Gather")
        silent += patience if act.count is None else act.count
        if silent >= patience:
            return None


def _taken(pressed: str, verb: Element) -> Keys:
    most, finish = int(verb.get("numDigits", "0")), verb.get("finishOnKey", "#")
    digits = ""
    for index, key in enumerate(pressed):
        if key == finish:
            return Keys(digits, key, pressed[index + 1 :])
        digits += key
        if len(digits) == most:
            return Keys(digits, lost=pressed[index + 1 :])
    return Keys(digits, waits=True)


def redirect(leg: Leg, verb: Element) -> Ask:
    return Ask(leg.resolve((verb.text or "").strip()), verb.get("method", "POST"))


def hangup(_: Leg, __: Element) -> None:
    raise CallEndedError(SERVICE_HUNG_UP)


def reject(leg: Leg, verb: Element) -> None:
    """Refuse a call that rings; one that was answered is hung up."""
    if leg.call.status != "ringing":
        raise CallEndedError(SERVICE_HUNG_UP)
    leg.advance(REJECTED[verb.get("reason", "rejected")])
    raise CallEndedError("rejected")


PROMPTS: Final[Verbs] = {
    "Say": say,
    "Play": say,
    "Pause": pause,
    "Gather": gather,
    "Redirect": redirect,
    "Hangup": hangup,
}
"""What is allowed on the side of somebody who is asked before he is connected, and everywhere."""
