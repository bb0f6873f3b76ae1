"""From one draw to the next: calls, voids, incidents, and what they do to the frames to come."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from chalicelib.core.draws import Pick
from chalicelib.core.people import Member
from chalicelib.core.verification import Verification
from chalicelib.core.visits import Change
from chalicelib.services.month_records import UnitMonth
from tests.services.calls import CLOSED, DAY, HOUR, LIN, MEI, SUN, told
from tests.services.draws import (
    CLOSING_MAY,
    MONDAY,
    START,
    WEEK,
    draw_at,
    frame,
    picked,
    put,
    tick,
    visit,
)
from tests.stage import Stage


@pytest.fixture
def drawn(stage: Stage) -> Stage:
    """A week's draw over eight answered visits of one technician, all called by Sun."""
    stage.wiring.people.put(MEI)
    tick(stage, START)
    draw_at(stage, CLOSING_MAY)
    put(stage, *(visit(f"V-{place}", MONDAY - 2 * DAY, "ABA") for place in range(8)))
    draw_at(stage, MONDAY)
    return stage


def key(stage: Stage, due: datetime = MONDAY) -> str:
    (found,) = (draw.key for draw in stage.storage.draws.all() if draw.due_at == due)
    return found


def first(stage: Stage, due: datetime = MONDAY) -> Pick:
    return picked(stage, key(stage, due))[0]


def call(stage: Stage, pick: Pick, grades: str, by: Member = SUN, **more: str) -> Verification:
    """The customer is reached and says so."""
    desk, now = stage.wiring.verification, stage.now + HOUR
    desk.attempt(pick.visit_id, "reached", by, now)
    desk.save_told(pick.visit_id, told(grades, **more), by, now)
    verification = stage.visit(pick.visit_id).verification
    assert verification is not None
    return verification


def test_a_pick_is_marked_on_its_visit_and_called_by_its_caller(drawn: Stage) -> None:
    pick = first(drawn)
    assert pick.caller == SUN.mail
    assert drawn.visit(pick.visit_id).verification == Verification(
        pick.draw, pick.cell, pick.why, pick.rank
    )
    checked = call(drawn, pick, "ABE")
    assert (checked.draw, checked.cell, checked.why) == (pick.draw, pick.cell, pick.why)
    assert (checked.outcome, checked.held) == ("differs", "ABE")


def test_a_called_visit_enters_no_frame_again(drawn: Stage) -> None:
    call(drawn, first(drawn), "ABE")
    put(drawn, visit("V-new", MONDAY + 2 * DAY, "AAA"))
    draw_at(drawn, MONDAY + WEEK)
    assert frame(drawn, key(drawn, MONDAY + WEEK)) == ["V-new"]


def test_a_void_form_is_framed_as_silent_when_something_else_changes(drawn: Stage) -> None:
    pick = first(drawn)
    call(drawn, pick, "ABA", answered="no")
    drawn.wiring.voids.approve_void(pick.visit_id, LIN, "heard the customer", drawn.now)
    stored = drawn.visit(pick.visit_id)
    changed = Change(MONDAY + 2 * DAY, "phone", "unit")
    drawn.storage.visits.save(replace(stored, changes=(changed,)))
    draw_at(drawn, MONDAY + WEEK)
    again = key(drawn, MONDAY + WEEK)
    assert frame(drawn, again) == [pick.visit_id]
    (anew,) = picked(drawn, again)
    assert anew.stratum == "U1/Li/silent"
    assert drawn.visit(pick.visit_id).verification != Verification(
        anew.draw, anew.cell, anew.why, anew.rank
    ), "the outcome stays until the new call has one"
    assert call(drawn, anew, "CCC", answered="no").outcome == "first_form"


