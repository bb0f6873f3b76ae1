"""Visits come in from the units' systems and are read by supervision."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from chalicelib.core import calendar, uploads
from chalicelib.core.grades import from_letters
from chalicelib.core.people import ApiToken, Technician, Unit
from chalicelib.core.phones import name_entry
from chalicelib.core.rules import Rulebook
from chalicelib.core.saving import Stale
from chalicelib.core.signals import WATCHED_FIELDS
from chalicelib.core.uploads import FieldError
from chalicelib.core.verification import Verification
from chalicelib.core.visits import Answer, Facts, Visit, VisitKey, leading, merged
from chalicelib.services import phone_numbers

Json = dict[str, object]

TRIES = 8


class Visits(Protocol):
    def create(self, visit: Visit) -> bool: ...
    def key_of(self, visit_id: str) -> VisitKey | None: ...
    def get(self, key: VisitKey) -> Visit | None: ...
    def save(self, visit: Visit) -> Visit: ...


class Phones(Protocol):
    def note_visit(self, number: str, key: VisitKey, completed_at: datetime, name: str) -> None: ...


class People(Protocol):
    def unit(self, unit_id: str) -> Unit | None: ...
    def technician(self, unit: str, name: str) -> Technician | None: ...
    def put(self, record: Technician) -> str: ...
    def mark_late(self, unit: str, month: str, at: datetime) -> None: ...


class Notes(Protocol):
    def taken(self, unit: str, visit_id: str, holder: str, now: datetime) -> None: ...
    def new_technician(self, unit: str, name: str, now: datetime) -> None: ...
    def changed(self, unit: str, visit_id: str, fields: str, now: datetime) -> None: ...


class VisitDesk:
    """Takes uploads and shows visits."""

    def __init__(
        self,
        visits: Visits,
        phones: Phones,
        people: People,
        notes: Notes,
        rules: Rulebook,
        salt: Callable[[], str],
    ) -> None:
        """`notes` tell supervision what uploads show.

        `salt` gives 32 fresh random hex digits for each new visit.
        """
        self._visits = visits
        self._phones = phones
        self._people = people
        self._notes = notes
        self._rules = rules
        self._salt = salt
        self._region = phone_numbers.country_of(rules.timezone)

    def upload(self, rows: Sequence[object], token: ApiToken, now: datetime) -> list[Json]:
        """One result for each row, in order: created, unchanged, changed or invalid with why."""
        return [self._row(row, token, now) for row in rows]

    def _row(self, row: object, token: ApiToken, now: datetime) -> Json:
        named = row.get("visit_id") if isinstance(row, Mapping) else None
        facts = uploads.read_row(row, now, self._parse_phone, self._rules)
        if isinstance(facts, tuple):
            return _invalid(named, facts)
        refusal = self._refusal(facts, token)
        if refusal:
            return _invalid(named, (refusal,))
        outcome = self._taken(facts, token, now)
        if isinstance(outcome, tuple):
            return _invalid(named, outcome)
        return {"visit_id": facts.visit_id, "status": outcome}

    def _parse_phone(self, written: str) -> uploads.ParsedPhone | str:
        return phone_numbers.parse(written, self._region)

    def _refusal(self, facts: Facts, token: ApiToken) -> FieldError | None:
        if token.unit and token.unit != facts.unit:
            return FieldError("unit", f"this token uploads for {token.unit} only")
        if self._people.unit(facts.unit) is None:
            return FieldError("unit", "unknown unit")
        return None

    def _taken(self, facts: Facts, token: ApiToken, now: datetime) -> str | tuple[FieldError, ...]:
        """What became of the visit, or why it is refused; again whenever others were quicker."""
        for _ in range(TRIES):
            key = self._visits.key_of(facts.visit_id)
            if key is not None and key.unit != facts.unit:
                self._notes.taken(facts.unit, facts.visit_id, key.unit, now)
            stored = self._visits.get(key) if key else None
            try:
                if stored is None:
                    outcome = self._created(facts, key, token, now)
                else:
                    outcome = self._changed(stored, facts, token, now)
            except Stale:
                continue
            if outcome:
                return outcome
        return (FieldError("", "others are changing this visit: send it again"),)

    def _created(
        self, facts: Facts, taken: VisitKey | None, token: ApiToken, now: datetime
    ) -> str | tuple[FieldError, ...]:
        """The visit new in the store, "" if somebody was quicker.

        `taken` is where its id already points although no visit is there: an upload that broke.
        """
        zones = self._zones(facts)
        fresh = uploads.new_visit(facts, self._salt(), zones, _by(token), now, self._rules)
        if taken not in (None, fresh.key):
            return (FieldError("visit_id", "was first sent with another unit or month"),)
        if not self._visits.create(fresh):
            return ""
        self._noted(fresh, now)
        return "created"

    def _changed(
        self, stored: Visit, facts: Facts, token: ApiToken, now: datetime
    ) -> str | tuple[FieldError, ...]:
        if token.unit and stored.facts.unit != token.unit:
            return (FieldError("visit_id", "belongs to another unit"),)
        zones = self._zones(facts)
        changed = uploads.changed_visit(stored, facts, zones, _by(token), now, self._rules)
        if isinstance(changed, tuple):
            return changed
        if changed is not stored:
            self._visits.save(changed)
        self._noted(changed, now)
        return "unchanged" if changed is stored else "changed"

    def _zones(self, facts: Facts) -> tuple[str, ...]:
        return phone_numbers.zones_of(facts.country) or (self._rules.timezone,)

    def _noted(self, visit: Visit, now: datetime) -> None:
        """What hangs on a visit beside its own row; each step may be repeated."""
        facts = visit.facts
        if self._people.technician(facts.unit, facts.technician) is None:
            self._notes.new_technician(facts.unit, facts.technician, now)
            self._people.put(Technician(facts.unit, facts.technician))
        if facts.phone:
            name = name_entry(facts.phone, facts.customer_name, facts.completed_at)
            self._phones.note_visit(facts.phone, visit.key, facts.completed_at, name)
        if fields := self._changed_late(visit, now):
            self._notes.changed(facts.unit, facts.visit_id, ", ".join(fields), now)
        news_at = max((visit.received_at, *(change.at for change in visit.changes)))
        if news_at >= calendar.close_at(visit.month, self._rules):
            self._people.mark_late(facts.unit, visit.month, news_at)

    def _changed_late(self, visit: Visit, now: datetime) -> list[str]:
        """The watched fields that uploads of this day have changed, once the visit was settled."""
        day, settled = calendar.local_day(now, self._rules), visit.survey.settled_at
        late = [c for c in visit.changes if settled is not None and c.at >= settled]
        today = {c.field for c in late if calendar.local_day(c.at, self._rules) == day}
        return sorted(today & WATCHED_FIELDS)

    def show(self, visit_id: str, token: ApiToken) -> Json | None:
        """The visit as the token may see it, None where there is none or it is not his.

        With `visits:read` everything, unless the token is a unit's: no unit reads a grade before
        its month is noticed. Else only what the upload itself contained.
        """
        if not re.fullmatch(uploads.IDENTIFIER, visit_id):
            return None
        key = self._visits.key_of(visit_id)
        visit = self._visits.get(key) if key else None
        if visit is None or (token.unit and token.unit != visit.facts.unit):
            return None
        supervises = "visits:read" in token.scopes and not token.unit
        return _whole(visit) if supervises else _uploaded(visit)


def _by(token: ApiToken) -> str:
    """Who uploads: enough of the token's hash to know it again."""
    return token.sha256[:12]


