"""A text as it comes in, and the records that are made of it and of what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.core.effects import Effect
from chalicelib.core.inbound import InboundText, OptEvent
from chalicelib.core.phones import Phone
from chalicelib.core.turns import Turn
from chalicelib.core.visits import Visit


@dataclass(frozen=True, slots=True)
class IncomingText:
    """A text as the provider delivered it.

    `silent`: the provider has answered it already; `opted`: it has taken the number out (True) or
    in again (False). `ambiguous`: it may have been cut out of another text, so nothing is decided.
    """

    number: str
    message_id: str
    body: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    silent: bool = False
    opted: bool | None = None
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What the number is known by when its text comes in."""

    phone: Phone
    visit: Visit | None

    @property
    def language(self) -> str | None:
        """The language of the visit; None where there is none."""
        return self.visit.facts.language if self.visit else None


def raw_text(
    incoming: IncomingText, now: datetime, answer: str, kind: str = "unread", rule: str = ""
) -> InboundText:
    """The text as it is kept, with the body that answered it; unread unless `kind` says more."""
    return InboundText(
        number=incoming.number,
        message_id=incoming.message_id,
        received_at=now,
        body=incoming.body,
        parameters=incoming.parameters,
        answer=answer,
        kind=kind,
        rule=rule,
    )


def records_of(
    turn: Turn, known: Known, incoming: IncomingText, now: datetime
) -> tuple[list[object], list[object]]:
    """What a turn adds and saves beside the raw text and a case."""
    adds: list[object] = []
    if turn.call:
        adds.append(_call(turn, incoming, now))
    if turn.opt_out is not None:
        adds.append(OptEvent(incoming.number, now, turn.opt_out, "text", incoming.message_id))
    phone = _phone(turn, known, now)
    saves = [record for record in (turn.visit, phone) if record is not None]
    return adds, list(saves)


def _phone(turn: Turn, known: Known, now: datetime) -> Phone | None:
    """The phone where this text changes it: left, came back, or talks without a visit."""
    phone = known.phone
    if turn.opt_out is not None:
        phone = replace(phone, opted_out_at=now if turn.opt_out else None)
    if turn.visit is None or turn.visit.key != phone.current:
        phone = replace(phone, conversation=turn.conversation)
    return None if phone is known.phone else phone


def _call(turn: Turn, incoming: IncomingText, now: datetime) -> Effect:
    """An entry of the call list, with the visit it is about where there is one."""
    values = {"phone": incoming.number}
    key = turn.subject or (turn.visit.key if turn.visit else None)
    if key is not None:
        values["visit_id"] = key.visit_id
    return Effect(incoming.message_id, 0, "call", turn.call, turn.call_at or now, values)


def language_of(text: str) -> str:
    """The language to answer a stranger in: Chinese as soon as there is one Chinese character."""
    return "zh" if any("\u4e00" <= character <= "\u9fff" for character in text) else "en"
