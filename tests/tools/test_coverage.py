"""python -m tools coverage: jobs that were paid for and never uploaded, and what else differs."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from tests.catalogues import compile_catalogues
from tools.__main__ import app

UPLOADS = ("visit_id", "unit", "technician", "completed_at", "phone")
LISTED = ("工单号", "网点", "师傅", "服务日期", "联系电话", "结算金额")


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    compile_catalogues()


def job(number: int, unit: str = "north-1", **changes: str) -> list[str]:
    row = {
        "visit_id": f"WO-{number:04}",
        "unit": unit,
        "technician": "Li Wei" if number % 2 else "吴英",
        "completed_at": "2026-05-03 10:00",
        "phone": f"+86 138 0000 {number:04}",
    }
    return list({**row, **changes}.values())


def as_csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    file = io.StringIO()
    csv.writer(file).writerows([header, *rows])
    return file.getvalue()


class Lists:
    """Two files beside each other, compared."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(
        self, uploads: str | bytes, reference: str | bytes, *more: object, language: str = "en"
    ) -> Result:
        words: list[object] = ["coverage", "--language", language]
        for name, content in (("visits", uploads), ("reference", reference)):
            path = self.folder / f"{name}.csv"
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            words += [f"--{name}", path]
        return CliRunner().invoke(app, [str(word) for word in [*words, *more]])

    def told(
        self, uploads: Sequence[Sequence[str]], reference: Sequence[Sequence[str]]
    ) -> dict[str, Any]:
        settled = [[*row, "120.00"] for row in reference]
        result = self.run(as_csv(UPLOADS, uploads), as_csv(LISTED, settled))
        assert result.exit_code in (0, 1), result.stderr
        told: dict[str, Any] = json.loads(result.stdout)
        assert told["complete"] is (result.exit_code == 0)
        return told


@pytest.fixture
def lists(tmp_path: Path) -> Lists:
    return Lists(tmp_path)


def test_lists_that_say_the_same_are_complete(lists: Lists) -> None:
    jobs = [job(number) for number in range(6)]
    told = lists.told(jobs, list(reversed(jobs)))
    assert told["complete"] is True
    assert (told["reference"], told["missing"], told["share"]) == (6, 0, "0.0000")


def test_jobs_never_uploaded_are_counted_by_unit_and_technician(lists: Lists) -> None:
    jobs = [job(number) for number in range(4)] + [job(9, unit="south")]
    told = lists.told(jobs[1:4], jobs)
    assert [each["visit_id"] for each in told["missing_jobs"]] == ["WO-0000", "WO-0009"]
    north, south = told["units"]
    assert (north["unit"], north["missing"], north["share"]) == ("north-1", 1, "0.2500")
    assert north["technicians"] == [
        {"technician": "Li Wei", "reference": 2, "missing": 0, "share": "0.0000"},
        {"technician": "吴英", "reference": 2, "missing": 1, "share": "0.5000"},
    ]
    assert (south["missing"], south["share"]) == (1, "1.0000")


def test_a_job_that_was_uploaded_and_never_paid_for_is_named(lists: Lists) -> None:
    told = lists.told([job(1), job(2)], [job(1)])
    assert [each["visit_id"] for each in told["extra_jobs"]] == ["WO-0002"]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"unit": "south"}, ["unit"]),
        ({"completed_at": "2026-05-04 10:00"}, ["completed_on"]),
        ({"completed_at": "2026-05-03 23:59"}, []),
        ({"completed_at": "2026-05-03T18:00:00+00:00"}, ["completed_on"]),
        ({"phone": "138-0000-0001"}, []),
        ({"phone": "008613800000001"}, []),
        ({"phone": "13800000002"}, ["phone"]),
        ({"phone": ""}, []),
        ({"technician": "Somebody"}, []),
        ({"unit": "south", "phone": "13811111111"}, ["unit", "phone"]),
    ],
)
def test_unit_day_and_phone_are_compared_where_both_tell_them(
    lists: Lists, changes: dict[str, str], fields: list[str]
) -> None:
    told = lists.told([job(1)], [job(1, **changes)])
    found = told["differing_jobs"]
    assert found == ([{"visit_id": "WO-0001", "fields": fields}] if fields else [])


