"""What members do to verification calls, as verbs of `python -m tools act`."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from chalicelib.core import calendar
from chalicelib.core.acts import ActError
from chalicelib.core.outcomes import Compared
from chalicelib.core.people import Member
from chalicelib.core.rules import Rulebook
from chalicelib.core.verification import Told
from chalicelib.services.call_views import CallView
from tools.case_acts import Done, Values, Verb

if TYPE_CHECKING:
    from chalicelib.wiring import Wiring

TOLD: Final = (
    *("grades", "answered", "work", "paid", "slip", "helped"),
    *("settlement", "remark", "complaint"),
)
"""What of a note can be said on the command line; the choice is an act of its own."""


def _attempt(stage: "Wiring", visit: str, values: Values, by: Member) -> Done:
    noted = stage.verification.attempt(
        visit,
        values.get("reached", ""),
        by,
        stage.now(),
        at=_instant("at", values, stage.rules),
        appointment=_instant("appointment", values, stage.rules),
    )
    result = "noted" if noted.changed else "unchanged"
    return {"result": result, "outcome": noted.outcome or "open"}


def _bridge(stage: "Wiring", visit: str, values: Values, by: Member) -> Done:
    stage.bridges.ring(visit, by)
    return {"result": "ringing"}


def _told(stage: "Wiring", visit: str, values: Values, by: Member) -> Done:
    return _shown(stage.verification.save_told(visit, _note(values), by, stage.now()))


def _choose(stage: "Wiring", visit: str, values: Values, by: Member) -> Done:
    which = values.get("which", "")
    return _shown(stage.verification.choose(visit, which, by, stage.now()))


def _again(stage: "Wiring", visit: str, values: Values, by: Member) -> Done:
    return _shown(stage.verification.call_again(visit, _note(values), by, stage.now()))


def _approve_void(stage: "Wiring", visit: str, values: Values, by: Member) -> Done:
    reason = values.get("reason", "")
    changed = stage.voids.approve_void(visit, by, reason, stage.now())
    return {"result": "approved" if changed else "unchanged"}


def _refuse_void(stage: "Wiring", visit: str, values: Values, by: Member) -> Done:
    reason = values.get("reason", "")
    changed = stage.voids.refuse_void(visit, by, reason, stage.now())
    return {"result": "refused" if changed else "unchanged"}


def _done(stage: "Wiring", whose: str, values: Values, by: Member) -> Done:
    entries = stage.owed_calls.done(whose, values.get("result", "reached"), by, stage.now())
    return {"result": "marked", "entries": entries}


def _show(stage: "Wiring", visit: str, values: Values, by: Member) -> Done:
    """One call, or with "all" every call of his."""
    views = stage.call_views
    calls = views.mine(by) if visit == "all" else [views.of(visit, by)]
    return {"calls": [_call(each) for each in calls]}


def _call(view: CallView) -> Done:
    """A call without whatever else than the customer's name and number could tell of it."""
    return {
        "visit_id": view.visit_id,
        "unit": view.unit,
        "customer": view.customer,
        "phone": view.phone,
        "appliance": view.appliance,
        "completed_at": view.completed_at.isoformat(),
        "attempts": [[each.at.isoformat(), each.reached, each.sid] for each in view.attempts],
        "appointment": view.appointment.isoformat() if view.appointment else None,
        "state": view.state,
        "again": view.again,
        "both": _shown(view.both) if view.both else None,
    }


def _note(values: Values) -> Told:
    return Told(**{field: value for field, value in values.items() if field in TOLD})


def _instant(key: str, values: Values, rules: Rulebook) -> datetime | None:
    """An ISO instant; without an offset it is meant by the organisation's clocks."""
    if key not in values:
        return None
    try:
        read = datetime.fromisoformat(values[key])
    except ValueError as error:
        raise ActError("bad_note", field=key, why="no ISO instant") from error
    return read if read.tzinfo else read.replace(tzinfo=calendar.zone(rules))


def _shown(both: Compared) -> Done:
    return {
        "result": "asks" if both.asks else "saved",
        "outcome": both.outcome,
        "form": both.form,
        "told": both.told,
        "held": both.held,
        "items": dict(both.items),
    }


VERBS: Final[Mapping[str, Verb]] = {
    "call-attempt": Verb(("reached", "at", "appointment"), _attempt),
    "call-bridge": Verb((), _bridge),
    "call-told": Verb(TOLD, _told),
    "call-choose": Verb(("which",), _choose),
    "call-again": Verb(TOLD, _again),
    "show-calls": Verb((), _show),
    "call-done": Verb(("result",), _done),
    "approve-void": Verb(("reason",), _approve_void),
    "refuse-void": Verb(("reason",), _refuse_void),
}

SENTENCES: Final = {
    "unknown_visit": "there is no visit {visit}",
    "not_picked": "the visit {visit} was not drawn",
    "not_your_call": "the visit {visit} is another caller's",
    "finished": "the call about {visit} has come to an end: what was noted of it stays",
    "too_many": "{visit} was called {most} times: leave the customer in peace",
    "not_reached": "note first that somebody was spoken to: call-attempt {visit} --reached reached",
    "no_phone": "the telephone number of {whose} is not known",
    "not_rung": "the call about {visit} could not be made: try again",
    "not_owed": "no call to {whose} is due: name a number of the call list, or its entry",
    "no_recall": "chance chose nobody, or somebody else, to call about {visit} again",
    "no_choice": "about {visit} nothing is to choose: say form or told, once, where they differ",
    "bad_note": "this cannot be noted as --{field}: {why}",
    "no_void": "nobody has proposed to take {visit} out, or it was decided before",
}
"""Code of a refusal → what the caller reads."""
