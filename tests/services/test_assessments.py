"""Who reads which document of a month that was amended."""

from dataclasses import replace

from chalicelib.core.amendments import Amendment
from chalicelib.core.case_steps import Act
from chalicelib.core.proceedings import SIGNED, superseded, then
from chalicelib.core.visits import Answer
from tests.services.months import MAY, close, put_cases, put_forms, put_visit
from tests.stage import Stage


def sign(stage: Stage, sequence: int) -> None:
    proceeding = stage.storage.proceedings.get("U1", sequence)
    assert proceeding is not None
    act = Act("lin@supervision.example", stage.now, "test")
    signed = then(proceeding, act, SIGNED, stage.wiring.rules, {}, "noticed")
    stage.storage.commit([], [signed])


def amend(stage: Stage) -> None:
    """May once more, with a late answer; as the desk saves it."""
    visit = stage.visit("U1-2026-05-001")
    late = Answer("EEE", "sms", "direct", stage.now, "SM-late", late=True)
    stage.storage.visits.save(replace(visit, answers=(late,)))
    (unit,) = stage.wiring.people.units()
    subjects = ("visit U1-2026-05-001",)
    amendment = Amendment("U1", MAY, "x", "other", stage.now, "lin@x.example", subjects)
    made = stage.wiring.month_maker.amended(unit, amendment, stage.now)
    before = stage.storage.proceedings.get("U1", 1)
    assert before is not None
    stage.storage.commit(made.adds, [*made.saves, superseded(before, 2, stage.now)])


def shown(stage: Stage, unit: str = "") -> tuple[int, str]:
    """Version and state as a token sees them."""
    token = stage.token("assessments:read", unit=unit)
    answered = stage.call("GET", f"/api/assessments/U1/{MAY}", token=token)
    if answered.status == 404:
        return 0, ""
    return answered.json["version"], answered.json["state"]


def test_a_unit_keeps_the_document_it_has_notice_of_until_the_next_is_noticed(
    stage: Stage,
) -> None:
    put_forms(stage, MAY, ["ABC", "---"])
    close(stage, MAY)
    assert (shown(stage, "U1"), shown(stage)) == ((0, ""), (1, "closed"))
    sign(stage, 1)
    assert shown(stage, "U1") == (1, "noticed")
    amend(stage)
    assert (shown(stage, "U1"), shown(stage)) == ((1, "superseded"), (2, "closed"))
    sign(stage, 2)
    assert shown(stage, "U1") == (2, "noticed")


def test_a_document_that_was_never_noticed_is_shown_to_no_unit(stage: Stage) -> None:
    put_forms(stage, MAY, ["ABC", "---"])
    close(stage, MAY)
    amend(stage)
    assert shown(stage, "U1") == (0, "")


def test_a_unit_reads_no_means_of_technicians_that_show_single_forms(stage: Stage) -> None:
    put_forms(stage, MAY, ["ABC"] * 6)
    put_visit(stage, MAY, "alone", "EEE", technician="Wu")
    close(stage, MAY)
    sign(stage, 1)
    path = f"/api/assessments/U1/{MAY}"
    whole = stage.call("GET", path, token=stage.token("assessments:read")).json
    own = stage.call("GET", path, token=stage.token("assessments:read", unit="U1")).json
    assert [one["points"] for one in whole["technicians"]] != [None, None]
    assert {one["forms"]: (one["points"], one["mean"]) for one in own["technicians"]} == {
        6: (None, None),
        1: (None, None),
    }
    assert own["hash"] == whole["hash"]


def test_a_unit_reads_no_channel_of_cases_and_not_what_calls_found_of_its_technicians(
    stage: Stage,
) -> None:
    put_forms(stage, MAY, ["ABC"] * 6)
    put_cases(stage, MAY, 2)
    close(stage, MAY)
    sign(stage, 1)
    path = f"/api/assessments/U1/{MAY}"
    whole = stage.call("GET", path, token=stage.token("assessments:read")).json
    own = stage.call("GET", path, token=stage.token("assessments:read", unit="U1")).json
    (theirs,), (ours,) = own["technicians"], whole["technicians"]
    assert (theirs["verified"], theirs["differs"]) == (None, None)
    assert (ours["verified"], ours["differs"]) == (0, 0)
    assert (theirs["points"], theirs["mean"]) == (ours["points"], ours["mean"])
    assert own["complaint_details"]["channels"] == {"customer": 2, "supervision": 0}
    assert own["items"] == whole["items"]


def test_of_few_forms_a_unit_does_not_read_how_often_each_grade_was_given(stage: Stage) -> None:
    put_forms(stage, MAY, ["ABC"] * 4)
    close(stage, MAY)
    sign(stage, 1)
    path = f"/api/assessments/U1/{MAY}"
    own = stage.call("GET", path, token=stage.token("assessments:read", unit="U1")).json
    assert own["items"] is None
    assert own["amount"] == 5000
