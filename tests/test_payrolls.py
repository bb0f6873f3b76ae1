"""HR's workbook: what is to pay is the amount less what was issued, and the sums are right."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest

from chalicelib.core.register import RegisterEntry
from chalicelib.payrolls import Owed, issued_before, payroll
from chalicelib.texts import translator
from tests.catalogues import compile_catalogues
from tests.workbook_samples import MONTH, RULES, part

AT = datetime(2026, 6, 18, 17, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    compile_catalogues()


def entry(unit: str, sequence: int, amount: int, before: int = 0) -> RegisterEntry:
    return RegisterEntry(MONTH, unit, sequence, amount, before, AT, "hr@example.org")


def owed(unit: str, before: int | None = 0, complaints: int = 12, state: str = "issued") -> Owed:
    return Owed(part(unit=unit, complained=complaints).entry, f"Unit {unit}", state, before)


def rows(*every: Owed, register: tuple[RegisterEntry, ...] = ()) -> list[list[Any]]:
    """The rows of the payroll sheet under its headings, the last one the sums."""
    say = translator("en")
    book = openpyxl.load_workbook(io.BytesIO(payroll(MONTH, every, register, say, RULES, "mark")))
    cells = [list(row) for row in book["Payroll"].iter_rows()]
    assert not [cell for row in cells for cell in row if cell.data_type == "f"]
    values = [[cell.value for cell in row] for row in cells]
    return values[next(at for at, row in enumerate(values) if row[0] == "Unit") :]


REGISTER = (entry("U1", 3, 1000), entry("U2", 3, -500), entry("U1", 5, -3000, 1000))


@pytest.mark.parametrize(
    ("unit", "sequence", "before"),
    [("U1", 3, 0), ("U1", 5, 1000), ("U1", 6, -3000), ("U2", 3, 0), ("U2", 4, -500), ("U3", 1, 0)],
)
def test_what_was_issued_before_a_document(unit: str, sequence: int, before: int) -> None:
    assert issued_before(REGISTER, unit, sequence) == before


def test_the_four_lines_make_the_amount_and_the_difference_is_to_pay() -> None:
    heads, *found, _ = rows(owed("a"), owed("b", before=700), owed("c", complaints=0))
    for row in found:
        named = dict(zip(heads, row, strict=True))
        lines = [named[head] for head in ("Change", "All A", "All E", "Complaint line")]
        assert sum(lines) == named["Amount"]
        assert named["To pay or hold back"] == named["Amount"] - named["Issued before"]


def test_the_sums_are_values_and_those_of_their_columns() -> None:
    heads, *found, total = rows(owed("a"), owed("b", before=700), owed("c", complaints=40))
    summed = [place for place, head in enumerate(heads) if isinstance(total[place], int)]
    assert len(summed) == 7
    assert all(total[place] == sum(row[place] for row in found) for place in summed)


def test_measures_are_a_sentence_and_no_sum() -> None:
    heads, one, none, _ = rows(owed("a", complaints=60), owed("b"))
    measures = heads.index("Measures")
    assert "administrative measures" in one[measures]
    assert not none[measures]


def test_where_nothing_is_known_to_be_issued_no_difference_is_told() -> None:
    heads, *_ = rows(owed("a", before=None, state="offline"))
    assert "To pay or hold back" not in heads
    assert "Issued before" not in heads


def test_the_register_is_listed_entry_by_entry() -> None:
    say = translator("zh")
    content = payroll(MONTH, [owed("U1", before=1000)], REGISTER, say, RULES)
    sheet = openpyxl.load_workbook(io.BytesIO(content))["登记簿"]
    *listed, total = [[cell.value for cell in row] for row in sheet.iter_rows()][3:]
    assert [row[:5] for row in listed] == [
        ["U1", 3, 1000, 0, 1000],
        ["U2", 3, -500, 0, -500],
        ["U1", 5, -3000, 1000, -4000],
    ]
    assert {row[5] for row in listed} == {"2026-06-19"}
    assert total[4] == -3500


def test_the_same_month_makes_the_same_bytes() -> None:
    say = translator("en")
    made = [payroll(MONTH, [owed("a")], REGISTER, say, RULES) for _ in range(2)]
    assert made[0] == made[1]


def test_a_name_that_looks_like_a_formula_stays_a_text() -> None:
    _, found, _ = rows(replace(owed("a"), name="=1+1"))
    assert found[1] == "=1+1"


def test_nothing_is_to_pay_before_the_document_is_issued() -> None:
    heads, noticed, issued, total = rows(owed("a", 700, state="noticed"), owed("b"))
    place = heads.index("To pay or hold back")
    assert noticed[place] is None
    assert total[place] == issued[place] == issued[heads.index("Amount")]
