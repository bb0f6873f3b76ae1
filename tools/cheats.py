"""The ways to cheat that a rehearsal plants, and which of its reasons to call each should raise.

Each is what a unit, or one technician of it, might try. What a customer says who is called about
such a job is the job's `truth`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from tools.scenario import UPLOADED_AT, ZONE, Form, Job, Scenario, Step
from tools.scenario_data import APPLIANCES, NAMES, NUMBERS, Unit
from tools.spellings import Text

BEST: Final = "AAA"
POOR: Final = "EED"
INVITED: Final = "invitation"


@dataclass(frozen=True, slots=True)
class Cheat:
    """One way: how many jobs are planted and what is done to each.

    `reason`: the reason to call that should come of it, "" where nothing in the data can show it.
    `steps` is what the accomplice does. `phone` is whose number the unit uploads: of a "customer",
    an accomplice's "own" or "one" for all, the "technician"'s, "none". `days_later` is how late the
    unit uploads. `weekend`: only jobs of weekends. `truth` as in `tools/rehearsed_verification.py`.
    """

    name: str
    reason: str
    jobs: int = 3
    steps: tuple[Step, ...] = ()
    phone: str = "own"
    days_later: int = 0
    weekend: bool = False
    truth: str = "wrong_number"
    edits: bool = False


def _says(words: str, minutes: int = 90, after: str = INVITED, kind: str = "grades") -> Step:
    means = words if kind == "grades" else ""
    return Step(after, minutes, Text(words, kind, means))


_BY_LINK: Final = Step(INVITED, 5, Form(BEST, "one-device"), "late")

CHEATS: Final = (
    Cheat("gives the technician's phone as the customer's", "technician_phone", jobs=2,
          steps=(_says(BEST),), phone="technician"),
    Cheat("fills in several forms on one device", "same_device", steps=(_BY_LINK,)),
    Cheat("gives one number for several customers", "shared_phone", jobs=2,
          steps=(_says(BEST),), phone="one"),
    Cheat("changes the number after the upload", "changed_after_upload", jobs=2,
          steps=(_says(BEST),), phone="customer", edits=True),
    Cheat("answers within seconds", "fast", jobs=2,
          steps=(_says(BEST, 0, "at once"),)),
    Cheat("gives a stranger's number, who says so", "not_me", jobs=2,
          steps=(_says("NOT ME", kind="not me"),), phone="customer"),
    Cheat("gives a stranger's number, who says nothing", "", jobs=2, phone="customer"),
    Cheat("uploads poor jobs late", "late_upload", jobs=2, days_later=3,
          steps=(_says(POOR, 200),), phone="customer", truth="same"),
    Cheat("leaves the number out at weekends", "", phone="none", weekend=True, truth="unknown"),
    Cheat("has the customer's phone opt out", "", jobs=2, phone="customer",
          steps=(_says("STOP", 4, kind="opt out"),), truth="poor"),
    Cheat("tells the customer what to answer", "", jobs=2, phone="customer",
          steps=(_says(BEST, 240),), truth="helped"),
    Cheat("bills a job that was never made", "", jobs=2,
          steps=(_says(BEST, 300),), truth="no_visit"),
)  # fmt: skip


def with_cheats(told: Scenario, seed: int, first: date, days: int) -> Scenario:
    """The scenario with every way to cheat planted in the last unit, by its first technician.

    They lie within the first `days` days from `first` on; the same arguments, the same jobs.
    """
    planter = _Planter(told, Random(f"cheats {seed}"), first, days)  # noqa: S311 - no secret
    planted = [job for cheat in CHEATS for job in planter.jobs(cheat)]
    jobs = sorted([*told.jobs, *planted], key=lambda job: job.completed_at)
    return replace(told, jobs=tuple(jobs))


@dataclass
class _Planter:
    """Makes the jobs of each cheat, with numbers that nobody else has."""

    told: Scenario
    random: Random
    first: date
    days: int
    taken: set[str] = field(default_factory=set)
    made: int = 0

    def __post_init__(self) -> None:
        self.taken = {job.number for job in self.told.jobs}

    @property
    def unit(self) -> Unit:
        return self.told.units[-1]

    def jobs(self, cheat: Cheat) -> Iterator[Job]:
        """The jobs of one cheat: all of a day for one device, else on days of their own."""
        days = self._days(cheat)
        one = self._number()
        for place in range(cheat.jobs):
            self.made += 1
            yield self._job(cheat, days[place], place, one)

    def _days(self, cheat: Cheat) -> Sequence[date]:
        fits: Callable[[date], bool] = lambda day: day.weekday() >= 5 or not cheat.weekend  # noqa: E731
        possible = [day for day in self._all_days() if fits(day)]
        if cheat.reason == "same_device":
            return [self.random.choice(possible)] * cheat.jobs
        return sorted(self.random.sample(possible, cheat.jobs))

    def _all_days(self) -> Sequence[date]:
        return [self.first + timedelta(days=day) for day in range(self.days)]

    def _job(self, cheat: Cheat, day: date, place: int, one: str) -> Job:
        language = self.unit.language
        completed = datetime.combine(day, time(10 + place), ZONE)
        number = self._phone(cheat, one)
        edit = self._number() if cheat.edits else ""
        return Job(
            visit_id=f"X{self.made:04}",
            unit=self.unit.unit_id,
            technician=self.unit.technicians[0],
            completed_at=completed,
            uploaded_at=datetime.combine(day + timedelta(days=cheat.days_later), UPLOADED_AT, ZONE),
            habit=cheat.name,
            language=language,
            customer_name=NAMES[language][(self.made + place) % len(NAMES[language])],
            appliance=self.random.choice(APPLIANCES[language]),
            number=edit or number,
            steps=cheat.steps,
            cheat=cheat.name,
            truth=cheat.truth,
            first_number=number if edit else "",
        )

    def _phone(self, cheat: Cheat, one: str) -> str:
        of: Mapping[str, str] = {
            "none": "",
            "one": one,
            "technician": self.unit.phones[0],
        }
        return of[cheat.phone] if cheat.phone in of else self._number()

    def _number(self) -> str:
        """A mobile number of the unit's country that is nobody's yet."""
        pattern = NUMBERS[self.unit.language, "mobile"][0]
        while True:
            found = "".join(str(self.random.randrange(10)) if x == "x" else x for x in pattern)
            if found not in self.taken:
                self.taken.add(found)
                return found
