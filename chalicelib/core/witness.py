"""The witness: count and hash of the facts of each week, mailed and compared at the close.

A week runs from Monday 00:00 to Monday 00:00 in the organisation's zone. Its facts, for one unit:
- every answer kept on a visit of the unit, late or not, whose instant of receipt lies in the week;
- every case received in the week that was the unit's when the week ended.
What two persons do afterwards (void, standing, kind, severity, another unit) changes none of them,
nor does a later correction, which is a fact of its own week, nor the erasure of a person. A week
covers the visits of three months: the one in which it ends and the two before; each month is a
part of its own, so that a close compares what its document rests on and nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple


class Part(NamedTuple):
    """What of a week belongs to one month: the answers about its visits, the cases received in it.

    `sha256` is over the part's lines, each with its line feed, in UTF-8.
    """

    month: str
    number: int
    sha256: str


@dataclass(frozen=True, slots=True)
class WeekOfFacts:
    """The answers and cases of one unit received in one ISO week, as they were when mailed.

    `sha256` is over the lines of all parts, in the order of their months.
    """

    unit: str
    week: str
    count: int
    sha256: str
    taken_at: datetime
    parts: tuple[Part, ...] = ()

    def part(self, month: str) -> Part:
        """What of the week belongs to `month`: nothing, where nothing came in."""
        return next(
            (part for part in self.parts if part.month == month), NOTHING._replace(month=month)
        )


NOTHING = Part("", 0, sha256().hexdigest())


def answer_line(visit_id: str, micros: int, digest: str) -> str:
    """An answer as the witness sees it; microseconds since 1970 and `visit_facts.answer_digest`."""
    return f"answer\t{visit_id}\t{micros}\t{digest}\n"


def case_line(number: str, received_at: datetime, channel: str) -> str:
    """A case as the witness sees it: what of it never changes."""
    return f"case\t{number}\t{received_at.astimezone(UTC).isoformat()}\t{channel}\n"


class Heard:
    """The lines of one week and month, in order, counted and hashed one by one."""

    def __init__(self) -> None:
        self._number = 0
        self._hash = sha256()

    def add(self, line: str) -> None:
        """One more line; those of answers by visit and instant, then those of cases by number."""
        self._number += 1
        self._hash.update(line.encode())

    def part(self, month: str) -> Part:
        """What was added."""
        return Part(month, self._number, self._hash.hexdigest())


def week_of(
    unit: str, week: str, parts: Iterable[tuple[str, Sequence[str]]], taken_at: datetime
) -> WeekOfFacts:
    """The week of these lines by month, months in order; a month without any is left out."""
    whole, found = sha256(), []
    for month, lines in parts:
        text = "".join(lines).encode()
        whole.update(text)
        if lines:
            found.append(Part(month, len(lines), sha256(text).hexdigest()))
    count = sum(part.number for part in found)
    return WeekOfFacts(unit, week, count, whole.hexdigest(), taken_at, tuple(found))


def is_explained(mailed: Sequence[str], now: Sequence[str], full: Iterable[str]) -> bool:
    """Whether all that a week has lost are answers that a visit no longer keeps.

    `full` are the visits that have as many answers as are kept (`visits.HISTORY_LIMIT`): of theirs
    the weakest go, which make no part of any form.
    """
    there, gone = set(now), set(mailed) - set(now)
    crowded = set(full)
    return there <= set(mailed) and all(_visit(line) in crowded for line in gone)


def _visit(line: str) -> str:
    word, name, *_ = line.split("\t")
    return name if word == "answer" else ""
