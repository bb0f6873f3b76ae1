"""The rulebook: the owner's rules about money and time, as one frozen value.

`chalicelib.rulebook` reads and checks the file; whatever reaches core through this type holds.
"""

from dataclasses import dataclass
from datetime import date, time
from typing import Final

MODES: Final = ("trial", "paid")
DENOMINATORS: Final = ("forms", "visits")


@dataclass(frozen=True, slots=True)
class Tier:
    """A row of the complaint table: counts `from_` … `to` (None: no end) → `amount`, signed."""

    from_: int
    to: int | None
    amount: int

    @property
    def name(self) -> str:
        """The row as a document names it.

        >>> [Tier(0, 0, 1).name, Tier(1, 5, 0).name, Tier(16, None, -1).name]
        ['0', '1-5', '16+']
        """
        if self.to is None:
            return f"{self.from_}+"
        return str(self.from_) if self.to == self.from_ else f"{self.from_}-{self.to}"

    def holds(self, count: int) -> bool:
        """Whether `count` falls in this row."""
        return self.from_ <= count and (self.to is None or count <= self.to)


@dataclass(frozen=True, slots=True)
class PerSeverity:
    """One whole number for each severity of a case."""

    minor: int
    serious: int
    grave: int

    def of(self, severity: str) -> int:
        """The number for `severity`; an unknown one raises KeyError."""
        return {"minor": self.minor, "serious": self.serious, "grave": self.grave}[severity]


SEVERITIES: Final = ("minor", "serious", "grave")


@dataclass(frozen=True, slots=True)
class Clocks:
    """How long a case may wait: working hours to forward, hours to answer and to solve."""

    forward_h: int
    answer_h: PerSeverity
    solve_h: PerSeverity
    mail_at: tuple[time, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days off and days made up for, and the hours of a working day, in `Rulebook.timezone`."""

    holidays: frozenset[date]
    workdays: frozenset[date]
    hours: tuple[time, time]


@dataclass(frozen=True, slots=True)
class Segments:
    """The most SMS segments a text may take, by what it is for."""

    invitation: int
    reminder: int
    answer: int


@dataclass(frozen=True, slots=True)
class Budgets:
    """The most texts of a day of the organisation, by what they are for; 0 sends none.

    `typed_in` is for each number that somebody typed into a page, the others for all numbers.
    """

    survey: int = 20_000
    receipts: int = 2_000
    typed_in: int = 1
    sign_in: int = 500


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Every key of the rulebook file under its own name, and the SHA-256 of the file's bytes.

    Amounts are positive integers of `currency`; what a penalty takes away is subtracted by the
    line that applies it. Only the amounts of `tiers` carry a sign. `_h` are hours, `_d` days.
    """

    organisation: str
    timezone: str
    languages: tuple[str, ...]
    currency: str
    mode: str
    denominator: str
    rise_award: int
    fall_penalty: int
    all_best_award: int
    all_worst_penalty: int
    change_min_forms: int
    special_min_forms: int
    sanction_from: int
    close_working_day: int
    counting_channels: tuple[str, ...]
    sending_hours: tuple[time, time]
    invite_at: time
    reminder_after_h: int
    expire_after_d: int
    no_sms_reply: tuple[str, ...]
    person_first: bool
    desk_number: str
    duty_numbers: tuple[str, ...]
    calls_per_week: int
    min_per_unit: int
    calls_per_caller_day: int
    incident_calls: int
    tiers: tuple[Tier, ...]
    severity_weight: PerSeverity
    clocks: Clocks
    calendar: Calendar
    segments: Segments
    sha256: str
    budgets: Budgets = Budgets()
