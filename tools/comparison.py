"""Uploads against a list of settled or invoiced jobs: what is missing, more, or differs."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Final

from chalicelib.core.calendar import local_day, month_of_day, zone
from chalicelib.core.estimates import shown
from chalicelib.core.rules import Rulebook
from tools.columns import JOB_COLUMNS, Row, read_rows
from tools.facts import MOST_ERRORS, BadRowsError
from tools.sheet import InputError, Notice, read_sheet

COMPARED: Final = ("unit", "completed_on", "phone")
"""What of a job is compared where both lists have it."""

_ONLY_ID: Final = frozenset({"unit", "technician", "completed_at", "phone"})
"""Columns that a list of jobs may do without."""

_SHORTEST_NUMBER: Final = 7
"""Digits from which on a number with its area code and one without are taken for one phone."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job as a list has it; what it does not tell is "" or None. `phone` is digits alone."""

    visit_id: str
    unit: str = ""
    technician: str = ""
    completed_on: date | None = None
    phone: str = ""


@dataclass(frozen=True)
class JobList:
    """Jobs by id; a list of invoices may name one several times."""

    jobs: Mapping[str, Sequence[Job]]
    notices: list[Notice] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both lists beside each other; `differing`: id → the fields that differ, in order.

    `alike` are missing jobs of which an upload has the same letters and digits but for case,
    leading zeros and punctuation, with that upload's id.
    """

    reference: Sequence[Job]
    uploaded: int
    missing: Sequence[Job]
    extra: Sequence[Job]
    differing: Mapping[str, Sequence[str]]
    alike: Mapping[str, str]

    @property
    def is_complete(self) -> bool:
        """Whether both lists say the same."""
        return not (self.missing or self.extra or self.differing)


def read_jobs(path: Path, rules: Rulebook, month: str, *, uploads: bool) -> JobList:
    """The jobs of a file; InputError or BadRowsError.

    Uploads have all their columns but the phone, and each id once; with a `month` jobs of others
    are left aside and counted.
    """
    sheet = read_sheet(path)
    optional = {"phone"} if uploads else _ONLY_ID
    jobs: dict[str, list[Job]] = {}
    others, refused = 0, list[InputError]()
    for row in read_rows(sheet, JOB_COLUMNS, optional):
        try:
            job = _job(row, rules, uploads=uploads)
            if uploads and job.visit_id in jobs:
                raise row.refuse("visit_id", f"{job.visit_id} stands in an earlier line already")
        except InputError as error:
            refused.append(error)
            continue
        if month and job.completed_on and month_of_day(job.completed_on) != month:
            others += 1
        else:
            jobs.setdefault(job.visit_id, []).append(job)
    if refused:
        raise BadRowsError("\n".join(_named(refused)))
    notices = [("notice_other_months", {"file": path.name, "rows": others})] if others else []
    return JobList(jobs, [*sheet.notices, *notices])


def _named(refused: Sequence[InputError]) -> list[str]:
    more = len(refused) - MOST_ERRORS
    named = [str(error) for error in refused[:MOST_ERRORS]]
    return [*named, f"and {more} more rows"] if more > 0 else named


def _job(row: Row, rules: Rulebook, *, uploads: bool) -> Job:
    row.check_width()
    dated = uploads or row.has("completed_at")
    return Job(
        row.identifier("visit_id"),
        row.identifier("unit") if uploads or row.has("unit") else "",
        row.name("technician") if uploads or row.has("technician") else "",
        local_day(row.instant("completed_at", zone(rules)), rules) if dated else None,
        re.sub("[^0-9]", "", row.text("phone")),
    )


def compare(uploads: JobList, reference: JobList) -> Comparison:
    """What of the reference was never uploaded, what was uploaded beside it, and what differs."""
    known = [jobs[0] for _, jobs in sorted(reference.jobs.items())]
    uploaded = {visit_id: jobs[0] for visit_id, jobs in sorted(uploads.jobs.items())}
    missing = [job for job in known if job.visit_id not in uploaded]
    extra = [job for visit_id, job in uploaded.items() if visit_id not in reference.jobs]
    differing = {
        visit_id: fields
        for visit_id, job in uploaded.items()
        if visit_id in reference.jobs and (fields := _differing(job, reference.jobs[visit_id]))
    }
    loosely = {_loosely(job.visit_id): job.visit_id for job in extra}
    alike = {
        job.visit_id: loosely[_loosely(job.visit_id)]
        for job in missing
        if _loosely(job.visit_id) in loosely
    }
    return Comparison(known, len(uploaded), missing, extra, differing, alike)


def _differing(job: Job, listed: Sequence[Job]) -> list[str]:
    """The fields in which an upload agrees with none of the rows that tell them."""
    found = []
    for name in COMPARED:
        mine = getattr(job, name)
        theirs = [value for other in listed if (value := getattr(other, name))]
        if mine and theirs and not any(_agree(name, mine, value) for value in theirs):
            found.append(name)
    return found


def _agree(name: str, one: object, other: object) -> bool:
    return _same_phone(str(one), str(other)) if name == "phone" else one == other


def _same_phone(one: str, other: str) -> bool:
    """
    >>> _same_phone("8613812345678", "13812345678"), _same_phone("13812345678", "13812345679")
    (True, False)
    """
    shorter, longer = sorted((one.lstrip("0"), other.lstrip("0")), key=len)
    return shorter == longer or (len(shorter) >= _SHORTEST_NUMBER and longer.endswith(shorter))


def _loosely(visit_id: str) -> str:
    """An id without case, punctuation and the zeros that a spreadsheet drops.

    >>> _loosely("WO-00123"), _loosely("00123"), _loosely("123")
    ('wo00123', '123', '123')
    """
    return re.sub("[^a-z0-9]", "", visit_id.casefold()).lstrip("0")


# Figures


def by_unit(found: Comparison) -> list[dict[str, object]]:
    """For each unit of the reference, and each of its technicians: jobs, missing ones, share."""
    units = Counter(job.unit for job in found.reference)
    missing = Counter(job.unit for job in found.missing)
    return [
        {
            "unit": unit,
            **_shares(missing[unit], number),
            "technicians": _by_technician(found, unit),
        }
        for unit, number in sorted(units.items())
    ]


def _by_technician(found: Comparison, unit: str) -> list[dict[str, object]]:
    jobs = _technicians(found.reference, unit)
    missing = _technicians(found.missing, unit)
    return [
        {"technician": technician, **_shares(missing[technician], number)}
        for technician, number in sorted(jobs.items())
        if technician
    ]


def _technicians(jobs: Iterable[Job], unit: str) -> Counter[str]:
    return Counter(job.technician for job in jobs if job.unit == unit)


def _shares(missing: int, jobs: int) -> dict[str, object]:
    share = shown(Fraction(missing, jobs), 4) if jobs else None
    return {"reference": jobs, "missing": missing, "share": share}


def told(found: Comparison) -> dict[str, object]:
    """The comparison as it is printed: no phone number is in it, only that two differ."""
    return {
        "complete": found.is_complete,
        "uploaded": found.uploaded,
        **_shares(len(found.missing), len(found.reference)),
        "units": by_unit(found),
        "missing_jobs": [_listed(job) for job in found.missing],
        "extra_jobs": [_listed(job) for job in found.extra],
        "differing_jobs": [
            {"visit_id": visit_id, "fields": list(fields)}
            for visit_id, fields in found.differing.items()
        ],
        "alike": dict(found.alike),
    }


def _listed(job: Job) -> dict[str, object]:
    day = job.completed_on.isoformat() if job.completed_on else None
    return {
        "visit_id": job.visit_id,
        "unit": job.unit,
        "technician": job.technician,
        "completed_on": day,
    }
