"""python -m tools payroll: the workbook of a month, on demand."""

from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from tests.conftest import Tables
from tests.services.months import MAY, close, put_cases, put_forms
from tests.stage import Stage, service, shared_connection, stage
from tests.tools.stages import stage_on
from tools.__main__ import app

__all__ = ["service", "shared_connection", "stage"]
"""The fixtures of a stage, used here as in the tests of services."""


@pytest.fixture
def closed(stage: Stage, tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A stage with a closed May that commands find."""
    put_forms(stage, MAY, ["AAB", "ABC"])
    put_cases(stage, MAY, 6)
    assert close(stage, MAY) == 1
    stage_on(tables, tmp_path, monkeypatch)
    return stage


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["payroll", *(str(word) for word in words)])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_workbook_has_the_four_lines_of_each_unit(
    closed: Stage, tmp_path: Path, language: str
) -> None:
    out = tmp_path / "payroll.xlsx"
    result = run(MAY, "--out", out, "--language", language)
    assert (result.exit_code, result.stdout) == (0, f"{out}\n"), result.stderr
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(out).worksheets[0]]
    (row,) = [row for row in rows if row[0] == "U1"]
    assert row[1:8] == ["East", MAY, 0, 0, 0, -3000, -3000]


@pytest.mark.parametrize("words", [("2026-09",), ("May",), (MAY, "--language", "fr")])
def test_what_cannot_be_written_is_refused(
    closed: Stage, tmp_path: Path, words: tuple[str, ...]
) -> None:
    out = tmp_path / "payroll.xlsx"
    assert run(*words, "--out", out).exit_code == 2
    assert not out.exists()


def test_a_folder_that_is_not_there_is_told(closed: Stage, tmp_path: Path) -> None:
    assert run(MAY, "--out", tmp_path / "no" / "payroll.xlsx").exit_code == 2
