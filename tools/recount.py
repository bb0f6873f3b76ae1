"""The money of a month once more, from what the handsets sent and the units uploaded.

Nothing of `chalicelib` is imported: own reader, own calendar, own sums; only the figures of the
rulebook's file are shared. What differs from the service's documents is wrong in one of the two.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

from tools.recount_reader import BLANK, Talk, day_named, hear
from tools.recount_rules import Rules

POINTS: Final = {"A": 2, "B": 1, "C": 0, "D": -1, "E": -2, "-": 0}
CORRECTION: Final = timedelta(days=7)


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
class Month:
    """A unit's month as this recount has it; `lines` by their codes."""

    visits: int
    forms: int
    n: int
    points: int
    mean: str | None
    last_mean: str | None
    complaints: int
    lines: Mapping[str, int]

    def figures(self) -> Mapping[str, object]:
        """Every figure under the name that a difference is reported by."""
        named = {"visits": self.visits, "forms": self.forms, "n": self.n, "points": self.points}
        means = {"mean": self.mean, "last mean": self.last_mean}
        amounts = {"complaints counted": self.complaints, "sum": sum(self.lines.values())}
        return {
            **named,
            **means,
            **amounts,
            **{f"line {code}": x for code, x in self.lines.items()},
        }


def recount(
    visits: Sequence[Uploaded],
    threads: Mapping[str, Sequence[Message]],
    months: Sequence[str],
    rules: Rules,
) -> dict[tuple[str, str], Month]:
    """(unit, month) → what that month comes to, for consecutive `months`, the first of them the
    units' first; `threads` by number.
    """
    forms, complaints = _read(visits, threads, rules)
    sums = {
        (unit, month): _Sums(
            [forms.get(visit.visit_id, BLANK) for visit in _counted(visits, unit, month, rules)],
            complaints[unit, month],
        )
        for unit in {visit.unit for visit in visits}
        for month in months
    }
    last = {after: before for before, after in pairwise(months)}
    return {
        (unit, month): _month(mine, sums.get((unit, last.get(month, ""))), rules.figures)
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


# --- texts ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Asked:
    """A visit that its customer was asked about, the talk, and the grades with their instants."""

    visit: Uploaded
    talk: Talk = field(default_factory=Talk)
    noted: list[tuple[datetime, str]] = field(default_factory=list)


def _read(
    visits: Sequence[Uploaded], threads: Mapping[str, Sequence[Message]], rules: Rules
) -> tuple[dict[str, str], Counter[tuple[str, str]]]:
    """Visit id → its counted form, and (unit, month) → number of complaints."""
    forms: dict[str, str] = {}
    complaints: Counter[tuple[str, str]] = Counter()
    for number, thread in threads.items():
        mine = [_Asked(visit) for visit in visits if visit.number == number]
        for about, at, text in _answers(thread, mine, rules):
            understood = hear(about.talk, text, at)
            _note(about, understood.grades, at, rules)
            if understood.complaint:
                complaints[_blamed(mine, at), rules.month(at)] += 1
        for asked in mine:
            close = rules.close(rules.month(asked.visit.completed_at))
            forms[asked.visit.visit_id] = _merged(x for at, x in asked.noted if at < close)
    return forms, complaints


def _answers(
    thread: Iterable[Message], mine: Sequence[_Asked], rules: Rules
) -> Iterator[tuple[_Asked, datetime, str]]:
    """Each text of the handset with the visit it is about: the one that we last spoke of."""
    about: _Asked | None = None
    for message in thread:
        if message.ours:
            about = _spoken_of(message.text, mine, rules) or about
        elif about is not None:
            yield about, message.at, message.text


def _spoken_of(text: str, mine: Sequence[_Asked], rules: Rules) -> _Asked | None:
    named = day_named(text)
    days = {_month_and_day(rules.day(asked.visit.completed_at)): asked for asked in mine}
    return days.get(named) if named else None


def _month_and_day(day: date) -> tuple[int, int]:
    return day.month, day.day


def _note(about: _Asked, grades: str, at: datetime, rules: Rules) -> None:
    """Keep the grades, unless they come too late to correct earlier ones."""
    if grades == BLANK:
        return
    close = rules.close(rules.month(about.visit.completed_at))
    if about.noted and at >= max(close, about.noted[0][0] + CORRECTION):
        return
    about.noted.append((at, grades))
    about.talk.given = _merged(letters for _, letters in about.noted)


def _merged(answers: Iterable[str]) -> str:
    """Item by item the latest."""
    form = BLANK
    for letters in answers:
        form = "".join(old if new == "-" else new for old, new in zip(form, letters, strict=True))
    return form


def _blamed(mine: Sequence[_Asked], at: datetime) -> str:
    """The unit of the number's last visit when the complaint came in."""
    there = [asked.visit for asked in mine if asked.visit.uploaded_at <= at]
    return max(there, key=lambda visit: visit.completed_at).unit


# --- money ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sums:
    """What a month's lines rest on; `letters` has BLANK for a silent visit."""

    letters: Sequence[str]
    complaints: int

    @property
    def forms(self) -> list[str]:
        return [form for form in self.letters if form != BLANK]

    @property
    def points(self) -> int:
        return sum(POINTS[letter] for form in self.letters for letter in form)

    def n(self, figures: Mapping[str, Any]) -> int:
        return len(self.letters if figures["denominator"] == "visits" else self.forms)


def _counted(visits: Iterable[Uploaded], unit: str, month: str, rules: Rules) -> Iterator[Uploaded]:
    """The unit's visits of the month but those uploaded after its close."""
    close = rules.close(month)
    for visit in visits:
        mine = visit.unit == unit and rules.month(visit.completed_at) == month
        if mine and visit.uploaded_at < close:
            yield visit


def _month(mine: _Sums, last: _Sums | None, figures: Mapping[str, Any]) -> Month:
    n = mine.n(figures)
    return Month(
        visits=len(mine.letters),
        forms=len(mine.forms),
        n=n,
        points=mine.points,
        mean=_mean(mine.points, n),
        last_mean=_mean(last.points, last.n(figures)) if last else None,
        complaints=mine.complaints,
        lines={
            "change": _change(mine, last, figures),
            "all_best": _alike("AAA", mine.forms, figures) * figures["all_best_award"],
            "all_worst": -_alike("EEE", mine.forms, figures) * figures["all_worst_penalty"],
            "complaints": _tier(mine.complaints, figures),
        },
    )


def _mean(points: int, n: int) -> str | None:
    if not n:
        return None
    return str((Decimal(points) / n).quantize(Decimal("0.01"), ROUND_HALF_UP) + 0)


def _change(mine: _Sums, last: _Sums | None, figures: Mapping[str, Any]) -> int:
    if last is None or min(len(mine.forms), len(last.forms)) < max(1, figures["change_min_forms"]):
        return 0
    rise = Fraction(mine.points, mine.n(figures)) - Fraction(last.points, last.n(figures))
    if rise == 0:
        return 0
    return int(figures["rise_award"]) if rise > 0 else -int(figures["fall_penalty"])


def _alike(form: str, forms: Sequence[str], figures: Mapping[str, Any]) -> int:
    """1 if there are forms enough and every one of them is this one, else 0."""
    return int(len(forms) >= max(1, figures["special_min_forms"]) and set(forms) == {form})


def _tier(complaints: int, figures: Mapping[str, Any]) -> int:
    weighted = complaints * figures["severity_weight"]["minor"]
    return next(
        int(tier["amount"])
        for tier in figures["tier"]
        if tier["from"] <= weighted <= tier.get("to", weighted)
    )
