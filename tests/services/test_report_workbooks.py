"""The workbook of a stored document: supervision's with every form, the unit's with none."""

import io
from typing import Any

import openpyxl
import pytest

from chalicelib.core.documents import StoredDocument
from chalicelib.core.people import Technician
from tests.services.months import JUNE, MAY, close, put_cases, put_forms
from tests.stage import Stage


def rows(stage: Stage, language: str = "en", *, own: bool = False) -> dict[str, list[list[Any]]]:
    """The sheets of June's workbook."""
    stored = stage.storage.documents.of_month("U1", JUNE)
    assert stored is not None
    book = openpyxl.load_workbook(io.BytesIO(made(stage, stored, language, own=own)))
    return {sheet.title: [[cell.value for cell in row] for row in sheet] for sheet in book}


def made(stage: Stage, stored: StoredDocument, language: str, *, own: bool) -> bytes:
    unit = stage.storage.people.unit("U1")
    assert unit is not None
    return stage.wiring.report_workbooks.workbook(stored, unit, language, own=own)


@pytest.fixture
def closed(stage: Stage) -> Stage:
    """Two closed months of U1, whose technician Li is known by name."""
    stage.wiring.people.put(Technician("U1", "Li"))
    put_forms(stage, MAY, ["AAB", "ABC"])
    close(stage, MAY)
    put_forms(stage, JUNE, ["AAA", "---", "EDC"])
    put_cases(stage, JUNE, 2, category="price")
    close(stage, JUNE)
    return stage


def test_supervisions_edition_names_each_form_and_technician(closed: Stage) -> None:
    found = rows(closed)
    forms = [row[1:7] for row in found["Forms"] if str(row[1]).startswith("U1-2026-06")]
    assert forms == [
        ["U1-2026-06-000", "Li", "A", "A", "A", 6],
        ["U1-2026-06-002", "Li", "E", "D", "C", -3],
    ]


def test_weeks_and_technicians_add_up_to_the_document(closed: Stage) -> None:
    found = rows(closed)
    weeks = [row[2:5] for row in found["Weeks"] if str(row[1]).startswith("2026-W")]
    technicians = [row[2:5] for row in found["Technicians"] if row[1] == "Li"]
    assert [sum(row[place] for row in weeks) for place in range(3)] == [3, 2, 3]
    assert technicians == [[3, 2, 3]]


def test_the_months_before_are_in_the_charts(closed: Stage) -> None:
    months = [row[:3] for row in rows(closed)["Charts"] if str(row[0]).startswith("2026-0")]
    assert [MAY, 4, 2] in months
    assert [JUNE, 1.5, 2] in months


def test_the_units_edition_names_no_form(closed: Stage) -> None:
    found = rows(closed, own=True)
    assert "Forms" not in found
    assert "Weeks" not in found
    assert not any(
        "U1-2026-06" in str(cell) for sheet in found.values() for row in sheet for cell in row
    )


def test_where_the_facts_are_gone_the_document_is_told_alone(closed: Stage) -> None:
    for path in (closed.folder / "blobs").rglob("*.tsv.gz"):
        path.unlink()
    assert list(rows(closed)) == ["Summary", "Charts", "Technicians", "Method"]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("own", [True, False])
def test_the_same_document_makes_the_same_bytes(closed: Stage, language: str, own: bool) -> None:
    stored = closed.storage.documents.of_month("U1", JUNE)
    assert stored is not None
    assert len({made(closed, stored, language, own=own) for _ in range(2)}) == 1