def test_a_job_with_several_invoice_lines_is_one_job(lists: Lists) -> None:
    told = lists.told([job(1)], [job(1, phone=""), job(1, unit="south"), job(1)])
    assert (told["complete"], told["reference"]) == (True, 1)


def test_a_list_of_numbers_alone_is_enough(lists: Lists) -> None:
    result = lists.run(as_csv(UPLOADS, [job(1)]), "Order No.\nWO-0001\nWO-0002\n")
    assert result.exit_code == 1
    assert [each["visit_id"] for each in json.loads(result.stdout)["missing_jobs"]] == ["WO-0002"]


def test_numbers_that_a_spreadsheet_has_changed_are_pointed_out(lists: Lists) -> None:
    uploads = as_csv(UPLOADS, [["00123", *job(1)[1:]]])
    result = lists.run(uploads, "工单号\n123\n")
    assert json.loads(result.stdout)["alike"] == {"123": "00123"}
    assert "check how the numbers are written" in result.stderr


def test_one_month_may_be_compared_alone(lists: Lists) -> None:
    april = job(2, completed_at="2026-04-30 10:00")
    result = lists.run(
        as_csv(UPLOADS, [job(1), april]), as_csv(LISTED[:4], [job(1)[:4]]), "--month", "2026-05"
    )
    assert result.exit_code == 0, result.stdout
    assert "rows of other months, ignored: 1" in result.stderr


def test_no_phone_number_is_printed(lists: Lists) -> None:
    settled = [[*job(1, phone="13899999999"), "1"], [*job(2), "1"]]
    result = lists.run(as_csv(UPLOADS, [job(1)]), as_csv(LISTED, settled))
    assert "9999" not in result.stdout + result.stderr
    assert "0000 0001" not in result.stdout + result.stderr


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_table_is_for_people_and_says_that_documents_do_not_change(
    lists: Lists, language: str
) -> None:
    result = lists.run(as_csv(UPLOADS, [job(1)]), "工单号\nWO-9\n", language=language)
    assert {"zh": "未证实", "en": "unproven"}[language] in result.stderr
    assert result.stdout.count("\n") == 1


def test_the_single_jobs_go_into_a_workbook(lists: Lists) -> None:
    path = lists.folder / "jobs.xlsx"
    rows = [job(1, technician="=1+1", unit="north-1"), job(2)]
    lists.run(as_csv(UPLOADS, [job(3)]), as_csv(UPLOADS, rows), "--list", path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Missing", "Not in the list", "Differing"]
    cells = [cell for row in book["Missing"].iter_rows() for cell in row]
    assert "=1+1" in [cell.value for cell in cells]
    assert not [cell for cell in cells if cell.data_type == "f"]


@pytest.mark.parametrize(
    ("uploads", "reference", "reason"),
    [
        (as_csv(UPLOADS, [job(1), job(1)]), "工单号\nWO-1\n", "visits.csv:3: visit_id"),
        (as_csv(UPLOADS, [job(1)]), "number\n1\n", "reference.csv:1: visit_id: no such column"),
        (as_csv(UPLOADS, [job(1)]), "", "reference.csv:1: visit_id: no such column"),
        (as_csv(UPLOADS, [job(1)]), "工单号\nW O\n", "reference.csv:2: 工单号"),
        (as_csv(UPLOADS, [job(1)]), "工单号,服务日期\nWO,soon\n", "reference.csv:2: 服务日期"),
        ("visit_id\nWO-1\n", "工单号\nWO-1\n", "visits.csv:1: unit: no such column"),
        (as_csv(UPLOADS, [job(1, unit="")]), "工单号\nWO-1\n", "visits.csv:2: unit"),
    ],
)
def test_what_cannot_be_read_is_named(
    lists: Lists, uploads: str, reference: str, reason: str
) -> None:
    result = lists.run(uploads, reference)
    assert result.exit_code == 2
    assert reason in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("more", [("--month", "May"), ("--language", "fr")])
def test_a_bad_call_is_refused(lists: Lists, more: tuple[str, str]) -> None:
    jobs = as_csv(UPLOADS, [job(1)])
    assert lists.run(jobs, jobs, *more).exit_code == 2
