"""The verb Dial: other phones are rung, one talks to the caller, and the caller goes on after it.

After its reference page: all numbers ring at once (`sequential`: one after another), at most
`timeout` seconds (30); who answers first may be asked by his Number's `url` whether he takes the
call (that document may not dial or record), then the two talk until one hangs up or `timeLimit` is
over. Then the action is asked for, also when the caller is gone, then unheard; without one the next
verb follows. A caller who hangs up while it rings leaves `no-answer`.
"""

from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element

from tools.phone.call_result import Heard
from tools.phone.dialling import Outcome, Target, Terms, ring
from tools.phone.phone_numbers import is_possible, is_withheld
from tools.phone.recordings import TOO_SHORT, read_subscription
from tools.phone.script import Act
from tools.phone.twiml_document import TwimlError
from tools.phone.twiml_walk import HUNG_UP, Ask, CallEndedError, Leg

TIMEOUT_S: Final = "30"
TIME_LIMIT_S: Final = "14400"
UNRECORDED: Final = frozenset({"false", "do-not-record"})


def dial(leg: Leg, verb: Element) -> Ask | None:
    """Ring, talk, and go on."""
    targets, terms = _targets(verb), _terms(leg, verb)
    asked = {
        "numbers": [each.number for each in targets],
        "timeout": terms.patience,
        "action": verb.get("action"),
    }
    leg.note(Heard(leg.result.documents, "Dial", "(ringing)", asked=asked))
    outcome = _ring_all(leg, verb, targets, terms)
    sent = {**_sent(outcome), **_recorded(leg, verb, outcome)}
    _have_waited(leg, sent, outcome)
    following = leg.following(verb, sent) if "action" in verb.attrib else None
    if outcome.over_by == "caller":
        leg.leave("Dial", sent)
        if following:
            leg.ask_unheard(following)
        raise CallEndedError(HUNG_UP)
    return following


def _targets(verb: Element) -> list[Target]:
    numbers = [Target((noun.text or "").strip(), noun) for noun in verb]
    targets = numbers or [Target((verb.text or "").strip())]
    for each in targets:
        if not is_possible(each.number):
            raise TwimlError(13223, each.number)
    return targets


def _terms(leg: Leg, verb: Element) -> Terms:
    return Terms(
        caller_id=_caller_id(leg, verb.get("callerId")),
        patience=int(verb.get("timeout", TIMEOUT_S)),
        limit=int(verb.get("timeLimit", TIME_LIMIT_S)),
        ends_on_star=verb.get("hangupOnStar") == "true",
    )


def _caller_id(leg: Leg, given: str | None) -> str:
    """Whose number the other phones see; TwimlError where Twilio would not show that one."""
    call = leg.call
    shown = call.sender if given is None else given
    allowed = {leg.network.account.number, call.sender, call.recipient}
    if shown not in allowed or is_withheld(shown) or not is_possible(shown):
        raise TwimlError(13214, f"{shown!r} is neither ours nor a number of this call")
    return shown


def _ring_all(leg: Leg, verb: Element, targets: Sequence[Target], terms: Terms) -> Outcome:
    """All at once, or one after another until somebody answers or the caller has left."""
    in_turn = verb.get("sequential") == "true"
    groups = [[each] for each in targets] if in_turn else [list(targets)]
    outcome = ring(leg, groups[0], terms)
    for group in groups[1:]:
        if outcome.call.status == "completed" or outcome.over_by == "caller":
            break
        outcome = ring(leg, group, terms, outcome.over_at)
    leg.spend(outcome.over_at)
    return outcome


def _sent(outcome: Outcome) -> dict[str, str]:
    sent = {
        "DialBridged": "true" if outcome.bridged else "false",
        "DialCallSid": outcome.call.sid,
        "DialCallStatus": outcome.call.status,
    }
    if outcome.call.seconds is not None:
        sent["DialCallDuration"] = str(outcome.call.seconds)
    return sent


def _recorded(leg: Leg, verb: Element, outcome: Outcome) -> dict[str, str]:
    """The recording of a talk, where Dial asks for one."""
    how = verb.get("record", "do-not-record")
    if how in UNRECORDED or not outcome.bridged:
        return {}
    recordings, seconds = leg.network.recordings, outcome.call.seconds or 0
    told = read_subscription(verb.attrib, leg.resolve)
    channels = 2 if how.endswith("dual") else 1
    recording = recordings.start(leg.call, "DialVerb", told, channels)
    recordings.stop(recording, seconds, told, None if seconds else TOO_SHORT)
    leg.result.recordings.append(recording.sid)
    return {
        "RecordingDuration": str(seconds),
        "RecordingSid": recording.sid,
        "RecordingUrl": recording.url,
    }


def _have_waited(leg: Leg, sent: dict[str, str], outcome: Outcome) -> None:
    """Take the acts that had their time while it rang and while the two talked."""
    while (act := leg.script.next) and _has_passed(act, outcome):
        leg.script.take()
        leg.did(act.text, "Dial")
    leg.script.stay_silent()
    if act and (act.kind == "wait" or (act.keys and outcome.over_by == "star")):
        leg.script.take()
        leg.did(act.text, "Dial", sent, act.keys[1:])


def _has_passed(act: Act, outcome: Outcome) -> bool:
    is_timed_wait = act.kind == "wait" and act.count is not None
    return is_timed_wait or (act.kind == "speak" and outcome.bridged)