def _invalid(visit_id: object, errors: Sequence[FieldError]) -> Json:
    return {
        "visit_id": visit_id if isinstance(visit_id, str) else None,
        "status": "invalid",
        "errors": [{"field": error.field, "reason": error.reason} for error in errors],
    }


def _uploaded(visit: Visit) -> Json:
    facts = visit.facts
    return {
        "visit_id": facts.visit_id,
        "unit": facts.unit,
        "technician": facts.technician,
        "completed_at": _iso(facts.completed_at),
        "customer_name": facts.customer_name,
        "phone": facts.phone,
        "appliance": facts.appliance,
        "language": facts.language,
        "phone_source": facts.phone_source,
    }


def _whole(visit: Visit) -> Json:
    top = leading(visit.answers)
    return {
        **_uploaded(visit),
        "state": visit.survey.state,
        "grades": dict(merged(visit.answers, with_late=True)),
        "comment": visit.comment,
        "channel": top.channel if top else None,
        "evidence": top.evidence if top else None,
        "late": bool(top and top.late),
        "late_upload": visit.late_upload,
        "reason": visit.survey.reason,
        "remarks": list(visit.remarks),
        "history": [_answered(answer) for answer in visit.answers],
        "changes": [{"at": _iso(c.at), "field": c.field, "by": c.by} for c in visit.changes],
        "verification": _verified(visit.verification),
    }


def _verified(checked: Verification | None) -> Json | None:
    """What its call came to; of one that is still to be made not even that it was drawn."""
    if checked is None or not checked.outcome or checked.at is None:
        return None
    return {
        "draw": checked.draw,
        "why": checked.why,
        "outcome": checked.outcome,
        "at": _iso(checked.at),
        "by": checked.by,
        "form": from_letters(checked.form),
        "told": from_letters(checked.told),
        "held": from_letters(checked.held),
        "void": checked.void or None,
        "void_by": checked.void_by or None,
        "void_at": _iso(checked.void_at) if checked.void_at else None,
    }


def _answered(answer: Answer) -> Json:
    return {
        "at": _iso(answer.at),
        "grades": from_letters(answer.grades),
        "channel": answer.channel,
        "evidence": answer.evidence,
        "source": answer.source,
        "late": answer.late,
        "void": answer.void,
    }


def _iso(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
