"""What members do to cases, as verbs of `python -m tools act`."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from chalicelib.core import case_labels, observations
from chalicelib.core.acts import ActError, allow
from chalicelib.core.case_clocks import clocks
from chalicelib.core.case_steps import Step
from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.people import Member
from chalicelib.services.cases import Why

if TYPE_CHECKING:
    from chalicelib.wiring import Wiring

VIA: Final = "tools"
"""How the acts of this program are marked."""

Values = Mapping[str, str]
Done = dict[str, object]


class Verb(NamedTuple):
    """An act: the keys it takes as `--key value`, and how it is done."""

    keys: tuple[str, ...]
    do: "Callable[[Wiring, str, Values, Member], Done]"


def _read(stage: "Wiring", number: str, values: Values, by: Member) -> Done:
    kind = values.get("kind", "complaint")
    case, result = stage.case_desk(VIA).read_case(number, kind, by, stage.now())
    return {"result": result, **_named(case), "channel": case.channel}


def _forward(stage: "Wiring", number: str, values: Values, by: Member) -> Done:
    summary = values.get("summary", "")
    return _done(stage.case_desk(VIA).forward(number, summary, by, stage.now()))


def _label(stage: "Wiring", number: str, values: Values, by: Member) -> Done:
    why = Why(values.get("reason", ""), values.get("of", ""))
    label = {field: value for field, value in values.items() if field in LABELS}
    return _done(stage.case_desk(VIA).label(number, label, why, by, stage.now()))


def _assign(stage: "Wiring", number: str, values: Values, by: Member) -> Done:
    return _done(stage.case_desk(VIA).assign(number, values.get("unit", ""), by, stage.now()))


def _grant_pause(stage: "Wiring", number: str, values: Values, by: Member) -> Done:
    until = values.get("until", "")
    return _done(stage.case_desk(VIA).grant_pause(number, until, by, stage.now()))


def _refuse_pause(stage: "Wiring", number: str, values: Values, by: Member) -> Done:
    return _done(stage.case_desk(VIA).refuse_pause(number, by, stage.now()))


def _end_pause(stage: "Wiring", number: str, values: Values, by: Member) -> Done:
    return _done(stage.case_desk(VIA).end_pause(number, by, stage.now()))


def _follow_up(stage: "Wiring", number: str, values: Values, by: Member) -> Done:
    result, note = values.get("result", ""), values.get("note", "")
    return _done(stage.case_desk(VIA).follow_up(number, result, note, by, stage.now()))


def _object(stage: "Wiring", number: str, values: Values, by: Member) -> Done:
    words = values.get("words", "")
    return _done(stage.case_desk(VIA).object_to(number, words, by, stage.now()))


def _rule(stage: "Wiring", number: str, values: Values, by: Member) -> Done:
    result, reason = values.get("result", ""), values.get("reason", "")
    return _done(stage.case_desk(VIA).rule(number, result, reason, by, stage.now()))


def _observe(stage: "Wiring", unit: str, values: Values, by: Member) -> Done:
    """Who entered it is not kept: the code word alone stands for whoever saw it."""
    allow("observe", by, unit)
    if stage.people.unit(unit) is None:
        raise ActError("unknown_unit", unit=unit)
    noted = observations.observed(
        unit,
        values.get("code-word", ""),
        values.get("note", ""),
        stage.now(),
        technician=values.get("technician", ""),
        visit_id=values.get("visit", ""),
    )
    return {"result": "noted" if stage.storage.observations.add(noted) else "unchanged"}


def _acknowledge(stage: "Wiring", cause: str, values: Values, by: Member) -> Done:
    allow("acknowledge", by)
    taken = stage.paging.take_over(cause, by.mail.lower(), stage.now())
    return {"result": "acknowledged" if taken else "unchanged", "pages": taken}


def _done(step: Step) -> Done:
    happened = [event.what for event in step.events]
    proposed = happened == [case_labels.PROPOSED]
    result = "proposed" if proposed else "done" if happened else "unchanged"
    return {"result": result, "events": happened, **_named(step.case)}


def _named(case: Case) -> Done:
    """What a case is called; nothing that a customer wrote."""
    return {
        "kind": case.kind,
        "unit": case.unit,
        "month": case.month,
        "state": case.state,
        "standing": case.standing,
        "severity": case.severity,
    }


def _show(stage: "Wiring", number: str, values: Values, by: Member) -> Done:
    case, events, belongs = stage.case_desk(VIA).history(number, by)
    return {
        **_named(case),
        "owner": case.owner,
        "channel": case.channel,
        "category": case.category,
        "said": case.text,
        "recording": case.recording,
        "customer": [case.customer_name, case.phone],
        "history": [_line(event) for event in events],
        "clocks": _clocks(stage, case, events),
        "may_belong": [[each.number, *each.why] for each in belongs],
    }


def _line(event: CaseEvent) -> list[str]:
    told = [f"{name}={event.values[name]}" for name in TOLD if name in event.values]
    return [event.at.isoformat(), event.what, event.by, *told]


def _clocks(stage: "Wiring", case: Case, events: Sequence[CaseEvent]) -> list[list[str]]:
    now = stage.now()
    return [
        [
            clock.step,
            str(clock.round),
            clock.due_at.isoformat(),
            "broken" if clock.is_broken(now) else "kept" if clock.done else "open",
        ]
        for clock in clocks(case, events, stage.rules)
        if clock.done or clock.ended_at is None or clock.is_broken(now)
    ]


TOLD: Final = (
    *("kind", "field", "from", "to", "reason", "of", "proposed_by", "day", "until", "why"),
    *("result", "clock", "unit"),
)
"""What of an event's values is shown: words from our own lists, days, addresses."""

