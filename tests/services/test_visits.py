"""Uploads that break half-way, meet each other, or come again."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from chalicelib.core.people import SCOPES, ApiToken
from tests.services.crashes import dying
from tests.stage import Stage

TOKEN = ApiToken("0" * 64, SCOPES)


def upload(stage: Stage, *rows: object) -> list[dict[str, Any]]:
    return stage.wiring.visits.upload(rows, TOKEN, stage.now)


def whole(stage: Stage, row: dict[str, object]) -> None:
    """Everything that hangs on an uploaded visit is there."""
    visit = stage.visit(str(row["visit_id"]))
    assert visit.survey.due_at is not None
    assert stage.storage.phones.get(visit.facts.phone).last == visit.key
    assert stage.storage.people.technician("U1", str(row["technician"])) is not None


def test_wherever_an_upload_ends_its_repeat_completes_it(stage: Stage) -> None:
    for point in range(1, 40):
        row = stage.row(technician=f"Li {point}")
        with dying(stage, point) as points:
            upload(stage, row)
        assert upload(stage, row)[0]["status"] in ("created", "unchanged")
        whole(stage, row)
        if points.passed < point:
            break
    assert 10 < point < 39


def test_wherever_a_change_ends_its_repeat_completes_it(stage: Stage) -> None:
    for point in range(1, 40):
        row = stage.row()
        upload(stage, row)
        changed = {**row, "phone": f"+8525199{point:04d}"}
        with dying(stage, point) as points:
            upload(stage, changed)
        assert upload(stage, changed)[0]["status"] in ("changed", "unchanged")
        whole(stage, changed)
        assert [each.field for each in stage.visit(str(row["visit_id"])).changes] == ["phone"]
        if points.passed < point:
            break
    assert 8 < point < 39


def test_the_same_row_from_many_sides_at_once_is_one_visit(stage: Stage) -> None:
    row = stage.row("V-1")
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: upload(stage, row)[0]["status"], range(16)))
    assert sorted(results) == ["created", *["unchanged"] * 15]
    assert stage.visit("V-1").version == 1


def test_different_rows_of_one_visit_at_once_end_as_one_of_them(stage: Stage) -> None:
    upload(stage, stage.row("V-1"))
    rows = [stage.row("V-1") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        results = [each[0]["status"] for each in pool.map(lambda row: upload(stage, row), rows)]
    assert set(results) <= {"changed", "invalid"}, "nobody is told of a change that is not there"
    visit = stage.visit("V-1")
    assert visit.facts.phone in {row["phone"] for row in rows}
    assert len(visit.changes) == results.count("changed")


def test_an_id_whose_first_upload_broke_stays_with_its_unit_and_month(stage: Stage) -> None:
    row, key, point = stage.row("V-1"), None, 0
    while key is None:
        point += 1
        with dying(stage, point):
            upload(stage, row)
        key = stage.storage.visits.key_of("V-1")
    assert stage.storage.visits.get(key) is None
    (result,) = upload(stage, {**row, "completed_at": "2026-05-20T12:00:00+08:00"})
    assert result["status"] == "invalid"
    assert [error["field"] for error in result["errors"]] == ["visit_id"]
    assert upload(stage, row)[0]["status"] == "created"
