"""python -m tools assess: files in, three files out, or one line that says what is wrong."""

import csv
import io
import json
import os
import random
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter  # type: ignore[import-untyped] # it has no types
from typer.testing import CliRunner, Result

from chalicelib import report, rulebook
from chalicelib.texts import translator
from tests.catalogues import compile_catalogues
from tools.__main__ import app

PROJECT = Path(__file__).parents[2]
NAUGHTY = Path(__file__).parents[3] / "shared" / "data" / "naughty_strings.json"
HEADER = ("visit_id", "unit", "technician", "completed_at", "timeliness", "quality", "attitude")
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", '=HYPERLINK("http://x","y")', "{=1+1}")

NAIVE = datetime.fromisoformat("2026-05-03T10:00")
"""As a workbook holds it: Excel knows no zones."""

Rows = Sequence[Sequence[Any]]
Fill = Callable[[Any, Any], None]
"""Writes a sheet of a workbook of XlsxWriter, which has no types."""


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    compile_catalogues()


def visit(
    number: int, grades: str, unit: str = "north-1", at: str = "2026-05-03 10:00"
) -> list[str]:
    return [f"v{number}", unit, "Li Wei", at, *grades.replace("-", " ")]


def month(
    letters: Iterable[str], at: str, first: int = 0, unit: str = "north-1"
) -> list[list[str]]:
    return [visit(number, form, unit, at) for number, form in enumerate(letters, first)]


MAY = month(["AAB"] * 5 + ["ABC"] * 5, "2026-05-03 10:00")
APRIL = month(["AAB"] * 5 + ["ACC"] * 5, "2026-04-03 10:00", first=100)


def as_csv(rows: Rows, header: Sequence[str] = HEADER, delimiter: str = ",") -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows([header, *rows])
    return file.getvalue()


def as_xlsx(rows: Rows, header: Sequence[str] = HEADER) -> bytes:
    file = io.BytesIO()
    book = openpyxl.Workbook()
    for row in [header, *rows]:
        book.worksheets[0].append(list(row))
    book.save(file)
    return file.getvalue()


