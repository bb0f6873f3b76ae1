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
from tools.recount_verification import NO_VISIT, Checked, Note

CORRECTION: Final = timedelta(days=7)

KEYS, TEXT, LINK, CALL = 1, 2, 2, 3
"""What an answer weighs: keys from the visit's number less than a text from it or its link, and
both less than what supervision was told."""


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


Said = Message | Called | Filled | Note

GONE: Final = "gone"
"""In place of the form of a visit that never was."""


@dataclass(frozen=True, slots=True)
class Happened:
    """All that came in: uploads, threads by number, calls, forms of pages, acts on cases, and what
    was noted of verification calls.
    """

    visits: Sequence[Uploaded]
    threads: Mapping[str, Sequence[Message]]
    calls: Sequence[Called] = ()
    forms: Sequence[Filled] = ()
    acts: Sequence[Act] = ()
    notes: Sequence[Note] = ()


def recount(
    happened: Happened, months: Sequence[str], rules: Rules
) -> dict[tuple[str, str], Month]:
    """(unit, month) → what that month comes to, for consecutive `months`, the first of them the
    units' first.
    """
    forms, brought = _read(happened, rules)
    visits = [visit for visit in happened.visits if forms.get(visit.visit_id) != GONE]
    counting = complaints(brought, happened.acts, rules)
    sums = {
        (unit, month): Sums(
            [forms.get(visit.visit_id, BLANK) for visit in _counted(visits, unit, month, rules)],
            counting[unit, month],
        )
        for unit in {visit.unit for visit in happened.visits}
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

    The talk knows the form as it stands, whatever way it came in.
    """

    visit: Uploaded
    talk: Talk = field(default_factory=Talk)
    checked: Checked = field(default_factory=Checked)
    noted: list[tuple[datetime, int, str]] = field(default_factory=list)


def _read(happened: Happened, rules: Rules) -> tuple[dict[str, str], list[Brought]]:
    """Visit id → its counted form, GONE for a visit that never was; and what was brought to us."""
    forms: dict[str, str] = {}
    calls = [call for call in happened.calls if call.caller.startswith("+")]
    withheld = [call for call in happened.calls if not call.caller.startswith("+")]
    brought = [Brought(call.at, call.caller, "") for call in withheld if listen(call).case]
    for number in sorted({*happened.threads, *(call.caller for call in calls)}):
        mine = [_Asked(visit) for visit in happened.visits if visit.number == number]
        rang = [call for call in calls if call.caller == number]
        ids = [asked.visit.visit_id for asked in mine]
        filled = [form for form in happened.forms if form.visit_id in ids]
        notes = [note for note in happened.notes if note.visit_id in ids]
        thread = happened.threads.get(number, ())
        said: list[Said] = [*thread, *rang, *filled, *notes]
        heard = _Heard(mine, rules)
        for each in sorted(said, key=_at):
            if heard.takes(each):
                brought.append(Brought(each.at, number, _blamed(mine, each.at)))
        for asked in mine:
            forms[asked.visit.visit_id] = _counted_form(asked, rules)
    return forms, brought


def _counted_form(asked: _Asked, rules: Rules) -> str:
    if asked.checked.void:
        return GONE if asked.checked.void == NO_VISIT else BLANK
    close = rules.close(rules.month(asked.visit.completed_at))
    return _merged(note for note in asked.noted if note[0] < close)


def _at(each: Said) -> datetime:
    return each.at


class _Heard:
    """What was said about the visits of one number, one thing after the other."""

    def __init__(self, mine: Sequence[_Asked], rules: Rules) -> None:
        self._mine = mine
        self._of = {asked.visit.visit_id: asked for asked in mine}
        self._rules = rules
        self._about: _Asked | None = None

    def takes(self, each: Said) -> bool:
        """Note the grades in it; whether a case came in with it."""
        if isinstance(each, Message):
            return self._text(each)
        if isinstance(each, Called):
            return self._call(each)
        if isinstance(each, Filled):
            _note(self._of[each.visit_id], each.letters, each.at, LINK, self._rules)
            return False
        _check(self._of[each.visit_id], each, self._rules)
        return each.verb == "call-told" and each.says.get("complaint") == "yes"

    def _text(self, message: Message) -> bool:
        """A text is about the visit that we last spoke of."""
        if message.ours:
            self._about = _of_day(day_named(message.text), self._mine, self._rules) or self._about
            return False
        if self._about is None:
            return False
        understood = hear(self._about.talk, message.text, message.at)
        _note(self._about, understood.grades, message.at, TEXT, self._rules)
        return understood.complaint

    def _call(self, call: Called) -> bool:
        listened = listen(call)
        graded = _of_day(listened.day, self._mine, self._rules)
        if graded is not None:
            _note(graded, listened.grades, call.at, KEYS, self._rules)
        return listened.case


def _check(asked: _Asked, note: Note, rules: Rules) -> None:
    """What a caller or a second person noted in time; later it is for an amendment."""
    if note.at >= rules.close(rules.month(asked.visit.completed_at)):
        return
    surveyed = any(weight < CALL for _, weight, _ in asked.noted)
    letters = asked.checked.hear(note, asked.talk.given, surveyed=surveyed)
    if letters != BLANK:
        asked.noted.append((note.at, CALL, letters))
        asked.talk.given = _merged(asked.noted)


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
