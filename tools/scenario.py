"""What is to happen in a rehearsal: units, jobs, customers, their texts and calls; from a seed.

Nothing here acts: `tools.cast` does what a scenario says.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import cycle, product
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from tools.habits import FEATURED, HABITS, MET_ONCE, Habit
from tools.recount_reader import ASKED_ABOUT, BLANK
from tools.recount_rules import Rules
from tools.rehearsed_calls import CALLINGS, Call, made
from tools.scenario_data import APPLIANCES, NAMES, NUMBERS, UNITS, Unit
from tools.spellings import Text, written

ZONE: Final = ZoneInfo("Asia/Shanghai")
"""The organisation's zone in the rulebook of the project."""

UPLOADED_AT: Final = time(20, 30)
"""The units' systems upload the jobs of the day in the evening."""

DAYS_LATER: Final = timedelta(days=3)

JUST_AFTER: Final = timedelta(minutes=5)
"""Before the month's documents are made, so that it is the rule that keeps the job out of them."""

LANGUAGES: Final = ("zh", "en")

PATIENCE: Final = {
    "upload": (3, 60),
    "invitation": (3, 400),
    "reminder": (3, 400),
    "answer": (3, 400),
    "close": (0, 15),
}
"""Minutes until a customer texts or calls. What comes right after the close comes before the
month's documents are made, so it is the rule that keeps it out of them."""

NIGHT: Final = ("danger",)
"""Kinds of texts that come at the hour "night"."""

COMES_AGAIN: Final = 5
"""One in so many of those who answer at once is a customer we have had before."""


@dataclass(frozen=True, slots=True)
class Form:
    """Grades by link, three letters; `device` is what the browser calls itself, "" an own one."""

    letters: str
    device: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A text, a call or a form: so many `minutes` after the "upload", "invitation", "reminder", our
    "answer" to what was before it, or the "close" of the job's month; "at once" is seconds after
    the invitation.

    `hour` is when people do such a thing, as in `tools/rehearsed_agenda.py`, "" at any time.
    """

    after: str
    minutes: int
    does: Text | Call | Form
    hour: str = ""


def in_mind(steps: Iterable[Step]) -> str:
    """The grades that a customer knows to have given by these steps: three letters.

    >>> by_link = Step("invitation", 5, Form("AAC"))
    >>> in_mind([by_link, Step("answer", 5, Text("quality B", "part", "-B-"))])
    'ABC'
    """
    given, offered = BLANK, ""
    for step in steps:
        does = step.does
        means = does.letters if isinstance(does, Form) else does.means
        kind = "" if isinstance(does, Form) else does.kind
        if kind == "offer":
            offered = means
            continue
        means = offered if kind == "yes" else means
        given = "".join(b if b != "-" else a for a, b in zip(given, means or BLANK, strict=True))
    return given


@dataclass(frozen=True, slots=True)
class Job:
    """One visit and its customer; `handset` is what the network does with texts to the number.

    `brings` and `verdicts` as in `Habit`. `cheat` names the way its unit cheats with it, "" for an
    honest job; `first_number` is what the unit uploaded before it changed that to `number`. `truth`
    is what somebody says who is called about it, as in `tools/rehearsed_verification.py`.
    """

    visit_id: str
    unit: str
    technician: str
    completed_at: datetime
    uploaded_at: datetime
    habit: str
    language: str
    customer_name: str
    appliance: str
    number: str = ""
    steps: tuple[Step, ...] = ()
    handset: Mapping[str, object] = field(default_factory=dict)
    brings: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    cheat: str = ""
    first_number: str = ""
    truth: str = "same"

    def row(self, number: str | None = None) -> dict[str, str]:
        """The job as its unit uploads it, with another number if one is given."""
        phone = self.number if number is None else number
        row = {
            "visit_id": self.visit_id,
            "unit": self.unit,
            "technician": self.technician,
            "completed_at": self.completed_at.isoformat(),
            "customer_name": self.customer_name,
            "appliance": self.appliance,
            "language": self.language,
        }
        return {**row, "phone": phone} if phone else row


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything that is to happen; jobs in the order of their completion."""

    units: tuple[Unit, ...]
    jobs: tuple[Job, ...]