class Desk:
    """A folder to put files in and assess them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "out"

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def run(self, visits: str | bytes, *arguments: object, of: str = "2026-05") -> Result:
        path = self.put("visits.csv", visits)
        words = ["--visits", path, "--month", of, "--out", self.out, "--language", "en"]
        return CliRunner().invoke(app, [str(word) for word in ["assess", *words, *arguments]])

    def assessment(self, visits: str | bytes, *arguments: object) -> dict[str, Any]:
        result = self.run(visits, *arguments)
        assert result.exit_code == 0, result.stderr
        return dict(json.loads((self.out / "assessment.json").read_bytes()))

    def unit(self, visits: str | bytes, *arguments: object) -> dict[str, Any]:
        (unit,) = self.assessment(visits, *arguments)["units"]
        return dict(unit)

    def refusal(self, visits: str | bytes, *arguments: object) -> str:
        result = self.run(visits, *arguments)
        assert result.exit_code == 2, result.stdout
        assert not self.out.exists()
        return result.stderr.replace(f"{self.folder}/", "")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def cases(number: int, **columns: str) -> str:
    rows = [[f"c{n}", "north-1", "2026-05-04", *columns.values()] for n in range(number)]
    return as_csv(rows, ("case_id", "unit", "received_at", *columns))


# The document


def test_ten_forms_with_forty_points_after_three_and_a_half_earn_the_award(desk: Desk) -> None:
    unit = desk.unit(as_csv(MAY + APRIL))
    assert (unit["n"], unit["points"], unit["mean"]) == (10, 40, "4.00")
    assert unit["previous"] == {"n": 10, "points": 35, "mean": "3.50"}
    assert [(line["code"], line["amount"]) for line in unit["lines"]] == [
        ("change", 1000),
        ("all_best", 0),
        ("all_worst", 0),
    ]
    assert (unit["complaints"], unit["sanction"], unit["amount"]) == (None, False, 1000)


def test_last_month_may_come_in_a_file_of_its_own(desk: Desk) -> None:
    together = desk.assessment(as_csv(MAY + APRIL))
    apart = desk.assessment(as_csv(MAY), "--previous", desk.put("april.csv", as_csv(APRIL)))
    assert apart == together


def test_with_a_file_for_last_month_the_other_file_tells_nothing_of_it(desk: Desk) -> None:
    worse = desk.put("april.csv", as_csv(month(["CCC"], "2026-04-09", 500)))
    result = desk.run(as_csv(MAY + APRIL), "--previous", worse)
    assert result.exit_code == 0
    assert "visits.csv: rows of other months, ignored: 10" in result.stderr
    (unit,) = json.loads((desk.out / "assessment.json").read_bytes())["units"]
    assert unit["previous"] == {"n": 1, "points": 0, "mean": "0.00"}


@pytest.mark.parametrize(
    ("number", "amount"),
    [
        *((0, 5000), (1, 0), (5, 0), (6, -3000), (10, -3000), (11, -5000)),
        *((15, -5000), (16, -10000), (29, -10000), (30, -10000), (31, -10000)),
    ],
)
def test_complaints_pick_their_row(desk: Desk, number: int, amount: int) -> None:
    unit = desk.unit(as_csv(MAY), "--complaints", desk.put("cases.csv", cases(number)))
    assert unit["lines"][3]["code"] == "complaints"
    assert unit["lines"][3]["amount"] == unit["amount"] == amount
    assert unit["complaints"]["count"] == number
    assert unit["sanction"] is (number >= 30)
    assert ("administrative measures" in "".join(unit["notes"])) is (number >= 30)


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", "case_id,unit,received_at\n"])
def test_an_empty_file_of_complaints_is_no_complaint(desk: Desk, content: str) -> None:
    unit = desk.unit(as_csv(MAY), "--complaints", desk.put("cases.csv", content))
    assert unit["complaints"] == {"count": 0, "weighted": 0, "tier": "0"}
    assert unit["amount"] == 5000


def test_without_a_file_of_complaints_it_says_so(desk: Desk) -> None:
    assert "three lines instead of four" in desk.run(as_csv(MAY)).stderr


def test_a_complaint_row_may_say_more_and_blanks_are_the_defaults(desk: Desk) -> None:
    rows = [
        ["1", "north-1", "2026-05-04", "", "", ""],
        ["2", "north-1", "2026-05-04", "Grave", "COMPLAINT", "counts"],
        ["3", "north-1", "2026-05-04", "严重", "投诉", "重复"],
        ["4", "north-1", "2026-05-04", "minor", "praise", "counts"],
        ["5", "north-1", "2026-05-04", "minor", "complaint", "Out of scope"],
        ["6", "north-1", "2026-06-01", "minor", "complaint", "counts"],
        ["7", "", "2026-05-04", "minor", "complaint", "counts"],
    ]
    header = ("case_id", "unit", "received_at", "severity", "kind", "standing")
    path = desk.put("cases.csv", as_csv(rows, header))
    result = desk.run(as_csv(MAY), "--complaints", path)
    document = json.loads((desk.out / "assessment.json").read_bytes())
    assert document["units"][0]["complaints"]["count"] == 2
    assert document["cases_without_unit"] == 1
    assert "cases.csv: cases without a unit, counted for nobody: 1" in result.stderr
    assert "cases.csv: rows of other months, ignored: 1" in result.stderr


def test_units_are_sorted_also_those_known_from_complaints_or_last_month_alone(desk: Desk) -> None:
    visits = month(["ABC"], "2026-05-03", 1, "b") + month(["ABC"], "2026-04-03", 2, "c")
    visits += month(["ABC"], "2026-03-03", 3, "march-only")
    complaint = "case_id,unit,received_at\n1,a,2026-05-01\n2,june-only,2026-06-01\n"
    document = desk.assessment(as_csv(visits), "--complaints", desk.put("cases.csv", complaint))
    assert [unit["unit"] for unit in document["units"]] == ["a", "b", "c"]
    only_complaint, _, only_before = document["units"]
    assert (only_complaint["mean"], only_complaint["previous"]) == (None, None)
    assert (only_before["n"], only_before["previous"]["n"]) == (0, 1)
    assert [len(unit["lines"]) for unit in document["units"]] == [4, 4, 4]


def test_a_row_without_grades_is_a_silent_visit(desk: Desk) -> None:
    unit = desk.unit(as_csv([visit(1, "AAA"), visit(2, "---")]))
    assert (unit["forms"], unit["visits"], unit["n"]) == (1, 2, 1)
    assert (unit["mean_forms"], unit["mean_visits"]) == ("6.00", "3.00")
    assert unit["lines"][1]["amount"] == 1000


def test_a_rulebook_of_ones_own_decides_and_its_hash_is_in_the_document(desk: Desk) -> None:
    text = rulebook.DEFAULT.read_text("utf-8").replace(
        'denominator = "forms"', 'denominator = "visits"'
    )
    path = desk.put("rules.toml", text.replace("rise_award = 1000", "rise_award = 77"))
    document = desk.assessment(
        as_csv([visit(1, "AAA"), visit(2, "---"), *month(["CCC"], "2026-04-01", 9)]),
        "--rulebook",
        path,
    )
    assert (document["units"][0]["n"], document["units"][0]["amount"]) == (2, 77 + 1000)
    assert document["rulebook_sha256"] == rulebook.load(path).sha256


def test_a_broken_rulebook_is_named_by_line(desk: Desk) -> None:
    text = rulebook.DEFAULT.read_text("utf-8").replace("rise_award = 1000", "rise_award = 1.5")
    said = desk.refusal(as_csv(MAY), "--rulebook", desk.put("rules.toml", text))
    assert re.match(r"rules\.toml:\d+: rise_award: must be a whole number", said)


def test_a_file_without_visits_of_the_month_says_so(desk: Desk) -> None:
    result = desk.run(as_csv(APRIL), of="2026-06")
    assert result.exit_code == 0
    assert "visits.csv: no visit of 2026-06" in result.stderr
    assert json.loads((desk.out / "assessment.json").read_bytes())["units"] == []


def test_a_heading_cannot_steer_the_terminal(desk: Desk) -> None:
    said = desk.run(as_csv([[*row, ""] for row in MAY], [*HEADER, "\x1b[2Jphone"])).stderr
    assert "columns not used: [2Jphone" in said
    assert "\x1b" not in said


# When


@pytest.mark.parametrize(
    ("written", "counts"),
    [
        ("2026-05-01", True),
        ("2026-04-30 23:59", False),
        ("2026-05-31T23:59:59", True),
        ("2026-06-01 00:00", False),
        ("2026-04-30T16:00:00Z", True),
        ("2026-04-30T15:59:59Z", False),
        ("2026-05-31T15:59:59.999999+00:00", True),
        ("2026-05-31T16:00:00+00:00", False),
        ("2026-06-01T08:00:00+14:00", False),
        ("2026-06-01T01:00:00+10:00", True),
        ("2026/5/3 9:05", True),
        ("2026.5.3", True),
        ("2026年5月3日", True),
        ("2026年5月3日 9时05分", True),
        ("２０２６-０５-０３ １０：００", True),
    ],
)
def test_the_month_is_the_organisations(desk: Desk, written: str, counts: bool) -> None:
    rows = [visit(1, "AAA", at=written), visit(2, "BBB")]
    assert desk.unit(as_csv(rows))["n"] == 1 + counts


def test_the_zone_is_the_rulebooks(desk: Desk) -> None:
    text = rulebook.DEFAULT.read_text("utf-8").replace("Asia/Shanghai", "America/New_York")
    rows = [visit(1, "AAA", at="2026-06-01T03:59:59Z"), visit(2, "BBB", at="2026-05-31 23:59")]
    assert desk.unit(as_csv(rows), "--rulebook", desk.put("rules.toml", text))["n"] == 2


# Ways to write the same


def chinese(rows: Rows) -> str:
    header = ("工单号", "网点", "师傅", "完成时间", "及时性", "质量", "服务态度（A–E）")
    return as_csv(rows, header)


def shuffled_columns(rows: Rows) -> str:
    order = [5, 0, 3, 2, 6, 4, 1]
    return as_csv(
        [[row[place] for place in order] for row in rows], [HEADER[place] for place in order]
    )


def wide(rows: Rows) -> str:
    table = str.maketrans("ABCDE", "ａｂＣｄＥ")
    return as_csv([[*row[:4], *(str(grade).translate(table) for grade in row[4:])] for row in rows])


def with_dates(rows: Rows) -> bytes:
    return as_xlsx(
        [
            [
                *row[:3],
                datetime.fromisoformat(str(row[3])),
                *(g.strip() or None for g in map(str, row[4:])),
            ]
            for row in rows
        ]
    )


ROWS: Rows = [*MAY, *APRIL, *month(["-EA", "---"], "2026-05-31 23:59", 200, "west.2_x")]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(as_csv(ROWS).encode("utf-8-sig"), id="with a byte order mark"),
        pytest.param(as_csv(ROWS).replace("\r\n", "\n"), id="unix lines"),
        pytest.param(as_csv(ROWS).replace("\r\n", "\r\n,,,,,,\r\n\r\n"), id="blank lines"),
        pytest.param(as_csv(ROWS, delimiter=";"), id="semicolons"),
        pytest.param(as_csv(ROWS, delimiter="\t"), id="tabs"),
        pytest.param(as_csv(ROWS, [name.upper() for name in HEADER]), id="upper case header"),
        pytest.param(as_csv(ROWS, ["Visit ID", " Unit ", *HEADER[2:]]), id="spaced header"),
        pytest.param(chinese(ROWS), id="Chinese header"),
        pytest.param(chinese(ROWS).encode("gb18030"), id="GB18030"),
        pytest.param(shuffled_columns(ROWS), id="another order of columns"),
        pytest.param(as_csv(list(reversed(ROWS))), id="another order of rows"),
        pytest.param(
            as_csv([[*row, 'x, "y"\nz'] for row in ROWS], [*HEADER, "comment"]), id="comments"
        ),
        pytest.param(
            as_csv([["p", *row] for row in ROWS], ["phone", *HEADER]), id="unknown column"
        ),
        pytest.param(wide(ROWS), id="small and full-width grades"),
        pytest.param(as_csv([[f" {cell} " for cell in row] for row in ROWS]), id="spaces"),
        pytest.param(as_xlsx(ROWS), id="workbook"),
        pytest.param(with_dates(ROWS), id="workbook with dates"),
    ],
)
def test_the_same_facts_make_the_same_document_however_they_are_written(
    desk: Desk, content: str | bytes
) -> None:
    desk.assessment(as_csv(ROWS))
    plain = (desk.out / "assessment.json").read_bytes()
    desk.assessment(content)
    assert (desk.out / "assessment.json").read_bytes() == plain


def test_gb18030_is_noticed(desk: Desk) -> None:
    assert (
        "visits.csv: not UTF-8, read as GB18030" in desk.run(chinese(MAY).encode("gb18030")).stderr
    )


def as_book(fill: Fill, **options: object) -> bytes:
    """A workbook whose first sheet `fill(book, sheet)` writes."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, options) as book:
        fill(book, book.add_worksheet())
    return file.getvalue()


