"""Reasons to call that lie beside a visit: its phone's names, its form's device, observations."""

from datetime import timedelta

import pytest

from chalicelib.core import signals
from chalicelib.core.observations import Observation
from chalicelib.core.people import Technician, Unit
from tests.stage import COMPLETED, INVITED, Stage
from tests.web.browser import Browser

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NUMBER, OTHER = "+85251230001", "+85251230002"
ABA = {"timeliness": "A", "quality": "B", "attitude": "A"}


def reasons(stage: Stage, visit_id: str) -> tuple[str, ...]:
    """What the next frame would say of the visit."""
    facts_of = stage.wiring._signals.opened(u.unit_id for u in stage.storage.people.units())
    return signals.reasons(facts_of(stage.visit(visit_id)), ())


def graded(stage: Stage, visit_id: str, agent: str = "Android 14") -> None:
    """The form of a visit, sent from a browser at this address."""
    token = stage.wiring.survey_forms.issue(visit_id)
    page = Browser(stage, {"User-Agent": agent}).send(f"/f/{token}", **ABA)
    assert page.status == 200


@pytest.fixture
def invited(stage: Stage) -> Stage:
    """Two customers, asked an hour ago."""
    stage.upload(stage.row("V-1", phone=NUMBER), stage.row("V-2", phone=OTHER))
    stage.dispatch(INVITED)
    stage.move(INVITED + HOUR)
    return stage


def test_forms_of_two_customers_from_one_device_are_a_reason_for_both(invited: Stage) -> None:
    graded(invited, "V-1")
    invited.move(INVITED + HOUR + 10 * MINUTE)
    graded(invited, "V-2")
    assert reasons(invited, "V-1") == reasons(invited, "V-2") == ("same_device",)


@pytest.mark.parametrize(
    ("agent", "later"),
    [("iPhone", MINUTE), ("Android 14", 11 * MINUTE)],
    ids=["another device", "eleven minutes later"],
)
def test_two_customers_who_only_share_an_address_are_none(
    invited: Stage, agent: str, later: timedelta
) -> None:
    graded(invited, "V-1")
    invited.move(INVITED + HOUR + later)
    graded(invited, "V-2", agent)
    assert reasons(invited, "V-1") == reasons(invited, "V-2") == ()


def test_one_customer_may_grade_two_jobs_of_his_own_at_once(stage: Stage) -> None:
    stage.upload(stage.row("V-1", phone=NUMBER), stage.row("V-2", phone=NUMBER))
    stage.dispatch(INVITED)
    stage.move(INVITED + HOUR)
    graded(stage, "V-1")
    graded(stage, "V-2")
    assert reasons(stage, "V-1") == reasons(stage, "V-2") == ()


def test_a_correction_from_the_device_of_another_form_is_a_reason(invited: Stage) -> None:
    invited.text(NUMBER, "BBB")
    invited.move(INVITED + 2 * HOUR)
    graded(invited, "V-1")
    graded(invited, "V-2")
    assert reasons(invited, "V-1") == ("conflict", "same_device")


def test_a_device_is_no_address_and_another_one_the_next_day(invited: Stage) -> None:
    graded(invited, "V-1")
    invited.move(INVITED + DAY)
    graded(invited, "V-2")
    first, second = (invited.visit(each).answers[-1].device for each in ("V-1", "V-2"))
    assert first
    assert first != second
    found = str([row for row in invited.everything() if row["pk"]["S"].startswith("DEV#")])
    for named in ("127.0.0.1", "Android", NUMBER):
        assert named not in found


def test_customers_of_different_names_under_one_phone_are_a_reason(stage: Stage) -> None:
    stage.upload(
        stage.row("V-1", phone=NUMBER, customer_name="Mrs Chan"),
        stage.row("V-2", phone=NUMBER, customer_name="Mr Lee", unit="U1"),
        stage.row("V-3", phone=OTHER, customer_name="Mrs Chan"),
        stage.row("V-4", phone=OTHER, customer_name="MRS  CHAN"),
        stage.row("V-5", phone=OTHER, customer_name=""),
    )
    assert reasons(stage, "V-1") == reasons(stage, "V-2") == ("shared_phone",)
    assert [reasons(stage, each) for each in ("V-3", "V-4", "V-5")] == [()] * 3


def test_a_name_put_right_later_does_not_hide_that_there_were_two(stage: Stage) -> None:
    rows = [stage.row(each, phone=NUMBER) for each in ("V-1", "V-2")]
    stage.upload(rows[0], {**rows[1], "customer_name": "Mr Lee"})
    stage.upload(rows[1])
    assert stage.visit("V-2").facts.customer_name == "Mrs Chan"
    assert reasons(stage, "V-2") == ("shared_phone",)


def test_a_phone_that_had_another_owner_years_ago_is_none(stage: Stage) -> None:
    before = COMPLETED.replace(year=COMPLETED.year - 2)
    stage.upload(
        stage.row("V-0", phone=NUMBER, completed_at=before.isoformat(), customer_name="Mr Lee"),
        stage.row("V-1", phone=NUMBER),
    )
    assert reasons(stage, "V-1") == ()


def test_the_phone_of_a_technician_of_any_unit_is_a_reason(stage: Stage) -> None:
    stage.storage.people.put(Unit("U2", "West"))
    stage.storage.people.put(Technician("U2", "Wu", NUMBER))
    stage.upload(stage.row("V-1", phone=NUMBER), stage.row("V-2", phone=OTHER))
    assert reasons(stage, "V-1") == ("technician_phone",)
    assert reasons(stage, "V-2") == ()


def test_a_technicians_phone_that_was_asked_stays_a_reason_when_it_is_replaced(
    stage: Stage,
) -> None:
    stage.storage.people.put(Technician("U1", "Li", NUMBER))
    row = stage.row("V-1", phone=NUMBER)
    stage.upload(row)
    stage.dispatch(INVITED)
    stage.text(NUMBER, "A B A")
    stage.upload({**row, "phone": OTHER})
    assert reasons(stage, "V-1") == ("changed_after_upload", "fast", "technician_phone")


def test_an_observation_of_the_technician_is_a_reason_near_its_day(stage: Stage) -> None:
    stage.storage.observations.add(Observation("U1", COMPLETED, "Amsel", "asked for an A", "Li"))
    before = (COMPLETED - 20 * DAY).isoformat()
    stage.upload(
        stage.row("V-1"), stage.row("V-2", technician="Wu"), stage.row("V-3", completed_at=before)
    )
    found = [reasons(stage, each) for each in ("V-1", "V-2", "V-3")]
    assert found == [("observation",), (), ("late_upload",)]
