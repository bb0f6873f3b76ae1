"""Ringing other phones from within a call, and what two people then do on the line.

Times are seconds since the ringing began. The caller's script goes on meanwhile: what he says
begins when somebody is there to hear it, and keys wait for a prompt of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from tools.phone.answering import Pickup
from tools.phone.call_progress import Progress
from tools.phone.call_result import Dialled
from tools.phone.calls import Call
from tools.phone.script import Act, Script
from tools.phone.twiml_prompts import PROMPTS
from tools.phone.twiml_walk import DOCUMENT_ENDED, HUNG_UP, Ask, Leg, walk

OTHER_HUNG_UP: Final = "other side hung up"


@dataclass(frozen=True)
class Target:
    """One phone to ring, and what its <Number> says beside the number."""

    number: str
    noun: Element | None = None

    def attribute(self, name: str, usual: str = "") -> str:
        return usual if self.noun is None else self.noun.get(name, usual)


@dataclass(frozen=True)
class Terms:
    """How to ring: seconds of patience, of talk at most, whose number is shown, does `*` end it."""

    caller_id: str
    patience: int
    limit: int
    ends_on_star: bool


@dataclass(frozen=True)
class Rung:
    """One phone that rings: its leg, who is told, and what comes of it after how long."""

    target: Target
    call: Call
    progress: Progress
    pickup: Pickup
    outcome: str
    after: int


@dataclass(frozen=True)
class Outcome:
    """How the dialling went: the leg that decided it, when it was over, and by whom.

    `over_by`: "called" (he hung up, did not answer, or would not take the call), "limit", "star" or
    "caller".
    """

    call: Call
    over_at: float
    over_by: str = "called"
    bridged: bool = False


def ring(leg: Leg, targets: Sequence[Target], terms: Terms, since: float = 0) -> Outcome:
    """Ring all of them from `since` on; who answers first decides, else the first in order."""
    rung = [_rung(leg, each, terms) for each in targets]
    answered = [each for each in rung if each.outcome == "answered"]
    first = min(answered, key=lambda each: each.after, default=None)
    decided = since + (first.after if first else max(each.after for each in rung))
    leaves = leaves_at(leg.script.coming(), decided if first else None)
    if leaves is not None and leaves < decided:
        ends = [_unanswered(leg, each, "no-answer") for each in rung]
        return Outcome(ends[0], max(since, leaves), "caller")
    losers = [each for each in rung if each is not first]
    ends = [_unanswered(leg, each, "canceled" if first else each.outcome) for each in losers]
    return _connect(leg, first, terms, decided) if first else Outcome(ends[0], decided)


def _rung(leg: Leg, target: Target, terms: Terms) -> Rung:
    network = leg.network
    call = network.calls.add(
        direction="outbound-dial",
        sender=terms.caller_id,
        recipient=target.number,
        status="ringing",
        now=network.now(),
        parent_sid=leg.call.sid,
    )
    progress = _progress(leg, target)
    progress.tell("initiated", call)
    progress.tell("ringing", call)
    pickup = network.answering.take(target.number)
    outcome, after = pickup.decided_after(terms.patience)
    return Rung(target, call, progress, pickup, outcome, after)


def _progress(leg: Leg, target: Target) -> Progress:
    url = target.attribute("statusCallback")
    events = frozenset(target.attribute("statusCallbackEvent", "completed").split())
    method = target.attribute("statusCallbackMethod", "POST")
    return Progress(leg.network, leg.resolve(url) if url else None, events, method)


def _unanswered(leg: Leg, rung: Rung, status: str) -> Call:
    return _over(leg, rung, status, status)


def _over(
    leg: Leg, rung: Rung, status: str, ended: str, seconds: float = 0, *, bridged: bool = False
) -> Call:
    """The end of the other phone's leg, told and written down on both sides."""
    network = leg.network
    call = network.calls.advance(rung.call.sid, status, network.now(), seconds)
    rung.progress.tell("completed", call)
    network.calls.result(call.sid).ended = ended
    leg.result.dialled.append(Dialled(call.recipient, call.sid, status, bridged, call.seconds or 0))
    return call


def _connect(leg: Leg, rung: Rung, terms: Terms, answered_at: float) -> Outcome:
    """Somebody has answered: he is asked if he must be, then they talk."""
    network = leg.network
    call = network.calls.advance(rung.call.sid, "in-progress", network.now())
    rung.progress.tell("answered", call)
    other = Leg(network, call, Script(rung.pickup.script), network.calls.result(call.sid))
    ended = _asked(leg, other, rung.target)
    begun = answered_at + other.seconds
    leaves = leaves_at(leg.script.coming(), begun)
    left_meanwhile = leaves is not None and leaves < begun
    if ended != DOCUMENT_ENDED or left_meanwhile:
        call = _over(leg, rung, "completed", ended, other.seconds)
        return Outcome(call, begun, "caller" if left_meanwhile else "called")
    return _talk(leg, other, rung, terms, begun)


def _asked(leg: Leg, other: Leg, target: Target) -> str:
    """Walk the document that asks the one called; without one he is connected."""
    url = target.attribute("url")
    if not url:
        return DOCUMENT_ENDED
    return walk(other, Ask(leg.resolve(url), target.attribute("method", "POST")), PROMPTS)


def _talk(leg: Leg, other: Leg, rung: Rung, terms: Terms, begun: float) -> Outcome:
    """They talk until the first of them has enough; of two at once the one called was first."""
    ours = leg.script.coming()
    ends = [
        ("called", leaves_at([act for act in other.script.coming() if not act.keys], 0, begun)),
        ("limit", begun + terms.limit),
        ("star", _presses_star(ours, begun) if terms.ends_on_star else None),
        ("caller", leaves_at(ours, begun)),
    ]
    over_by, over_at = min(
        ((who, at) for who, at in ends if at is not None), key=lambda each: each[1]
    )
    other.spend(over_at - begun)
    ended = HUNG_UP if over_by == "called" else OTHER_HUNG_UP
    call = _over(leg, rung, "completed", ended, other.seconds, bridged=True)
    return Outcome(call, over_at, over_by, bridged=True)


def leaves_at(acts: Sequence[Act], heard_from: float | None, since: float = 0) -> float | None:
    """When this person hangs up by himself; None where he first waits for something else.

    `heard_from`: from when on somebody is there to be spoken to, None where nobody ever is. His
    script begins at `since`.
    """
    at, after = _timed(acts, heard_from)
    return since + at if after is None or after.kind == "hangup" else None


def _presses_star(acts: Sequence[Act], heard_from: float) -> float | None:
    at, after = _timed(acts, heard_from)
    return max(at, heard_from) if after and after.keys.startswith("*") else None


def _timed(acts: Sequence[Act], heard_from: float | None) -> tuple[float, Act | None]:
    """When the acts that take a time of their own are done, and the first one that does not."""
    at: float = 0
    for act in acts:
        if act.kind == "wait" and act.count is not None:
            at += act.count
        elif act.kind == "speak" and heard_from is not None:
            at = max(at, heard_from) + (act.count or 0)
        else:
            return at, act
    return at, None