def written(rows: Rows, top: int = 0) -> Fill:
    def fill(book: Any, sheet: Any) -> None:  # noqa: ANN401 # XlsxWriter has no types
        for number, row in enumerate([HEADER, *rows], top):
            sheet.write_row(number, 0, row)

    return fill


def titled(book: Any, sheet: Any) -> None:  # noqa: ANN401 # XlsxWriter has no types
    sheet.merge_range(0, 0, 0, 6, "2026年5月考核\x1b[2J")
    written(MAY, 1)(book, sheet)


def bordered(book: Any, sheet: Any) -> None:  # noqa: ANN401 # XlsxWriter has no types
    written(MAY)(book, sheet)
    for line in range(11, 300):
        for column in range(9):
            sheet.write_blank(line, column, None, book.add_format({"border": 1}))


def hidden_before(book: Any, sheet: Any) -> None:  # noqa: ANN401 # XlsxWriter has no types
    sheet.write(0, 0, "old")
    shown = book.add_worksheet()
    written(MAY)(book, shown)
    shown.activate()
    sheet.hide()


def since_1904(book: Any, sheet: Any) -> None:  # noqa: ANN401 # XlsxWriter has no types
    day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    written(MAY)(book, sheet)
    for line in range(1, 11):
        sheet.write_datetime(line, 3, NAIVE, day)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(as_csv(MAY).replace("\r\n", "\r"), id="old Mac lines"),
        pytest.param("\ufeff\ufeff" + as_csv(MAY), id="two byte order marks"),
        pytest.param(as_csv(MAY) + ",,,,,,\n\n  \n" * 9, id="blank rows at the end"),
        pytest.param("2026年5月考核表,,,,,,\n\n" + as_csv(MAY), id="a title above"),
        pytest.param("考核表\n\n" + as_csv(MAY, delimiter="\t"), id="a title above tabs"),
        pytest.param(
            as_csv(MAY, ["".join(chr(ord(c) + 0xFEE0) for c in name) for name in HEADER]),
            id="full-width header",
        ),
        pytest.param(
            as_csv([[f"\u3000{cell}\xa0" for cell in row] for row in MAY]), id="wide spaces"
        ),
        pytest.param(as_book(titled), id="a merged title in a workbook"),
        pytest.param(as_book(bordered), id="bordered rows below"),
        pytest.param(as_book(hidden_before), id="a hidden sheet before"),
        pytest.param(as_book(since_1904, date_1904=True), id="dates since 1904"),
    ],
)
def test_what_spreadsheets_do_to_a_file_changes_no_figure(desk: Desk, content: str | bytes) -> None:
    plain = desk.unit(as_csv(MAY))
    assert desk.unit(content) == plain


