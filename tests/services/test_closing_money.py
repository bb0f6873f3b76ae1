"""The owner's rules about money, from stored forms and cases to the frozen document."""

from dataclasses import replace

import pytest

from chalicelib.core.visits import Answer
from tests.services.months import (
    JUNE,
    MAY,
    amounts,
    close,
    close_at,
    document,
    made_at,
    put_cases,
    put_forms,
    put_visit,
)
from tests.stage import Stage


def test_ten_forms_with_forty_points_have_a_mean_of_four(stage: Stage) -> None:
    forms = ["AAC"] * 10
    put_forms(stage, MAY, forms)
    assert close(stage, MAY) == 1
    found = document(stage, MAY)
    assert (found["n"], found["points"], found["mean"]) == (10, 40, "4.00")


def test_a_mean_that_rose_from_three_and_a_half_is_worth_a_thousand(stage: Stage) -> None:
    put_forms(stage, MAY, ["AAC", "ABC"])  # 4 + 3 points
    put_forms(stage, JUNE, ["AAC"] * 10)
    close(stage, MAY)
    close(stage, JUNE)
    assert (document(stage, MAY)["mean"], document(stage, JUNE)["mean"]) == ("3.50", "4.00")
    found = document(stage, JUNE)
    assert found["previous"] == {"n": 2, "points": 7, "mean": "3.50"}
    assert amounts(found) == {"change": 1000, "all_best": 0, "all_worst": 0, "complaints": 5000}
    assert found["amount"] == 6000


@pytest.mark.parametrize(
    ("may", "june", "change"),
    [
        (["AAC"], ["AAC"] * 7, 0),
        (["AAB", "AAB", "AAC"], ["AAB", "AAB", "AAC"] * 3, 0),
        (["AAB", "AAB", "AAC"], ["AAB", "AAB", "AAC", "AAC"], -1000),
        (["AAC"] * 100, ["AAC"] * 100 + ["AAB"], 1000),
        (["AAC"], [], 0),
        ([], ["AAC"], 0),
        (["---"], ["---"], 0),
    ],
    ids=["equal", "equal thirds", "fallen", "barely risen", "none now", "none before", "silent"],
)
def test_the_change_is_compared_exactly(
    stage: Stage, may: list[str], june: list[str], change: int
) -> None:
    put_forms(stage, MAY, may)
    put_forms(stage, JUNE, june)
    close(stage, MAY)
    close(stage, JUNE)
    assert amounts(document(stage, MAY))["change"] == 0, "nothing to compare with"
    assert amounts(document(stage, JUNE))["change"] == change


@pytest.mark.parametrize(
    ("forms", "best", "worst"),
    [
        (["AAA"] * 3, 1000, 0),
        (["EEE"] * 3, 0, -1000),
        (["AAA", "AA-"], 0, 0),
        (["EEE", "E--"], 0, 0),
        (["AAA", "AAB"], 0, 0),
        (["AAA", "---"], 1000, 0),
        (["---"], 0, 0),
        ([], 0, 0),
    ],
    ids=[
        "all A",
        "all E",
        "blank among A",
        "blank among E",
        "one B",
        "silent",
        "only silent",
        "none",
    ],
)
def test_all_best_and_all_worst_need_every_form_complete(
    stage: Stage, forms: list[str], best: int, worst: int
) -> None:
    put_forms(stage, MAY, forms)
    close(stage, MAY)
    found = amounts(document(stage, MAY))
    assert (found["all_best"], found["all_worst"]) == (best, worst)


def test_a_blank_is_in_n_and_adds_nothing(stage: Stage) -> None:
    put_forms(stage, MAY, ["AA-", "---"])
    close(stage, MAY)
    found = document(stage, MAY)
    assert (found["n"], found["points"], found["forms"], found["visits"]) == (1, 4, 1, 2)


@pytest.mark.parametrize(
    ("number", "amount", "sanction"),
    [
        (0, 5000, False),
        (1, 0, False),
        (5, 0, False),
        (6, -3000, False),
        (10, -3000, False),
        (11, -5000, False),
        (15, -5000, False),
        (16, -10000, False),
        (29, -10000, False),
        (30, -10000, True),
    ],
)
def test_complaints_fall_into_the_rows_of_the_table(
    stage: Stage, number: int, amount: int, sanction: bool
) -> None:
    put_cases(stage, MAY, number)
    close(stage, MAY)
    found = document(stage, MAY)
    assert amounts(found)["complaints"] == amount
    assert found["complaints"]["count"] == number
    assert (found["sanction"], any("30" in note for note in found["notes"])) == (sanction,) * 2


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "praise"},
        {"kind": "empty"},
        {"standing": "duplicate"},
        {"standing": "out_of_scope"},
        {"unit": "U2"},
        {"unit": ""},
    ],
    ids=str,
)
def test_a_case_that_is_no_counting_complaint_of_the_unit_counts_nothing(
    stage: Stage, changes: dict[str, str]
) -> None:
    put_cases(stage, MAY, 1, **{"unit": "U1", **changes})
    close(stage, MAY)
    assert amounts(document(stage, MAY))["complaints"] == 5000


def test_what_came_too_late_is_in_no_document(stage: Stage) -> None:
    put_forms(stage, MAY, ["AAC"])
    put_visit(stage, MAY, "answered-late", "---")
    stage.move(close_at(stage, MAY))
    (result,) = stage.upload(
        stage.row("uploaded-late", completed_at="2026-05-10T12:00:00+08:00", phone="")
    )
    assert result["status"] == "created"
    answer_late(stage, "answered-late")
    close(stage, MAY)
    found = document(stage, MAY)
    assert (found["forms"], found["visits"], found["points"]) == (1, 2, 4)


def answer_late(stage: Stage, visit_id: str) -> None:
    visit = stage.visit(visit_id)
    late = Answer("EEE", "sms", "direct", stage.now, "SM-late", late=True)
    stage.storage.visits.save(replace(visit, answers=(late,)))


def test_documents_are_made_a_little_after_nothing_more_can_come_in_time(stage: Stage) -> None:
    put_visit(stage, MAY, "in-time", "AAA")
    assert made_at(stage, MAY) > close_at(stage, MAY), "a text may be on its way into the store"
    stage.move(close_at(stage, MAY))
    assert stage.wiring.closing.run(stage.now) == 0
    close(stage, MAY)
    assert document(stage, MAY)["forms"] == 1
