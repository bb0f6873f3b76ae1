"""What of a visit is a fact of its month, and what a row keeps of it beside its body.

A close reads a month by projection: the row's `fact` is the line of the facts file but for what the
row has elsewhere, or what takes the rulebook to say.
"""

from base64 import urlsafe_b64encode
from bisect import bisect_right
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import Final

from chalicelib.core import calendar
from chalicelib.core.facts import VisitFact
from chalicelib.core.grades import letters
from chalicelib.core.people import technician_code
from chalicelib.core.rules import Rulebook
from chalicelib.core.tallies import SILENT
from chalicelib.core.verification import void_of
from chalicelib.core.visits import Answer, Visit, leading, merged

ROW: Final = ("fact", "heard", "delivery", "completed_at", "late_upload")
"""What a close wants of a visit's row."""

_LATE: Final = ("", "late")
_OF_CALL: Final = slice(7, None)
_NO_CALL: Final = ("",) * 5

DAYS: Final = 7
_WEEKS: Final = 16
"""More than a month and its close can span."""


def fact_of(visit: Visit, delivery: str, rules: Rulebook, *, with_late: bool = False) -> VisitFact:
    """The visit as the facts file has it; `delivery` is the row's, "" where nothing was heard.

    With late answers it is what an amendment makes of the visit.
    """
    week = calendar.week_of(visit.facts.completed_at, rules)
    return _fact(visit, delivery, week, with_late=with_late)


def row_of(visit: Visit) -> dict[str, str | None]:
    """The attributes `fact` and `heard` of its row; the columns of a call only if there was one."""
    columns = _fact(visit, "", "", with_late=False)[1:-1]
    written = [_LATE[each] if isinstance(each, bool) else each for each in columns]
    fact = "\t".join(written if any(written[_OF_CALL]) else written[: _OF_CALL.start])
    return {"fact": fact, "heard": ",".join(map(_heard, visit.answers)) or None}


def _fact(visit: Visit, delivery: str, week: str, *, with_late: bool) -> VisitFact:
    form = form_of(visit, with_late=with_late)
    top = leading([each for each in visit.answers if with_late or not each.late])
    counted = top if form != SILENT else None
    call = visit.verification
    return VisitFact(
        visit_id=visit.facts.visit_id,
        technician=technician_code(visit.facts.unit, visit.facts.technician),
        letters=form,
        state=visit.survey.state,
        delivery=delivery or ("invited" if visit.survey.invited_at else ""),
        evidence=counted.evidence if counted else "",
        channel=counted.channel if counted else "",
        late=any(answer.late for answer in visit.answers),
        void=void_of(call),
        outcome=call.outcome if call else "",
        cell=call.cell if call else "",
        form=call.form if call and call.outcome else "",
        told=call.told if call and call.outcome else "",
        week=week,
    )


def form_of(visit: Visit, *, with_late: bool) -> str:
    """The letters that count, SILENT where there is no form or an approved void took it away."""
    if void_of(visit.verification) in ("form", "visit"):
        return SILENT
    return letters(merged(visit.answers, with_late=with_late))


class Weeks:
    """The ISO weeks around a month, in the organisation's zone, found without any calendar."""

    def __init__(self, month: str, rules: Rulebook) -> None:
        """The weeks from the one before the month on."""
        first = calendar.first_day(month)
        monday = first - timedelta(days=first.weekday() + DAYS)
        days = [monday + timedelta(weeks=week) for week in range(_WEEKS)]
        self.names = [calendar.week_key(day) for day in days]
        self.starts = [calendar.at(day, time(0), rules) for day in days]
        self._texts = [f"{start:%Y-%m-%dT%H:%M:%S}.000000Z" for start in self.starts]
        self._micros = [_micros(start) for start in self.starts]

    def of_text(self, instant: str) -> str:
        """The week of an instant as rows have it: UTC text of one width, which sorts like time."""
        return self._name(bisect_right(self._texts, instant))

    def of_micros(self, micros: int) -> str:
        """The week of an instant in microseconds since 1970."""
        return self._name(bisect_right(self._micros, micros))

    def _name(self, place: int) -> str:
        """The name at a place; "" before the first, the last one after the last."""
        return self.names[place - 1] if place else ""


def fact_of_row(row: Mapping[str, object], weeks: Weeks) -> VisitFact:
    """The same fact of a visit's row; KeyError where it has none."""
    technician, form, state, invited, evidence, channel, late, *call = str(row["fact"]).split("\t")
    delivery = str(row.get("delivery") or invited)
    week = weeks.of_text(str(row["completed_at"]))
    void, outcome, cell, then, told = call or _NO_CALL
    return VisitFact(
        *(str(row["visit_id"]), technician, form, state, delivery, evidence, channel),
        *(late == _LATE[True], void, outcome, cell, then, told, week),
    )


# What the witness sees of answers


def heard(row: Mapping[str, object]) -> list[tuple[int, str]]:
    """The answers of a visit's row, by time: microseconds since 1970, and their digest."""
    found = [each.partition(".") for each in str(row.get("heard") or "").split(",") if each]
    return sorted((int(micros, 16), digest) for micros, _, digest in found)


def _heard(answer: Answer) -> str:
    return f"{_micros(answer.at):x}.{answer_digest(answer)}"


def answer_digest(answer: Answer) -> str:
    """96 bits that change with anything of an answer that counts; nothing can be read from it."""
    columns = (answer.source, answer.grades, answer.channel, answer.evidence, str(answer.late))
    digest = sha256("\t".join(columns).encode("utf-8", "surrogatepass")).digest()
    return urlsafe_b64encode(digest[:12]).decode()


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _micros(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)
