"""The money of a month once more, from texts, calls, uploads and what supervision said of cases.

Nothing of `chalicelib` is imported: own reader, own calendar, own sums; only the figures of the
rulebook's file are shared. What differs from the service's documents is wrong in one of the two.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from tools.recount_calls import Called, listen
from tools.recount_cases import Act, Brought, complaints
from tools.recount_money import Month, Sums, month_of
from tools.recount_reader import BLANK, Talk, day_named, hear
from tools.recount_rules import Rules

CORRECTION: Final = timedelta(days=7)

KEYS, TEXT, LINK = 1, 2, 2
"""What an answer weighs: keys from the visit's number less than a text from it or its link."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A visit as its unit uploaded it, and when; `number` "" where it left none."""

    visit_id: str
    unit: str
    completed_at: datetime
    uploaded_at: datetime
    number: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a handset's thread; `ours` went to the handset, the others came from it."""

    at: datetime
    text: str
    ours: bool


@dataclass(frozen=True, slots=True)
class Filled:
    """A form filled in on the page of a visit."""

    at: datetime
    visit_id: str
    letters: str


@dataclass(frozen=True, slots=True)
class Happened:
    """All that came in: uploads, threads by number, calls, forms of pages, acts on cases."""

    visits: Sequence[Uploaded]
    threads: Mapping[str, Sequence[Message]]
    calls: Sequence[Called] = ()
    forms: Sequence[Filled] = ()
    acts: Sequence[Act] = ()


def recount(
    happened: Happened, months: Sequence[str], rules: Rules
) -> dict[tuple[str, str], Month]:
    """(unit, month) → what that month comes to, for consecutive `months`, the first of them the
    units' first.
    """
    visits = happened.visits
    forms, brought = _read(happened, rules)
    counting = complaints(brought, happened.acts, rules)
    sums = {
        (unit, month): Sums(
            [forms.get(visit.visit_id, BLANK) for visit in _counted(visits, unit, month, rules)],
            counting[unit, month],
        )
        for unit in {visit.unit for visit in visits}
        for month in months
    }
    last = {after: before for before, after in pairwise(months)}
    return {
        (unit, month): month_of(mine, sums.get((unit, last.get(month, ""))), rules.figures)
        for (unit, month), mine in sorted(sums.items())
    }


def differences(
    documents: Mapping[tuple[str, str], Month], recounted: Mapping[tuple[str, str], Month]
) -> Iterator[str]:
    """Each figure in which the service's documents and the recount do not agree, in a sentence."""
    for unit, month in sorted({*documents, *recounted}):
        held, found = documents.get((unit, month)), recounted.get((unit, month))
        if held is None or found is None:
            yield f"{unit} {month}: there is no {'document' if held is None else 'recount'}"
            continue
        for name, figure in found.figures().items():
            if held.figures().get(name) != figure:
                yield (
                    f"{unit} {month} {name}: the document says {held.figures().get(name)},"
                    f" the texts come to {figure}"
                )


# --- texts and calls ------------------------------------------------------------------------------


@dataclass(slots=True)
class _Asked:
    """A visit that its customer was asked about, the talk, and the grades: instant, weight, form.

    The talk knows what is still open, whatever way the rest came in.
    """

    visit: Uploaded
    talk: Talk = field(default_factory=Talk)
    noted: list[tuple[datetime, int, str]] = field(default_factory=list)


def _read(happened: Happened, rules: Rules) -> tuple[dict[str, str], list[Brought]]:
    """Visit id → its counted form, and what was brought to us."""
    forms: dict[str, str] = {}
    calls = [call for call in happened.calls if call.caller.startswith("+")]
    withheld = [call for call in happened.calls if not call.caller.startswith("+")]
    brought = [Brought(call.at, call.caller, "") for call in withheld if listen(call).case]
    for number in sorted({*happened.threads, *(call.caller for call in calls)}):
        mine = [_Asked(visit) for visit in happened.visits if visit.number == number]
        heard = [call for call in calls if call.caller == number]
        ids = [asked.visit.visit_id for asked in mine]
        filled = [form for form in happened.forms if form.visit_id in ids]
        thread = happened.threads.get(number, ())
        said: list[Message | Called | Filled] = [*thread, *heard, *filled]
        for at in _in_turn(sorted(said, key=_at), mine, rules):
            brought.append(Brought(at, number, _blamed(mine, at)))
        for asked in mine:
            close = rules.close(rules.month(asked.visit.completed_at))
            in_time = [note for note in asked.noted if note[0] < close]
            forms[asked.visit.visit_id] = _merged(in_time)
    return forms, brought


def _at(each: Message | Called | Filled) -> datetime:
    return each.at


def _in_turn(
    said: Iterable[Message | Called | Filled], mine: Sequence[_Asked], rules: Rules
) -> Iterator[datetime]:
    """Note the grades of all that was said, as it came; the instants at which a case came in."""
    about: _Asked | None = None
    for each in said:
        if isinstance(each, Filled):
            of = next(asked for asked in mine if asked.visit.visit_id == each.visit_id)
            _note(of, each.letters, each.at, LINK, rules)
        elif isinstance(each, Called):
            listened = listen(each)
            graded = _of_day(listened.day, mine, rules)
            if graded is not None:
                _note(graded, listened.grades, each.at, KEYS, rules)
            if listened.case:
                yield each.at
        elif each.ours:
            about = _of_day(day_named(each.text), mine, rules) or about
        elif about is not None:
            understood = hear(about.talk, each.text, each.at)
            _note(about, understood.grades, each.at, TEXT, rules)
            if understood.complaint:
                yield each.at


def _of_day(named: tuple[int, int] | None, mine: Sequence[_Asked], rules: Rules) -> _Asked | None:
    """The visit that was said to be of this day: the one that we last spoke of."""
    days = {_month_and_day(rules.day(asked.visit.completed_at)): asked for asked in mine}
    return days.get(named) if named else None


def _month_and_day(day: date) -> tuple[int, int]:
    return day.month, day.day


def _note(about: _Asked, grades: str, at: datetime, weight: int, rules: Rules) -> None:
    """Keep the grades, unless they come too late to correct earlier ones."""
    if grades == BLANK:
        return
    close = rules.close(rules.month(about.visit.completed_at))
    if about.noted and at >= max(close, about.noted[0][0] + CORRECTION):
        return
    about.noted.append((at, weight, grades))
    about.talk.given = _merged(about.noted)


def _merged(notes: Iterable[tuple[datetime, int, str]]) -> str:
    """Item by item the weightiest, among equals the latest."""
    form = BLANK
    for _, _, letters in sorted(notes, key=lambda note: (note[1], note[0])):
        form = "".join(old if new == "-" else new for old, new in zip(form, letters, strict=True))
    return form


def _blamed(mine: Sequence[_Asked], at: datetime) -> str:
    """The unit of the number's last visit when it came in, "" for a stranger's."""
    there = [asked.visit for asked in mine if asked.visit.uploaded_at <= at]
    return max(there, key=lambda visit: visit.completed_at).unit if there else ""


def _counted(visits: Iterable[Uploaded], unit: str, month: str, rules: Rules) -> Iterator[Uploaded]:
    """The unit's visits of the month but those uploaded after its close."""
    close = rules.close(month)
    for visit in visits:
        mine = visit.unit == unit and rules.month(visit.completed_at) == month
        if mine and visit.uploaded_at < close:
            yield visit