def scenario(seed: int, first: date, days: int, visits: int) -> Scenario:
    """`visits` jobs spread over `days` days from `first` on; the same arguments, the same data."""
    random = Random(seed)  # noqa: S311 - a scenario is no secret
    spread = sorted(random.randrange(days) for _ in range(visits))
    jobs: list[Job] = []
    for place, (habit, language) in enumerate(_deal(random, visits), start=1):
        day = spread[place - 1]
        jobs.append(_job(random, place, first + timedelta(days=day), habit, language, jobs))
    return Scenario(UNITS, tuple(sorted(jobs, key=lambda job: job.completed_at)))


def _deal(random: Random, visits: int) -> list[tuple[Habit, str]]:
    """The featured habits in each language, others once, then by how often each is met."""
    once = zip(MET_ONCE, cycle(LANGUAGES), strict=False)
    wanted = [*product(FEATURED, LANGUAGES), *once][:visits]
    often = [habit.often for habit in HABITS]
    rest = random.choices(HABITS, often, k=visits - len(wanted))
    dealt = [*wanted, *((habit, random.choice(LANGUAGES)) for habit in rest)]
    random.shuffle(dealt)
    return dealt


def _job(
    random: Random, place: int, day: date, habit: Habit, language: str, earlier: Sequence[Job]
) -> Job:
    share = [unit.blamed if habit.complains else 1 for unit in UNITS]
    unit = random.choices(UNITS, share)[0]
    completed = datetime.combine(day, time(9), ZONE) + timedelta(minutes=random.randrange(540))
    name, number = _customer(random, habit, language, earlier, day)
    return Job(
        visit_id=f"J{place:04}",
        unit=unit.unit_id,
        technician=random.choice(unit.technicians),
        completed_at=completed,
        uploaded_at=_uploaded_at(day, habit),
        habit=habit.name,
        language=language,
        customer_name=name,
        appliance=random.choice(APPLIANCES[language]),
        number=number,
        steps=tuple(_steps(random, habit, language, unit)),
        handset=habit.handset,
        brings=habit.brings,
        verdicts=habit.verdicts,
        truth=habit.truth,
    )


def _uploaded_at(day: date, habit: Habit) -> datetime:
    if habit.uploaded == "after the close":
        return Rules().close(day.isoformat()[:7]) + JUST_AFTER
    later = DAYS_LATER if habit.uploaded == "days later" else timedelta()
    return datetime.combine(day + later, UPLOADED_AT, ZONE)


def _customer(
    random: Random, habit: Habit, language: str, earlier: Sequence[Job], day: date
) -> tuple[str, str]:
    """Name and number: of somebody new, or now and then of one who was there on another day."""
    known = [job for job in earlier if _may_come_again(job, language, day)]
    if habit is HABITS[0] and known and random.randrange(COMES_AGAIN) == 0:
        again = random.choice(known)
        return again.customer_name, again.number
    taken = {job.number for job in earlier}
    name = random.choice(NAMES[language])
    if habit.place == "none":
        return name, ""
    return name, next(found for found in _numbers(random, language, habit) if found not in taken)


def _may_come_again(job: Job, language: str, day: date) -> bool:
    texts = [step for step in job.steps if isinstance(step.does, Text)]
    mobile = job.number and not job.handset and texts == list(job.steps) != []
    return bool(mobile) and job.language == language and job.completed_at.date() < day


def _numbers(random: Random, language: str, habit: Habit) -> Iterator[str]:
    while True:
        pattern = random.choice(NUMBERS[language, habit.place])
        yield "".join(str(random.randrange(10)) if x == "x" else x for x in pattern)


def _steps(random: Random, habit: Habit, language: str, unit: Unit) -> Iterator[Step]:
    letters = _letters(random, unit)
    for after, kind in habit.acts:
        minutes = random.randrange(*PATIENCE[after])
        if kind in CALLINGS:
            yield Step(after, minutes, made(kind, letters), CALLINGS[kind].hour)
            continue
        if kind == "form":
            yield Step(after, minutes, Form(letters))
            continue
        hour = "night" if kind in NIGHT else ""
        yield Step(after, minutes, written(random, language, kind, letters), hour)
        if kind == "grades":
            letters = _letters(random, unit, than=letters)


def _letters(random: Random, unit: Unit, than: str = "") -> str:
    """What a customer thinks of a job of the unit: one mood, with a slip here and there.

    Another thing `than` before; and nothing that we would ask about: BAD is a word, BCA our own
    example.
    """
    mood = random.choices("ABCDE", unit.weights)[0]
    other = random.choices("ABCDE", unit.weights, k=3)
    letters = "".join(mood if random.randrange(3) else grade for grade in other)
    is_clear = letters not in ASKED_ABOUT and letters != than
    return letters if is_clear else _letters(random, unit, than)
