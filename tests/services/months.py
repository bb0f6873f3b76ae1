"""Months on a stage: forms and cases put where the close finds them, and the documents it made."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.core import calendar, closing
from chalicelib.core.cases import Case, CaseEvent, case_number
from chalicelib.core.visits import Answer, Facts, Survey, Visit
from tests.stage import Stage

MAY, JUNE = "2026-05", "2026-06"
QUARTER = timedelta(minutes=15)


def noon(month: str, day: int = 10) -> datetime:
    return datetime.fromisoformat(f"{month}-{day:02}T04:00:00+00:00").astimezone(UTC)


def close_at(stage: Stage, month: str) -> datetime:
    """From when on what arrives is late."""
    return calendar.close_at(month, stage.wiring.rules)


def made_at(stage: Stage, month: str) -> datetime:
    """When the documents of a month are made."""
    return closing.closes_at(month, stage.wiring.rules)


def put_forms(
    stage: Stage, month: str, letters: Iterable[str], unit: str = "U1", tag: str = ""
) -> list[str]:
    """A visit for each three letters, "---" a silent one; their ids."""
    ids = []
    for place, each in enumerate(letters):
        ids.append(f"{unit}-{month}{tag}-{place:03}")
        put_visit(stage, month, ids[-1], each, unit)
    return ids


def put_visit(
    stage: Stage,
    month: str,
    visit_id: str,
    letters: str,
    unit: str = "U1",
    technician: str = "Li",
) -> None:
    at = noon(month)
    answer = Answer(letters, "sms", "direct", at + timedelta(days=1), f"SM-{visit_id}")
    silent = letters == "---"
    made = Visit(
        facts=Facts(visit_id, unit, technician, at),
        month=month,
        received_at=at + timedelta(hours=1),
        salt="0" * 32,
        survey=Survey("expired" if silent else "answered", settled_at=at),
        answers=() if silent else (answer,),
    )
    assert stage.storage.visits.create(made)


def put_cases(
    stage: Stage, month: str, number: int, unit: str = "U1", **changes: str
) -> list[Case]:
    """So many complaints that were read, or whatever `changes` make of them."""
    start = len(stage.storage.cases.of_month(unit, month))
    made = []
    for place in range(number):
        free = case_number(hash_of(unit, month, start + place))
        complaint = Case(free, noon(month), month, "sms", unit, kind="complaint")
        made.append(replace(complaint, **changes))  # type: ignore[arg-type] # all of them text
    for each in made:
        received = CaseEvent(each.number, 0, each.received_at, "received", "customer", via="sms")
        stage.storage.commit([each, received], [])
    return made


def hash_of(unit: str, month: str, place: int) -> int:
    """Numbers that differ for every case of a test."""
    return sum(ord(sign) * 131**power for power, sign in enumerate(f"{unit}{month}{place:03}"))


def close(stage: Stage, month: str, later: timedelta = timedelta()) -> int:
    """The close's schedule, when the documents of the month are due; how many were made."""
    stage.move(max(stage.now, made_at(stage, month) + later))
    return stage.wiring.closing.run(stage.now)


def document(stage: Stage, month: str, unit: str = "U1") -> dict[str, Any]:
    """The document that holds for a unit's month."""
    stored = stage.storage.documents.of_month(unit, month)
    assert stored is not None
    found: dict[str, Any] = json.loads(stored.body)
    return found


def amounts(found: dict[str, Any]) -> dict[str, int]:
    """The four lines of a document."""
    return {line["code"]: line["amount"] for line in found["lines"]}
