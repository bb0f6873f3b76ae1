"""How each record lies in its row: its key, what stands beside the body, when it is due.

One entry of LAYOUTS per record.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from chalicelib.core import visit_facts
from chalicelib.core.amendments import Amendment
from chalicelib.core.budgets import FREE
from chalicelib.core.call_records import Call, CallEntry, CallFact, Recording
from chalicelib.core.cases import Case, CaseEvent, CaseName
from chalicelib.core.devices import KEPT, DaySalt, DeviceForm
from chalicelib.core.documents import ChainHead, StoredDocument
from chalicelib.core.draws import Draw, Pick
from chalicelib.core.effects import Effect
from chalicelib.core.inbound import InboundText, OptEvent
from chalicelib.core.links import CaseLink
from chalicelib.core.observations import Observation
from chalicelib.core.paging import Page
from chalicelib.core.people import ApiToken, Member, Technician, Unit
from chalicelib.core.phones import Phone
from chalicelib.core.proceedings import Proceeding
from chalicelib.core.register import RegisterEntry
from chalicelib.core.rulebook_changes import RulebookSeen
from chalicelib.core.runs import RunMark
from chalicelib.core.signals import WATCHED_FIELDS
from chalicelib.core.submissions import Submission
from chalicelib.core.unit_links import UnitLink
from chalicelib.core.upload_notes import UploadNote
from chalicelib.core.verification import Incident
from chalicelib.core.visits import Visit
from chalicelib.core.witness import WeekOfFacts
from chalicelib.core.wrong_codes import FORGOTTEN, WrongCodes
from chalicelib.store.codec import escaped, instant
from chalicelib.store.places import (
    amendment_place,
    call_place,
    case_month_place,
    document_place,
    effect_place,
    fact_place,
    page_place,
    phone_place,
    proceeding_place,
    recording_place,
    visit_key,
    visit_place,
    wrong_codes_place,
)
from chalicelib.store.table import Key


def _nothing(_: object) -> Mapping[str, Any]:
    return {}


def _no_keys(_: object) -> tuple[Key, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Layout:
    """How one kind of record lies in its row; a path is the dotted name of a field.

    `in_key`: path → its value, read off the key. `lifted`: attribute → path. `derived`: attributes
    that are only ever projected. `due`: the kind under which the index lists the row at its
    `due_sk`, where it has one. `others`: fields that another update writes and a save leaves
    alone, as JSON in attributes of their names, `sets` the same as sets of texts. `pointers`: keys
    of rows that lead to this one.
    `ends`: from when on the database may drop the row by itself.
    """

    key: Callable[[Any], Key]
    due: Callable[[Any], str] | None = None
    in_key: Callable[[Key], Mapping[str, str]] = _nothing
    lifted: Mapping[str, str] = field(default_factory=dict)
    derived: Callable[[Any], Mapping[str, str | None]] = _nothing
    others: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    pointers: Callable[[Any], tuple[Key, ...]] = _no_keys
    ends: Callable[[Any], datetime] | None = None


def _visit_in_key(key: Key) -> Mapping[str, str]:
    unit, month, visit_id = visit_key(key)
    return {"facts.visit_id": visit_id, "facts.unit": unit, "month": month}


def _visit_derived(visit: Visit) -> Mapping[str, str | None]:
    moments = [answer.at for answer in visit.answers if answer.channel != "call"]
    moments += [change.at for change in visit.changes if change.field in WATCHED_FIELDS]
    return {
        **visit_facts.row_of(visit),
        "changed_at": instant(max(moments)) if moments else None,
    }


def _case_pointers(case: Case) -> tuple[Key, ...]:
    listed = Key(case_month_place(case.unit, case.month), case.number)
    if not case.phone:
        return (listed,)
    sort = f"CASE#{instant(case.received_at)}#{case.number}"
    return listed, Key(phone_place(case.phone).pk, sort)


def _effect_due(effect: Effect) -> str:
    """Mails and texts are one list, so that each run does the earliest of them.

    The call list, the calls to duty phones and new cases are their own, and so are texts of
    danger: they wait behind no flood of others.
    """
    if effect.kind == "sms" and effect.what in FREE:
        return "danger"
    return effect.kind if effect.kind in ("call", "page", "news") else "effect"


def amendment_due(amendment: Amendment) -> str:
    """Amendments that somebody is to be told of at once, and those that wait for a decision."""
    return "proposal" if amendment.due_at == amendment.proposed_at else "amendment"


LAYOUTS: Final[Mapping[type, Layout]] = {
    Visit: Layout(
        key=lambda visit: visit_place(visit.key),
        due=lambda _: "survey",
        in_key=_visit_in_key,
        lifted={
            "due_sk": "survey.due_at",
            "completed_at": "facts.completed_at",
            "received_at": "received_at",
            "late_upload": "late_upload",
            "state": "survey.state",
            "invited_at": "survey.invited_at",
            "settled_at": "survey.settled_at",
        },
        derived=_visit_derived,
    ),
    Phone: Layout(
        key=lambda phone: phone_place(phone.number),
        in_key=lambda key: {"number": key.pk.removeprefix("PH#")},
        others=("last",),
        sets=("names",),
    ),
    InboundText: Layout(
        key=lambda inbound: Key(phone_place(inbound.number).pk, f"IN#{inbound.message_id}"),
        in_key=lambda key: {
            "number": key.pk.removeprefix("PH#"),
            "message_id": key.sk.removeprefix("IN#"),
        },
    ),
    OptEvent: Layout(
        key=lambda opt: Key(phone_place(opt.number).pk, f"OPT#{instant(opt.at)}#{opt.cause}")
    ),
    Effect: Layout(
        key=lambda effect: effect_place(effect.cause, effect.number),
        due=_effect_due,
        lifted={"due_sk": "due_at"},
    ),
    Call: Layout(key=lambda call: call_place(call.sid)),
    CallFact: Layout(key=lambda fact: fact_place(fact.call, fact.name)),
    CallEntry: Layout(
        key=lambda entry: Key(
            phone_place(entry.number).pk, f"CALL#{instant(entry.at)}#{entry.call}"
        )
    ),
    Recording: Layout(
        key=lambda recording: recording_place(recording.call, recording.sid),
        due=lambda _: "recording",
        lifted={"due_sk": "due_at"},
    ),
    RunMark: Layout(key=lambda mark: Key(f"RUN#{mark.job}#{mark.period}")),
    Case: Layout(
        key=lambda case: Key(f"CASE#{case.number}"),
        due=lambda _: "case",
        lifted={"due_sk": "due_at"},
        pointers=_case_pointers,
    ),
    CaseName: Layout(key=lambda name: Key(f"CREF#{name.reference}")),
    CaseEvent: Layout(key=lambda event: Key(f"CASE#{event.case}", f"EV#{event.sequence:06d}")),
    Draw: Layout(key=lambda draw: Key("DRAWS", draw.key)),
    Pick: Layout(key=lambda pick: Key(f"DRAW#{pick.draw}", f"PICK#{pick.unit}#{pick.rank:06d}")),
    StoredDocument: Layout(key=lambda entry: document_place(entry.unit, entry.sequence)),
    Proceeding: Layout(
        key=lambda one: proceeding_place(one.unit, one.sequence),
        due=lambda _: "proceeding",
        lifted={"due_sk": "due_at"},
    ),
    Amendment: Layout(
        key=lambda one: amendment_place(one.unit, one.month, one.cause),
        due=amendment_due,
        lifted={"due_sk": "due_at"},
    ),
    RulebookSeen: Layout(key=lambda _: Key("ORG", "RULEBOOK")),
    RegisterEntry: Layout(
        key=lambda entry: Key(f"REGISTER#{entry.month}", f"{entry.unit}#{entry.sequence:06d}")
    ),
    WeekOfFacts: Layout(key=lambda one: Key(f"WEEK#{one.unit}", one.week)),
    Incident: Layout(
        key=lambda one: Key(
            "INCIDENTS",
            f"{one.unit}#{instant(one.opened_at)}#{one.kind}#{escaped(one.visit_id)}",
        )
    ),
    ChainHead: Layout(key=lambda head: Key(f"DOC#{head.unit}", "HEAD")),
    Unit: Layout(key=lambda unit: Key("ORG", f"UNIT#{unit.unit_id}")),
    Technician: Layout(
        key=lambda technician: Key("ORG", f"TECH#{technician.unit}#{escaped(technician.name)}")
    ),
    Member: Layout(key=lambda member: Key("ORG", f"MEMBER#{escaped(member.mail.lower())}")),
    ApiToken: Layout(key=lambda token: Key(f"API#{token.sha256}")),
    Page: Layout(key=page_place, due=lambda _: "paging", lifted={"due_sk": "due_at"}),
    Observation: Layout(
        key=lambda seen: Key(
            f"OBS#{seen.unit}", f"{instant(seen.noted_at)}#{escaped(seen.code_word)}"
        )
    ),
    UnitLink: Layout(
        key=lambda link: Key(f"ULINK#{link.sha256}"), ends=lambda link: link.expires_at
    ),
    Submission: Layout(key=lambda submission: Key(f"WEB#{submission.key}")),
    CaseLink: Layout(
        key=lambda link: Key(f"LINK#{link.sha256}"), ends=lambda link: link.expires_at
    ),
    UploadNote: Layout(
        key=lambda note: Key(
            f"UPLOADS#{note.day}", f"{note.kind}#{note.unit}#{escaped(note.about)}"
        )
    ),
    DaySalt: Layout(key=lambda salt: Key(f"SALT#{salt.day}"), ends=lambda salt: salt.ends),
    DeviceForm: Layout(
        key=lambda form: Key(f"DEV#{form.device}", f"{instant(form.at)}#{form.source}"),
        ends=lambda form: form.at + KEPT,
    ),
    WrongCodes: Layout(
        key=lambda wrong: wrong_codes_place(wrong.place),
        ends=lambda wrong: wrong.at + FORGOTTEN,
    ),
}
