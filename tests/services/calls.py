"""Picked visits on a stage, as a draw leaves them, and callers who call about them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from chalicelib.core.draws import Draw, Pick
from chalicelib.core.grades import letters
from chalicelib.core.people import Member
from chalicelib.core.verification import Told, Verification
from chalicelib.core.visits import Answer, Visit, counted_letters, merged
from tests.stage import COMPLETED, Stage

KEY: Final = "2026-W24"
DRAWN: Final = datetime(2026, 6, 7, 23, 15, tzinfo=UTC)
"""Monday 07:15 in Shanghai."""
CALLED: Final = datetime(2026, 6, 8, 2, 0, tzinfo=UTC)
"""The same Monday, 10:00."""
CLOSED: Final = datetime(2026, 7, 10, 1, 0, tzinfo=UTC)
"""09:00 of the eighth working day of July: June closes."""

DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)

SUN = Member("Sun", "sun@supervision.example", "supervisor")
WEN = Member("Wen", "Wen@supervision.example", "supervisor")
LIN = Member("Lin", "lin@supervision.example", "lead")
MEI = Member("Mei", "mei@supervision.example", "lead")
FAR = Member("Far", "far@supervision.example", "lead", recusals=("U1",))
HU = Member("Hu", "hu@personnel.example", "hr")


def picked(
    stage: Stage,
    visit_id: str,
    form: str = "ABA",
    caller: Member | None = SUN,
    key: str = KEY,
    drawn_at: datetime = DRAWN,
) -> Visit:
    """A visit of June, answered by text or ("") silent, that a draw has picked for `caller`."""
    if stage.storage.draws.get(key) is None:
        assert stage.storage.draws.create(
            Draw(key, "drawn", "0" * 64, due_at=drawn_at - HOUR, drawn_at=drawn_at)
        )
    if stage.storage.visits.key_of(visit_id) is None:
        stage.upload(stage.row(visit_id))
    visit = stage.visit(visit_id)
    rank = 1 + len(stage.storage.draws.picks_of(key, "U1"))
    status = "answered" if form else "silent"
    stratum = f"U1/Li/{status}"
    pick = Pick(
        draw=key,
        unit="U1",
        rank=rank,
        visit_id=visit_id,
        month=visit.month,
        stratum=stratum,
        ticket=f"0.{rank:064d}",
        why="random",
        caller=caller.mail if caller else "",
        cell=f"{key}/{stratum}/none",
    )
    stage.storage.draws.add_picks([pick])
    answer = Answer(form, "sms", "direct", COMPLETED + DAY, f"SM-{visit_id}")
    marked = visit.verification or Verification(key, pick.cell, pick.why, rank)
    survey = replace(visit.survey, state="answered" if form else "expired", due_at=None)
    answers = (answer,) if form and not visit.answers else visit.answers
    stage.storage.visits.save(replace(visit, answers=answers, survey=survey, verification=marked))
    phone = stage.storage.phones.get(visit.facts.phone)
    stage.storage.phones.save(replace(phone, current=visit.key))
    return stage.visit(visit_id)


def told(grades: str = "ABA", **more: str) -> Told:
    """What a customer says who knows his visit."""
    return Told(**{"grades": grades, "answered": "yes", "work": "new valve, 3 June", **more})


def call(stage: Stage, visit_id: str, said: Told, by: Member = SUN, now: datetime = CALLED) -> str:
    """A customer who is reached and says all that; the outcome."""
    stage.wiring.verification.attempt(visit_id, "reached", by, now)
    return stage.wiring.verification.save_told(visit_id, said, by, now).outcome


def form(stage: Stage, visit_id: str) -> str:
    """What the customer's form says today."""
    return letters(merged(stage.visit(visit_id).answers, with_late=True))


def counted(stage: Stage, visit_id: str) -> str:
    """The form that counts in its month."""
    return counted_letters(stage.visit(visit_id))


def checked(stage: Stage, visit_id: str) -> Verification:
    """What the visit knows of its call."""
    verification = stage.visit(visit_id).verification
    assert verification is not None
    return verification


def pick_of(stage: Stage, visit_id: str, key: str = KEY) -> Pick:
    """The pick as it is now."""
    (found,) = (p for p in stage.storage.draws.picks(key) if p.visit_id == visit_id)
    return found