def test_titles_above_the_header_are_noticed_and_cannot_steer_the_terminal(desk: Desk) -> None:
    said = desk.run(as_book(titled)).stderr
    assert "visits.csv: titles above the header, not used: 2026年5月考核" in said
    assert "\x1b" not in said


def merged_units(book: Any, sheet: Any) -> None:  # noqa: ANN401 # XlsxWriter has no types
    written([[*row[:1], None, *row[2:]] for row in MAY])(book, sheet)
    sheet.merge_range(1, 1, 10, 1, "north-1")


def tampered(content: bytes, old: bytes, new: bytes) -> bytes:
    """The workbook with a piece of its first sheet's XML replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(file, "w") as after:
        for name in before.namelist():
            part = before.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert old in part
                part = part.replace(old, new)
            after.writestr(name, part)
    return file.getvalue()


def graded_five(book: Any, sheet: Any) -> None:  # noqa: ANN401 # XlsxWriter has no types
    written([[*visit(1, "AAA")[:4], 5, "B", "C"]])(book, sheet)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(as_book(merged_units), "visits.csv:3: unit: ", id="merged units"),
        pytest.param(
            tampered(as_book(graded_five), b'<c r="E2"><v>5</v>', b'<c r="E2" t="e"><v>#N/A</v>'),
            "visits.csv:2: timeliness: must be A, B, C, D, E or blank, is '#N/A'",
            id="an error is no blank",
        ),
        pytest.param(
            tampered(
                as_book(written(MAY)),
                b"</sheetData>",
                b'<row r="9999"><c r="XFD9999"><v>1</v></c></row></sheetData>',
            ),
            "visits.csv:9999: visit_id: ",
            id="a cell far away",
        ),
        pytest.param(as_csv(MAY).encode("utf-16"), "neither UTF-8 nor GB18030", id="UTF-16"),
        pytest.param(
            as_csv([visit(1, "AAA", at="2026/5/3 下午2:30")]), "visits.csv:2: completed_at", id="pm"
        ),
        pytest.param(
            as_csv([visit(1, "AAA", at="2026-05-31 24:00")]), "visits.csv:2: completed_at", id="24"
        ),
        pytest.param(
            as_csv([[*visit(1, "AAA")[:2], "李" * 200_000, *visit(1, "AAA")[3:]]]),
            "visits.csv:2: row: ",
            id="an endless cell",
        ),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(
    desk: Desk, content: str | bytes, reason: str
) -> None:
    assert reason in desk.refusal(content)


def test_numbers_in_a_workbook_are_ids(desk: Desk) -> None:
    rows = [
        [1001, 7, 88, NAIVE, "A", "B", None],
        [1002.0, 7.0, "x", "2026-05-04", "A", "B", "C"],
    ]
    unit = desk.unit(as_xlsx(rows))
    assert (unit["unit"], unit["n"], unit["complete"]) == ("7", 2, 1)


def test_a_workbook_that_lies_about_its_size_is_read_to_its_end(desk: Desk) -> None:
    honest = io.BytesIO(as_xlsx(MAY))
    lying = io.BytesIO()
    with zipfile.ZipFile(honest) as old, zipfile.ZipFile(lying, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content, changed = re.subn(
                    rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', content
                )
                assert changed == 1
            new.writestr(name, content)
    assert desk.unit(lying.getvalue())["n"] == 10


def formula_book(result: str | None) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([HEADER, visit(1, "AAA")]):
            sheet.write_row(number, 0, row)
        sheet.write_formula("G2", '=IF(1,"A","B")', None, result or "")
    if result is not None:
        return file.getvalue()
    return as_xlsx([[*visit(1, "AAA")[:6], '=IF(1,"A","B")']])


def test_a_formula_counts_with_its_result(desk: Desk) -> None:
    assert desk.unit(formula_book("E"))["items"]["attitude"]["counts"]["E"] == 1


def test_a_formula_without_its_result_is_refused_and_no_blank(desk: Desk) -> None:
    assert "visits.csv:2: attitude: a formula without its result" in desk.refusal(
        formula_book(None)
    )


def test_only_the_first_sheet_is_read_and_the_others_are_noticed(desk: Desk) -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(MAY)))
    book.create_sheet("notes")
    file = io.BytesIO()
    book.save(file)
    assert "only the first sheet was read, 1 others were not" in desk.run(file.getvalue()).stderr


# What is refused

GOOD = "v1,north-1,Li,2026-05-03,A,B,C"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        pytest.param("v2,north-1,Li,2026-05-03,F,B,C", "timeliness", id="no grade"),
        pytest.param("v2,north-1,Li,2026-05-03,A,AB,C", "quality", id="two grades"),
        pytest.param("v2,north-1,Li,2026-05-03,A,B,5", "attitude", id="a digit"),
        pytest.param("v2,north-1,Li,2026-05-03,А,B,C", "timeliness", id="Cyrillic"),
        pytest.param("v2,north-1,Li,2026-05-03,ª,B,C", "timeliness", id="ordinal"),
        pytest.param("v2,north-1,Li,2026-05-03,-,B,C", "timeliness", id="dash"),
        pytest.param("v2,north-1,Li,2026-05-03,A\u200b,B,C", "timeliness", id="zero width"),
        pytest.param("v1,north-1,Li,2026-05-03,A,B,C", "visit_id", id="twice"),
        pytest.param("v1,south,Li,2026-03-03,A,B,C", "visit_id", id="twice, another month"),
        pytest.param(",north-1,Li,2026-05-03,A,B,C", "visit_id", id="no id"),
        pytest.param("=1+1,north-1,Li,2026-05-03,A,B,C", "visit_id", id="formula as id"),
        pytest.param("v 2,north-1,Li,2026-05-03,A,B,C", "visit_id", id="space in id"),
        pytest.param("v\u0662,north-1,Li,2026-05-03,A,B,C", "visit_id", id="Arabic digit"),
        pytest.param(f"{'v' * 65},north-1,Li,2026-05-03,A,B,C", "visit_id", id="long id"),
        pytest.param('"v2\n",north-1/2,Li,2026-05-03,A,B,C', "unit", id="slash in unit"),
        pytest.param("v2,,Li,2026-05-03,A,B,C", "unit", id="no unit"),
        pytest.param("v2,-x,Li,2026-05-03,A,B,C", "unit", id="unit begins with a dash"),
        pytest.param("v2,north-1,,2026-05-03,A,B,C", "technician", id="no technician"),
        pytest.param("v2,north-1,L\x07i,2026-05-03,A,B,C", "technician", id="control character"),
        pytest.param(f"v2,north-1,{'李' * 65},2026-05-03,A,B,C", "technician", id="long name"),
        pytest.param("v2,north-1,Li,,A,B,C", "completed_at", id="no date"),
        pytest.param("v2,north-1,Li,3/5/2026,A,B,C", "completed_at", id="day or month first"),
        pytest.param("v2,north-1,Li,2026-02-30,A,B,C", "completed_at", id="no such day"),
        pytest.param("v2,north-1,Li,2026-5-314:30,A,B,C", "completed_at", id="day or hour"),
        pytest.param("v2,north-1,Li,0001-01-01,A,B,C", "completed_at", id="year 1"),
        pytest.param(
            "v2,north-1,Li,9999-12-31T23:59:59-12:00,A,B,C", "completed_at", id="year 9999"
        ),
        pytest.param("v2,north-1,Li,46145,A,B,C", "completed_at", id="a number"),
        pytest.param("v2,north-1,Li,2026-05-03,A,B", "attitude", id="short row"),
        pytest.param("v2,north-1,Li,2026-05-03", "timeliness", id="no grades at all"),
        pytest.param("v2,north-1,Li,2026-05-03,A,B,C,good", "column 8", id="long row"),
        pytest.param('v2,north-1,Li,2026-05-03,A,B,"C', "row", id="open quote"),
        pytest.param('v2,north-1,"Li" Wei,2026-05-03,A,B,C', "row", id="stray quote"),
    ],
)
def test_a_bad_row_is_named_by_line_and_column(desk: Desk, row: str, column: str) -> None:
    said = desk.refusal("\n".join([",".join(HEADER), GOOD, "", row, "v9,n,Li,2026-05-03,A,B,C"]))
    assert re.match(rf"visits\.csv:4: {column}: \S", said), said


def test_the_column_is_named_as_the_file_names_it(desk: Desk) -> None:
    assert "visits.csv:2: 质量: must be A" in desk.refusal(chinese([visit(1, "AXA")]))


def test_a_line_is_counted_as_an_editor_counts_it(desk: Desk) -> None:
    rows = ['v1,n,"Li",2026-05-03,A,B,C,"two\nlines"', "v2,n,Li,2026-05-03,A,X,C,"]
    said = desk.refusal("\n".join([",".join([*HEADER, "comment"]), *rows]))
    assert said.startswith("visits.csv:4: quality: ")


def test_a_row_of_a_workbook_is_named_by_its_number(desk: Desk) -> None:
    rows = [visit(1, "AAA"), [], visit(2, "AXA")]
    assert desk.refusal(as_xlsx(rows)).startswith("visits.csv:4: quality: ")


@pytest.mark.parametrize(
    ("cell", "column"),
    [
        (True, 4),
        (1, 4),
        (1.5, 0),
        (1e15, 0),
        (True, 0),
        (NAIVE, 0),
        (46145.5, 3),
        (True, 3),
    ],
)
def test_a_cell_of_the_wrong_type_is_named(desk: Desk, cell: object, column: int) -> None:
    row: list[object] = [*visit(1, "AAA")]
    row[column] = cell
    assert desk.refusal(as_xlsx([row])).startswith(f"visits.csv:2: {HEADER[column]}: ")


def test_all_bad_rows_are_named_up_to_twenty(desk: Desk) -> None:
    said = desk.refusal(as_csv([visit(number, "AXA") for number in range(25)])).splitlines()
    assert [line.split(":")[1] for line in said[:20]] == [str(line) for line in range(2, 22)]
    assert said[20:] == ["and 5 more rows"]


def test_a_visit_that_counts_in_both_files_is_refused(desk: Desk) -> None:
    april = desk.put("april.csv", as_csv([visit(1, "AAA", at="2026-04-30")]))
    said = desk.refusal(as_csv([visit(1, "AAA")]), "--previous", april)
    assert said.startswith("april.csv:2: visit_id: ")


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ([name for name in HEADER if name != "quality"], "quality"),
        (["id", *HEADER[1:]], "visit_id"),
        ([*HEADER, "Quality"], "quality"),
        (["工单号", "单号", *HEADER[1:]], "visit_id"),
    ],
)
def test_a_header_that_lacks_or_repeats_a_column_is_named(
    desk: Desk, header: list[str], column: str
) -> None:
    assert desk.refusal("\n" + as_csv(MAY, header)).startswith(f"visits.csv:2: {column}: ")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("1,north-1,2026-05-04,minor", "case_id"),
        (",north-1,2026-05-04,minor", "case_id"),
        ("2,north 1,2026-05-04,minor", "unit"),
        ("2,north-1,yesterday,minor", "received_at"),
        ("2,north-1,2026-05-04,huge", "severity"),
    ],
)
def test_a_bad_complaint_is_named_by_line_and_column(desk: Desk, row: str, column: str) -> None:
    text = f"case_id,unit,received_at,severity\n1,north-1,2026-05-04,\n{row}\n"
    said = desk.refusal(as_csv(MAY), "--complaints", desk.put("cases.csv", text))
    assert said.startswith(f"cases.csv:3: {column}: ")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "visit_id: no such column"),
        (b"PK\x03\x04 no zip", "cannot be read as a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel 97 workbook"),
        (b"visit_id\n\xff\xff", "neither UTF-8 nor GB18030"),
    ],
)
def test_a_file_that_is_no_table_is_named(desk: Desk, content: bytes, reason: str) -> None:
    assert reason in desk.refusal(content)


def test_a_file_that_is_not_there_is_named(desk: Desk) -> None:
    assert "cases.csv:1: file: cannot be read" in desk.refusal(
        as_csv(MAY), "--complaints", desk.folder / "cases.csv"
    )


@pytest.mark.parametrize("of", ["2026-5", "2026-13", "May", "２０２６-05", "2026-05-01", ""])
def test_what_is_no_month_is_a_bad_call(desk: Desk, of: str) -> None:
    assert desk.run(as_csv(MAY), of=of).exit_code == 2
    assert not desk.out.exists()


def test_an_unknown_language_is_a_bad_call(desk: Desk) -> None:
    assert "fr" in desk.refusal(as_csv(MAY), "--language", "fr")


def test_a_refusal_leaves_what_an_earlier_run_wrote(desk: Desk) -> None:
    desk.assessment(as_csv(MAY))
    before = {path.name: path.read_bytes() for path in desk.out.iterdir()}
    assert desk.run(as_csv([visit(1, "AXA")])).exit_code == 2
    assert {path.name: path.read_bytes() for path in desk.out.iterdir()} == before
    assert set(before) == {"assessment.json", "report.html", "report.xlsx", "payroll.xlsx"}


def test_a_folder_that_cannot_be_made_is_told(desk: Desk) -> None:
    desk.out.write_text("a file")
    assert desk.run(as_csv(MAY)).exit_code == 2
    assert desk.out.read_text() == "a file"


# The report


def report_cells(desk: Desk, name: str = "report.xlsx") -> list[list[object]]:
    """The rows of all sheets of a workbook, in which no cell is a formula."""
    book = openpyxl.load_workbook(desk.out / name)
    cells = [list(row) for sheet in book for row in sheet.iter_rows()]
    assert not [cell for row in cells for cell in row if cell.data_type == "f"]
    return [[cell.value for cell in row] for row in cells]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_sentence_and_sum_is_on_the_page_and_in_the_workbook(
    desk: Desk, language: str
) -> None:
    path = desk.put("cases.csv", cases(31))
    document = desk.assessment(as_csv(MAY + APRIL), "--complaints", path, "--language", language)
    (unit,) = document["units"]
    page = (desk.out / "report.html").read_text("utf-8")
    assert "OFFLINE" in page
    assert "试算" in page
    rows = report_cells(desk)
    for sentence in [line["sentence"] for line in unit["lines"]] + unit["notes"]:
        assert sentence in page
        assert any(sentence in row for row in rows)
    assert "-9000" in page
    assert any(unit["amount"] in row for row in rows)


@pytest.mark.parametrize("name", ["report.xlsx", "payroll.xlsx"])
def test_every_sheet_is_marked_as_made_offline(desk: Desk, name: str) -> None:
    desk.assessment(as_csv(MAY + APRIL), "--complaints", desk.put("cases.csv", cases(6)))
    for sheet in openpyxl.load_workbook(desk.out / name):
        for mark in ("OFFLINE", "试算"):
            assert mark in str(sheet["A2"].value), sheet.title
            assert mark in str(sheet.oddHeader.left.text), sheet.title


def test_the_workbook_names_forms_cases_technicians_and_weeks(desk: Desk) -> None:
    desk.assessment(as_csv(MAY + APRIL), "--complaints", desk.put("cases.csv", cases(2)))
    book = openpyxl.load_workbook(desk.out / "report.xlsx")
    assert book.sheetnames == [
        *("Summary", "Charts", "Forms", "Cases", "Technicians", "Weeks", "Method"),
    ]
    named = {str(cell.value) for row in book["Forms"].iter_rows() for cell in row}
    assert {f"v{number}" for number in range(10)} <= named
    assert "v100" not in named
    assert "Li Wei" in named


def test_the_payroll_has_a_row_for_each_unit_and_their_sums(desk: Desk) -> None:
    visits = as_csv(MAY + month(["EEE"], "2026-05-03", 50, "south"))
    document = desk.assessment(visits, "--complaints", desk.put("cases.csv", cases(6)))
    rows = report_cells(desk, "payroll.xlsx")
    for unit in document["units"]:
        (row,) = [row for row in rows if row[0] == unit["unit"]]
        assert row[2:7] == [*(line["amount"] for line in unit["lines"]), unit["amount"]]
    total = next(row for row in rows if row[0] == "Total")
    assert total[6] == sum(unit["amount"] for unit in document["units"])
    assert not any("Issued before" in row for row in rows)


def test_the_page_needs_nothing_from_anywhere(desk: Desk) -> None:
    desk.assessment(as_csv(MAY))
    page = (desk.out / "report.html").read_text("utf-8")
    assert not re.search(r"<script|<link|<img|https?://|@import|url\(", page)


def test_what_a_file_holds_cannot_become_markup_or_a_formula(desk: Desk) -> None:
    rows = [
        [*visit(number, "ABC")[:2], text, *visit(number, "ABC")[3:], text]
        for number, text in enumerate([*FORMULAS[:4], "<script>alert(1)</script>"])
    ]
    header = [*HEADER, "<script>alert(2)</script>"]
    assert desk.unit(as_csv(rows, header))["n"] == 5
    assert "<script" not in (desk.out / "report.html").read_text("utf-8")
    report_cells(desk)


def test_a_unit_in_a_document_cannot_become_markup(tmp_path: Path) -> None:
    document = Desk(tmp_path).assessment(as_csv(MAY))
    document["units"] = [{**document["units"][0], "unit": "<b>&"}]
    assert "&lt;b&gt;&amp;" in report.page(document, translator("en"))


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the shared list of naughty strings is absent")
def test_naughty_strings_are_refused_or_do_no_harm(desk: Desk) -> None:
    for text in json.loads(NAUGHTY.read_text("utf-8")):
        row = visit(1, "ABC")
        as_comment = as_csv([[*row, text]], [*HEADER, "comment"])
        assert desk.unit(as_comment.encode("utf-8", "replace"))["points"] == 3
        as_grade = as_csv([[*row[:4], text, *row[5:]]])
        result = desk.run(as_grade.encode("utf-8", "replace"))
        assert result.exit_code == (0 if text.strip() == "" else 2), text


# The same bytes everywhere


def test_a_workbook_does_not_say_when_it_was_made(desk: Desk) -> None:
    desk.assessment(as_csv(MAY))
    with zipfile.ZipFile(desk.out / "report.xlsx") as book:
        assert b">2000-01-01T00:00:00Z<" in book.read("docProps/core.xml")
        assert {part.date_time[0] for part in book.infolist()} == {1980}


def test_order_zone_locale_and_hash_seed_change_no_byte(desk: Desk) -> None:
    rows = [
        visit(
            number,
            form,
            f"unit-{number % 7}",
            f"2026-0{4 + number % 2}-{1 + number % 28:02}T23:30:00Z",
        )
        for number, form in enumerate(["AAB", "-CD", "---", "EEE", "AAA"] * 60)
    ]
    complaint = [[str(n), f"unit-{n % 9}", "2026-05-31 23:59", "grave"] for n in range(60)]
    written = []
    for seed, (zone, locale) in enumerate(
        [("UTC", "C.UTF-8"), ("America/New_York", "C"), ("Pacific/Kiritimati", "POSIX")]
    ):
        shuffle = random.Random(seed)  # noqa: S311 # an order, no secret
        shuffle.shuffle(rows)
        shuffle.shuffle(complaint)
        header = ("case_id", "unit", "received_at", "severity")
        desk.put("visits.csv", as_csv(rows))
        desk.put("cases.csv", as_csv(complaint, header))
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONHASHSEED": str(seed),
            "PYTHONCOERCECLOCALE": "0",
            "PYTHONUTF8": "0",
            "TZ": zone,
            "LC_ALL": locale,
        }
        out = desk.folder / f"out{seed}"
        command = ["assess", "--visits", "visits.csv", "--complaints", "cases.csv"]
        command += ["--month", "2026-05", "--out", str(out)]
        subprocess.run(  # noqa: S603 # our own program
            [sys.executable, "-m", "tools", *command],
            cwd=desk.folder,
            env={**environment, "PYTHONPATH": str(PROJECT)},
            check=True,
            capture_output=True,
        )
        written.append({path.name: path.read_bytes() for path in out.iterdir()})
    assert written[0] == written[1] == written[2]
    assert len(written[0]) == 4
