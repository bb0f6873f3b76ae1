"""A rehearsal: two months of a small organisation, played and left to be looked at.

Everything is real but the clock, the telephone network and chance: the service's own handlers and
schedules work on the real engine; the customers come from a seeded scenario.
"""

import logging
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

from tools import conversations, local
from tools.cast import WITHHELD, play
from tools.cheat_table import CheatTable, measured
from tools.cheats import CHEATS, with_cheats
from tools.recount import Happened, Message, Uploaded
from tools.rehearsed_agenda import Played
from tools.rehearsed_http import Json, call, thread
from tools.rehearsed_people import write_rulebook
from tools.rehearsed_stories import Stories, told_stories
from tools.scenario import ZONE, Scenario, scenario

LOGGERS: Final = ("chalicelib", "huifang", "tools")

MARK: Final = "rehearsal"
"""The file that says that a folder is ours to empty."""

MONTHS: Final = ("2026-05", "2026-06")
FIRST: Final = date(2026, 5, 1)
DAYS: Final = 61
PUBLIC: Final = "https://huifang.example"
"""Where links in mails and texts lead: no port of this machine, so that a run repeats itself."""

MOST_ENTRIES: Final = 5_000
"""Of the call list."""

EXPECTED: Final = {way.name: way.reason for way in CHEATS}
"""Way to cheat → the reason to call that should come of it."""

END: Final = datetime(2026, 7, 17, 18, tzinfo=ZONE)
"""After the second month was issued."""


class FolderError(ValueError):
    """The folder is not one that a rehearsal may empty; the text says why."""


@dataclass(frozen=True)
class Rehearsed:
    """What is left of a rehearsal beside its scenario: documents by unit and month, what happened
    for the recount, missed calls as the call list has them (caller, day), the page of
    conversations, the stories of cases and dangers, and what failed though it must not.
    """

    folder: Path
    scenario: Scenario
    months: Sequence[str]
    documents: Mapping[tuple[str, str], Json]
    happened: Happened
    missed: Counter[tuple[str, date]]
    failed: Sequence[str]
    conversations: str
    stories: Stories
    cheats: CheatTable


class _Errors(logging.Handler):
    """Keeps what is logged as an error, a line each."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        why = record.exc_info[1] if record.exc_info else ""
        self.found.append(f"{record.name}: {record.getMessage()} {why}".rstrip())


def rehearsed(folder: Path, seed: int, visits: int) -> Rehearsed:
    """Play a scenario of `visits` visits in `folder`, which is emptied first."""
    _empty(folder)
    told = with_cheats(scenario(seed, FIRST, DAYS, visits), seed, FIRST, DAYS)
    start = datetime.combine(FIRST, time(), ZONE)
    rules = write_rulebook(folder / "rulebook.toml")
    with local.running(
        folder, start, seed=seed, callbacks="inline", rules=rules, public=PUBLIC
    ) as stage:
        if stage.wiring.people.units():
            raise FolderError(f"the database at {stage.dynamodb} is not empty: name no other")
        with _listening() as errors:
            played = play(told, stage, END, _tell, MONTHS)
        return _left(folder, told, stage, played, errors)


def _tell(week: str) -> None:
    print(week, file=sys.stderr, flush=True)


@contextmanager
def _listening() -> Iterator[Sequence[str]]:
    """What is logged as an error meanwhile: a service goes on after it, a rehearsal must not.

    What is logged for information alone would stand between the weeks, and is left out.
    """
    errors = _Errors()
    loggers = {name: logging.getLogger(name) for name in LOGGERS}
    levels = {name: logger.level for name, logger in loggers.items()}
    for logger in loggers.values():
        logger.addHandler(errors)
        logger.setLevel(logging.WARNING)
    try:
        yield errors.found
    finally:
        for name, logger in loggers.items():
            logger.removeHandler(errors)
            logger.setLevel(levels[name])


def _empty(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise FolderError(f"{folder} holds something that no rehearsal has left: name another")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()


def _left(
    folder: Path, told: Scenario, stage: local.Local, played: Played, errors: Sequence[str]
) -> Rehearsed:
    numbers = sorted({job.number for job in told.jobs if job.number})
    threads = {number: [_message(x) for x in thread(stage, number)] for number in numbers}
    visits = {job.visit_id: _get(stage, f"/api/visits/{job.visit_id}") for job in told.jobs}
    ids = [f"{unit.unit_id}/{month}" for unit in told.units for month in MONTHS]
    return Rehearsed(
        folder=folder,
        scenario=told,
        months=MONTHS,
        documents={
            (unit.unit_id, month): _get(stage, f"/api/assessments/{unit.unit_id}/{month}")
            for unit in told.units
            for month in MONTHS
        },
        happened=Happened(
            visits=_uploaded(played.uploads),
            threads=threads,
            calls=played.calls,
            forms=played.forms,
            acts=played.acts,
            notes=played.notes,
        ),
        missed=_missed(stage),
        failed=[*played.failed, *errors],
        conversations=conversations.page(told, threads, visits),
        stories=told_stories(stage, played, threads, ids),
        cheats=measured(folder / "blobs", told.jobs, EXPECTED, _outcomes(visits)),
    )


def _get(stage: local.Local, path: str) -> Json:
    return call(stage.service_url, "GET", path, token=local.API_TOKEN)


def _outcomes(visits: Mapping[str, Json]) -> dict[str, str]:
    """Visit id → what the call about it came to."""
    checked = {visit_id: visit["verification"] for visit_id, visit in visits.items()}
    return {visit_id: each["outcome"] for visit_id, each in checked.items() if each}


def _missed(stage: local.Local) -> Counter[tuple[str, date]]:
    """The missed calls that the call list has."""
    effects = stage.wiring.storage.effects
    found = [effects.get(*key) for key in effects.due("call", END, MOST_ENTRIES)]
    listed = [each for each in found if each and each.what == "missed_call"]
    days = [(each, each.due_at.astimezone(ZONE).date()) for each in listed if each.due_at]
    return Counter((entry.values["phone"] or WITHHELD, day) for entry, day in days)


def _uploaded(rows: Sequence[tuple[datetime, Mapping[str, str]]]) -> Sequence[Uploaded]:
    """Each visit as it came first, with the number that it had last."""
    found: dict[str, Uploaded] = {}
    for at, row in rows:
        completed = datetime.fromisoformat(row["completed_at"])
        number = row.get("phone", "")
        came = Uploaded(row["visit_id"], row["unit"], completed, at, number)
        found[came.visit_id] = replace(found.get(came.visit_id, came), number=number)
    return list(found.values())


def _message(message: Json) -> Message:
    ours = message["direction"] != "inbound"
    return Message(datetime.fromisoformat(message["at"]), message["text"], ours)