def test_an_incident_is_paid_by_calls_outside_the_quota_until_nothing_is_owed(
    drawn: Stage,
) -> None:
    pick = first(drawn)
    call(drawn, pick, "ABA", answered="no")
    drawn.wiring.voids.approve_void(pick.visit_id, LIN, "heard the customer", drawn.now)
    put(drawn, *(visit(f"W-{place:03}", MONDAY + 2 * DAY, "ABA") for place in range(260)))
    draw_at(drawn, MONDAY + WEEK)
    draw = drawn.storage.draws.get(key(drawn, MONDAY + WEEK))
    assert draw is not None
    assert dict(draw.incidents) == {"U1/Li": 10}
    extra = [each for each in picked(drawn, draw.key) if each.why == "incident"]
    assert len(extra) == 10
    assert len(picked(drawn, draw.key)) == draw.calls_per_week + 10
    (incident,) = drawn.storage.incidents.all()
    assert incident.owed == 0
    put(drawn, *(visit(f"X-{place:03}", MONDAY + WEEK + 2 * DAY, "ABA") for place in range(210)))
    later = draw_at(drawn, MONDAY + 2 * WEEK)
    assert dict(later.incidents) == {}


def closed(stage: Stage) -> Any:  # noqa: ANN401 # a document of the interface
    """June's document, made an hour after the close."""
    stage.move(CLOSED + HOUR)
    while stage.wiring.closing.run(stage.now):
        pass
    return stage.call("GET", "/api/assessments/U1/2026-06").json


def test_a_visit_that_never_was_is_in_no_number_of_the_document(drawn: Stage) -> None:
    pick = first(drawn)
    drawn.wiring.verification.attempt(pick.visit_id, "no_visit", SUN, drawn.now)
    drawn.wiring.voids.approve_void(pick.visit_id, LIN, "nobody came", drawn.now)
    shown = closed(drawn)
    assert (shown["n"], shown["visits"]) == (7, 7)


def test_what_is_told_between_close_and_document_is_proposed_once_there_is_one(
    drawn: Stage,
) -> None:
    pick = first(drawn)
    drawn.move(CLOSED)
    assert call(drawn, pick, "EEE").outcome == "differs"
    late = drawn.wiring.late_outcomes
    assert late.run(drawn.now) == 0, "nothing is there to amend"
    assert closed(drawn)["points"] == 8 * 5, "eight forms ABA"
    assert drawn.storage.amendments.of_unit("U1", "2026-06") == []
    drawn.move(CLOSED + DAY)
    assert late.run(drawn.now) == 1
    (proposed,) = drawn.storage.amendments.of_unit("U1", "2026-06")
    assert (proposed.reason, proposed.kin) == ("outcome", (SUN.mail,))
    drawn.move(CLOSED + 2 * DAY)
    assert late.run(drawn.now) == 0


def test_what_was_voided_before_the_close_is_in_no_form_of_the_document(drawn: Stage) -> None:
    pick = first(drawn)
    call(drawn, pick, "ABA", answered="no")
    drawn.wiring.voids.approve_void(pick.visit_id, LIN, "heard the customer", drawn.now)
    shown = closed(drawn)
    assert (shown["n"], shown["visits"]) == (7, 8)
    assert shown["verification"]["outcomes"]["never_answered"] == 1
    assert (shown["funnel"]["void"], shown["funnel"]["void_proposed"]) == (1, 0)


def amended(stage: Stage) -> Any:  # noqa: ANN401 # a document of the interface
    """June's document once a lead without a hand in it has approved all that is proposed."""
    stage.wiring.amendment_desk.approve(UnitMonth("U1", "2026-06"), "all", MEI, stage.now)
    return stage.call("GET", "/api/assessments/U1/2026-06").json


def test_an_outcome_after_the_document_changes_its_figures_once_it_is_approved(
    drawn: Stage,
) -> None:
    assert closed(drawn)["points"] == 8 * 5
    call(drawn, first(drawn), "EEE")
    assert drawn.call("GET", "/api/assessments/U1/2026-06").json["points"] == 8 * 5
    after = amended(drawn)
    assert (after["version"], after["n"], after["points"]) == (2, 8, 7 * 5 - 6)
    assert after["verification"]["outcomes"]["differs"] == 1


def test_a_void_after_the_document_leaves_it_once_it_is_approved(drawn: Stage) -> None:
    pick = first(drawn)
    call(drawn, pick, "ABA", answered="no")
    assert closed(drawn)["funnel"]["void_proposed"] == 1
    drawn.wiring.voids.approve_void(pick.visit_id, LIN, "heard the customer", drawn.now)
    after = amended(drawn)
    assert (after["version"], after["n"], after["points"], after["visits"]) == (2, 7, 7 * 5, 8)
    assert (after["funnel"]["void"], after["funnel"]["void_proposed"]) == (1, 0)