LABELS: Final = (*case_labels.REASONS, *case_labels.FREE)

VERBS: Final[Mapping[str, Verb]] = {
    "read-case": Verb(("kind",), _read),
    "show-case": Verb((), _show),
    "label-case": Verb((*LABELS, "reason", "of"), _label),
    "assign-case": Verb(("unit",), _assign),
    "forward": Verb(("summary",), _forward),
    "grant-pause": Verb(("until",), _grant_pause),
    "refuse-pause": Verb((), _refuse_pause),
    "end-pause": Verb((), _end_pause),
    "follow-up": Verb(("result", "note"), _follow_up),
    "object": Verb(("words",), _object),
    "rule": Verb(("result", "reason"), _rule),
    "observe": Verb(("code-word", "note", "technician", "visit"), _observe),
    "acknowledge": Verb((), _acknowledge),
}

SENTENCES: Final = {
    "unknown_case": "there is no case {number}",
    "unknown_kind": "{kind} is no kind; there are: {kinds}",
    "already_read": "the case was read already, as {kind}: what it is now changes by label-case",
    "second_person": "you have said {said} yourself: another member has to confirm it",
    "not_read": "nobody has read the case yet: say first what it is, by read-case",
    "no_unit": "the case has no unit: two members assign one, by assign-case",
    "assigned": "the case has the unit {unit}: another one is named by label-case",
    "unknown_unit": "there is no unit {unit}",
    "state": "{act} is not for a case that is {state}",
    "solved": "the unit has said that it is done",
    "bad_day": "{day} is no day that can be meant: write it YYYY-MM-DD, not passed, not far ahead",
    "empty_text": "say the {field}",
    "long_text": "the {field} is longer than {longest} characters",
    "unknown_result": "'{result}' is no result; there are: {results}",
    "too_late": "the case was closed more than {days} days ago: open a new one",
    "unknown_reason": "--reason '{reason}' is none for this; there are: {reasons}",
    "unknown_value": "{value} is no {field}; there are: {values}",
    "one_label": "say one label, such as --severity grave, with its --reason",
    "not_asked": "the unit has asked for no pause",
    "not_paused": "no pause holds now",
    "unknown_duplicate": "say of which other case this is a duplicate: --of NUMBER",
    "no_duplicate": "the other case must count, and be of the same unit and phone or visit",
    "has_duplicates": "other cases were set aside for this one: first those, {numbers}",
    "is_duplicate": "the case is set aside for {of}: first let it count, by --standing counts",
    "nothing_told": "nothing was changed that the customer could object to",
    "no_objection": "no objection waits for a ruling",
    "handled": "you had a hand in this case: another lead has to rule",
    "no_code_word": "say a code word of letters and digits, at most {longest}: --code-word",
    "unknown_reference": "there is no case {reference} at this unit",
}
"""Code of a refusal → what the caller reads."""
