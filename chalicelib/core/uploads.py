"""Uploaded visits: every field checked, normalised to `Facts`, compared with what is stored."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core import calendar, survey
from chalicelib.core.outbox import readdressed
from chalicelib.core.rules import Rulebook
from chalicelib.core.visits import Change, Facts, Survey, Visit, called_number

IDENTIFIER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""Visit and unit ids."""

AHEAD: Final = timedelta(minutes=10)
"""How far a clock of the uploading system may run before ours."""

REQUIRED: Final = ("visit_id", "unit", "technician", "completed_at")
OPTIONAL: Final = ("customer_name", "phone", "appliance", "language", "phone_source")
_LONGEST: Final = {"technician": 64, "customer_name": 100, "appliance": 100, "phone": 40}


@dataclass(frozen=True, slots=True)
class FieldError:
    """Why a field was refused; `field` "" speaks of the row."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class ParsedPhone:
    """A valid number: E.164, its country, whether it can take texts."""

    e164: str
    country: str
    mobile: bool


ParsePhone = Callable[[str], ParsedPhone | str]
"""A number as written → the parsed number, or why it is none."""


def read_row(
    row: object, now: datetime, parse_phone: ParsePhone, rules: Rulebook
) -> Facts | tuple[FieldError, ...]:
    """The facts of one uploaded row, or every reason why it is refused."""
    if not isinstance(row, Mapping):
        return (FieldError("", "a visit is an object"),)
    values = {key: value for key, value in row.items() if value not in (None, "")}
    errors = [*_shape_errors(row, values), *_text_errors(values)]
    completed = _instant(values.get("completed_at"), now, rules)
    phone = parse_phone(values["phone"]) if isinstance(values.get("phone"), str) else None
    if isinstance(completed, str) and isinstance(values.get("completed_at"), str):
        errors.append(FieldError("completed_at", completed))
    if isinstance(phone, str):
        errors.append(FieldError("phone", phone))
    if errors or isinstance(completed, str) or isinstance(phone, str):
        return tuple(errors)
    return Facts(
        visit_id=values["visit_id"],
        unit=values["unit"],
        technician=" ".join(visible(values["technician"], kept="").split()),
        completed_at=completed,
        customer_name=visible(values.get("customer_name", "")).strip(),
        phone=phone.e164 if phone else "",
        country=phone.country if phone else "",
        mobile=phone.mobile if phone else False,
        appliance=visible(values.get("appliance", "")).strip(),
        language=values.get("language") or language_of(phone, rules),
        phone_source=values.get("phone_source", "unit"),
    )


def _shape_errors(row: Mapping[str, object], values: Mapping[str, object]) -> list[FieldError]:
    unknown = [FieldError(str(key), "unknown key") for key in row if key not in _KNOWN]
    missing = [FieldError(key, "is missing") for key in REQUIRED if key not in values]
    not_text = [
        FieldError(key, "must be text")
        for key, value in values.items()
        if key in _KNOWN and not isinstance(value, str)
    ]
    return [*unknown, *missing, *not_text]


_KNOWN: Final = frozenset((*REQUIRED, *OPTIONAL))


def _text_errors(values: Mapping[str, object]) -> list[FieldError]:
    texts = {key: value for key, value in values.items() if isinstance(value, str)}
    errors = [
        FieldError(key, "letters, digits and . _ - only, 1 to 64, beginning with one of the first")
        for key in ("visit_id", "unit")
        if key in texts and not IDENTIFIER.fullmatch(texts[key])
    ]
    errors += [
        FieldError(key, f"1 to {longest} characters without control characters")
        for key, longest in _LONGEST.items()
        if key in texts and not _is_plain(texts[key], longest)
    ]
    if texts.get("language", "zh") not in ("zh", "en"):
        errors.append(FieldError("language", "zh or en"))
    if texts.get("phone_source", "unit") not in ("unit", "system"):
        errors.append(FieldError("phone_source", "unit or system"))
    return errors


JOINERS: Final = "\u200c\u200d"
"""Between letters of some alphabets and the people of a family they change what is seen."""


def visible(text: str, kept: str = JOINERS) -> str:
    """The text composed (NFC), without characters that nobody sees: zero width, direction marks.

    Two technicians whose names look alike to everybody would be two strata of a draw.

    >>> visible("Li\\u200b\\u202e Wei")
    'Li Wei'
    """
    seen = (c for c in text if c in kept or unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFC", "".join(seen))


def _is_plain(text: str, longest: int) -> bool:
    """No control, format-breaking or unpaired characters; not blank; not too long."""
    forbidden = any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u2028\u2029" for c in text)
    unpaired = any(0xD800 <= ord(c) <= 0xDFFF for c in text)
    seen = bool(visible(text, kept="").strip())
    return seen and len(text) <= longest and not forbidden and not unpaired


def _instant(value: object, now: datetime, rules: Rulebook) -> datetime | str:
    if not isinstance(value, str):
        return "must be text"
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return "not an ISO date and time such as 2026-06-03T14:30:00+08:00"
    if len(value.strip()) <= len("2026-06-03"):
        return "the time of day is missing"
    aware = read if read.tzinfo else read.replace(tzinfo=calendar.zone(rules))
    try:
        instant = aware.astimezone(now.tzinfo)
    except OverflowError:
        return "out of range"
    if instant.year < 2000:
        return "before the year 2000"
    return "more than 10 minutes ahead" if instant > now + AHEAD else instant


_CHINESE: Final = ("CN", "TW", "HK", "MO")


def language_of(phone: ParsedPhone | None, rules: Rulebook) -> str:
    """The language to speak to a number in, where nobody has named one."""
    if phone is None:
        return rules.languages[0]
    return "zh" if phone.country in _CHINESE else "en"


def new_visit(
    facts: Facts, salt: str, zones: Sequence[str], by: str, now: datetime, rules: Rulebook
) -> Visit:
    """A visit that comes in for the first time, with its survey planned."""
    month = calendar.month_of(facts.completed_at, rules)
    return Visit(
        facts=facts,
        month=month,
        received_at=now,
        salt=salt,
        uploaded_by=by,
        late_upload=now >= calendar.close_at(month, rules),
        survey=survey.planned(facts, salt, zones, now, rules),
    )


def changed_visit(
    visit: Visit, facts: Facts, zones: Sequence[str], by: str, now: datetime, rules: Rulebook
) -> Visit | tuple[FieldError, ...]:
    """The stored visit with newer facts, itself if nothing differs, or why that cannot be.

    Unit and month never change: a visit cannot be moved to another unit's or month's result.
    """
    if facts == visit.facts:
        return visit
    if facts.unit != visit.facts.unit:
        return (FieldError("unit", "a visit never changes its unit by upload"),)
    if calendar.month_of(facts.completed_at, rules) != visit.month:
        return (FieldError("completed_at", "a visit never changes its month by upload"),)
    different = _different(visit.facts, facts)
    changes = [Change(now, name, by) for name in different]
    graded_on = called_number(visit) if visit.answers and "phone" in different else visit.graded_on
    kept = _kept((*visit.changes, *changes))
    changed = replace(visit, facts=facts, changes=kept, graded_on=graded_on)
    if not _is_planned_anew(visit, different):
        return changed
    planned = survey.planned(facts, visit.salt, zones, now, rules)
    links = () if "phone" in different else visit.links
    return replace(changed, survey=_replanned(visit, planned), links=links)


_PLANNED_BY: Final = frozenset({"phone", "completed_at"})
"""Facts that decide whether and when a visit is asked about."""

_NOT_REACHED: Final = ("opted_out", "undeliverable")
"""States that speak of the number that was asked, not of another one."""


def _is_planned_anew(visit: Visit, different: Sequence[str]) -> bool:
    """Whether the asking begins again: nothing was sent, or only to a number now replaced."""
    was = visit.survey
    if "phone" in different and was.state in _NOT_REACHED and not visit.answers:
        return was.outbox is None or was.outbox.state not in ("leased", "unknown")
    untouched = was.outbox is None and was.state in ("scheduled", "waiting", "uninvitable")
    return untouched and not _PLANNED_BY.isdisjoint(different)


def _replanned(visit: Visit, planned: Survey) -> Survey:
    """The survey planned anew; a visit that has settled stays so, whatever uploads say later."""
    was = visit.survey
    return replace(
        planned,
        settled_at=was.settled_at or planned.settled_at,
        contacts=was.contacts,
        outbox=readdressed(was.outbox),
    )


def _kept(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """The last changes, and of every field at least one: a reason to call never drops out."""
    last = {change.field: change for change in changes}
    first = [change for change in changes[:-CHANGES_KEPT] if last[change.field] is change]
    return (*first, *changes[-CHANGES_KEPT:])


CHANGES_KEPT: Final = 10


def _different(old: Facts, new: Facts) -> list[str]:
    named = [field.name for field in fields(Facts) if field.name not in ("country", "mobile")]
    return [name for name in named if getattr(old, name) != getattr(new, name)]
